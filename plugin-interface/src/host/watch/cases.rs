//! Cases of the debouncer and the translation of events, with a mock clock.
//!
//! The events of a case are those that `notify` sends for the parent directory
//! when its name happens. Times are in milliseconds. The file `a` is known from
//! the start. The quiet time is 100 ms, the grace 500 ms.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use notify::event::*;

use crate::host::file::identity::FileIdentity;
use crate::host::watch::debouncer::{Debouncer, Task, Timing};
use crate::host::watch::events::translate;
use crate::host::watch::notification::WatchNotification;
use crate::host::watch::scan::{FileState, Scan};
use crate::host::watch::target::WatchTarget;

struct Case {
    what: &'static str,
    events: &'static str,
    expected: &'static str,
}

macro_rules! cases {
    ($($what:literal: $events:literal => $expected:literal;)*) => {
        &[$(Case { what: $what, events: $events, expected: $expected }),*]
    };
}

/// The actions of the writers of libraries, and mixtures of them.
const CASES: &[Case] = cases! {
    "nothing": "" => "";
    "cargo build, a hard link": "0 remove a, 0 create a" => "0 changed a";
    "cargo build, linked by lld":
        "0 remove a, 180 create a.tmp, 180 modify a.tmp, 181 to a, 182 close a"
        => "181 changed a, 182 changed a, 280 beside";
    "cargo build, linked by GNU ld":
        "0 remove a, 170 create a, 171 modify a, 200 modify a, 310 modify a, 311 close a, 312 metadata a"
        => "170 changed a, 300 changed a, 311 changed a, 412 changed a";
    "gcc -o": "0 remove a, 1 create a, 2 modify a, 3 modify a, 4 close a, 4 metadata a"
        => "1 changed a, 4 changed a";
    "cp over": "0 modify a, 1 modify a, 2 close a" => "2 changed a";
    "cp over, all at once": "0 modify a, 0 close a" => "0 changed a";
    "cp to a new name": "0 create b, 1 modify b, 2 close b" => "0 changed b, 2 changed b";
    "mv from elsewhere": "0 to a" => "0 changed a";
    "mv to a new name": "0 from a, 0 to b, 0 both a b" => "0 changed b, 500 removed a";
    "written beside, then renamed":
        "0 create t.tmp, 1 modify t.tmp, 2 close t.tmp, 3 from t.tmp, 3 to a, 3 both t.tmp a"
        => "3 changed a, 100 beside";
    "ln -sfn": "0 create CuTmp, 0 from CuTmp, 0 to a, 0 both CuTmp a"
        => "0 changed a, 100 beside";
    "rm": "0 remove a" => "500 removed a";
    "rm of what was never there": "0 remove b" => "";
    "rm of what just came": "0 create b, 0 remove b" => "";
    "touch": "0 metadata a, 1 close a" => "1 changed a";
    "chmod": "0 metadata a" => "100 changed a";
    "install": "0 remove a, 1 create a, 2 modify a, 3 metadata a, 4 close a, 5 metadata a"
        => "1 changed a, 4 changed a, 105 changed a";
    "strip": "0 create stA, 1 modify stA, 2 close stA, 3 modify a, 3 metadata a, 4 modify a, 5 close a"
        => "5 changed a, 100 beside";

    "a reader": "0 open a, 1 read a, 2 closeread a" => "";
    "a writer in ten pieces that never closes":
        "0 modify a, 50 modify a, 100 modify a, 150 modify a, 200 modify a" => "300 changed a";
    "two writers in turn": "0 modify a, 10 close a, 20 modify a, 30 close a"
        => "10 changed a, 30 changed a";
    "a writer that begins before it is acted on": "0 close a, 0 modify a" => "0 changed a";
    "removed while it is written": "0 modify a, 10 remove a" => "510 removed a";
    "a late event of a removed file": "0 remove a, 10 metadata a" => "500 removed a";
    "removed for long, then back": "0 remove a, 900 create a" => "500 removed a, 900 changed a";
    "back at the last moment": "0 remove a, 499 create a" => "499 changed a";
    "files of their own": "0 modify a, 10 create b, 20 close b, 30 close a"
        => "10 changed b, 20 changed b, 30 changed a";
    "several at once": "0 create c, 0 create b, 0 to a" => "0 changed a b c";
    "no library": "0 create x.txt, 1 modify x.txt, 2 close x.txt, 3 remove x.txt"
        => "100 beside";
    "a log that is written all the time":
        "0 close x.txt, 60 close x.txt, 120 close x.txt, 180 close x.txt"
        => "100 beside, 220 beside";
    "renamed, on systems without details": "0 any a" => "100 changed a";
    "events were lost": "0 rescan" => "0 rewatch";
    "events were lost, twice at once": "0 rescan, 0 rescan" => "0 rewatch";
    "the directory was removed": "0 remove ." => "0 rewatch";
    "the directory was moved away": "0 from ." => "0 rewatch";
    "deeper than is watched": "0 create sub/b, 1 close sub/b" => "";
};

