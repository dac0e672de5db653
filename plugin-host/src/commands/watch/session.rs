//! The libraries of a watch and its exit code so far.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::PoisonError;

use plugin_interface::{
    LoadError, ManagerNotification, PluginHandle, PluginManager, WatchError, WatchEvent,
};

use super::greeting::Greeting;
use super::noticed::Noticed;
use crate::cli::WatchArgs;
use crate::exit::Exit;
use crate::output::print_note;
use crate::report::watch::WatchLine;
use crate::streams::is_unread;
use crate::worker::drive::call;

pub(super) struct Session<'a> {
    args: &'a WatchArgs,
    noticed: Noticed,
    greeting: Greeting,
    libraries: BTreeMap<PathBuf, LoadedLibrary>,
    /// The files whose current content could not be loaded.
    failures: BTreeMap<PathBuf, Exit>,
    exit: Exit,
}

/// A loaded version of a library.
struct LoadedLibrary {
    package: String,
    version: String,
    made: u64,
    /// The previous version, until it is unloaded.
    before: Option<Box<LoadedLibrary>>,
}

impl<'a> Session<'a> {
    pub(super) fn new(args: &'a WatchArgs, noticed: Noticed, greeting: Greeting) -> Self {
        Session {
            args,
            noticed,
            greeting,
            libraries: BTreeMap::new(),
            failures: BTreeMap::new(),
            exit: Exit::Ok,
        }
    }

    /// Reports a notification. Returns `false` when the watch should end.
    pub(super) fn handle(&mut self, notification: ManagerNotification) -> bool {
        let reported = match notification {
            ManagerNotification::Event(WatchEvent::Handles(handles, paths)) => {
                paths.iter().try_for_each(|path| self.loaded(path, &handles))
            }
            ManagerNotification::Event(_) => Ok(()),
            ManagerNotification::Unloaded { path, counter } => self.unloaded(&path, counter),
            ManagerNotification::Error(error) => self.failed(&error),
        };
        reported.is_ok() && !is_unread()
    }

    /// Stops the calls and unloads every library.
    pub(super) fn end(self, manager: &mut PluginManager) -> anyhow::Result<Exit> {
        let calls = self.greeting.end();
        let failures = self.failures.into_iter().filter(|(path, _)| path.exists());
        let mut exit = failures.fold(self.exit, |exit, (_, failure)| exit.max(failure));
        if calls.failed > 0 {
            exit = exit.max(Exit::Crashed);
        }
        for (path, library) in self.libraries {
            let counter = manager.unload_by_path(&path).ok().flatten();
            exit = exit.max(library.unloaded(&path, counter, self.args.json)?);
        }
        WatchLine::Stopped { calls: calls.made, failed: calls.failed }.print(self.args.json)?;
        Ok(exit)
    }

    fn loaded(&mut self, path: &Path, all: &[PluginHandle]) -> anyhow::Result<()> {
        let handles: Vec<_> = all.iter().filter(|handle| handle.path() == path).collect();
        let Some(first) = handles.first() else { return Ok(()) };
        let package = &first.metadata().package;
        let greeters = handles.iter().filter_map(|handle| handle.as_greeter()).collect();
        self.greeting.replace(path, greeters);
        let noticed = self.noticed.lock().unwrap_or_else(PoisonError::into_inner).remove(path);
        let elapsed = noticed.map(|noticed| noticed.elapsed());
        self.failures.remove(path);
        let registrations: Vec<_> =
            handles.iter().map(|handle| call(handle, &self.args.greet)).collect();
        if registrations.iter().any(|registration| registration.error.is_some()) {
            self.exit = self.exit.max(Exit::Crashed);
        }
        let before = self.libraries.remove(path).map(Box::new);
        // Once, before the first reload.
        if before.is_none()
            && let Ok(Some(reason)) = plugin_interface::stays_mapped(path)
        {
            print_note(&format!("{} stays mapped: {reason}", path.display()));
        }
        let report = WatchLine::Loaded {
            file: path.display().to_string(),
            package: package.name.clone(),
            replaced: before.as_ref().map(|before| before.version.clone()),
            version: package.version.clone(),
            ms: elapsed.map(|elapsed| elapsed.as_secs_f64() * 1000.0),
            registrations,
        };
        let library = LoadedLibrary {
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
            // Ctrl-C in a terminal reaches the child process of a probe too.
            WatchError::Load { error: LoadError::ProbeInterrupted { .. }, .. } => return Ok(()),
            WatchError::Load { path, error, .. } => {
                self.failures.insert(path.clone(), Exit::from(error));
            }
            WatchError::Unload { .. } => self.exit = self.exit.max(Exit::Crashed),
            _ => {}
        }
        let stage = error.stage().map(|stage| stage.to_string());
        WatchLine::Error { stage, error: error.to_string() }.print(self.args.json)
    }
}

impl LoadedLibrary {
    /// Reports the unmaker counter and compares it with the number created.
    fn unloaded(self, path: &Path, counter: Option<u64>, json: bool) -> anyhow::Result<Exit> {
        let (package, version, made) = (self.package, self.version, self.made);
        let file = path.display().to_string();
        let isolated = false;
        WatchLine::Unloaded { file, package, version, made, unmade: counter, isolated }
            .print(json)?;
        Ok(if counter == Some(made) { Exit::Ok } else { Exit::Failed })
    }
}
