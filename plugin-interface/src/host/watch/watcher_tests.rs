//! Tests of the watcher, with systems whose events are lost, late or missing.

use std::fs;

use crossbeam_channel::never;
use notify::event::{EventKind, Flag};

use crate::host::watch::watcher::*;

const QUIET: Duration = Duration::from_millis(20);

fn library(directory: &Path, name: &str) -> PathBuf {
    directory.join(name).with_extension(std::env::consts::DLL_EXTENSION)
}

fn waited(watcher: &mut Watcher, until: Option<Instant>, stop: &Receiver<()>) -> Waited {
    wait(core::slice::from_mut(watcher), until, stop, &never())
}

/// Waits for the next notification.
fn next(watcher: &mut Watcher) -> WatchNotification {
    loop {
        assert_eq!(waited(watcher, None, &never()), Waited::Noticed);
        match watcher.take() {
            None | Some(WatchNotification::Beside) => {}
            Some(noticed) => return noticed,
        }
    }
}

fn expect_changed(watcher: &mut Watcher, path: &Path) {
    let noticed = next(watcher);
    let WatchNotification::Changed { paths, .. } = noticed else { panic!("{noticed:?}") };
    assert_eq!(paths, [path]);
}

/// Any number of changes may be noticed before.
fn expect_removed(watcher: &mut Watcher, path: &Path) {
    loop {
        match next(watcher) {
            WatchNotification::Changed { paths, .. } => assert_eq!(paths, [path]),
            WatchNotification::Removed { paths } => break assert_eq!(paths, [path]),
            other => panic!("{other:?}"),
        }
    }
}

fn no_watches(_: &Path, _: RecursiveMode, _: Handler) -> notify::Result<Events> {
    Err(notify::Error::new(notify::ErrorKind::MaxFilesWatch))
}

#[test]
fn without_watches_it_polls_and_says_so() {
    let directory = tempfile::tempdir().unwrap();
    let path = library(directory.path(), "one");
    fs::write(&path, "1").unwrap();
    let target = WatchTarget::directory(directory.path(), false);
    let mut watcher =
        Watcher::with(target, QUIET, None, (no_watches, comparing::INTERVAL), bounded(1));
    let reported = next(&mut watcher);
    let WatchNotification::Error(WatchError::Polling { reason, .. }) = reported else {
        panic!("{reported:?}");
    };
    assert_eq!(reason, "OS file watch limit reached.");
    expect_changed(&mut watcher, &path);
    // Once more, since a scan may not show a change shortly after it.
    expect_changed(&mut watcher, &path);
    fs::write(&path, "22").unwrap();
    expect_changed(&mut watcher, &path);
    fs::remove_file(&path).unwrap();
    expect_removed(&mut watcher, &path);
}

/// A system whose queue is full: it reports only that.
fn overflows(_: &Path, _: RecursiveMode, mut handler: Handler) -> notify::Result<Events> {
    static LOST: Mutex<Vec<Handler>> = Mutex::new(Vec::new());
    let lost = || notify::Event::new(EventKind::Other).set_flag(Flag::Rescan);
    let mut earlier = LOST.lock().unwrap();
    if let Some(mut earlier) = earlier.pop() {
        earlier(Ok(lost()));
    }
    handler(Err(notify::Error::new(notify::ErrorKind::MaxFilesWatch)));
    earlier.push(handler);
    Ok(Box::new(notify::NullWatcher))
}

#[test]
fn files_are_scanned_if_events_are_lost() {
    let directory = tempfile::tempdir().unwrap();
    let target = WatchTarget::directory(directory.path(), false);
    let mut watcher =
        Watcher::with(target, QUIET, None, (overflows, comparing::INTERVAL), bounded(1));
    for name in ["one", "two", "three"] {
        let path = library(directory.path(), name);
        fs::write(&path, name).unwrap();
        let mut found = false;
        // The others are young, and may have changed.
        while !found {
            let noticed = next(&mut watcher);
            let WatchNotification::Changed { paths, .. } = noticed else { panic!("{noticed:?}") };
            found = paths.contains(&path);
        }
    }
}