/// With the directories below.
const RECURSIVE: &[Case] = cases! {
    "a file below": "0 create sub/b, 2 close sub/b" => "0 changed sub/b, 2 changed sub/b";
    "a new directory, watched when it was quiet": "0 mkdir sub, 50 mkdir sub/deeper" => "100 rewatch";
    "a directory that is removed, with its files":
        "0 create sub/b, 10 from sub" => "0 changed sub/b, 510 removed sub/b";
};

fn name(name: &str) -> String {
    match name.rsplit_once('/') {
        _ if name.contains('.') || name.starts_with("sub") && !name.contains('/') => name.into(),
        _ if name.starts_with("CuTmp") || name.starts_with("stA") || name == "sub/deeper" => {
            name.into()
        }
        Some((below, file)) => format!("{below}/lib{file}.{}", std::env::consts::DLL_EXTENSION),
        None => format!("lib{name}.{}", std::env::consts::DLL_EXTENSION),
    }
}

fn event(verb: &str, names: &[&str]) -> notify::Event {
    use ModifyKind::{Data, Metadata, Name};
    let kind = match verb {
        "create" => EventKind::Create(CreateKind::File),
        "mkdir" => EventKind::Create(CreateKind::Folder),
        "modify" => EventKind::Modify(Data(DataChange::Any)),
        "metadata" => EventKind::Modify(Metadata(MetadataKind::Any)),
        "from" => EventKind::Modify(Name(RenameMode::From)),
        "to" => EventKind::Modify(Name(RenameMode::To)),
        "both" => EventKind::Modify(Name(RenameMode::Both)),
        "any" => EventKind::Modify(Name(RenameMode::Any)),
        "close" => EventKind::Access(AccessKind::Close(AccessMode::Write)),
        "closeread" => EventKind::Access(AccessKind::Close(AccessMode::Read)),
        "open" => EventKind::Access(AccessKind::Open(AccessMode::Any)),
        "read" => EventKind::Access(AccessKind::Read),
        "remove" => EventKind::Remove(RemoveKind::File),
        "rescan" => return notify::Event::new(EventKind::Other).set_flag(Flag::Rescan),
        _ => panic!("no such event: {verb}"),
    };
    let path = |of: &&str| match *of {
        "." => PathBuf::from("/real"),
        of => Path::new("/real").join(name(of)),
    };
    let paths = names.iter().map(path).collect();
    notify::Event { kind, paths, attrs: EventAttributes::default() }
}

/// A debouncer that is called at the times that it returns.
struct Play {
    debouncer: Debouncer,
    start: Instant,
    target: WatchTarget,
    heard: Vec<String>,
}

const CHECK_INTERVAL: Duration = Duration::from_secs(3600);

