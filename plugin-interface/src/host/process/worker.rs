//! The way in which workers are started.

use std::ffi::OsString;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use super::limits::Limits;
#[cfg(feature = "sandbox")]
use super::sandbox::Sandbox;

/// The way in which plugins run in a process of their own.
///
/// A worker runs a program of the host's choice that calls
/// [`serve_if_asked`](super::serve_if_asked) at the start of its `main`. Usually that
/// is the program of the host.
///
/// Feature `process`.
///
/// ```no_run
/// use std::time::Duration;
///
/// use plugin_interface::PluginManager;
/// use plugin_interface::process::{Worker, serve_if_asked};
///
/// fn main() -> Result<(), Box<dyn std::error::Error>> {
///     serve_if_asked();
///     let worker = Worker::new(std::env::current_exe()?).deadline(Duration::from_secs(1));
///     let library = PluginManager::new().load_isolated("plugins/libshout.so", worker)?;
///     for tool in library.plugins() {
///         println!("{}", tool.call("apply", ("hello",))?.value);
///     }
///     Ok(())
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Worker {
    pub(super) program: PathBuf,
    pub(super) arguments: Vec<OsString>,
    pub(super) limits: Limits,
    pub(super) deadline: Duration,
    pub(super) spins: Duration,
    pub(super) back_off: (Duration, Duration),
    pub(super) deaths: usize,
    pub(super) inherits_output: bool,
    pub(super) environment: Option<Vec<OsString>>,
    #[cfg(feature = "sandbox")]
    pub(super) sandbox: Option<Sandbox>,
}

impl Worker {
    /// Creates a worker that runs `program`, with a deadline of 30 seconds.
    ///
    /// Feature `process`.
    pub fn new(program: impl Into<PathBuf>) -> Self {
        Worker {
            program: program.into(),
            arguments: Vec::new(),
            limits: Limits::new(),
            deadline: Duration::from_secs(30),
            spins: Duration::ZERO,
            back_off: (Duration::from_millis(100), Duration::from_secs(5)),
            deaths: 3,
            inherits_output: false,
            environment: None,
            #[cfg(feature = "sandbox")]
            sandbox: None,
        }
    }

    /// Adds an argument, before those that
    /// [`serve_if_asked`](super::serve_if_asked) reads.
    ///
    /// Feature `process`.
    pub fn argument(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// Sets the limits of each worker.
    ///
    /// Feature `process`.
    pub fn limits(self, limits: Limits) -> Self {
        Worker { limits, ..self }
    }

    /// Sets the time that each call may take, and also the start of a worker. A
    /// worker that takes longer is killed.
    ///
    /// What the host does meanwhile, in callbacks and services, does not count. What the
    /// worker takes for calls within these does.
    ///
    /// Feature `process`.
    pub fn deadline(self, deadline: Duration) -> Self {
        Worker { deadline, ..self }
    }

    /// Lets a thread that waits for the other process look for its message for so long,
    /// before it sleeps. The default is not at all.
    ///
    /// To wake a thread takes most of the time of a call. On Linux both processes map memory
    /// for short messages, which take no call of the system there. For a host that calls
    /// often, on a machine with a processor to spare, 50 microseconds are a good choice. In
    /// return a worker that waits for its next call, and a host that waits for the answer,
    /// use a processor for that time. A process that may use one processor only does not
    /// look: it would keep it from the other one.
    ///
    /// Feature `process`.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use plugin_interface::process::Worker;
    ///
    /// let worker = Worker::new("my-host").spinning(Duration::from_micros(50));
    /// ```
    pub fn spinning(self, spins: Duration) -> Self {
        /// Longer than any wake-up.
        const MOST: Duration = Duration::from_secs(1);
        let is_alone = thread::available_parallelism().is_ok_and(|count| count.get() == 1);
        Worker { spins: if is_alone { Duration::ZERO } else { spins.min(MOST) }, ..self }
    }

    /// Sets the pause between the death of a worker and the start of the next one.
    ///
    /// It is `first` after one death, and doubles up to `most` as long as no call
    /// returns in between. The default is from 100 milliseconds to 5 seconds.
    ///
    /// Feature `process`.
    pub fn back_off(self, first: Duration, most: Duration) -> Self {
        Worker { back_off: (first, most), ..self }
    }

    /// Sets the number of deaths in five minutes after which no other worker is
    /// started. The default is three.
    ///
    /// Feature `process`.
    pub fn deaths(self, deaths: usize) -> Self {
        Worker { deaths: deaths.max(1), ..self }
    }

    /// Lets the plugins print to stdout and stderr of this process. Nothing of it is
    /// kept then: [`Isolated::output`](super::Isolated::output) is empty.
    ///
    /// Feature `process`.
    pub fn inherit_output(self) -> Self {
        Worker { inherits_output: true, ..self }
    }

    /// Passes these variables of the environment to the workers, and no others. The
    /// default is to pass all.
    ///
    /// Feature `process`.
    ///
    /// ```
    /// use plugin_interface::process::Worker;
    ///
    /// let worker = Worker::new("my-host").environment(["PATH", "LANG"]);
    /// ```
    pub fn environment(self, names: impl IntoIterator<Item = impl Into<OsString>>) -> Self {
        let names = names.into_iter().map(Into::into).collect();
        Worker { environment: Some(names), ..self }
    }
}
