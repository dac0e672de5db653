//! A watch in the background, and its channels.

use std::path::PathBuf;
use std::time::Duration;

use plugin_interface::{Greeter, PluginManager, PluginTrait, WatchNotification, WatchOptions};

use crate::deadline::within;
use crate::fixtures::Directory;
use crate::observer::{DEADLINE, comes_true, library, place, version};
use crate::patient_fs as fs;
/// The paths of all that changed, until none is missing.
fn changed(
    notifications: &plugin_interface::crossbeam_channel::Receiver<WatchNotification>,
    wanted: usize,
) -> Vec<PathBuf> {
    let mut found = Vec::new();
    while found.len() < wanted {
        match notifications.recv_timeout(DEADLINE).unwrap() {
            WatchNotification::Changed { paths, .. } => found.extend(paths),
            WatchNotification::Unchanged | WatchNotification::Beside => {}
            other => panic!("{other:?}"),
        }
    }
    found
}

#[test]
fn a_receiver_that_nobody_reads_neither_blocks_nor_grows() {
    let directory = Directory::new();
    let paths = ["a", "b", "c"].map(|name| directory.path().join(library(name)));
    fs::write(&paths[0], "first").unwrap();
    let options = WatchOptions::default();
    let (notifications, stop, thread) =
        PluginManager::new().start_watch_background(directory.path(), options.clone());
    assert!(comes_true(|| !notifications.is_empty()));
    for i in 0..2000 {
        fs::write(&paths[i % 3], format!("{i}")).unwrap();
        assert!(notifications.len() <= 1);
    }
    // Each file once, however often it was written; the first may be among
    // what was told before.
    let found = changed(&notifications, 3);
    assert!(found.len() <= 4, "{found:?}");
    paths.iter().for_each(|path| assert!(found.contains(path), "{found:?}"));
    stop.send(()).unwrap();
    within("the watch ends", || thread.join()).unwrap();

    // Nor does it hinder the end.
    let (notifications, stop, thread) =
        PluginManager::new().start_watch_background(directory.path(), options);
    assert!(comes_true(|| !notifications.is_empty()));
    fs::write(&paths[0], "last").unwrap();
    drop(stop);
    within("the watch ends", || thread.join()).unwrap();
}

#[test]
fn the_thread_ends_from_either_side() {
    type End<T> = fn(T);
    let directory = Directory::new();
    place(version("ending"), &directory.path().join(library("ending")));
    type Channels = (
        plugin_interface::crossbeam_channel::Receiver<WatchNotification>,
        plugin_interface::crossbeam_channel::Sender<()>,
    );
    let ends: [End<Channels>; 4] = [
        |(notifications, stop)| {
            stop.send(()).unwrap();
            // As often as one likes.
            let _ = stop.send(());
            assert!(comes_true(|| matches!(
                notifications.try_recv(),
                Err(plugin_interface::crossbeam_channel::TryRecvError::Disconnected)
            )));
        },
        |(notifications, stop)| {
            drop(stop);
            let told = within("the channel ends too", || notifications.iter().count());
            assert!(told < 100, "{told}");
        },
        |(notifications, stop)| {
            drop(notifications);
            std::mem::forget(stop);
        },
        |(notifications, stop)| {
            // While there is nothing to tell.
            changed(&notifications, 1);
            drop(notifications);
            std::mem::forget(stop);
        },
    ];
    for end in ends {
        let (notifications, stop, thread) =
            PluginManager::new().start_watch_background(directory.path(), WatchOptions::default());
        end((notifications, stop));
        assert!(comes_true(|| thread.is_finished()));
        thread.join().unwrap();
    }
}

#[test]
fn nothing_is_told_of_what_readers_do() {
    let directory = Directory::new();
    let path = directory.path().join(library("read"));
    place(version("read"), &path);
    let (notifications, _stop, _thread) =
        PluginManager::new().start_watch_background(directory.path(), WatchOptions::default());
    assert_eq!(changed(&notifications, 1), [path.as_path()]);
    for _ in 0..10 {
        fs::read(&path).unwrap();
        assert_eq!(PluginManager::new().load::<dyn Greeter>(directory.path()).unwrap().len(), 1);
    }
    let last = directory.path().join(library("sentinel"));
    place(version("read"), &last);
    assert_eq!(changed(&notifications, 1), [last]);
}

#[test]
fn a_directory_of_no_use_to_the_manager_is_ignored() {
    let directory = Directory::new();
    place(version("ignored"), &directory.path().join(library("ignored")));
    let mut manager = PluginManager::new();
    let (notifications, stop, _thread) =
        manager.start_watch_background(directory.path(), WatchOptions::default());
    std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(100));
        drop(stop);
    });
    let elsewhere = Directory::new();
    let (options, greeter) = (WatchOptions::default(), PluginTrait::Greeter);
    let directory = elsewhere.path();
    manager.process_watch_notifications_blocking(directory, notifications, greeter, options, |n| {
        panic!("{n:?}")
    });
}