impl Play {
    /// Returns a debouncer that has reported `a`.
    fn new(is_recursive: bool) -> Self {
        let start = Instant::now();
        let ms = Duration::from_millis;
        let timing = Timing { quiet: ms(100), grace: ms(500), check_interval: CHECK_INTERVAL };
        let target = WatchTarget::directory(Path::new("named"), is_recursive);
        let debouncer = Debouncer::new(timing, start);
        let mut play = Play { debouncer, start, target, heard: Vec::new() };
        assert_eq!(play.debouncer.next_task(start), Some(Task::Rewatch));
        play.debouncer.apply_scan(scan(&[("a", 1)]), start);
        play.ask(0);
        assert_eq!(std::mem::take(&mut play.heard), ["0 changed a"]);
        play
    }

    fn at(&self, ms: u64) -> Instant {
        self.start + Duration::from_millis(ms)
    }

    fn ask(&mut self, ms: u64) {
        let now = self.at(ms);
        while let Some(task) = self.debouncer.next_task(now) {
            self.heard.push(format!("{ms} {task:?}").to_lowercase());
        }
        while let Some(notification) = self.debouncer.next_notification(now) {
            let (verb, paths) = match notification {
                WatchNotification::Changed { paths, since } => {
                    assert!(since <= now);
                    ("changed", paths)
                }
                WatchNotification::Removed { paths } => ("removed", paths),
                WatchNotification::Beside => {
                    self.heard.push(format!("{ms} beside"));
                    continue;
                }
                other => panic!("{other:?}"),
            };
            let names = paths.iter().map(|path| short(path)).collect::<Vec<_>>();
            self.heard.push(format!("{ms} {verb} {}", names.join(" ")));
        }
        assert!(!self.debouncer.has_notification(now));
        assert!(self.debouncer.wake() > now, "or it would be called for ever");
    }

    /// Calls the debouncer at each time that it returns, up to a time.
    fn run_until(&mut self, ms: u64) {
        loop {
            let wake = self.debouncer.wake().duration_since(self.start).as_millis() as u64;
            if wake >= ms {
                return;
            }
            self.ask(wake);
        }
    }

    fn play(mut self, events: &str) -> String {
        let mut last = 0;
        for line in events.split(", ").filter(|line| !line.is_empty()) {
            let words: Vec<_> = line.split(' ').collect();
            let ms: u64 = words[0].parse().unwrap();
            if ms > last {
                self.ask(last);
                self.run_until(ms);
            }
            last = ms;
            let event = event(words[1], &words[2..]);
            for seen in translate(&self.target, Path::new("/real"), &event) {
                self.debouncer.handle(seen, self.at(ms));
            }
        }
        self.ask(last);
        self.run_until(10_000);
        self.heard.join(", ")
    }
}

/// Shortens a path below the named directory to its form in the cases.
fn short(path: &Path) -> String {
    let below = path.strip_prefix("named").unwrap().to_str().unwrap();
    below.replace("lib", "").replace(&format!(".{}", std::env::consts::DLL_EXTENSION), "")
}

fn scan(files: &[(&str, u64)]) -> Scan {
    let state = |number| FileState { identity: FileIdentity::numbered(number), is_fresh: false };
    files
        .iter()
        .map(|(file, number)| (Path::new("named").join(name(file)), state(*number)))
        .collect()
}

fn check(cases: &[Case], is_recursive: bool) {
    let mut names = BTreeSet::new();
    for Case { what, events, expected } in cases {
        assert!(names.insert(what), "{what} is there twice");
        // The directories of these cases exist nowhere.
        assert_eq!(Play::new(is_recursive).play(events), *expected, "{what}: {events}");
    }
}

#[test]
fn each_kind_of_writer_is_reported_when_it_is_done() {
    check(CASES, false);
}

#[test]
fn directories_below_are_watched_on_request() {
    check(RECURSIVE, true);
}

#[test]
fn a_scan_finds_added_changed_and_removed_files() {
    let mut play = Play::new(false);
    let now = play.at(10);
    play.debouncer.apply_scan(scan(&[("a", 1), ("b", 2)]), now);
    play.ask(10);
    play.debouncer.apply_scan(scan(&[("a", 1), ("b", 3)]), play.at(20));
    play.ask(20);
    play.debouncer.apply_scan(scan(&[("b", 3)]), play.at(30));
    play.debouncer.apply_scan(scan(&[("b", 3)]), play.at(40));
    play.run_until(5000);
    assert_eq!(play.heard, ["10 changed b", "20 changed b", "530 removed a"]);
}

