//! Each decision on a file is an event of `tracing`:
//! `cargo test --package plugin-interface --features tracing,trust,watch,hot-library,process --test decisions`.
#![cfg(target_os = "linux")]

#[allow(dead_code, reason = "other tests use the rest")]
#[path = "../it/builds.rs"]
mod builds;
#[allow(dead_code, reason = "other tests use the rest")]
#[path = "../it/compilers.rs"]
mod compilers;
#[allow(dead_code, reason = "other tests use the rest")]
#[path = "../it/deadline.rs"]
mod deadline;
#[allow(dead_code, reason = "other tests use the rest")]
#[path = "../it/fixtures.rs"]
mod fixtures;
mod gate;
mod recorder;
#[allow(dead_code, reason = "other tests use the rest")]
#[path = "../it/trust/signer.rs"]
mod signer;
mod ways;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use plugin_interface::process::Worker;
use plugin_interface::{
    Greeter, HotLibrary, HotOptions, Live, LiveEvent, LiveOptions, LoadPolicy, PluginLock,
    PluginManager, PluginTrait, Requirement, UnloadOutcome, WatchEvent, WatchOptions,
};

use deadline::within;
use fixtures::Directory;
use recorder::{Decision, answer, decisions};
use signer::Signer;

fn lock_of(directory: &Directory) -> PluginLock {
    let (lock, refused) = PluginLock::of_directory(directory.path()).unwrap();
    assert!(refused.is_empty(), "{refused:?}");
    lock
}

fn digest_of(path: &Path) -> String {
    LoadPolicy::new().trust_of(path).unwrap().sha256
}

/// Another library at the same path, put there as a build does.
fn replace(path: &Path) {
    let other = Directory::new();
    let next = path.with_extension("next");
    fs::copy(other.compile("x", &["NAME=\"other\""], ""), &next).unwrap();
    fs::rename(next, path).unwrap();
}

/// A directory with one plugin.
fn one() -> (Directory, PathBuf) {
    recorder::install();
    let directory = Directory::new();
    let path = directory.compile("a", &[], "");
    (directory, path)
}

/// Loads a library by a manager; returns the decisions.
fn load(path: &Path, policy: LoadPolicy) -> Vec<Decision> {
    drop(PluginManager::with_policy(policy).load_library(path));
    decisions(path)
}

#[test]
fn a_decision_has_the_hash_the_key_the_policy_and_the_exception() {
    let ((directory, path), signer) = (one(), Signer::new());
    let blake3 = || Some(lock_of(&directory).get("liba.so").unwrap().blake3.clone());
    let approved = |policy: &str| Decision {
        policy: policy.to_owned(),
        blake3: blake3(),
        ..Decision::approved()
    };
    assert_eq!(load(&path, LoadPolicy::new()), [], "nothing was asked");
    assert_eq!(load(&path, LoadPolicy::new().lock(lock_of(&directory))), [approved("locked")]);
    let digest = digest_of(&path);
    let pinned = LoadPolicy::new().pin_sha256(&digest).unwrap();
    let by_sha256 = Decision { sha256: Some(digest), blake3: None, ..approved("any, pinned") };
    assert_eq!(load(&path, pinned), [by_sha256]);

    let excepted = || signer.policy().allow_unsigned("liba.so");
    let unsigned = Decision { exception: Some("unsigned".to_owned()), ..approved("signed") };
    assert_eq!(load(&path, excepted()), [unsigned]);
    let [refused] = &load(&path, signer.policy())[..] else { panic!() };
    assert!(refused.refusal().contains("liba.so.minisig beside it"), "{refused:?}");
    let read = (&refused.policy[..], &refused.sha256, &refused.blake3);
    assert_eq!(read, ("signed", &None, &None), "it was not read");

    signer.sign(&path);
    let key = Some(signer.key().id().to_string());
    let signed = Decision { key: key.clone(), ..approved("locked-and-signed") };
    let policy = || excepted().lock(lock_of(&directory));
    assert_eq!(load(&path, policy()), [signed], "the exception was not needed");
    let content = fs::read(&path).unwrap();
    replace(&path);
    let [refused] = &load(&path, excepted().require(Requirement::Any))[..] else { panic!() };
    assert_eq!((&refused.key, &refused.policy[..]), (&key, "any"), "{refused:?}");
    assert_eq!(refused.blake3, blake3());
    assert!(refused.refusal().contains("liba.so.minisig:2"), "{refused:?}");
    // Content and signature are right, and the comment is not.
    fs::write(&path, content).unwrap();
    signer.sign_as(&path, "name:other");
    let [refused] = &load(&path, signer.policy())[..] else { panic!() };
    assert!(refused.refusal().contains("liba.so.minisig:3"), "{refused:?}");
    assert_eq!(refused.blake3, blake3());
    assert_eq!(load(&directory.library("none"), policy()), [], "there is no file to decide on");
}

