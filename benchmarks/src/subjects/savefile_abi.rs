//! `savefile-abi`: a connection that implements the trait.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use savefile_abi::AbiConnection;
use savefile_interface::Calls;

use super::routines::{self, Operation, Routine};
use super::{Loaded, Subject};

pub const SUBJECT: Subject = Subject {
    name: "savefile-abi",
    krate: Some("savefile-abi"),
    plugin: "savefile_plugin",
    load: |path| Box::new(Plugin::load(path)),
    unloads: false,
    checks: "schema of every type",
};

struct Plugin(AbiConnection<dyn Calls>);

impl Plugin {
    fn load(path: &Path) -> Self {
        Plugin(AbiConnection::load_shared_library(path.to_str().unwrap()).unwrap())
    }
}

impl Loaded for Plugin {
    fn add(&self, a: u64, b: u64) -> u64 {
        self.0.add(a, b)
    }

    fn routines(&'static self) -> Vec<(Operation, Routine)> {
        let calls = &self.0;
        vec![
            routines::add(|a, b| calls.add(a, b)),
            routines::sum(|values| calls.sum(values)),
            routines::len(|text| calls.len(text)),
            routines::greet(|target| calls.greet(target)),
            routines::bytes(|value| calls.bytes(value)),
            routines::halve(|value| calls.halve(value)),
            routines::panic(|| catch_unwind(AssertUnwindSafe(|| calls.panic())).is_err()),
        ]
    }
}
