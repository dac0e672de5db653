//! `hot-lib-reloader`: functions of a module that its macro reads from the
//! library's source.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use hot_lib_reloader::LibReloader;

use super::routines::{self, Operation, Routine};
use super::{Loaded, Subject};

pub const SUBJECT: Subject = Subject {
    name: "hot-lib-reloader",
    krate: Some("hot-lib-reloader"),
    plugin: "hot_plugin",
    load: |path| Box::new(Plugin::load(path)),
    unloads: true,
    checks: "nothing; private copy, watches",
};

#[hot_lib_reloader::hot_module(
    dylib = "hot_plugin",
    lib_dir = super::DIRECTORY.get().expect("loaded before it is called"),
    // By default two processes would write over each other's copies.
    loaded_lib_name_template = "{lib_name}-hot-{pid}-{load_counter}"
)]
mod functions {
    hot_functions_from_file!("peers/hot-lib-reloader/plugin/src/lib.rs");
}

/// Where the library of the module lies: known before its first call.
static DIRECTORY: OnceLock<PathBuf> = OnceLock::new();

struct Plugin(LibReloader);

impl Plugin {
    /// What the module does at its first call, for a library of any name.
    fn load(path: &Path) -> Self {
        let directory = path.parent().unwrap();
        let stem = path.file_stem().unwrap().to_str().unwrap();
        let name = stem.strip_prefix(std::env::consts::DLL_PREFIX).unwrap();
        let _ = DIRECTORY.set(directory.to_owned());
        // Not the copy that the module maps: that would be written over.
        let copy = "{lib_name}-loaded-{pid}-{load_counter}".to_owned();
        Plugin(LibReloader::new(directory, name, None, Some(copy)).unwrap())
    }
}

impl Loaded for Plugin {
    fn add(&self, a: u64, b: u64) -> u64 {
        // SAFETY: the type is that of the plugin's source.
        unsafe { self.0.get_symbol::<fn(u64, u64) -> u64>(b"add\0").unwrap()(a, b) }
    }

    fn routines(&'static self) -> Vec<(Operation, Routine)> {
        vec![
            routines::add(functions::add),
            routines::sum(functions::sum),
            routines::len(functions::len),
            routines::greet(functions::greet),
            routines::bytes(functions::bytes),
            routines::fill(functions::fill),
            routines::halve(functions::halve),
        ]
    }
}
