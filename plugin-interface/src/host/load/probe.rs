//! Probe: a child process loads the library first, and the host only if that
//! child survives.

use std::ffi::OsString;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use crate::host::error::LoadError;
use crate::host::load::child_output::{ChildOutput, Reply};
use crate::host::load::policy::LoadPolicy;
use crate::host::manager::PluginManager;
use crate::host::manager::handle::PluginHandle;
use crate::host::platform::parent_death::end_with_parent;

/// What the child says when all is done.
const SURVIVED: &str = "plugin-probe: survived";

/// What the child says when it could not even begin.
const UNTRIED: &str = "plugin-probe: untried";

/// How to try a library in a child process before the host opens it.
///
/// The child does what the host is about to do: open, connect, make, whatever
/// the host will call, unmake, close. A library that crashes, hangs or ends the
/// process there is refused. The child runs a program of the host's choice,
/// usually the host's own with an argument of its own, which calls
/// [`serve`](Probe::serve).
///
/// ```no_run
/// use plugin_interface::{PluginManager, Probe};
///
/// fn main() -> std::io::Result<()> {
///     let arguments: Vec<_> = std::env::args_os().collect();
///     if let [_, probe, library, copy] = &arguments[..]
///         && probe == "--probe"
///     {
///         Probe::serve(library.as_ref(), copy.as_ref(), |_plugins| {});
///         return Ok(());
///     }
///     let probe = Probe::new(std::env::current_exe()?).argument("--probe");
///     let manager = PluginManager::new().with_probe(probe);
///     // ..
///     # let _ = manager;
///     Ok(())
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    program: PathBuf,
    arguments: Vec<OsString>,
    deadline: Duration,
}

impl Probe {
    /// A probe by `program`, with a deadline of three seconds.
    pub fn new(program: impl Into<PathBuf>) -> Self {
        let deadline = Duration::from_secs(3);
        Probe { program: program.into(), arguments: Vec::new(), deadline }
    }

    /// Passes an argument, before the two that [`serve`](Self::serve) takes.
    pub fn argument(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// Waits no longer than this for the child.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// The child's side: loads the library, lets the host's calls be made, and
    /// unloads it. What a plugin reports as an error, or panics with, is for
    /// the host to see when it does the same: here it is survived.
    ///
    /// `library` and `copy` are the last two arguments of the process.
    ///
    /// ```no_run
    /// plugin_interface::Probe::serve("libx.so".as_ref(), "copy/libx.so".as_ref(), |plugins| {
    ///     for greeter in plugins.iter().filter_map(|plugin| plugin.as_greeter()) {
    ///         let _ = plugin_interface::Greeter::greet(&greeter, "probe");
    ///     }
    /// });
    /// ```
    pub fn serve(library: &Path, copy: &Path, calls: impl FnOnce(&[PluginHandle])) {
        end_with_parent();
        // Whether the file may be loaded at all, the host has judged.
        let policy = LoadPolicy::new().allow_world_writable();
        let mut manager = PluginManager::with_policy(policy);
        let loaded = manager.load_copied(library, copy);
        let marker = match &loaded {
            // The host can read its copy, so that here something else is wrong.
            Err(
                LoadError::Copy { .. } | LoadError::Read { .. } | LoadError::StillWritten { .. },
            ) => UNTRIED,
            _ => SURVIVED,
        };
        if let Ok(plugins) = loaded {
            // A panic is contained here as it will be in the host.
            let _ = catch_unwind(AssertUnwindSafe(|| calls(&plugins)));
            for plugin in plugins {
                let _ = plugin.close();
            }
        }
        // With the directory of its copies: the host ends this process.
        drop(manager);
        let mut out = io::stdout().lock();
        let _ = writeln!(out, "\n{marker}").and_then(|()| out.flush());
    }

    /// Tries a private copy in a child.
    pub(crate) fn run(&self, path: &Path, copy: &Path) -> Result<(), LoadError> {
        let not_started = |source: io::Error| LoadError::ProbeNotStarted {
            path: path.to_owned(),
            program: self.program.clone(),
            source,
        };
        let (output, ear) = ChildOutput::new().map_err(not_started)?;
        let mut child = Command::new(&self.program)
            .args(&self.arguments)
            .args([path, copy])
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(Stdio::null())
            .spawn()
            .map_err(not_started)?;
        // Whatever else a plugin prints is passed over.
        let heard = ear.listen(&mut child, self.deadline, |line| match line {
            line if line == SURVIVED.as_bytes() => Some(Said::Survived),
            line if line == UNTRIED.as_bytes() => Some(Said::Untried),
            _ => None,
        });
        end(&mut child);
        let path = path.to_owned();
        match heard.map_err(not_started)? {
            Reply::Said(Said::Survived) => Ok(()),
            Reply::Said(Said::Untried) => {
                Err(not_started(io::Error::other("it cannot copy the library")))
            }
            Reply::Ended(status) => {
                Err(LoadError::ProbeCrashed { path, how: describe_exit(status) })
            }
            Reply::Nothing => Err(LoadError::ProbeTimedOut { path, deadline: self.deadline }),
        }
    }
}

/// What a child has to say.
enum Said {
    Survived,
    Untried,
}

/// Ends a child that has nothing more to say, whatever it is doing.
fn end(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}

/// How a process ended, for people: by which signal, or with which code.
///
/// ```
/// # #[cfg(unix)]
/// # fn main() {
/// use std::os::unix::process::ExitStatusExt;
/// let killed = std::process::ExitStatus::from_raw(11);
/// assert!(plugin_interface::describe_exit(killed).contains("SIGSEGV"));
/// # }
/// # #[cfg(not(unix))]
/// # fn main() {}
/// ```
pub fn describe_exit(status: ExitStatus) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return match signal_name(signal) {
            Some(name) => format!("the process was killed by {name}"),
            None => format!("the process was killed by signal {signal}"),
        };
    }
    match status.code() {
        Some(code) => format!("the process ended itself with exit code {code}"),
        None => "the process ended".to_owned(),
    }
}

#[cfg(unix)]
fn signal_name(signal: i32) -> Option<&'static str> {
    Some(match signal {
        libc::SIGSEGV => "SIGSEGV (a wild pointer, or an overflown stack)",
        libc::SIGBUS => "SIGBUS (memory that is not there, as of a damaged file)",
        libc::SIGABRT => "SIGABRT (it aborted)",
        libc::SIGILL => "SIGILL (an illegal instruction)",
        libc::SIGFPE => "SIGFPE (a division by zero)",
        libc::SIGTRAP => "SIGTRAP",
        libc::SIGKILL => "SIGKILL",
        libc::SIGTERM => "SIGTERM",
        libc::SIGSYS => "SIGSYS",
        _ => return None,
    })
}
