//! `watch DIR`: load what is there, replace it when it changes, until Ctrl-C.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use anyhow::Context;
use plugin_interface::crossbeam_channel::{Receiver, Sender, bounded};
use plugin_interface::{
    LoadError, ManagerNotification, PluginHandle, WatchError, WatchEvent, WatchNotification,
    WatchOptions,
};

use crate::cli::WatchArgs;
use crate::exit::Exit;
use crate::output::reserve_stdout;
use crate::report::watch::WatchReport;
use crate::worker::drive::call;
use crate::worker::greeting::Greeting;

pub(crate) fn run(args: &WatchArgs) -> anyhow::Result<Exit> {
    if !args.directory.exists() {
        return Err(LoadError::DirectoryMissing { path: args.directory.clone() }.into());
    }
    if !args.directory.is_dir() {
        let error = LoadError::NotADirectory { path: args.directory.clone() };
        let plain = "to watch a plain library, say which of its functions to call: \
                     `--call 'foo() -> int'`";
        return Err(anyhow::Error::from(error).context(plain));
    }
    if args.json {
        reserve_stdout()?;
    }
    let mut manager = crate::manager::manager(&args.load, &args.greet)?;
    if let Some(interval) = args.poll {
        manager = manager.with_polling(interval);
    }
    let options = WatchOptions {
        debounce_ms: args.debounce,
        recursive: args.recursive,
        ..WatchOptions::default()
    };
    let (notifications, stop, _thread) =
        manager.start_watch_background(&args.directory, options.clone());
    stop_on_interrupt(stop)?;
    let directory = args.directory.display().to_string();
    WatchReport::Watching { directory }.print(args.json)?;
    let greeting = Greeting::start(args.greet.clone());
    let (notifications, noticed) = pass_on(notifications, greeting.remover());
    let mut watch = Watch {
        args,
        noticed,
        greeting,
        libraries: BTreeMap::new(),
        failures: BTreeMap::new(),
        exit: Exit::Ok,
    };
    let tell = |notification| watch.tell(notification);
    manager.process_all_watch_notifications_blocking(&args.directory, notifications, options, tell);
    let calls = watch.greeting.end();
    let failures = watch.failures.into_iter().filter(|(path, _)| path.exists());
    let mut exit = failures.fold(watch.exit, |exit, (_, failure)| exit.max(failure));
    if calls.failed > 0 {
        exit = exit.max(Exit::Crashed);
    }
    for (path, library) in watch.libraries {
        let counter = manager.unload_by_path(&path).ok().flatten();
        exit = exit.max(library.unloaded(&path, counter, args.json)?);
    }
    WatchReport::Stopped { calls: calls.made, failed: calls.failed }.print(args.json)?;
    Ok(exit)
}

/// Ends the watch at the first Ctrl-C, and the process at the second.
fn stop_on_interrupt(stop: Sender<()>) -> anyhow::Result<()> {
    let asked = AtomicBool::new(false);
    let handler = move || {
        if asked.swap(true, Ordering::SeqCst) {
            // A plugin hangs.
            std::process::exit(Exit::TimedOut as i32);
        }
        let _ = stop.send(());
    };
    ctrlc::set_handler(handler).context("cannot be told of Ctrl-C")
}

/// When a change of each file was noticed.
type Noticed = Arc<Mutex<BTreeMap<PathBuf, Instant>>>;

/// Passes notifications on to the manager, and notes their times. The greeters
/// of a file that is gone are given up first, so that the manager is the last
/// owner of its library.
fn pass_on(
    notifications: Receiver<WatchNotification>,
    remove_greeters: impl Fn(&Path) + Send + 'static,
) -> (Receiver<WatchNotification>, Noticed) {
    let (pass, passed) = bounded(0);
    let noticed = Noticed::default();
    let times = Arc::clone(&noticed);
    std::thread::spawn(move || {
        for notification in notifications {
            match &notification {
                WatchNotification::Changed { paths, since } => {
                    let mut times = times.lock().unwrap_or_else(PoisonError::into_inner);
                    times.extend(paths.iter().map(|path| (path.clone(), *since)));
                }
                WatchNotification::Removed { paths } => {
                    paths.iter().for_each(|path| remove_greeters(path));
                }
                _ => {}
            }
            if pass.send(notification).is_err() {
                return;
            }
        }
    });
    (passed, noticed)
}

