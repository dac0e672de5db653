//! Libraries that are followed: who has the new answer, and when.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread::sleep;
use std::time::{Duration, Instant};

use dynamic_reload::{DynamicReload, Lib, PlatformName, Search, Symbol, UpdateState};
use hot_lib_reloader::LibReloader;
use ours_interface::Calls;
use plugin_interface::{HotFunction, HotLibrary, HotWatch, Live, LiveEvents};

use super::Subject;

/// A way to follow a library.
pub struct Follower {
    pub name: &'static str,
    /// The subject whose plugin it is.
    pub subject: &'static Subject,
    /// Whether it is a debug build, of some megabytes.
    pub is_debug: bool,
    pub follow: fn(&Path) -> Box<dyn Follow>,
    /// How often it is measured: some take seconds.
    pub rounds: usize,
    /// How long it is left alone between two versions: some lose one that
    /// comes sooner.
    pub pause: Duration,
}

/// A library that is followed.
pub trait Follow {
    /// Returns once a call gives this stamp.
    fn wait_for(&mut self, stamp: u64);
}

/// So long a version may take.
const DEADLINE: Duration = Duration::from_secs(5);

/// How often those are asked that want to be.
const ASKED: Duration = Duration::from_micros(100);

/// All of them; the name says the settings.
pub fn all() -> Vec<Follower> {
    const DEFAULT: Duration = Duration::from_millis(500);
    const EXAMPLE: Duration = Duration::from_secs(2);
    const LOWEST: Duration = Duration::from_millis(1);
    let ours = |name, follow| Follower {
        name,
        subject: &super::ours::LIVE,
        is_debug: false,
        follow,
        rounds: 41,
        pause: Duration::from_millis(20),
    };
    let hot = |name, rounds, pause, follow| Follower {
        name,
        subject: &super::hot_lib_reloader::SUBJECT,
        is_debug: false,
        follow,
        rounds,
        pause,
    };
    let dynamic = |name, rounds, follow| Follower {
        subject: &super::dynamic_reload::SUBJECT,
        rounds,
        ..ours(name, follow)
    };
    vec![
        ours("ours, Live::watch, default", |path| Box::new(Watched::new(path))),
        Follower {
            is_debug: true,
            ..ours("ours, Live::watch, debug build", |path| Box::new(Watched::new(path)))
        },
        ours("ours, Live::reload", |path| Box::new(Live::<dyn Calls>::open(path).unwrap())),
        Follower {
            subject: &super::hot_library::SUBJECT,
            ..ours("ours, HotLibrary::watch, default", |path| Box::new(Plain::new(path)))
        },
        hot("hot-lib-reloader, default (500 ms)", 5, 2 * DEFAULT, |path| reloader(path, None)),
        hot("hot-lib-reloader, 1 ms", 11, DEFAULT / 5, |path| reloader(path, Some(LOWEST))),
        dynamic("dynamic_reload, as its example (2 s)", 5, |path| {
            Box::new(Dynamic::new(path, EXAMPLE))
        }),
        dynamic("dynamic_reload, 1 ms", 11, |path| Box::new(Dynamic::new(path, LOWEST))),
    ]
}

fn until(mut done: impl FnMut() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < DEADLINE, "the new version never came");
        sleep(ASKED);
    }
}

/// The thread that waits sleeps until it is told.
struct Watched {
    live: Live<dyn Calls>,
    events: LiveEvents,
}

impl Watched {
    fn new(path: &Path) -> Self {
        let live = Live::watch(path).unwrap();
        let events = live.events();
        Watched { live, events }
    }
}

impl Follow for Watched {
    fn wait_for(&mut self, stamp: u64) {
        while self.live.get().stamp() != stamp {
            self.events.next_within(DEADLINE).expect("the new version never came");
        }
    }
}

/// Asked for by whoever knows that the file is whole.
impl Follow for Live<dyn Calls> {
    fn wait_for(&mut self, stamp: u64) {
        self.reload().unwrap();
        assert_eq!(self.get().stamp(), stamp);
    }
}

type Stamp = unsafe extern "C" fn() -> u64;

struct Plain {
    stamp: HotFunction<Stamp>,
    told: Receiver<()>,
    _library: HotLibrary,
    _watch: HotWatch,
}

impl Plain {
    fn new(path: &Path) -> Self {
        let library = HotLibrary::open(path, &["stamp"]).unwrap();
        let stamp = library.function("stamp").unwrap();
        let (tell, told) = channel();
        library.on_reload(move |_| tell.send(()).unwrap_or_default());
        let watch = library.watch();
        Plain { stamp, told, _library: library, _watch: watch }
    }
}

impl Follow for Plain {
    fn wait_for(&mut self, stamp: u64) {
        // SAFETY: the type is that of the plugin's source.
        while unsafe { self.stamp.get().unwrap()() } != stamp {
            self.told.recv_timeout(DEADLINE).expect("the new version never came");
        }
    }
}

fn reloader(path: &Path, debounce: Option<Duration>) -> Box<dyn Follow> {
    let stem = path.file_stem().unwrap().to_str().unwrap();
    let name = stem.strip_prefix(std::env::consts::DLL_PREFIX).unwrap();
    let copy = "{lib_name}-loaded-{pid}-{load_counter}".to_owned();
    let directory = path.parent().unwrap();
    Box::new(LibReloader::new(directory, name, debounce, Some(copy)).unwrap())
}

impl Follow for LibReloader {
    fn wait_for(&mut self, stamp: u64) {
        until(|| {
            self.update().unwrap();
            // SAFETY: the type is that of the plugin's source.
            unsafe { self.get_symbol::<fn() -> u64>(b"stamp\0").unwrap()() == stamp }
        });
    }
}

struct Dynamic {
    library: Option<Arc<Lib>>,
    handler: DynamicReload,
}

impl Dynamic {
    fn new(path: &Path, debounce: Duration) -> Self {
        let directory = path.parent().unwrap().to_str().unwrap();
        let paths = Some(vec![directory]);
        let mut handler = DynamicReload::new(paths, Some(directory), Search::Default, debounce);
        let name = path.file_name().unwrap().to_str().unwrap();
        // SAFETY: the plugin of this workspace, which runs nothing when loaded.
        let library = unsafe { handler.add_library(name, PlatformName::No) }.unwrap();
        Dynamic { library: Some(library), handler }
    }
}

impl Follow for Dynamic {
    fn wait_for(&mut self, stamp: u64) {
        let updated = |library: &mut Option<Arc<Lib>>, state, new: Option<&Arc<Lib>>| match state {
            UpdateState::After => *library = new.cloned(),
            UpdateState::Before => *library = None,
            UpdateState::ReloadFailed(_) => {}
        };
        until(|| {
            // SAFETY: nothing of the old version is kept; the type is that of
            // the plugin's source.
            unsafe {
                self.handler.update(&updated, &mut self.library);
                self.library.as_ref().is_some_and(|library| {
                    let function: Symbol<Stamp> = library.lib.get(b"stamp\0").unwrap();
                    function() == stamp
                })
            }
        });
    }
}
