//! One build by cargo, which can be ended at any time.

use std::collections::BTreeSet;
use std::io::{BufReader, Read as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

use anyhow::Context;
use cargo_metadata::diagnostic::DiagnosticLevel;
use cargo_metadata::{Message, TargetKind};
use plugin_interface::crossbeam_channel::Sender;

use super::event::{BuildOutcome, Event};
use super::plugin::Plugin;
use crate::cargo;
use crate::terminal::stderr_has_colors;

/// A build that is running.
pub(super) struct Build {
    number: u64,
    /// `None` once it has ended.
    child: Arc<Mutex<Option<Child>>>,
}

/// What the threads of a build know.
struct Running {
    number: u64,
    package: cargo_metadata::PackageId,
    library: String,
    begin: Instant,
    events: Sender<Event>,
}

impl Build {
    /// Starts a build. The events have its number.
    pub(super) fn start(
        number: u64,
        plugin: &Plugin,
        release: bool,
        events: Sender<Event>,
    ) -> anyhow::Result<Self> {
        let mut command = Command::new(cargo::program());
        let is_colored = stderr_has_colors();
        let format = if is_colored { "json-diagnostic-rendered-ansi" } else { "json" };
        command.args(["build", "--package", &plugin.id.repr, "--manifest-path"]);
        command.arg(&plugin.manifest).arg(format!("--message-format={format}"));
        command.args(["--color", if is_colored { "always" } else { "never" }]);
        if release {
            command.arg("--release");
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // So that compilers end with it.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let begin = Instant::now();
        let mut child = command.spawn().context("cannot start cargo; is it installed?")?;
        let output = child.stdout.take().context("cargo has no output")?;
        let mut errors = child.stderr.take().context("cargo has no output")?;
        let child = Arc::new(Mutex::new(Some(child)));
        let said = thread::spawn(move || {
            let mut said = Vec::new();
            let _ = errors.read_to_end(&mut said);
            String::from_utf8_lossy(&said).into_owned()
        });
        let (package, library) = (plugin.id.clone(), plugin.library.clone());
        let running = Running { number, package, library, begin, events };
        let ended = Arc::clone(&child);
        thread::spawn(move || {
            let (library, has_diagnostics) = running.read(output);
            let child = lock(&ended).take();
            let is_good = child.is_some_and(|mut child| child.wait().is_ok_and(|it| it.success()));
            let outcome = BuildOutcome {
                library: library.filter(|_| is_good),
                said: said.join().unwrap_or_default(),
                has_diagnostics,
                took: running.begin.elapsed(),
            };
            let _ = running.events.send(Event::Built { build: running.number, outcome });
        });
        Ok(Build { number, child })
    }

    pub(super) fn is(&self, number: u64) -> bool {
        self.number == number
    }

    /// Ends the build with the compilers that it started. Its end is an event all
    /// the same.
    pub(super) fn cancel(&self) {
        if let Some(child) = &mut *lock(&self.child) {
            #[cfg(unix)]
            if let Some(group) =
                i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw)
            {
                let _ = rustix::process::kill_process_group(group, rustix::process::Signal::TERM);
            }
            #[cfg(not(unix))]
            let _ = child.kill();
        }
    }
}

impl Drop for Build {
    fn drop(&mut self) {
        self.cancel();
    }
}

fn lock(child: &Mutex<Option<Child>>) -> MutexGuard<'_, Option<Child>> {
    child.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Running {
    /// Reads what cargo reports. Returns the library, and whether a compiler
    /// reported an error.
    fn read(&self, output: ChildStdout) -> (Option<PathBuf>, bool) {
        let (mut library, mut has_errors) = (None, false);
        let mut done = BTreeSet::new();
        for message in Message::parse_stream(BufReader::new(output)).map_while(Result::ok) {
            match message {
                Message::CompilerArtifact(artifact) => {
                    let is_cdylib = artifact.target.is_kind(TargetKind::CDyLib);
                    if artifact.package_id == self.package && is_cdylib {
                        let mut files = artifact.filenames.iter();
                        let found = files.find(|it| it.file_name() == Some(&self.library));
                        library = found.map(|file| file.as_std_path().to_owned());
                    }
                    if done.insert(artifact.package_id) {
                        let progress = Event::Progress { build: self.number, done: done.len() };
                        let _ = self.events.send(progress);
                    }
                }
                Message::CompilerMessage(message) => {
                    let diagnostic = Box::new(message.message);
                    has_errors |= diagnostic.level == DiagnosticLevel::Error;
                    let event = Event::Diagnostic { build: self.number, diagnostic };
                    let _ = self.events.send(event);
                }
                _ => {}
            }
        }
        (library, has_errors)
    }
}
