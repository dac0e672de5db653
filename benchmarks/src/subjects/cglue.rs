//! `cglue`: an export gives a trait object.

use std::mem::ManuallyDrop;
use std::path::Path;

use cglue::prelude::v1::*;
use cglue::result::CResult;
use cglue_interface::*;
use libloading::Library;

use super::routines::{self, Operation, Routine};
use super::{Loaded, Subject};

pub const SUBJECT: Subject = Subject {
    name: "cglue",
    krate: Some("cglue"),
    plugin: "cglue_plugin",
    load: |path| Box::new(Plugin::load(path)),
    unloads: true,
    checks: "nothing (a feature would)",
};

struct Plugin {
    calls: ManuallyDrop<CallsBox<'static>>,
    /// Last: the object is code and data of it.
    _library: Library,
}

// SAFETY: the plugin's object has no state.
unsafe impl Send for Plugin {}
// SAFETY: as above.
unsafe impl Sync for Plugin {}

impl Plugin {
    fn load(path: &Path) -> Self {
        // SAFETY: the plugin of this workspace; its export is of that type.
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
        // The whole, which may go to other threads; its object alone may not.
        let plugin = self;
        vec![
            routines::add(|a, b| plugin.calls.add(a, b)),
            routines::sum(|values| plugin.calls.sum(values)),
            routines::len(|text| plugin.calls.len(text)),
            routines::greet(|target| plugin.calls.greet(target)),
            routines::bytes(|value| Bytes(plugin.calls.bytes(value))),
            routines::fill(|page, value| plugin.calls.fill(page, value)),
            routines::halve(|value| match plugin.calls.halve(value) {
                CResult::Ok(half) => Ok(half),
                CResult::Err(error) => Err(error),
            }),
            routines::ask(|question| plugin.calls.ask(trait_obj!(&Answers as Host), question)),
        ]
    }
}

struct Answers;

impl Host for Answers {
    fn answer(&self, question: u64) -> u64 {
        routines::answer(question)
    }
}

struct Bytes(cglue::vec::CVec<u8>);

impl AsRef<[u8]> for Bytes {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}
