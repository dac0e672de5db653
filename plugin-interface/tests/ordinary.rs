//! Twenty traits as projects have them: a plugin of each answers what the same
//! code answers in the host, also under valgrind.

#[path = "round_trips/valgrind.rs"]
mod valgrind;

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::path::Path;

use ordinary::*;
use plugin_interface::{PluginHandle, PluginManager, UnloadOutcome};

/// Calls each method of each trait by a proxy, and of a value in this program.
fn compare(plugins: &[PluginHandle]) {
    let mut compared = 0;
    macro_rules! each {
        ($($module:ident: $interface:ident, $plugin:ident, $function:ident;)*) => {$(
            let mut proxy = plugins
                .iter()
                .find_map(|plugin| plugin.proxy::<dyn $module::$interface>().ok())
                .expect(stringify!($interface));
            let expected = $module::$function(&mut $module::$plugin::default());
            assert_eq!($module::$function(&mut proxy), expected, stringify!($interface));
            compared += 1;
        )*};
    }
    each_trait!(each);
    assert_eq!(compared, 20);
}

fn compare_with(library: &Path) {
    let mut manager = PluginManager::new();
    let plugins = manager.load_library(library).unwrap();
    compare(&plugins);
    drop(plugins);
    assert_eq!(manager.outcome(library), Some(UnloadOutcome::Unmapped));
}

// There is no harness, so that valgrind sees nothing else.
fn main() {
    if let [_, library] = &std::env::args().collect::<Vec<_>>()[..] {
        return compare_with(library.as_ref());
    }
    let name = format!("{DLL_PREFIX}ordinary{DLL_SUFFIX}");
    // The command that built this program made it beside it.
    let library = std::env::current_exe().unwrap().with_file_name(name);
    compare_with(&library);
    valgrind::start(&library, &[]).finish();
}
