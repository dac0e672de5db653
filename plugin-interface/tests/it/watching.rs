//! A manager that watches: what it loads, replaces and unloads, and when.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use plugin_interface::{
    Greeter, PluginManager, PluginTrait, WatchEvent, WatchNotification, WatchOptions,
};

use crate::fixtures::{Directory, is_mapped};
use crate::observer::{
    DEADLINE, Observer, Told, comes_true, library, place, version, version_with,
};

fn run(command: &mut Command) {
    assert!(command.status().unwrap().success(), "{command:?}");
}

type Write = fn(&Path, &Path);

/// The ways in which a new version of a library comes to its place.
const WRITERS: &[(&str, Write)] = &[
    ("cargo", |from, to| {
        let _ = fs::remove_file(to);
        fs::hard_link(from, to).unwrap();
    }),
    ("cp", |from, to| run(Command::new("cp").args([from, to]))),
    ("in pieces", |from, to| {
        let content = fs::read(from).unwrap();
        let mut file = File::create(to).unwrap();
        for piece in content.chunks(content.len() / 10) {
            file.write_all(piece).unwrap();
            file.flush().unwrap();
        }
    }),
    ("mv", |from, to| {
        let elsewhere = Directory::new();
        let moved = elsewhere.path().join("moved");
        fs::copy(from, &moved).unwrap();
        fs::rename(moved, to).unwrap();
    }),
    ("beside and rename", |from, to| {
        let beside = to.with_extension("tmp");
        fs::copy(from, &beside).unwrap();
        fs::rename(beside, to).unwrap();
    }),
    ("install", |from, to| run(Command::new("install").args([from, to]))),
    ("remove and create", |from, to| {
        fs::remove_file(to).unwrap();
        fs::copy(from, to).unwrap();
    }),
];

#[test]
fn each_kind_of_writer_gives_one_replacement() {
    let directory = Directory::new();
    let path = directory.path().join(library("written"));
    place(version("first"), &path);
    let observer = Observer::of(directory.path());
    observer.expect_loaded(&path, "first");
    for (writer, write) in WRITERS {
        println!("{writer}");
        let name = format!("by {writer}");
        write(&version(&name), &path);
        observer.expect_renewed(&path, &name);
    }
    observer.expect_nothing(directory.path());
}

#[test]
fn a_linker_that_writes_in_place_gives_one_load() {
    let directory = Directory::new();
    let observer = Observer::of(directory.path());
    let path = directory.compile("linked", &["COUNTER", "NAME=\"linked\""], "");
    observer.expect_loaded(&path, "linked");
    run(Command::new("strip").args(["--strip-all", path.to_str().unwrap()]));
    observer.expect_replaced(&path, "linked");
    observer.expect_nothing(directory.path());
}

#[test]
fn a_library_that_is_being_written_is_no_error_and_delays_no_other() {
    let directory = Directory::new();
    let observer = Observer::of(directory.path());
    let path = directory.path().join(library("slow"));
    let content = fs::read(version("slow")).unwrap();
    let mut file = File::create(&path).unwrap();
    file.write_all(&content[..content.len() / 2]).unwrap();
    observer.expect_nothing(directory.path());
    file.write_all(&content[content.len() / 2..]).unwrap();
    observer.expect_nothing(directory.path());
    drop(file);
    observer.expect_loaded(&path, "slow");
}

#[test]
fn an_identical_rebuild_and_a_touch_are_no_new_version() {
    let directory = Directory::new();
    let path = directory.path().join(library("same"));
    place(version("same"), &path);
    let observer = Observer::of(directory.path());
    observer.expect_loaded(&path, "same");
    place(version("same"), &path);
    run(Command::new("touch").arg(&path));
    run(Command::new("chmod").arg("a+x").arg(&path));
    observer.expect_nothing(directory.path());
}

