//! A manager that watches on a thread of its own, and what it tells.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LazyLock, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use plugin_interface::crossbeam_channel::{Receiver, Sender, unbounded};
use plugin_interface::{
    Greeter, ManagerNotification, PluginManager, PluginTrait, WatchEvent, WatchOptions,
};

use crate::deadline::within;
use crate::fixtures::Directory;
use crate::patient_fs as fs;

/// Nothing takes so long, on the slowest machine.
pub(crate) const DEADLINE: Duration = Duration::from_secs(60);

/// What a callback was told, without what has to stay on its thread.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// Files, and the names of the greeters that were loaded from them.
    Loaded(Vec<PathBuf>, Vec<String>),
    Unloaded(PathBuf, Option<u64>),
    Error(String),
}

/// A watching manager; it stops when this is dropped.
pub(crate) struct Observer {
    told: Receiver<Told>,
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Observer {
    /// Watches a directory for greeters.
    pub(crate) fn of(directory: &Path) -> Self {
        Self::with(directory, WatchOptions::default(), PluginManager::new)
    }

    pub(crate) fn with(
        directory: &Path,
        options: WatchOptions,
        manager: impl FnOnce() -> PluginManager + Send + 'static,
    ) -> Self {
        let (tell, told) = unbounded();
        let (give, stop) = unbounded();
        let directory = directory.to_owned();
        let thread = std::thread::spawn(move || {
            let mut manager = manager();
            let (notifications, stop, thread) =
                manager.start_watch_background(&directory, options.clone());
            give.send(stop).unwrap();
            let greeter = PluginTrait::Greeter;
            manager.process_watch_notifications_blocking(
                &directory,
                notifications,
                greeter,
                options,
                |notification| tell.send(short(notification)).is_ok(),
            );
            thread.join().unwrap();
        });
        Observer { told, stop: Some(stop.recv().unwrap()), thread: Some(thread) }
    }

    /// The next that was told.
    pub(crate) fn next(&self) -> Told {
        self.told.recv_timeout(DEADLINE).expect("the manager tells something")
    }

    /// Expects that one file was loaded next, and is that version.
    #[track_caller]
    pub(crate) fn expect_loaded(&self, path: &Path, name: &str) {
        assert_eq!(self.next(), Told::Loaded(vec![path.to_owned()], vec![name.to_owned()]));
    }

    #[track_caller]
    pub(crate) fn expect_unloaded(&self, path: &Path) {
        assert_eq!(self.next(), Told::Unloaded(path.to_owned(), Some(1)));
    }

    #[track_caller]
    pub(crate) fn expect_replaced(&self, path: &Path, name: &str) {
        self.expect_loaded(path, name);
        self.expect_unloaded(path);
    }

    /// Expects the same in any order: a writer that removes a file first may
    /// take so long that it is missed.
    #[track_caller]
    pub(crate) fn expect_renewed(&self, path: &Path, name: &str) {
        let loaded = Told::Loaded(vec![path.to_owned()], vec![name.to_owned()]);
        let unloaded = Told::Unloaded(path.to_owned(), Some(1));
        let told = [self.next(), self.next()];
        assert!(told.contains(&loaded) && told.contains(&unloaded), "{told:?}");
    }

    /// The next is an error that says all of this.
    #[track_caller]
    pub(crate) fn expect_error(&self, words: &[&str]) {
        let Told::Error(text) = self.next() else { panic!("expected an error of {words:?}") };
        words.iter().for_each(|word| assert!(text.contains(word), "{word}: {text}"));
    }

    /// Expects nothing of what happened so far: the next that is told is an
    /// error that is waited with, as what might still come would have been.
    #[track_caller]
    pub(crate) fn expect_nothing(&self, directory: &Path) {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = directory.join(library(&format!("nothing-{number}")));
        self.expect_refusal(&path);
    }

    #[cfg(unix)]
    #[track_caller]
    fn expect_refusal(&self, path: &Path) {
        use std::os::unix::fs::PermissionsExt;
        let beside = path.with_extension("tmp");
        fs::write(&beside, "").unwrap();
        fs::set_permissions(&beside, fs::Permissions::from_mode(0o666)).unwrap();
        fs::rename(&beside, path).unwrap();
        self.expect_error(&["can be written by everybody", path.to_str().unwrap()]);
        fs::remove_file(path).unwrap();
    }

    #[cfg(not(unix))]
    #[track_caller]
    fn expect_refusal(&self, path: &Path) {
        fs::create_dir(path).unwrap();
        self.expect_error(&["found a directory", path.to_str().unwrap()]);
        fs::remove_dir(path).unwrap();
    }
}

impl Drop for Observer {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let joined = within("the manager stops", || thread.join());
            assert!(joined.is_ok() || std::thread::panicking());
        }
    }
}

pub(crate) fn short(notification: ManagerNotification) -> Told {
    match notification {
        ManagerNotification::Event(WatchEvent::Handles(handles, paths)) => {
            let name = |handle: &plugin_interface::PluginHandle| {
                handle.as_greeter().unwrap().name().trim_end().to_owned()
            };
            Told::Loaded(paths, handles.iter().map(name).collect())
        }
        ManagerNotification::Event(event) => panic!("{event:?}"),
        ManagerNotification::Unloaded { path, counter } => Told::Unloaded(path, counter),
        ManagerNotification::Error(error) => Told::Error(error.to_string()),
    }
}

/// A library whose greeter bears that name, with blanks after it.
pub(crate) fn version(name: &str) -> PathBuf {
    version_with(name, &["COUNTER"])
}

/// The same with more macros.
pub(crate) fn version_with(name: &str, macros: &[&str]) -> PathBuf {
    static BUILT: LazyLock<Directory> = LazyLock::new(Directory::new);
    static TEMPLATES: Mutex<BTreeMap<String, Vec<u8>>> = Mutex::new(BTreeMap::new());
    let template = {
        let mut templates = TEMPLATES.lock().unwrap();
        let compile = || {
            let place = format!("NAME=\"{PLACE}\"");
            let macros: Vec<_> = macros.iter().copied().chain([place.as_str()]).collect();
            let path = Directory::new();
            fs::read(path.compile("version", &macros, "")).unwrap()
        };
        templates.entry(format!("{macros:?}")).or_insert_with(compile).clone()
    };
    let mut content = template;
    let found: Vec<_> = content.windows(PLACE.len()).map(|at| at == PLACE.as_bytes()).collect();
    for (at, _) in found.iter().enumerate().filter(|(_, found)| **found) {
        let padded = format!("{name:<width$}", width = PLACE.len());
        content[at..at + PLACE.len()].copy_from_slice(padded.as_bytes());
    }
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let path = BUILT.path().join(NEXT.fetch_add(1, Ordering::Relaxed).to_string());
    fs::write(&path, content).unwrap();
    path
}

/// What stands in the place of a name.
const PLACE: &str = "@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@";

pub(crate) fn library(name: &str) -> String {
    format!("lib{name}.{}", std::env::consts::DLL_EXTENSION)
}

/// Puts a library there at one stroke.
pub(crate) fn place(from: PathBuf, to: &Path) {
    fs::rename(from, to).unwrap();
}

/// Whether something comes true in time.
pub(crate) fn comes_true(mut condition: impl FnMut() -> bool) -> bool {
    let end = Instant::now() + DEADLINE;
    while Instant::now() < end {
        if condition() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    false
}