/// A system that accepts a watch and reports nothing, as for a bind mount
/// whose files another system writes.
fn silence(_: &Path, _: RecursiveMode, _: Handler) -> notify::Result<Events> {
    Ok(Box::new(notify::NullWatcher))
}

/// Expects to be told which change showed that there are no events.
fn expect_polling(watcher: &mut Watcher, path: &Path) {
    let told = next(watcher);
    let WatchNotification::Error(WatchError::Polling { reason, .. }) = &told else {
        panic!("{told:?}");
    };
    assert_eq!(*reason, format!("{} changed without an event", path.display()));
}

#[test]
fn changes_without_events_are_found_and_that_is_said_once() {
    let directory = tempfile::tempdir().unwrap();
    let (path, second) = (library(directory.path(), "one"), library(directory.path(), "two"));
    fs::write(&path, "1").unwrap();
    for target in [WatchTarget::directory(directory.path(), false), WatchTarget::file(&path)] {
        let mut watcher = Watcher::with(target, QUIET, None, (silence, QUIET), bounded(1));
        expect_changed(&mut watcher, &path);
        fs::write(&path, "22").unwrap();
        expect_changed(&mut watcher, &path);
        expect_polling(&mut watcher, &path);
        if watcher.target.only.is_none() {
            fs::write(&second, "1").unwrap();
            expect_changed(&mut watcher, &second);
        }
        // Of the same size, as a new file.
        let beside = directory.path().join("new");
        fs::write(&beside, "33").unwrap();
        fs::rename(&beside, &path).unwrap();
        expect_changed(&mut watcher, &path);
        fs::remove_file(&path).unwrap();
        expect_removed(&mut watcher, &path);
        fs::write(&path, "4").unwrap();
        expect_changed(&mut watcher, &path);
        let _ = fs::remove_file(&second);
    }
}

#[test]
fn one_file_is_watched_alone() {
    let directory = tempfile::tempdir().unwrap();
    // Any name will do for a file that is named.
    let path = directory.path().join("plugin");
    let mut watcher = Watcher::new(WatchTarget::file(&path), QUIET, None);
    fs::write(library(directory.path(), "other"), "other").unwrap();
    fs::write(&path, "1").unwrap();
    expect_changed(&mut watcher, &path);
    fs::remove_file(&path).unwrap();
    expect_removed(&mut watcher, &path);
}

#[test]
fn waiting_ends_in_time_or_at_a_stop() {
    let directory = tempfile::tempdir().unwrap();
    let target = WatchTarget::directory(directory.path(), false);
    let mut watcher = Watcher::new(target, QUIET, None);
    let soon = Some(Instant::now() + QUIET);
    assert_eq!(waited(&mut watcher, soon, &never()), Waited::TimeUp);
    let (stop, stopped) = bounded(1);
    stop.send(()).unwrap();
    assert_eq!(waited(&mut watcher, None, &stopped), Waited::Stopped);
    drop(stop);
    assert_eq!(waited(&mut watcher, None, &stopped), Waited::Stopped);
}

#[test]
fn one_thread_waits_for_several_directories() {
    let directories = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let targets = directories.each_ref().map(|it| WatchTarget::directory(it.path(), false));
    let [first, second] = targets;
    let first = Watcher::new(first, QUIET, None);
    let mut watchers = [first.beside(second, QUIET), first];
    for directory in directories.each_ref().into_iter().chain(&directories) {
        let path = library(directory.path(), "one");
        fs::write(&path, format!("{:?}", Instant::now())).unwrap();
        // An earlier change may be noticed again.
        loop {
            assert_eq!(wait(&mut watchers, None, &never(), &never()), Waited::Noticed);
            match watchers.iter_mut().find_map(Watcher::take) {
                Some(WatchNotification::Changed { paths, .. }) if paths == [&*path] => break,
                None | Some(WatchNotification::Beside | WatchNotification::Changed { .. }) => {}
                Some(other) => panic!("{other:?}"),
            }
        }
    }
}