#[test]
fn a_broken_build_changes_nothing_and_the_next_good_one_is_loaded() {
    let directory = Directory::new();
    let path = directory.path().join(library("broken"));
    place(version("good"), &path);
    let observer = Observer::of(directory.path());
    observer.expect_loaded(&path, "good");
    let broken: &[(&str, &[&str])] = &[
        ("no metadata", &["NO_METADATA"]),
        ("abi", &["ABI=2"]),
        ("null", &["NULL_MAKER"]),
        ("vtable", &["VTABLE_ABI=2"]),
    ];
    let stages = ["check", "admit", "make", "make"];
    for ((name, macros), stage) in broken.iter().zip(stages) {
        place(version_with(name, macros), &path);
        let failed = format!("failed to {stage}; the version that was loaded before stays");
        observer.expect_error(&[&failed, path.to_str().unwrap()]);
        observer.expect_nothing(directory.path());
    }
    fs::write(&path, "no library at all").unwrap();
    observer.expect_error(&["is not a dynamic library", "failed to check"]);
    place(version("better"), &path);
    observer.expect_replaced(&path, "better");
    observer.expect_nothing(directory.path());
}

#[test]
fn a_file_that_nobody_can_load_is_told_once_and_again_when_it_changes() {
    let directory = Directory::new();
    let path = directory.path().join(library("hopeless"));
    fs::write(&path, "hopeless").unwrap();
    let observer = Observer::of(directory.path());
    observer.expect_error(&["is not a dynamic library", "failed to check)"]);
    run(Command::new("chmod").arg("a+x").arg(&path));
    // It is waited for twice: until it is quiet, and until it is tried again.
    observer.expect_nothing(directory.path());
    observer.expect_nothing(directory.path());
    fs::write(&path, "as hopeless as ever").unwrap();
    observer.expect_error(&["is not a dynamic library"]);
    fs::remove_file(&path).unwrap();
    observer.expect_nothing(directory.path());
}

#[test]
fn what_can_be_made_is_loaded_and_the_rest_told() {
    let directory = Directory::of(&["faulty"]);
    let path = directory.library("faulty");
    let observer = Observer::of(directory.path());
    observer.expect_error(&["boom in the constructor", "failed to make)"]);
    observer.expect_error(&["the constructor of Refuses failed"]);
    let Told::Loaded(_, names) = observer.next() else { panic!("expected what can be made") };
    assert_eq!(names, ["DropsBadly", "Fine", "GreetsBadly"]);
    // It has none of these, and nothing that fails: that is its author's word.
    place(version("instead"), &path);
    observer.expect_loaded(&path, "instead");
    observer.expect_error(&["boom in the drop"]);
    assert_eq!(observer.next(), Told::Unloaded(path, Some(3)));
}

#[test]
fn a_version_of_which_less_can_be_made_replaces_nothing() {
    let directory = Directory::new();
    let path = directory.path().join(library("lesser"));
    let two = ["COUNTER", "ARRAY", "LISTS_TWO"];
    place(version_with("old", &two), &path);
    let observer = Observer::of(directory.path());
    let names = |name: &str| vec![name.to_owned(), name.to_owned()];
    assert_eq!(observer.next(), Told::Loaded(vec![path.clone()], names("old")));
    place(version_with("lesser", &[&two[..], &["SECOND=&dropped"]].concat()), &path);
    observer.expect_error(&["has the instance of an earlier one", "loaded before stays"]);
    place(version_with("new", &two), &path);
    assert_eq!(observer.next(), Told::Loaded(vec![path.clone()], names("new")));
    assert_eq!(observer.next(), Told::Unloaded(path, Some(2)));
}

#[test]
fn a_directory_that_vanishes_and_returns_is_watched_again() {
    let parent = Directory::new();
    let directory = parent.path().join("target");
    fs::create_dir(&directory).unwrap();
    let path = directory.join(library("returning"));
    place(version("before"), &path);
    let observer = Observer::of(&directory);
    observer.expect_loaded(&path, "before");
    for name in ["after", "and after"] {
        fs::remove_dir_all(&directory).unwrap();
        let told = [observer.next(), observer.next()];
        let gone = Told::Unloaded(path.clone(), Some(1));
        assert!(told.contains(&gone), "{told:?}");
        let text = format!("no such directory: {}", directory.display());
        let is_error = |told: &Told| matches!(told, Told::Error(found) if found.contains(&text));
        assert!(told.iter().any(is_error), "{told:?}");
        fs::create_dir(&directory).unwrap();
        place(version(name), &path);
        observer.expect_loaded(&path, name);
    }
    // Another one in its place, before it is missed or after.
    let other = parent.path().join("other");
    fs::create_dir(&other).unwrap();
    place(version("other"), &other.join(library("returning")));
    fs::rename(&directory, parent.path().join("old")).unwrap();
    fs::rename(&other, &directory).unwrap();
    let (mut loaded, mut unloaded) = (false, false);
    while !loaded || !unloaded {
        match observer.next() {
            Told::Loaded(_, names) => loaded = names == ["other"],
            Told::Unloaded(..) => unloaded = true,
            Told::Error(text) => assert!(text.contains("no such directory"), "{text}"),
        }
    }
    observer.expect_nothing(&directory);
}