/// What is loaded, and what was said of it.
struct Watch<'a> {
    args: &'a WatchArgs,
    noticed: Noticed,
    greeting: Greeting,
    libraries: BTreeMap<PathBuf, Library>,
    /// The files that are not loaded as they are.
    failures: BTreeMap<PathBuf, Exit>,
    exit: Exit,
}

/// A version of a library that is loaded.
struct Library {
    package: String,
    version: String,
    made: u64,
    /// The one before, until it is unloaded.
    before: Option<Box<Library>>,
}

impl Watch<'_> {
    fn tell(&mut self, notification: ManagerNotification) -> bool {
        let told = match notification {
            ManagerNotification::Event(WatchEvent::Handles(handles, paths)) => {
                paths.iter().try_for_each(|path| self.loaded(path, &handles))
            }
            ManagerNotification::Event(_) => Ok(()),
            ManagerNotification::Unloaded { path, counter } => self.unloaded(&path, counter),
            ManagerNotification::Error(error) => self.failed(&error),
        };
        // Nobody reads any more.
        told.is_ok()
    }

    fn loaded(&mut self, path: &Path, all: &[PluginHandle]) -> anyhow::Result<()> {
        let handles: Vec<_> = all.iter().filter(|handle| handle.path() == path).collect();
        let Some(first) = handles.first() else { return Ok(()) };
        let package = &first.metadata().package;
        let greeters = handles.iter().filter_map(|handle| handle.as_greeter()).collect();
        self.greeting.replace(path, greeters);
        let noticed = self.noticed.lock().unwrap_or_else(PoisonError::into_inner).remove(path);
        let served = noticed.map(|noticed| noticed.elapsed());
        self.failures.remove(path);
        let registrations: Vec<_> =
            handles.iter().map(|handle| call(handle, &self.args.greet)).collect();
        if registrations.iter().any(|registration| registration.error.is_some()) {
            self.exit = self.exit.max(Exit::Crashed);
        }
        let before = self.libraries.remove(path).map(Box::new);
        let report = WatchReport::Loaded {
            file: path.display().to_string(),
            package: package.name.clone(),
            replaced: before.as_ref().map(|before| before.version.clone()),
            version: package.version.clone(),
            ms: served.map(|served| served.as_secs_f64() * 1000.0),
            registrations,
        };
        let library = Library {
            package: package.name.clone(),
            version: package.version.clone(),
            made: handles.len() as u64,
            before,
        };
        self.libraries.insert(path.to_owned(), library);
        report.print(self.args.json)
    }

    fn unloaded(&mut self, path: &Path, counter: Option<u64>) -> anyhow::Result<()> {
        let library = match self.libraries.get_mut(path).map(|now| now.before.take()) {
            Some(Some(before)) => *before,
            _ => {
                let Some(library) = self.libraries.remove(path) else { return Ok(()) };
                library
            }
        };
        let exit = library.unloaded(path, counter, self.args.json)?;
        self.exit = self.exit.max(exit);
        Ok(())
    }

    fn failed(&mut self, error: &WatchError) -> anyhow::Result<()> {
        match error {
            WatchError::Load { path, error, .. } => {
                self.failures.insert(path.clone(), Exit::from(error));
            }
            WatchError::Unload { .. } => self.exit = self.exit.max(Exit::Crashed),
            _ => {}
        }
        let stage = error.stage().map(|stage| stage.to_string());
        WatchReport::Error { stage, error: error.to_string() }.print(self.args.json)
    }
}

impl Library {
    /// Says what was unmade, and whether that is all that was made.
    fn unloaded(self, path: &Path, counter: Option<u64>, json: bool) -> anyhow::Result<Exit> {
        let (package, version, made) = (self.package, self.version, self.made);
        let file = path.display().to_string();
        WatchReport::Unloaded { file, package, version, made, unmade: counter }.print(json)?;
        Ok(if counter == Some(made) { Exit::Ok } else { Exit::Failed })
    }
}