#[test]
fn a_file_that_a_scan_finds_again_was_never_removed() {
    let mut play = Play::new(false);
    play.debouncer.apply_scan(scan(&[]), play.at(10));
    play.debouncer.apply_scan(scan(&[("a", 1)]), play.at(20));
    play.run_until(5000);
    assert_eq!(play.heard, [""; 0]);
}

#[test]
fn a_scan_after_events_trusts_no_earlier_one() {
    let mut play = Play::new(false);
    for seen in translate(&play.target, Path::new("/real"), &event("close", &["a"])) {
        play.debouncer.handle(seen, play.at(10));
    }
    play.ask(10);
    play.debouncer.apply_scan(scan(&[("a", 1)]), play.at(20));
    play.ask(20);
    assert_eq!(play.heard, ["10 changed a", "20 changed a"]);
}

#[test]
fn a_file_whose_clock_may_hide_a_change_is_reported() {
    let mut play = Play::new(false);
    let mut fresh = scan(&[("a", 1)]);
    fresh.values_mut().for_each(|state| state.is_fresh = true);
    play.debouncer.apply_scan(fresh, play.at(10));
    play.ask(10);
    assert_eq!(play.heard, ["10 changed a"]);
}

#[test]
fn without_events_a_change_is_reported_after_two_scans() {
    let mut play = Play::new(false);
    play.debouncer.set_check_interval(Duration::from_millis(200), true, play.start);
    let counts = [(200, 1), (400, 2), (600, 3), (800, 4), (1000, 4), (1200, 4), (1400, 4)];
    for (ms, number) in counts {
        play.run_until(ms);
        assert_eq!(play.debouncer.next_task(play.at(ms)), Some(Task::Check));
        play.debouncer.apply_scan(scan(&[("a", number)]), play.at(ms));
        play.ask(ms);
    }
    assert_eq!(play.heard, ["1000 changed a"]);
}

#[test]
fn without_events_a_file_that_was_missing_in_one_scan_is_reported() {
    let mut play = Play::new(false);
    play.debouncer.set_check_interval(Duration::from_millis(200), true, play.start);
    for (ms, files) in [(200, &[][..]), (400, &[("a", 2)]), (600, &[("a", 2)])] {
        play.run_until(ms);
        assert_eq!(play.debouncer.next_task(play.at(ms)), Some(Task::Check));
        play.debouncer.apply_scan(scan(files), play.at(ms));
        play.ask(ms);
    }
    assert_eq!(play.heard, ["600 changed a"]);
}

#[test]
fn without_events_the_first_scan_is_confirmed() {
    let (start, ms) = (Instant::now(), Duration::from_millis);
    let timing = Timing { quiet: ms(100), grace: ms(500), check_interval: ms(200) };
    let mut debouncer = Debouncer::new(timing, start);
    debouncer.set_check_interval(ms(200), true, start);
    let a = PathBuf::from("named").join(name("a"));
    let mut changed = Vec::new();
    for at in [0, 200, 400, 600, 800] {
        debouncer.apply_scan(scan(&[("a", 1)]), start + ms(at));
        if let Some(WatchNotification::Changed { paths, .. }) =
            debouncer.next_notification(start + ms(at))
        {
            assert_eq!(paths, std::slice::from_ref(&a));
            changed.push(at);
        }
    }
    assert_eq!(changed, [0, 400]);
}

/// A comparison of a case that waits for 300 ms.
fn compare(play: &mut Play, ms: u64, files: &[(&str, u64)]) {
    play.run_until(ms);
    play.debouncer.compare(&scan(files), Duration::from_millis(300), play.at(ms));
    play.ask(ms);
}