#[test]
fn each_way_of_loading_reports_one_decision() {
    let (directory, path) = one();
    let policy = || LoadPolicy::new().lock(lock_of(&directory));
    let mut manager = PluginManager::with_policy(policy());
    manager.load::<dyn Greeter>(directory.path()).unwrap();
    assert_eq!(decisions(&path).len(), 1, "load");
    let nobody = Worker::new(directory.path().join("nobody"));
    assert!(manager.load_isolated(&path, nobody).is_err());
    assert_eq!(decisions(&path).len(), 1, "load_isolated");
    let live = LiveOptions::new().policy(policy()).open::<dyn Greeter>(&path).unwrap();
    assert_eq!(decisions(&path).len(), 1, "Live::open");
    live.reload().unwrap();
    assert_eq!(decisions(&path).len(), 1, "Live::reload of the same file");
    let library = HotOptions::new()
        .policy(policy())
        .open(&path, &["plugin_unmaker_counter_Greeter_v1"])
        .unwrap();
    assert_eq!(decisions(&path).len(), 1, "HotLibrary::open");
    // Who only looks decides nothing.
    manager.survey(directory.path()).unwrap();
    assert_eq!(decisions(&path), []);

    replace(&path);
    for way in 0..4 {
        match way {
            0 => drop(manager.load::<dyn Greeter>(directory.path()).unwrap()),
            1 => drop(live.reload().unwrap_err()),
            2 => drop(library.check_and_reload().unwrap_err()),
            _ => drop(manager.load_library(&path).unwrap_err()),
        }
        let [refused] = &decisions(&path)[..] else { panic!("{way}") };
        assert!(
            refused.refusal().contains("was modified after it was locked"),
            "{way}: {refused:?}"
        );
    }
}

#[test]
fn what_was_revoked_while_it_is_loaded_is_reported() {
    let (directory, path) = one();
    let list = directory.path().join("plugins.revoked");
    let text = "version = 1\n";
    fs::write(&list, text).unwrap();
    let policy = || LoadPolicy::new().revocations_file(&list).unwrap();
    let revoke = || {
        let entry = format!("\n[[revoked]]\nsha256 = \"{}\"\n", digest_of(&path));
        let next = directory.path().join("next");
        fs::write(&next, format!("{text}{entry}")).unwrap();
        fs::rename(next, &list).unwrap();
    };
    let mut manager = PluginManager::with_policy(policy());
    let loaded = manager.load::<dyn Greeter>(directory.path()).unwrap();
    assert_eq!(decisions(&path).len(), 1);
    revoke();
    manager.load::<dyn Greeter>(directory.path()).unwrap();
    let [new, old] = &decisions(&path)[..] else { panic!() };
    assert!(!new.refusal().contains("it is loaded"), "{new:?}");
    assert!(old.refusal().contains("it is loaded"), "{old:?}");
    assert_eq!(old.sha256, Some(digest_of(&path)));
    drop((loaded, manager));

    fs::write(&list, text).unwrap();
    let options = WatchOptions { debounce_ms: 1, ..WatchOptions::default() };
    let mut manager = PluginManager::with_policy(policy());
    let mut told = 0;
    manager.watch_and_load_blocking(directory.path(), PluginTrait::Greeter, options, |event| {
        match event {
            WatchEvent::Handles(..) => revoke(),
            WatchEvent::Error(_) => told += 1,
            WatchEvent::Unloaded { .. } => return false,
            _ => {}
        }
        true
    });
    let found = decisions(&path);
    let loaded =
        found.iter().filter(|it| it.refused.is_some() && it.refusal().contains("it is loaded"));
    assert_eq!((loaded.count(), told), (1, 1), "{found:?}");
}

