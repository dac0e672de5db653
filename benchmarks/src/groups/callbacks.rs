//! What a call back into the host costs, by what the plugin was given.

use std::fmt;
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;

use abi_stable::library::lib_header_from_path;
use abi_stable::sabi_trait::TD_Opaque;
use abi_stable::sabi_types::RRef;
use abi_stable::std_types::RArc;
use anyhow::{Context, Result};
use callbacks_interface::by_abi_stable::Host_TO;
use callbacks_interface::by_cglue::*;
use callbacks_interface::by_ours::Asks as _;
use callbacks_interface::{by_abi_stable, by_cglue, by_dyn_trait, by_ours};
use cglue::prelude::v1::*;
use libloading::Library;
use plugin_interface::PluginManager;
use workload::{QUESTION, TARGET};

use crate::harness::plugins::Plugins;
use crate::report::{Section, Table};
use crate::subjects::routines::{Operation, Routine, answer};
use crate::subjects::{BASELINE, CALLBACKS, OURS};

use super::timing::{Case, measure};

const TEXT: &str = "Nanoseconds; medians of rounds in which all take turns in one process. One plugin has the same code four times: for ordinary traits, \
for interfaces of this project, and for the objects of `abi_stable` and `cglue`. *Lent, called once* is a call of the plugin that is given a host, \
a closure or a writer, and calls it once; *each call* is one of many calls of what was lent once or is kept. The answers are added up, and the sum is checked. \
A way that is not there (`-`) was not measured: neither crate has a type for a closure that returns a number.";

const ONCE: Operation = Operation { name: "&dyn Host, lent, called once", expected: answers };
const EACH: Operation = Operation { name: "&dyn Host, each call", expected: answers };
const BOXED: Operation = Operation { name: "Box<dyn Host>, each call", expected: answers };
const SHARED: Operation = Operation { name: "Arc<dyn Host>, each call", expected: answers };
const CLOSURE_ONCE: Operation =
    Operation { name: "&mut dyn FnMut, lent, called once", expected: answers };
const CLOSURE: Operation = Operation { name: "&mut dyn FnMut, each call", expected: answers };
const KEPT: Operation = Operation { name: "Box<dyn Fn>, each call", expected: answers };
const WRITE_ONCE: Operation =
    Operation { name: "&mut dyn fmt::Write, lent, called once", expected: written };
const WRITE: Operation = Operation { name: "&mut dyn fmt::Write, each call", expected: written };

const OPERATIONS: &[Operation] =
    &[ONCE, EACH, BOXED, SHARED, CLOSURE_ONCE, CLOSURE, KEPT, WRITE_ONCE, WRITE];

const WAYS: [&str; 4] = [BASELINE, OURS, "abi_stable", "cglue"];

fn answers(n: u64) -> u64 {
    n * 2 * QUESTION
}

fn written(n: u64) -> u64 {
    n * TARGET.len() as u64
}

pub fn run(plugins: &Plugins) -> Result<Section> {
    let cases = cases(plugins.file(CALLBACKS))?;
    let columns: Vec<_> = [""].into_iter().chain(WAYS).collect();
    let mut table = Table::new("One thread: ratio, nanoseconds", &columns);
    for operation in OPERATIONS {
        let cases: Vec<_> = cases.iter().filter(|case| case.operation == *operation).collect();
        let bars = measure(&cases, 1)?;
        let mut row = vec![operation.name.to_owned()];
        row.extend(WAYS.map(|way| {
            let bar = bars.iter().find(|bar| bar.name == way);
            bar.map_or("-".to_owned(), |bar| bar.label.clone())
        }));
        table.rows.push(row);
    }
    Ok(Section { title: "Callbacks", text: TEXT.to_owned(), tables: vec![table], chart: None })
}

struct Answers;

macro_rules! answers {
    ($($trait:path),*) => {$(
        impl $trait for Answers {
            fn answer(&self, question: u64) -> u64 {
                answer(question)
            }
        }
    )*};
}

answers!(by_dyn_trait::Host, by_ours::Host, by_abi_stable::Host, by_cglue::Host);

/// Counts what is written.
struct Counter(u64);

impl fmt::Write for Counter {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 += text.len() as u64;
        Ok(())
    }
}