#[test]
fn a_comparison_finds_what_came_without_an_event() {
    let mut play = Play::new(false);
    compare(&mut play, 10, &[("a", 1)]);
    // Written until 400, and another one is new.
    for (ms, number) in [(200, 2), (400, 3), (600, 3)] {
        compare(&mut play, ms, &[("a", number), ("b", 1)]);
    }
    play.run_until(1000);
    assert_eq!(play.heard, ["500 changed b", "700 changed a"]);
    assert_eq!(play.debouncer.take_unseen(), Some(Path::new("named").join(name("a"))));
    compare(&mut play, 1000, &[("b", 1)]);
    compare(&mut play, 1100, &[("a", 3), ("b", 1)]);
    compare(&mut play, 1200, &[("b", 1)]);
    play.run_until(3000);
    assert_eq!(play.heard[2..], ["1700 removed a"]);
}

#[test]
fn a_comparison_finds_nothing_where_events_come() {
    let mut play = Play::new(false);
    for (ms, number, events) in
        [(100, 2, ["modify", "close"]), (300, 3, ["create", "close"]), (500, 4, ["to", "metadata"])]
    {
        // The comparison is a bit earlier than the events.
        compare(&mut play, ms, &[("a", number)]);
        for verb in events {
            for seen in translate(&play.target, Path::new("/real"), &event(verb, &["a"])) {
                play.debouncer.handle(seen, play.at(ms + 1));
            }
        }
        play.ask(ms + 1);
        compare(&mut play, ms + 20, &[("a", number)]);
    }
    play.run_until(5000);
    assert_eq!(play.heard, ["101 changed a", "301 changed a", "501 changed a"]);
    assert_eq!(play.debouncer.take_unseen(), None);
}

#[test]
fn links_are_checked_when_another_file_changes() {
    let beside = event("to", &["x.txt"]);
    for (has_links, expected) in [(false, None), (true, Some(Task::Check))] {
        let mut play = Play::new(false);
        play.debouncer.set_has_links(has_links);
        for seen in translate(&play.target, Path::new("/real"), &beside) {
            play.debouncer.handle(seen, play.at(10));
        }
        assert_eq!(play.debouncer.next_task(play.at(10)), expected);
    }
}

#[test]
fn only_one_file_of_its_directory_is_watched() {
    let target = WatchTarget::file(&Path::new("named").join(name("a")));
    let seen = |verb, file| translate(&target, Path::new("/real"), &event(verb, &[file])).len();
    assert_eq!((seen("create", "a"), seen("create", "b"), seen("modify", "b")), (1, 1, 0));
    let mut play = Play::new(false);
    play.target = target;
    assert_eq!(play.play("0 create a, 0 to b, 1 close b"), "0 changed a, 100 beside");
}

#[test]
fn each_of_very_many_files_is_told_once_in_time_that_grows_with_their_number() {
    const COUNT: usize = 100_000;
    let files: Vec<_> = (0..COUNT).map(|number| format!("f{number}")).collect();
    let files: Vec<_> = files.iter().map(|file| (file.as_str(), 1)).collect();
    let mut play = Play::new(false);
    let notified = |play: &mut Play, ms| match play.debouncer.next_notification(play.at(ms)) {
        Some(WatchNotification::Changed { paths, .. }) => ("changed", paths.len()),
        Some(WatchNotification::Removed { paths }) => ("removed", paths.len()),
        other => panic!("{other:?}"),
    };
    // If each file were compared with each other one, this would take hours.
    play.debouncer.apply_scan(scan(&files), play.at(10));
    assert_eq!(notified(&mut play, 10), ("changed", COUNT));
    play.debouncer.compare(&scan(&files), Duration::from_millis(300), play.at(20));
    for (file, _) in &files[..COUNT / 2] {
        for seen in translate(&play.target, Path::new("/real"), &event("remove", &[file])) {
            play.debouncer.handle(seen, play.at(30));
        }
    }
    play.debouncer.directory_missing(play.at(40));
    assert_eq!(notified(&mut play, 1000), ("removed", COUNT + 1));
}
