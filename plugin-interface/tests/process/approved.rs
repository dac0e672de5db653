//! The gate of locks, for a library that runs in a process of its own.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use plugin_interface::process::WorkerError;
use plugin_interface::{LoadError, LoadPolicy, PluginLock, PluginManager};

use super::deaths::dies;
use super::{library, turn, victim, worker};

/// A folder with one library, which ends with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        fs::copy(library(), path.join("libmortal.so")).unwrap();
        Folder(path)
    }

    fn library(&self) -> PathBuf {
        self.0.join("libmortal.so")
    }

    fn lock(&self) -> PluginLock {
        PluginLock::of_directory(&self.0).unwrap().0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Puts another file in place of one, with one byte more.
fn modify(library: &Path) {
    let next = library.with_extension("next");
    fs::copy(library, &next).unwrap();
    File::options().append(true).open(&next).unwrap().write_all(b"x").unwrap();
    fs::rename(next, library).unwrap();
}

#[test]
fn only_what_is_locked_runs_in_a_worker() {
    let _turn = turn();
    let folder = Folder::new("only_what_is_locked_runs_in_a_worker");
    let unlocked = PluginLock::parse("plugins.lock", b"version = 1\n").unwrap();
    let load = |lock: PluginLock| {
        let manager = PluginManager::with_policy(LoadPolicy::new().lock(lock));
        manager.load_isolated(folder.library(), worker())
    };
    let locked = folder.lock();
    let loaded = load(locked.clone()).unwrap();
    assert_eq!(victim(&loaded).name(), "Victim");

    let error = load(unlocked).unwrap_err();
    assert!(matches!(&error, WorkerError::Load(LoadError::Unlocked { .. })), "{error:?}");
    modify(&folder.library());
    let error = load(locked).unwrap_err();
    assert!(matches!(&error, WorkerError::Load(LoadError::Modified { .. })), "{error:?}");
}

#[test]
fn the_worker_after_a_death_runs_what_was_approved() {
    let _turn = turn();
    let folder = Folder::new("the_worker_after_a_death_runs_what_was_approved");
    let manager = PluginManager::with_policy(LoadPolicy::new().lock(folder.lock()));
    let loaded = manager.load_isolated(folder.library(), worker()).unwrap();
    let victim = victim(&loaded);
    fs::write(folder.library(), "no library").unwrap();
    let first = loaded.process_id();
    // Its next call starts another worker.
    dies(&victim, "abort", Some(libc::SIGABRT));
    assert_ne!(loaded.process_id(), first);
    fs::remove_file(folder.library()).unwrap();
    dies(&victim, "exit", None);
}
