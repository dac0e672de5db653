//! `abi_stable`: a root module, whose layout is checked against the host's,
//! gives a trait object.

use std::path::Path;

use abi_stable::library::lib_header_from_path;
use abi_stable::sabi_trait::TD_Opaque;
use abi_stable::sabi_types::RRef;
use abi_stable_interface::{CallsBox, Host, Host_TO, Plugin_Ref};

use super::routines::{self, Operation, Routine};
use super::{Loaded, Subject};

pub const SUBJECT: Subject = Subject {
    name: "abi_stable",
    krate: Some("abi_stable"),
    plugin: "abi_stable_plugin",
    load: |path| Box::new(Plugin::load(path)),
    unloads: false,
    checks: "layout of every type",
};

struct Plugin(CallsBox);

impl Plugin {
    fn load(path: &Path) -> Self {
        // `RootModule::load_from` would give the first library for every path.
        let header = lib_header_from_path(path).unwrap();
        let module = header.init_root_module::<Plugin_Ref>().unwrap();
        Plugin(module.make()())
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
            routines::sum(|values| calls.sum(values.into())),
            routines::len(|text| calls.len(text.into())),
            routines::greet(|target| calls.greet(target.into())),
            routines::bytes(|value| calls.bytes(value)),
            routines::fill(|page, value| calls.fill(page.into(), value)),
            routines::halve(|value| calls.halve(value).into_result()),
            routines::ask(|question| {
                calls.ask(Host_TO::from_ptr(RRef::new(&Answers), TD_Opaque), question)
            }),
        ]
    }
}

struct Answers;

impl Host for Answers {
    fn answer(&self, question: u64) -> u64 {
        routines::answer(question)
    }
}