#[test]
fn a_subscriber_holds_no_lock_and_may_panic() {
    let (directory, path) = one();
    let lock = lock_of(&directory);
    let policy = || LoadPolicy::new().lock(lock.clone());
    let live = LiveOptions::new().policy(policy()).open::<dyn Greeter>(&path).unwrap();
    let library = HotOptions::new()
        .policy(policy())
        .open(&path, &["plugin_unmaker_counter_Greeter_v1"])
        .unwrap();
    replace(&path);
    // Another thread reloads while the subscriber of the first one waits for it.
    let waiting = |reload: fn(&Live<dyn Greeter>, &HotLibrary) -> bool| {
        let (live, library, is_first) = (live.clone(), library.clone(), AtomicBool::new(true));
        answer(&path, move || {
            if is_first.swap(false, Ordering::Relaxed) {
                let (live, library) = (live.clone(), library.clone());
                let (sender, answer) = mpsc::channel();
                thread::spawn(move || sender.send(reload(&live, &library)));
                let answer = answer.recv_timeout(Duration::from_secs(60));
                assert_eq!(answer, Ok(true), "the subscriber holds a lock");
            }
        });
    };
    waiting(|live, _| live.reload().is_err());
    live.reload().unwrap_err();
    assert_eq!(decisions(&path).len(), 4, "two of the first versions, two of the next");
    waiting(|_, library| library.retry().is_err());
    library.retry().unwrap_err();
    assert_eq!(decisions(&path).len(), 2);

    answer(&path, || panic!("the log is full"));
    let events = live.events();
    while events.try_next().is_some() {}
    live.reload().unwrap_err();
    let told: Vec<_> = std::iter::from_fn(|| events.try_next()).collect();
    let is_told = |event: &LiveEvent| matches!(event, LiveEvent::SubscriberPanicked { message } if message == "the log is full");
    assert!(told.iter().any(is_told), "{told:?}");
    let error = library.retry().unwrap_err().to_string();
    assert!(error.contains("was modified after it was locked"), "{error}");
    let mut manager = PluginManager::with_policy(policy());
    let error = manager.load_library(&path).unwrap_err().to_string();
    assert!(error.contains("was modified after it was locked"), "{error}");
}

#[test]
fn a_subscriber_that_panics_at_the_end_of_each_version_stops_nothing() {
    let (directory, path) = one();
    recorder::answer_live(&path, |message| {
        assert!(!["retired", "unloaded"].contains(&message), "the log is full");
    });
    let live = Live::<dyn Greeter>::open(&path).unwrap();
    let mut events = live.events();
    let (mut unmapped, mut is_told) = (Vec::new(), false);
    for version in 1..=4 {
        let name = format!("NAME=\"version {version}\"");
        fs::rename(directory.compile("next", &[&name], ""), &path).unwrap();
        live.reload().unwrap();
        while unmapped.len() < version || !is_told {
            match within("the end of a version", || events.next()).expect("it is open") {
                LiveEvent::Unloaded { generation, outcome, .. } => {
                    assert_eq!(outcome, Some(UnloadOutcome::Unmapped));
                    unmapped.push(generation);
                }
                LiveEvent::SubscriberPanicked { message } => {
                    assert_eq!(message, "the log is full");
                    is_told = true;
                }
                _ => {}
            }
        }
    }
    assert_eq!(unmapped, [1, 2, 3, 4]);
    assert_eq!(live.get().name(), "version 4");
}
