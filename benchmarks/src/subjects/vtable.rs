//! `vtable`: an export gives a box with a table of functions.

use std::mem::ManuallyDrop;
use std::path::Path;

use libloading::Library;
use vtable::VBox;
use vtable_interface::{CallsVTable, Make};

use super::routines::{self, Operation, Routine};
use super::{Loaded, Subject};

pub const SUBJECT: Subject = Subject {
    name: "vtable",
    krate: Some("vtable"),
    plugin: "vtable_plugin",
    load: |path| Box::new(Plugin::load(path)),
    unloads: true,
    checks: "nothing",
};

struct Plugin {
    calls: ManuallyDrop<VBox<CallsVTable>>,
    /// Last: the object is code and data of it.
    _library: Library,
}

// SAFETY: the plugin's object has no state.
unsafe impl Send for Plugin {}
// SAFETY: as above.
unsafe impl Sync for Plugin {}

impl Plugin {
    fn load(path: &Path) -> Self {
        // SAFETY: the plugin of this workspace, built by this compiler; its
        // export is of that type.
        unsafe {
            let library = Library::new(path).unwrap();
            let make = library.get::<Make>("make").unwrap();
            Plugin { calls: ManuallyDrop::new(make()), _library: library }
        }
    }
}

impl Drop for Plugin {
    fn drop(&mut self) {
        // SAFETY: dropped here and nowhere else.
        unsafe { ManuallyDrop::drop(&mut self.calls) }
    }
}

impl Loaded for Plugin {
    fn add(&self, a: u64, b: u64) -> u64 {
        self.calls.add(a, b)
    }

    fn routines(&'static self) -> Vec<(Operation, Routine)> {
        // The whole, which may go to other threads; its box alone may not.
        let plugin = self;
        vec![
            routines::add(|a, b| plugin.calls.add(a, b)),
            routines::sum(|values| plugin.calls.sum(values)),
            routines::len(|text| plugin.calls.len(text)),
            routines::greet(|target| plugin.calls.greet(target)),
            routines::bytes(|value| plugin.calls.bytes(value)),
            routines::fill(|page, value| plugin.calls.fill(page, value)),
            routines::halve(|value| plugin.calls.halve(value)),
        ]
    }
}