#[test]
fn links_are_followed_when_they_or_what_they_lead_to_change() {
    let directory = Directory::new();
    let below = |name: &str| directory.path().join(name);
    for name in ["one", "two"] {
        fs::create_dir(below(name)).unwrap();
        place(version(name), &below(name).join("library"));
    }
    let path = below(&library("linked"));
    symlink("one/library", &path).unwrap();
    let observer = Observer::of(directory.path());
    observer.expect_loaded(&path, "one");
    run(Command::new("ln").args(["-sfn", "two/library"]).arg(&path));
    observer.expect_replaced(&path, "two");
    // What it leads to, in a directory that is not watched.
    place(version("three"), &below("two/library"));
    observer.expect_replaced(&path, "three");
    // A link on the way.
    symlink("two", below("current")).unwrap();
    run(Command::new("ln").args(["-sfn", "current/library"]).arg(&path));
    observer.expect_nothing(directory.path());
    run(Command::new("ln").args(["-sfn", "one"]).arg(below("current")));
    observer.expect_replaced(&path, "one");
    run(Command::new("ln").args(["-sfn", "nowhere"]).arg(&path));
    observer.expect_error(&["cannot be followed", "failed to discover", "stays"]);
}

#[test]
fn a_directory_that_is_a_link_is_watched_where_it_leads() {
    let parent = Directory::new();
    for name in ["one", "two"] {
        fs::create_dir(parent.path().join(name)).unwrap();
        place(version(name), &parent.path().join(name).join(library("linked")));
    }
    let current = parent.path().join("current");
    symlink("one", &current).unwrap();
    let path = current.join(library("linked"));
    let observer = Observer::of(&current);
    observer.expect_loaded(&path, "one");
    place(version("one more"), &parent.path().join("one").join(library("linked")));
    observer.expect_replaced(&path, "one more");
    run(Command::new("ln").args(["-sfn", "two"]).arg(&current));
    observer.expect_replaced(&path, "two");
}

#[test]
fn names_of_every_kind_are_watched() {
    use std::os::unix::ffi::OsStrExt;
    let parent = Directory::new();
    let directory = parent.path().join(std::ffi::OsStr::from_bytes(b"a b \xff"));
    fs::create_dir(&directory).unwrap();
    let observer = Observer::of(&directory);
    for name in [&b"with spaces.so"[..], b"not \xfe text.so", b"$(ls)'\n.so", b".so.so"] {
        let path = directory.join(std::ffi::OsStr::from_bytes(name));
        place(version("named"), &path);
        observer.expect_loaded(&path, "named");
        place(version("renamed"), &path);
        observer.expect_replaced(&path, "renamed");
        fs::remove_file(&path).unwrap();
        observer.expect_unloaded(&path);
    }
}

#[test]
fn a_file_that_is_renamed_is_loaded_under_its_new_name() {
    let directory = Directory::new();
    let [old, new] = ["old", "new"].map(|name| directory.path().join(library(name)));
    place(version("renamed"), &old);
    let observer = Observer::of(directory.path());
    observer.expect_loaded(&old, "renamed");
    fs::rename(&old, &new).unwrap();
    let told = [observer.next(), observer.next()];
    let loaded = Told::Loaded(vec![new], vec!["renamed".to_owned()]);
    assert!(told.contains(&loaded) && told.contains(&Told::Unloaded(old, Some(1))), "{told:?}");
}

