//! Plugins in a process of their own:
//! `cargo test --package plugin-interface --features process --test process`.
#![cfg(target_os = "linux")]

#[cfg(feature = "trust")]
mod approved;
#[path = "../it/builds.rs"]
mod builds;
mod deadlines;
mod deaths;
mod deaths_in_flight;
mod frames;
mod interfaces;
#[path = "../bodies/later.rs"]
mod later_bodies;
#[path = "../bodies/lending.rs"]
mod lending_bodies;
mod objects;
mod orphans;
mod placements;
mod typed;
mod values;
#[path = "../bodies/visiting.rs"]
mod visiting_bodies;

use std::path::PathBuf;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use plugin_interface::PluginManager;
use plugin_interface::process::{Isolated, IsolatedPlugin, Worker};

/// A file that cargo builds beside this test, or as
/// `cargo build --features process --example mortal --example worker` does.
fn built(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.ancestors().nth(2).unwrap().join("examples").join(name)
}

fn library() -> PathBuf {
    built("libmortal.so")
}

/// Workers without pauses, as many as it takes.
fn worker() -> Worker {
    Worker::new(built("worker")).back_off(Duration::ZERO, Duration::ZERO).deaths(usize::MAX)
}

fn load(worker: Worker) -> Isolated {
    PluginManager::new().load_isolated(library(), worker).unwrap_or_else(|it| panic!("{it}"))
}

fn victim(library: &Isolated) -> IsolatedPlugin {
    let plugins = library.plugins();
    let [victim] = &plugins[..] else { panic!("{plugins:?}") };
    assert_eq!((victim.name(), victim.interface()), ("Victim", "mortal::Mortal"));
    victim.clone()
}

/// Returns the number for a long run, where `PLUGIN_SOAK=1` asks for it, or the one
/// for each run.
fn long_or_short(long: usize, short: usize) -> usize {
    if builds::is_soak() { long } else { short }
}

/// Held by tests that open something, which many do at the same time.
static OPENS: RwLock<()> = RwLock::new(());

/// Lets a test open something while no other test counts what is open.
fn turn() -> RwLockReadGuard<'static, ()> {
    OPENS.read().unwrap_or_else(PoisonError::into_inner)
}

/// Lets a test count what is open, files and workers, while no other test opens any.
fn alone() -> RwLockWriteGuard<'static, ()> {
    OPENS.write().unwrap_or_else(PoisonError::into_inner)
}
