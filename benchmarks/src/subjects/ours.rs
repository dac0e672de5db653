//! This project: a manager loads, a proxy calls.

use std::cell::RefCell;
use std::panic::catch_unwind;
use std::path::Path;

use ours_interface::{Calls, CallsProxy, Host, Reading, Unit};
use plugin_interface::{Live, PluginManager};

use super::routines::{self, Operation, Routine};
use super::{Loaded, OURS, OURS_SHARING, Subject};

// What the plugin declares decides: with one that does not, one side copies.
plugin_interface::system_allocator!();

pub const SUBJECT: Subject = Subject {
    name: OURS,
    krate: Some("plugin-interface"),
    plugin: "ours_plugin",
    load: |path| Box::new(Plugin::load(path)),
    unloads: true,
    checks: "file, metadata, interface, policy; private copy",
};

pub const SHARING: Subject =
    Subject { name: OURS_SHARING, plugin: "ours_sharing_plugin", ..SUBJECT };

pub const LIVE: Subject =
    Subject { name: "ours, Live", load: |path| Box::new(Followed::load(path)), ..SUBJECT };

thread_local! {
    /// A host has one manager, which keeps the directory of the private copies.
    static MANAGER: RefCell<PluginManager> = RefCell::new(PluginManager::new());
}

struct Plugin(CallsProxy);

impl Plugin {
    fn load(path: &Path) -> Self {
        let handles = MANAGER.with_borrow_mut(|manager| manager.load_library(path).unwrap());
        Plugin(handles[0].proxy::<dyn Calls>().unwrap())
    }
}

impl Loaded for Plugin {
    fn add(&self, a: u64, b: u64) -> u64 {
        self.0.add(a, b)
    }

    fn routines(&'static self) -> Vec<(Operation, Routine)> {
        let calls = &self.0;
        let is_ours = |payload: Box<dyn std::any::Any + Send>| {
            payload.downcast_ref::<String>().is_some_and(|text| text.contains(workload::PANIC))
        };
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
            routines::panic(move || catch_unwind(|| calls.panic()).is_err_and(is_ours)),
        ]
    }
}

/// The same through a handle that calls the newest version, which it looks for
/// at each call.
struct Followed(Live<dyn Calls>);

impl Followed {
    fn load(path: &Path) -> Self {
        Followed(Live::open(path).unwrap())
    }
}

impl Loaded for Followed {
    fn add(&self, a: u64, b: u64) -> u64 {
        self.0.get().add(a, b)
    }

    fn routines(&'static self) -> Vec<(Operation, Routine)> {
        let live = &self.0;
        vec![
            routines::add(|a, b| live.get().add(a, b)),
            routines::sum(|values| live.get().sum(values)),
            routines::len(|text| live.get().len(text)),
            routines::greet(|target| live.get().greet(target)),
            routines::bytes(|value| live.get().bytes(value)),
            routines::fill(|page, value| live.get().fill(page, value)),
            routines::halve(|value| live.get().halve(value)),
            routines::convert(|at, value| convert(&live.get(), at, value)),
            routines::ask(|question| live.get().ask(&Answers, question)),
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
fn convert(calls: &CallsProxy, at: u64, value: f64) -> (u64, f64) {
    let reading = calls.convert(Reading { at, value, unit: Unit::Other(3) });
    assert!(matches!(reading.unit, Unit::Other(3)));
    (reading.at, reading.value)
}
