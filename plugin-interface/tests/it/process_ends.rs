//! What a process leaves when it ends, and what it inherited when it began. Each
//! test starts itself again as a process of its own.
#![expect(unsafe_code, reason = "forks, and sets the disposition of a signal")]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use plugin_interface::{Copies, LoadError, LoadPolicy, PluginManager, Probe};
use tempfile::TempDir;

use crate::fixtures::{Directory, fixture};

/// Runs a test of this module again, with these libraries and this directory
/// for temporary files.
fn again(test: &str, libraries: &[&Path], temporary: &Path) -> Output {
    let output = Command::new(env::current_exe().unwrap())
        .args(["--exact", &format!("process_ends::{test}"), "--nocapture"])
        .env("PLUGIN_TEST_LIBRARIES", env::join_paths(libraries).unwrap())
        .env("TMPDIR", temporary)
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
    output
}

/// The libraries for this process, if it is one that `again` started.
fn libraries() -> Option<Vec<PathBuf>> {
    Some(env::split_paths(&env::var_os("PLUGIN_TEST_LIBRARIES")?).collect())
}

/// Loads a library and keeps it until the process ends.
fn load_for_good(library: &Path, policy: LoadPolicy) {
    let handles = PluginManager::with_policy(policy).load_library(library).unwrap();
    std::mem::forget(handles);
}

/// The private copies below a directory.
fn copies(directory: &Path) -> Vec<PathBuf> {
    let below = |path: PathBuf| path.read_dir().into_iter().flatten().flatten();
    let files = below(directory.to_owned()).flat_map(|process| below(process.path()));
    files.map(|file| file.path()).filter(|file| file.extension().is_some()).collect()
}

fn entries(directory: &Path) -> usize {
    directory.read_dir().unwrap().count()
}

#[test]
fn a_normal_exit_leaves_no_copies() {
    let Some(libraries) = libraries() else {
        let temporary = TempDir::new().unwrap();
        again("a_normal_exit_leaves_no_copies", &[fixture("healthy")], temporary.path());
        assert_eq!(entries(temporary.path()), 0);
        return;
    };
    load_for_good(&libraries[0], LoadPolicy::new());
    assert_eq!(copies(&env::temp_dir()).len(), 1);
}

#[test]
fn an_exit_in_the_middle_leaves_no_copies() {
    let Some(libraries) = libraries() else {
        let temporary = TempDir::new().unwrap();
        again("an_exit_in_the_middle_leaves_no_copies", &[fixture("healthy")], temporary.path());
        let placed = temporary.path().join("placed");
        assert_eq!((entries(temporary.path()), entries(&placed)), (1, 0), "the placed one alone");
        return;
    };
    let placed = env::temp_dir().join("placed");
    load_for_good(&libraries[0], LoadPolicy::new().copies(Copies::In(placed.clone())));
    load_for_good(&libraries[0], LoadPolicy::new());
    assert_eq!((copies(&placed).len(), copies(&env::temp_dir()).len()), (1, 1));
    std::thread::spawn(|| std::process::exit(0)).join().unwrap();
}

#[test]
fn copies_stay_where_they_are_asked_for() {
    let Some(libraries) = libraries() else {
        let temporary = TempDir::new().unwrap();
        again("copies_stay_where_they_are_asked_for", &[fixture("healthy")], temporary.path());
        let [kept] = &copies(&temporary.path().join("kept"))[..] else { panic!("not kept") };
        assert_eq!(fs::read(kept).unwrap(), fs::read(fixture("healthy")).unwrap());
        assert_eq!(entries(temporary.path()), 1);
        return;
    };
    let policy = LoadPolicy::new().copies(Copies::KeptIn(env::temp_dir().join("kept")));
    drop(PluginManager::with_policy(policy).load_library(&libraries[0]).unwrap());
}

#[test]
fn a_forked_process_takes_nothing_away_when_it_ends() {
    let Some(libraries) = libraries() else {
        let temporary = TempDir::new().unwrap();
        let test = "a_forked_process_takes_nothing_away_when_it_ends";
        again(test, &[fixture("healthy")], temporary.path());
        assert_eq!(entries(temporary.path()), 0);
        return;
    };
    let handles = PluginManager::new().load_library(&libraries[0]).unwrap();
    // SAFETY: the child only frees memory and ends.
    match unsafe { libc::fork() } {
        0 => {
            drop(handles);
            std::process::exit(0);
        }
        child => {
            let mut status = 0;
            // SAFETY: waits for the child from above.
            assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
            assert_eq!(status, 0);
        }
    }
    assert_eq!(copies(&env::temp_dir()).len(), 1);
}

#[test]
fn a_host_that_inherited_an_ignored_sigchld_probes_nevertheless() {
    let Some(libraries) = libraries() else {
        let (directory, temporary) = (Directory::of(&["healthy"]), TempDir::new().unwrap());
        let dying = "#include <stdlib.h>\n\
                     __attribute__((constructor)) static void begin(void) { abort(); }";
        let dying = directory.compile("dying", &[], dying);
        let libraries = [fixture("driver"), &directory.library("healthy"), &dying];
        let test = "a_host_that_inherited_an_ignored_sigchld_probes_nevertheless";
        again(test, &libraries, temporary.path());
        return;
    };
    // SAFETY: sets no handler.
    unsafe { libc::signal(libc::SIGCHLD, libc::SIG_IGN) };
    let [driver, healthy, dying] = &libraries[..] else { panic!("{libraries:?}") };
    let mut manager = PluginManager::new().with_probe(Probe::new(driver).argument("probe"));
    manager.load_library(healthy).unwrap();
    let refused = manager.load_library(dying).unwrap_err();
    let LoadError::ProbeCrashed { how, .. } = &refused else { panic!("{refused:?}") };
    assert!(how.contains("SIGCHLD"), "{how}");
}
