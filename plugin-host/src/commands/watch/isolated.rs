//! `watch --isolated`: each library is in a process of its own, and the next version in
//! another one.

use std::collections::BTreeMap;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::time::Instant;

use plugin_interface::crossbeam_channel::Receiver;
use plugin_interface::process::{Isolated, IsolatedPlugin, Worker, WorkerError};
use plugin_interface::{Greeter, PluginManager, PluginTrait, WatchNotification};

use super::greeting::Greeting;
use crate::cli::WatchArgs;
use crate::commands::isolation::{print_missing, worker};
use crate::commands::run_isolated::call;
use crate::exit::Exit;
use crate::manager::without_probe;
use crate::output::describe;
use crate::report::run::RegistrationReport;
use crate::report::watch::WatchLine;
use crate::streams::is_unread;

/// The libraries of a watch, each in a process of its own.
pub(super) struct IsolatedSession<'a> {
    args: &'a WatchArgs,
    manager: PluginManager,
    worker: Worker,
    greeting: Greeting,
    libraries: BTreeMap<PathBuf, Loaded>,
    /// The files whose current content could not be loaded, with what was reported.
    failures: BTreeMap<PathBuf, (Exit, String)>,
    exit: Exit,
}

/// A version of a library.
struct Loaded {
    library: Isolated,
    /// A hash of its file.
    content: Option<u64>,
}

/// Why a version is not used.
struct Failure {
    exit: Exit,
    stage: Option<String>,
    error: String,
}

/// A version that has answered, and what.
type Answered = (Isolated, Vec<RegistrationReport>);

impl<'a> IsolatedSession<'a> {
    pub(super) fn new(args: &'a WatchArgs, greeting: Greeting) -> anyhow::Result<Self> {
        let mut worker = worker(&args.isolation, args.load.probe_timeout)?;
        if !args.json {
            worker = worker.inherit_output();
        }
        Ok(IsolatedSession {
            args,
            manager: without_probe(&args.load.policy)?,
            worker,
            greeting,
            libraries: BTreeMap::new(),
            failures: BTreeMap::new(),
            exit: Exit::Ok,
        })
    }

    /// Loads what is there and what comes, until the notifications end.
    pub(super) fn run(mut self, all: &Receiver<WatchNotification>) -> anyhow::Result<Exit> {
        for notification in all {
            let reported = match notification {
                WatchNotification::Changed { paths, since } => {
                    paths.iter().try_for_each(|path| self.load(path, Some(since)))
                }
                WatchNotification::Removed { paths } => {
                    paths.iter().try_for_each(|path| self.remove(path))
                }
                // What one of them lacked may be there.
                WatchNotification::Beside => {
                    let failed: Vec<_> = self.failures.keys().cloned().collect();
                    failed.iter().try_for_each(|path| self.load(path, None))
                }
                WatchNotification::Error(error) => {
                    let stage = error.stage().map(|stage| stage.to_string());
                    WatchLine::Error { stage, error: error.to_string() }.print(self.args.json)
                }
                _ => Ok(()),
            };
            if reported.is_err() || is_unread() {
                break;
            }
        }
        self.end()
    }

    /// Loads a version, which replaces the one before it once it has answered.
    fn load(&mut self, path: &Path, since: Option<Instant>) -> anyhow::Result<()> {
        // If it changes now, there is another notification.
        let content = content(path);
        let is_known = |loaded: &Loaded| content.is_some() && loaded.content == content;
        if self.libraries.get(path).is_some_and(is_known) {
            self.failures.remove(path);
            return Ok(());
        }
        let (library, registrations) = match self.answered(path) {
            Ok(answered) => answered,
            Err(failure) => return self.fail(path, failure),
        };
        self.failures.remove(path);
        if registrations.iter().any(|registration| registration.error.is_some()) {
            self.exit = self.exit.max(Exit::Crashed);
        }
        let is_greeter = |it: &IsolatedPlugin| it.interface() == PluginTrait::Greeter.path();
        let greeters = library.plugins().into_iter().filter(is_greeter);
        let greeters = greeters.filter_map(|it| it.proxy::<dyn Greeter>().ok()).collect();
        let version = library.metadata().package.version.clone();
        let package = library.metadata().package.name.clone();
        let before = self.libraries.insert(path.to_owned(), Loaded { library, content });
        let line = WatchLine::Loaded {
            file: path.display().to_string(),
            package,
            replaced: before.as_ref().map(|it| it.library.metadata().package.version.clone()),
            version,
            ms: since.map(|since| since.elapsed().as_secs_f64() * 1000.0),
            registrations,
        };
        line.print(self.args.json)?;
        self.greeting.replace(path, greeters);
        before.map_or(Ok(()), |before| before.end(path, self.args.json))
    }

