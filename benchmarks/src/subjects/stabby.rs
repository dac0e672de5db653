//! `stabby`: an export whose report is compared gives a trait object.

use std::mem::ManuallyDrop;
use std::path::Path;

use libloading::Library;
use stabby::libloading::StabbyLibrary;
use stabby_interface::{CallsBox, CallsDyn};

use super::routines::{self, Operation, Routine};
use super::{Loaded, Subject};

pub const SUBJECT: Subject = Subject {
    name: "stabby",
    krate: Some("stabby"),
    plugin: "stabby_plugin",
    load: |path| Box::new(Plugin::load(path)),
    unloads: true,
    checks: "report of the export's types",
};

struct Plugin {
    calls: ManuallyDrop<CallsBox>,
    /// Last: the object is code and data of it.
    _library: Library,
}

impl Plugin {
    fn load(path: &Path) -> Self {
        // SAFETY: the plugin of this workspace, which runs nothing when loaded.
        unsafe {
            let library = Library::new(path).unwrap();
            let make = library.get_stabbied::<extern "C" fn() -> CallsBox>(b"make").unwrap();
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
        let calls = &*self.calls;
        vec![
            routines::add(|a, b| calls.add(a, b)),
            routines::sum(|values| calls.sum(values.into())),
            routines::len(|text| calls.len(text.into())),
            routines::greet(|target| calls.greet(target.into())),
            routines::bytes(|value| Bytes(calls.bytes(value))),
            routines::fill(|page, value| calls.fill(page.into(), value)),
            routines::halve(|value| Result::from(calls.halve(value))),
        ]
    }
}

struct Bytes(stabby::vec::Vec<u8>);

impl AsRef<[u8]> for Bytes {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}
