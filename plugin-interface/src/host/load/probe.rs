//! Probe: a child process loads the library first, and the host loads it only
//! if that child survives.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::host::error::LoadError;
use crate::host::load::child_output::{ChildOutput, Reply};
use crate::host::platform;
use crate::host::platform::exit_status::describe_exit;

/// The child's last line, when it survived.
pub(crate) const SURVIVED: &str = "plugin-probe: survived";

/// The child's last line, when it could not even begin.
pub(crate) const UNTRIED: &str = "plugin-probe: untried";

/// A way to try a library in a child process before the host opens it.
///
/// The child does the same as the host: open, connect, create, call, destroy,
/// close. A library that crashes there, hangs or ends the process is refused.
/// The child runs a program of the host's choice, usually the host's own with a
/// special argument, which calls [`serve`](Probe::serve).
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
    /// Creates a probe that runs `program`, with a deadline of three seconds.
    pub fn new(program: impl Into<PathBuf>) -> Self {
        let deadline = Duration::from_secs(3);
        Probe { program: program.into(), arguments: Vec::new(), deadline }
    }

    /// Adds an argument, before the two that [`serve`](Self::serve) takes.
    pub fn argument(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// Sets the time that the child may take.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
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
        // Other lines of the plugin are skipped.
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
            Reply::Ended(Some(status)) if platform::is_interrupted(status) => {
                Err(LoadError::ProbeInterrupted { path, how: describe_exit(status) })
            }
            Reply::Ended(status) => Err(LoadError::ProbeCrashed {
                path,
                how: status.map_or_else(|| UNSEEN.to_owned(), describe_exit),
            }),
            Reply::Nothing => Err(LoadError::ProbeTimedOut { path, deadline: self.deadline }),
        }
    }
}

/// The end of a child whose status is unknown.
const UNSEEN: &str = "the process ended, and how is unknown: the host ignores SIGCHLD or waits for \
                      all its children";

/// The last line of a child.
enum Said {
    Survived,
    Untried,
}

/// Ends a child, whatever it is doing.
fn end(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}