/// The operations of a plugin that has the traits of a `dyn Trait`.
macro_rules! of_traits {
    ($plugin:expr) => {{
        let plugin = $plugin;
        plugin.keep_box(Box::new(Answers));
        plugin.keep_arc(Arc::new(Answers));
        plugin.keep_closure(Box::new(answer));
        vec![
            one_by_one(ONCE, move |times| plugin.lent(&Answers, times)),
            at_once(EACH, move |times| plugin.lent(&Answers, times)),
            at_once(BOXED, move |times| plugin.boxed(times)),
            at_once(SHARED, move |times| plugin.shared(times)),
            one_by_one(CLOSURE_ONCE, move |times| plugin.closure(&mut answer, times)),
            at_once(CLOSURE, move |times| plugin.closure(&mut answer, times)),
            at_once(KEPT, move |times| plugin.kept_closure(times)),
            one_by_one(WRITE_ONCE, move |times| count(|counter| plugin.write(counter, times))),
            at_once(WRITE, move |times| count(|counter| plugin.write(counter, times))),
        ]
    }};
}

fn of_abi_stable(file: &Path) -> Result<Vec<(Operation, Routine)>> {
    let module = lib_header_from_path(file)?.init_root_module::<by_abi_stable::Plugin_Ref>()?;
    let plugin: &'static _ = Box::leak(Box::new(module.make()()));
    plugin.keep_box(Host_TO::from_value(Answers, TD_Opaque));
    plugin.keep_arc(Host_TO::from_ptr(RArc::new(Answers), TD_Opaque));
    let lent = || Host_TO::from_ptr(RRef::new(&Answers), TD_Opaque);
    Ok(vec![
        one_by_one(ONCE, move |times| plugin.lent(lent(), times)),
        at_once(EACH, move |times| plugin.lent(lent(), times)),
        at_once(BOXED, move |times| plugin.boxed(times)),
        at_once(SHARED, move |times| plugin.shared(times)),
    ])
}

fn of_cglue(library: &'static Library) -> Result<Vec<(Operation, Routine)>> {
    /// What may go to other threads.
    struct Plugin(by_cglue::AsksBox<'static>);
    // SAFETY: the group has one thread, and the plugin's object none.
    unsafe impl Send for Plugin {}
    // SAFETY: as above.
    unsafe impl Sync for Plugin {}

    // SAFETY: the plugin of this workspace; the export is of that type.
    let mut plugin = unsafe { Plugin(library.get::<by_cglue::Make>("make_cglue")?()) };
    plugin.0.keep_box(trait_obj!(Answers as Host));
    let plugin: &'static Plugin = Box::leak(Box::new(plugin));
    Ok(vec![
        one_by_one(ONCE, move |times| plugin.0.lent(trait_obj!(&Answers as Host), times)),
        at_once(EACH, move |times| plugin.0.lent(trait_obj!(&Answers as Host), times)),
        at_once(BOXED, move |times| plugin.0.boxed(times)),
    ])
}

/// Calls the plugin for each call of the host.
fn one_by_one(
    operation: Operation,
    call: impl Fn(u64) -> u64 + Send + Sync + 'static,
) -> (Operation, Routine) {
    (operation, Box::new(move |n| (0..n).fold(0, |sum, _| sum + call(black_box(1)))))
}

/// Calls the plugin once for all calls of the host.
fn at_once(
    operation: Operation,
    call: impl Fn(u64) -> u64 + Send + Sync + 'static,
) -> (Operation, Routine) {
    (operation, Box::new(call))
}

/// Returns how much was written.
fn count(write: impl FnOnce(&mut Counter) -> fmt::Result) -> u64 {
    let mut counter = Counter(0);
    write(&mut counter).map_or(0, |()| counter.0)
}

/// Every operation of every way; what is loaded stays.
fn cases(file: &Path) -> Result<Vec<Case>> {
    // SAFETY: the plugin of this workspace.
    let library: &'static Library = Box::leak(Box::new(unsafe { Library::new(file)? }));
    let mut cases = Vec::new();
    let mut add = |way, routines: Vec<(Operation, Routine)>| {
        let case = |(operation, routine)| Case { way, operation, routine };
        cases.extend(routines.into_iter().map(case));
    };
    // SAFETY: the plugin of this workspace, built by this compiler; the export
    // is of that type.
    let plain = unsafe { library.get::<by_dyn_trait::Make>("make_dyn_trait")?() };
    let plain: &'static dyn by_dyn_trait::Asks = Box::leak(plain);
    add(BASELINE, of_traits!(plain));
    let handle = PluginManager::new().load_library(file)?.pop().context("a plugin")?;
    let ours: &'static by_ours::AsksProxy =
        Box::leak(Box::new(handle.proxy::<dyn by_ours::Asks>()?));
    add(OURS, of_traits!(ours));
    add("abi_stable", of_abi_stable(file)?);
    add("cglue", of_cglue(library)?);
    Ok(cases)
}
