//! `dynamic_reload`: a library that is asked for a symbol at each call, as its
//! example does.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use dynamic_reload::{DynamicReload, Lib, PlatformName, Search, Symbol};

use super::routines::{self, Operation, Routine};
use super::{Loaded, Subject};

pub const SUBJECT: Subject = Subject {
    name: "dynamic_reload",
    krate: Some("dynamic_reload"),
    plugin: "dynamic_reload_plugin",
    load: |path| Box::new(Plugin::load(path)),
    unloads: true,
    checks: "nothing; private copy, watches",
};

struct Plugin {
    library: Arc<Lib>,
    /// Watches, and keeps the copy's directory.
    _handler: DynamicReload,
}

// SAFETY: the handler is not used after it is made.
unsafe impl Send for Plugin {}
// SAFETY: as above.
unsafe impl Sync for Plugin {}

impl Plugin {
    fn load(path: &Path) -> Self {
        let directory = path.parent().unwrap().to_str().unwrap();
        let mut handler = DynamicReload::new(
            Some(vec![directory]),
            Some(directory),
            Search::Default,
            Duration::from_secs(2),
        );
        let name = path.file_name().unwrap().to_str().unwrap();
        // SAFETY: the plugin of this workspace, which runs nothing when loaded.
        let library = unsafe { handler.add_library(name, PlatformName::No) }.unwrap();
        Plugin { library, _handler: handler }
    }
}

impl Loaded for Plugin {
    fn add(&self, a: u64, b: u64) -> u64 {
        // SAFETY: the type is that of the plugin's source.
        unsafe {
            let add: Symbol<extern "C" fn(u64, u64) -> u64> =
                self.library.lib.get(b"add\0").unwrap();
            add(a, b)
        }
    }

    fn routines(&'static self) -> Vec<(Operation, Routine)> {
        vec![routines::add(|a, b| Loaded::add(self, a, b))]
    }
}
