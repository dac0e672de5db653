//! Plugins that compute with rayon:
//! `cargo test --package plugin-interface --test pools`.
#![cfg(all(target_os = "linux", target_env = "gnu"))]

#[path = "../bodies/build.rs"]
mod build;

use std::thread;
use std::time::{Duration, Instant};

use build::Build;
use plugin_interface::{Greeter, PluginManager, UnloadOutcome};

/// Loads a build, lets it compute, and closes it. Returns what became of it.
fn compute(manager: &mut PluginManager, build: &Build, pool: &str) -> Option<UnloadOutcome> {
    let handle = manager.load_library(build.file()).unwrap().remove(0);
    let greeter = handle.as_greeter().unwrap();
    assert_eq!(greeter.greet(pool), "500500");
    drop(greeter);
    handle.close().unwrap();
    manager.outcome(build.file())
}

#[test]
fn a_plugin_with_a_pool_of_its_own_is_unmapped_when_its_threads_have_ended() {
    let build = Build::of("pooled");
    let mut manager = PluginManager::new();
    for _ in 0..10 {
        build.renew();
        compute(&mut manager, &build, "own");
        let end = Instant::now() + Duration::from_secs(120);
        while manager.outcome(build.file()) != Some(UnloadOutcome::Unmapped) {
            let outcome = manager.outcome(build.file());
            assert!(Instant::now() < end, "it stays: {outcome:?}");
            thread::sleep(Duration::from_millis(1));
        }
    }
}

#[test]
fn the_first_version_that_rayons_global_pool_keeps_names_the_threads_and_what_to_do() {
    let build = Build::of("pooled");
    let mut manager = PluginManager::new();
    let outcome = compute(&mut manager, &build, "global");
    let Some(UnloadOutcome::Pinned { threads, .. }) = &outcome else { panic!("{outcome:?}") };
    assert!(*threads > 0);
    let text = outcome.unwrap().to_string();
    assert!(text.contains("started in ") && text.contains("rayon_core::"), "{text}");
    assert!(text.contains("or keep its pool in the instance"), "{text}");
}