    /// Loads a version, and calls its greeters. If that ends the process, or if a plugin
    /// of the version before it is missing, it is not used.
    fn answered(&self, path: &Path) -> Result<Answered, Failure> {
        let failed = |error: WorkerError| {
            let stage = match &error {
                WorkerError::Load(error) => Some(error.stage().to_string()),
                _ => None,
            };
            Failure { exit: Exit::from(&error), stage, error: describe(&error) }
        };
        let library = self.manager.load_isolated(path, self.worker.clone()).map_err(failed)?;
        let plugins = library.plugins();
        let has = |old: &IsolatedPlugin| {
            let names = (old.interface(), old.name());
            plugins.iter().any(|new| (new.interface(), new.name()) == names)
        };
        let before = self.libraries.get(path).map(|before| before.library.plugins());
        if let Some(missing) = before.unwrap_or_default().iter().find(|old| !has(old)) {
            let (path, name, interface) = (path.display(), missing.name(), missing.interface());
            let error = format!("{path}: the new version has no plugin {name} ({interface})");
            return Err(Failure { exit: Exit::Failed, stage: None, error });
        }
        let mut registrations = Vec::new();
        for plugin in &plugins {
            let (registration, failure) = call(&library, plugin, &self.args.greet);
            registrations.push(registration);
            match failure {
                None | Some(WorkerError::Call(_) | WorkerError::Refused { .. }) => {}
                Some(death) => return Err(failed(death)),
            }
        }
        print_missing(&library);
        Ok((library, registrations))
    }

    /// Reports a failure, unless it was reported before.
    fn fail(&mut self, path: &Path, failure: Failure) -> anyhow::Result<()> {
        let Failure { exit, stage, error } = failure;
        let before = self.failures.insert(path.to_owned(), (exit, error.clone()));
        if before.is_some_and(|(_, before)| before == error) {
            return Ok(());
        }
        WatchLine::Error { stage, error }.print(self.args.json)
    }

    fn remove(&mut self, path: &Path) -> anyhow::Result<()> {
        self.failures.remove(path);
        self.greeting.remover()(path);
        let removed = self.libraries.remove(path);
        removed.map_or(Ok(()), |removed| removed.end(path, self.args.json))
    }

    /// Stops the calls and ends every process.
    fn end(self) -> anyhow::Result<Exit> {
        let calls = self.greeting.end();
        let failures = self.failures.into_iter().filter(|(path, _)| path.exists());
        let mut exit = failures.fold(self.exit, |exit, (_, (failure, _))| exit.max(failure));
        if calls.failed > 0 {
            exit = exit.max(Exit::Crashed);
        }
        for (path, loaded) in self.libraries {
            loaded.end(&path, self.args.json)?;
        }
        WatchLine::Stopped { calls: calls.made, failed: calls.failed }.print(self.args.json)?;
        Ok(exit)
    }
}

impl Loaded {
    /// Ends the process of a version that nobody calls any more.
    fn end(self, path: &Path, json: bool) -> anyhow::Result<()> {
        let (package, made) = (&self.library.metadata().package, self.library.plugins().len());
        let line = WatchLine::Unloaded {
            file: path.display().to_string(),
            package: package.name.clone(),
            version: package.version.clone(),
            made: made as u64,
            unmade: None,
            isolated: true,
        };
        if json {
            eprint!("{}", self.library.output());
        }
        drop(self);
        line.print(json)
    }
}

/// Returns a hash of a file. `None` if it cannot be read.
fn content(path: &Path) -> Option<u64> {
    let mut hasher = DefaultHasher::new();
    fs::read(path).ok()?.hash(&mut hasher);
    Some(hasher.finish())
}
