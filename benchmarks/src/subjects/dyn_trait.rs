//! The baseline: a `Box<dyn Trait>` of a library of the same compiler.

use std::mem::ManuallyDrop;
use std::path::Path;

use dyn_trait_interface::{Calls, Host, Make, Reading, Unit};
use libloading::Library;

use super::routines::{self, Operation, Routine};
use super::{BASELINE, Loaded, Subject};

pub const SUBJECT: Subject = Subject {
    name: BASELINE,
    krate: None,
    plugin: "dyn_trait_plugin",
    load: |path| Box::new(Plugin::load(path)),
    unloads: true,
    checks: "nothing",
};

struct Plugin {
    calls: ManuallyDrop<Box<dyn Calls>>,
    /// Last: the object is code and data of it.
    _library: Library,
}

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
        let calls = &**self.calls;
        vec![
            routines::add(|a, b| calls.add(a, b)),
            routines::sum(|values| calls.sum(values)),
            routines::len(|text| calls.len(text)),
            routines::greet(|target| calls.greet(target)),
            routines::bytes(|value| calls.bytes(value)),
            routines::fill(|page, value| calls.fill(page, value)),
            routines::halve(|value| calls.halve(value)),
            routines::convert(|at, value| convert(calls, at, value)),
            routines::ask(|question| calls.ask(&Answers, question)),
            routines::panic(|| calls.panic().is_err_and(|message| message == workload::PANIC)),
        ]
    }
}

struct Answers;

impl Host for Answers {
    fn answer(&self, question: u64) -> u64 {
        routines::answer(question)
    }
}

/// A struct for `calls`, and what is looked at of the one that comes back.
fn convert(calls: &dyn Calls, at: u64, value: f64) -> (u64, f64) {
    let reading = calls.convert(Reading { at, value, unit: Unit::Other(3) });
    assert!(matches!(reading.unit, Unit::Other(3)));
    (reading.at, reading.value)
}