#[test]
fn a_second_file_of_one_content_waits_for_the_first_to_go() {
    let directory = Directory::new();
    let [first, second] = ["a", "b"].map(|name| directory.path().join(library(name)));
    place(version("twin"), &first);
    place(version("twin"), &second);
    let observer = Observer::of(directory.path());
    observer.expect_loaded(&first, "twin");
    observer.expect_error(&["is the same library as"]);
    place(version("single"), &first);
    observer.expect_replaced(&first, "single");
    observer.expect_loaded(&second, "twin");
}

#[test]
fn directories_below_are_watched_where_asked_for() {
    let directory = Directory::new();
    let options = WatchOptions { recursive: true, ..Default::default() };
    fs::create_dir(directory.path().join("there")).unwrap();
    let there = directory.path().join("there").join(library("there"));
    place(version("there"), &there);
    let observer = Observer::with(directory.path(), options, PluginManager::new);
    observer.expect_loaded(&there, "there");
    let deep = directory.path().join("new/and/deeper");
    fs::create_dir_all(&deep).unwrap();
    let new = deep.join(library("new"));
    place(version("new"), &new);
    observer.expect_loaded(&new, "new");
    place(version("newer"), &new);
    observer.expect_replaced(&new, "newer");
    fs::remove_dir_all(directory.path().join("there")).unwrap();
    observer.expect_unloaded(&there);
    fs::rename(directory.path().join("new"), directory.path().join("moved")).unwrap();
    let moved = directory.path().join("moved/and/deeper").join(library("new"));
    let told = [observer.next(), observer.next()];
    let loaded = Told::Loaded(vec![moved], vec!["newer".to_owned()]);
    assert!(told.contains(&loaded) && told.contains(&Told::Unloaded(new, Some(1))), "{told:?}");
    observer.expect_nothing(directory.path());
}

#[test]
fn without_events_files_are_compared() {
    let directory = Directory::new();
    let path = directory.path().join(library("polled"));
    place(version("first"), &path);
    let manager = || PluginManager::new().with_polling(Duration::from_millis(20));
    let observer = Observer::with(directory.path(), WatchOptions::default(), manager);
    observer.expect_loaded(&path, "first");
    for (writer, write) in WRITERS {
        let name = format!("by {writer}");
        write(&version(&name), &path);
        observer.expect_renewed(&path, &name);
    }
    observer.expect_nothing(directory.path());
}

#[test]
fn files_are_only_told_of_where_nothing_is_to_be_loaded() {
    let directory = Directory::new();
    let path = directory.path().join(library("told"));
    place(version("first"), &path);
    let options = WatchOptions { auto_load: false, ..Default::default() };
    let observer = Observer::with(directory.path(), options, PluginManager::new);
    let told = || Told::Loaded(vec![path.clone()], Vec::new());
    assert_eq!(observer.next(), told());
    place(version("second"), &path);
    assert_eq!(observer.next(), told());
}

#[test]
fn what_is_not_to_be_unloaded_stays_as_long_as_the_manager() {
    let directory = Directory::new();
    let path = directory.path().join(library("staying"));
    place(version("first"), &path);
    let options = WatchOptions { auto_unload: false, ..Default::default() };
    let observer = Observer::with(directory.path(), options, PluginManager::new);
    observer.expect_loaded(&path, "first");
    place(version("second"), &path);
    observer.expect_loaded(&path, "second");
    fs::remove_file(&path).unwrap();
    let next = directory.path().join(library("next"));
    place(version("next"), &next);
    observer.expect_loaded(&next, "next");
    assert!(is_mapped("staying"));
    drop(observer);
    assert!(!is_mapped("staying"));
}

