//! Builds that fail, at each stage of a load, between good ones.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use plugin_interface::{
    Greeter, Live, LiveEvent, LiveGuard, LiveOptions, Probe, ReloadOutcome, Stage,
};

use crate::deadline::within;
use crate::ends_with_test::EndsWithTest;
use crate::fixtures::{Directory, fixture};
use crate::numbered_builds::{Builds, replace, soak, stamped, text};

/// A file that is refused, and at which stage.
type Fault = (Stage, Vec<u8>);

fn faults(directory: &Directory, builds: &Builds) -> Vec<Fault> {
    let compile = |name, macros: &[&str]| fs::read(directory.compile(name, macros, "")).unwrap();
    let good = builds.content("good", 0);
    vec![
        (Stage::Check, b"not a library".to_vec()),
        (Stage::Check, good[..good.len() / 2].to_vec()),
        (Stage::Admit, compile("abi", &["ABI=9"])),
        (Stage::Admit, compile("shape", &["OTHER_FINGERPRINT={7}"])),
        (Stage::Admit, compile("version", &["INTERFACE_VERSION=\"2.0\"", "OTHER_FINGERPRINT={7}"])),
        (Stage::Admit, fs::read(fixture("healthy")).unwrap()),
        (Stage::Open, compile("unresolved", &["malloc=no_such_function"])),
        (Stage::Connect, compile("small", &["SMALL_ENTRY"])),
        (Stage::Make, compile("null", &["NULL_MAKER"])),
        (Stage::Make, compile("table", &["VTABLE_FINGERPRINT={7}"])),
        (Stage::Make, builds.content("fail", 0)),
        (Stage::Make, builds.content("boom", 0)),
    ]
}

/// What would take the host with it.
fn crashing(directory: &Directory) -> PathBuf {
    let crash =
        "__attribute__((constructor)) static void begin(void) { *(volatile int *)8 = 1; }\n";
    directory.compile("crash", &[], crash)
}

/// Offers a build that fails, and sees that nothing changed.
#[track_caller]
fn refuse(live: &Live<dyn Greeter>, stage: Stage, content: &[u8]) {
    let serving = (live.generation(), live.get().name().to_owned());
    replace(&live.path(), content);
    let error = live.reload().unwrap_err();
    assert_eq!(error.stage(), Some(stage), "{error:?}");
    assert!(error.to_string().contains(&format!("at the stage `{stage}`")), "{error}");
    assert_eq!((live.generation(), live.get().name().to_owned()), serving);
}

/// Offers one that is good.
#[track_caller]
fn accept(live: &Live<dyn Greeter>, content: &[u8]) {
    let next = live.generation() + 1;
    replace(&live.path(), content);
    let reloaded = live.reload();
    let Ok(ReloadOutcome::Replaced { generation, .. }) = reloaded else { panic!("{reloaded:?}") };
    assert_eq!(generation, next);
}

/// Runs `test` while other threads call: each answer is that of its version.
fn while_called(lives: &[&Live<dyn Greeter>], test: impl FnOnce()) {
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        for live in lives {
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    let guard = live.get();
                    let number = LiveGuard::generation(&guard) - 1;
                    assert_eq!(guard.greet("x"), text("good", number));
                    thread::yield_now();
                }
            });
        }
        let _ends = EndsWithTest(&is_over);
        test();
    });
}

#[test]
fn at_whichever_stage_a_build_fails_the_old_one_serves_and_the_next_good_one_is_loaded() {
    let (directory, path, builds) = stamped("live_faults");
    let (faults, crash) = (faults(&directory, &builds), fs::read(crashing(&directory)).unwrap());
    let live = Live::open(&path).unwrap();
    // The probe costs a process each time: it is for the build that needs it.
    let probe = Probe::new(fixture("driver")).argument("probe");
    let probed = directory.library("live_probed");
    builds.put(&probed, "good", 0);
    let careful = LiveOptions::new().probe(probe).open::<dyn Greeter>(probed).unwrap();
    let stateful = Live::<dyn Greeter>::open(directory.add("stateful", "live_stateful")).unwrap();
    let states = ["stateful", "stateful_next"].map(|name| fs::read(fixture(name)).unwrap());
    let events = live.events();
    while_called(&[&live, &careful], || {
        for round in 1..=soak(1, 1000) {
            for (stage, content) in &faults {
                refuse(&live, *stage, content);
            }
            fs::remove_file(&path).unwrap();
            assert_eq!(live.reload().unwrap_err().stage(), Some(Stage::Settle));
            accept(&live, &builds.content("good", round));

            refuse(&careful, Stage::Probe, &crash);
            accept(&careful, &builds.content("good", round));

            // Fourteen is refused by both, each of which comes after the other.
            let next = &states[round as usize % 2];
            stateful.get().greet("14");
            refuse(&stateful, Stage::Restore, next);
            assert_eq!(stateful.get().greet("?"), "14");
            // The counts from thirteen to fifteen are refused, or panic.
            let count = (round + 15).to_string();
            stateful.get().greet(&count);
            accept(&stateful, next);
            assert_eq!(stateful.get().greet("?"), count);
        }
    });
    let stages: BTreeSet<_> = faults.iter().map(|(stage, _)| *stage).collect();
    assert_eq!(stages.len(), 5, "with Settle, Probe and Restore, eight");
    drop(live);
    let counts = events.filter_map(|event| match event {
        LiveEvent::Unloaded { counter, .. } => Some(counter),
        _ => None,
    });
    let counts: BTreeSet<_> = within("all versions end", || counts.collect());
    assert_eq!(counts, BTreeSet::from([Some(1)]));
}

#[cfg(feature = "watch")]
#[test]
fn whoever_watches_is_told_of_each_that_fails_and_the_next_good_one_serves() {
    let (directory, path, builds) = stamped("live_faults_watched");
    let faults = faults(&directory, &builds);
    let live = Live::watch(&path).unwrap();
    let events = live.events();
    let next = || {
        let deadline = std::time::Duration::from_secs(10);
        let about_loads = |event: &LiveEvent| {
            !matches!(event, LiveEvent::Retired { .. } | LiveEvent::Unloaded { .. })
        };
        std::iter::from_fn(|| events.next_within(deadline)).find(about_loads).unwrap()
    };
    assert!(matches!(next(), LiveEvent::Loaded { .. }));
    while_called(&[&live], || {
        for round in 1..=soak(faults.len() as u64, 1000) {
            let (stage, content) = &faults[round as usize % faults.len()];
            replace(&path, content);
            let told = next();
            let LiveEvent::Refused { generation, stage: found, .. } = &told else {
                panic!("{told:?}")
            };
            assert_eq!((*generation, found), (round, stage), "{told:?}");
            assert_eq!(live.get().name(), text("good", round - 1));
            builds.put(&path, "good", round);
            let told = next();
            assert!(matches!(told, LiveEvent::Replaced { .. }), "{told:?}");
            assert_eq!(live.get().name(), text("good", round));
        }
    });
}