#[test]
fn the_counter_is_known_only_when_nobody_holds_a_handle() {
    let directory = Directory::new();
    let path = directory.path().join(library("kept"));
    place(version("kept"), &path);
    let mut manager = PluginManager::new();
    let mut kept = Vec::new();
    let mut unloaded = Vec::new();
    let (options, greeter) = (WatchOptions::default(), PluginTrait::Greeter);
    manager.watch_and_load_blocking(directory.path(), greeter, options, |event| {
        match event {
            WatchEvent::Handles(handles, paths) => {
                assert_eq!(paths, [path.as_path()]);
                let next = if kept.is_empty() { "next" } else { "last" };
                let _ = handles[0].as_greeter().unwrap().greet("x");
                // The first is kept, the second is not.
                kept.extend(handles.into_iter().filter(|_| next == "next"));
                if unloaded.is_empty() {
                    place(version(next), &path);
                }
            }
            WatchEvent::Unloaded { path: of, counter } => {
                assert_eq!(of, path);
                unloaded.push(counter);
            }
            other => panic!("{other:?}"),
        }
        unloaded.len() < 2
    });
    assert_eq!(unloaded, [None, Some(1)]);
    assert_eq!(kept.pop().unwrap().close().unwrap(), Some(1));
    // The last is the manager's, until it is asked for.
    assert_eq!(manager.unload_by_path(&path).unwrap(), Some(1));
    manager.unload_by_path(&path).unwrap_err();
    assert!(!is_mapped("kept"));
}

#[test]
fn a_second_watch_of_one_manager_gives_what_it_holds() {
    let directory = Directory::new();
    place(version("held"), &directory.path().join(library("held")));
    let mut manager = PluginManager::new();
    for _ in 0..2 {
        let mut names = Vec::new();
        let (options, greeter) = (WatchOptions::default(), PluginTrait::Greeter);
        manager.watch_and_load_blocking(directory.path(), greeter, options, |event| {
            let WatchEvent::Handles(handles, _) = event else { panic!("{event:?}") };
            names.push(handles[0].as_greeter().unwrap().name().trim_end().to_owned());
            false
        });
        assert_eq!(names, ["held"]);
    }
    let maps = fs::read("/proc/self/maps").unwrap();
    let maps = String::from_utf8_lossy(&maps);
    let held: BTreeSet<_> = maps
        .lines()
        .filter(|line| line.ends_with(&library("held")))
        .map(|line| line.rsplit(' ').next().unwrap())
        .collect();
    assert_eq!(held.len(), 1, "loaded once");
}

#[test]
fn proxies_are_given_where_asked_for() {
    let directory = Directory::new();
    place(version("typed"), &directory.path().join(library("typed")));
    let options = WatchOptions { emit_proxies: true, ..Default::default() };
    let mut names = Vec::new();
    let greeter = PluginTrait::Greeter;
    PluginManager::new().watch_and_load_blocking(directory.path(), greeter, options, |event| {
        let WatchEvent::Proxies(proxies, paths) = event else { panic!("{event:?}") };
        assert_eq!(paths.len(), 1);
        names.extend(proxies.iter().map(|proxy| proxy.name().trim_end().to_owned()));
        false
    });
    assert_eq!(names, ["typed"]);
}

#[test]
fn a_missing_directory_is_told_and_waited_for() {
    let parent = Directory::new();
    let directory = parent.path().join("not/yet");
    let observer = Observer::of(&directory);
    observer.expect_error(&["no such directory", directory.to_str().unwrap()]);
    let elsewhere = parent.path().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    place(version("late"), &elsewhere.join(library("late")));
    fs::create_dir(directory.parent().unwrap()).unwrap();
    fs::rename(elsewhere, &directory).unwrap();
    observer.expect_loaded(&directory.join(library("late")), "late");

    let file = parent.path().join("file");
    fs::write(&file, "").unwrap();
    Observer::of(&file).expect_error(&["expected a directory, found a file"]);
}

/// The paths of all that changed, until none is missing.
fn changed(
    notifications: &plugin_interface::crossbeam_channel::Receiver<WatchNotification>,
    wanted: usize,
) -> Vec<PathBuf> {
    let mut found = Vec::new();
    while found.len() < wanted {
        match notifications.recv_timeout(DEADLINE).unwrap() {
            WatchNotification::Changed { paths, .. } => found.extend(paths),
            WatchNotification::Unchanged => {}
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
    thread.join().unwrap();

    // Nor does it hinder the end.
    let (notifications, stop, thread) =
        PluginManager::new().start_watch_background(directory.path(), options);
    assert!(comes_true(|| !notifications.is_empty()));
    fs::write(&paths[0], "last").unwrap();
    drop(stop);
    thread.join().unwrap();
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
            assert!(notifications.iter().count() < 100, "the channel ends too");
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
