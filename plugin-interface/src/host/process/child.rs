//! The host's side of one worker.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, ExitStatus};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::error::WorkerError;
use super::frame::{self, PREFIX, Spinning, Until};
use super::lane::{Lane, Passed};
use super::mailboxes::Shared;
use super::message::Greeting;
use super::output::{Output, Printed};
use super::serve::ASKED;
use super::worker::Worker;
#[cfg(all(target_os = "linux", feature = "sandbox"))]
use crate::host::platform;
use crate::host::platform::processes;

/// The time for which a process may go on without ending that has closed its connection.
const CLOSED: Duration = Duration::from_millis(500);

/// The time in which the system ends a process. It frees its memory, and a debugger may
/// look at it first.
const ENDING: Duration = Duration::from_secs(60);

/// The time in which a worker destroys its plugins when it is not needed any more.
const FAREWELL: Duration = Duration::from_secs(1);

/// A worker that runs. It is killed when it is dropped, with its group.
#[derive(Debug)]
pub(super) struct Running {
    id: u32,
    life: Mutex<Life>,
    /// `true` once its fate is known.
    is_buried: AtomicBool,
    start: Instant,
    /// Begins as many nanoseconds after its start as the last call that it has answered.
    answered: AtomicU64,
    /// Its first lane, on which it greets and is asked for the end.
    lane: Arc<Lane>,
    /// Passes it the other lanes.
    pub(super) control: UnixStream,
    /// The memory of the lanes, if they have some.
    pub(super) shared: Option<Shared>,
    output: Output,
    #[expect(dead_code, reason = "deletes the copies of the worker when dropped")]
    copies: TempDir,
}

#[derive(Debug)]
struct Life {
    child: Child,
    fate: Option<Fate>,
}

/// The way in which a worker ended.
#[derive(Clone, Debug)]
pub(super) struct Fate {
    pub(super) at: Instant,
    /// `None` if it is unknown, or if the host ended it.
    status: Option<ExitStatus>,
    output: String,
    /// `true` if it ended by itself.
    is_death: bool,
    /// The message of the error of the call that noticed it.
    pub(super) text: String,
}

/// The reason for which a worker must go.
pub(super) enum Failure {
    Died,
    TimedOut,
    Nonsense(String),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::TimedOut => Failure::TimedOut,
            io::ErrorKind::InvalidData => Failure::Nonsense(error.to_string()),
            _ => Failure::Died,
        }
    }
}

impl Running {
    /// Starts a worker for the copy of a library, which it will load. Returns what it needs
    /// for its lanes.
    pub(super) fn start(
        worker: &Worker,
        library: &Path,
        copy: &Path,
    ) -> Result<(Self, Passed), WorkerError> {
        let not_started =
            |source| WorkerError::NotStarted { program: worker.program.clone(), source };
        let end = Instant::now().checked_add(worker.deadline);
        let (running, passed) = Running::spawn(worker, library, copy).map_err(not_started)?;
        let mut frame = Vec::new();
        match running.greeting(&mut frame, end) {
            Ok(Greeting::Here) => {}
            Ok(_) => return Err(running.stranger(worker, Failure::Nonsense("no greeting".into()))),
            Err(failure) => return Err(running.stranger(worker, failure)),
        }
        Ok((running, passed))
    }

    /// Starts the process. Returns what it needs for its lanes.
    fn spawn(worker: &Worker, library: &Path, copy: &Path) -> io::Result<(Self, Passed)> {
        let parent = copy.parent().unwrap_or(Path::new("."));
        let copies = tempfile::Builder::new().prefix("worker-").tempdir_in(parent)?;
        let (socket, theirs) = UnixStream::pair()?;
        frame::prepare(&socket)?;
        let (control, of_worker) = UnixStream::pair()?;
        let spins = !worker.spins.is_zero();
        let (shared, memory) = spins.then(Shared::create).flatten().unzip();
        let (reader, writer) = io::pipe()?;
        let mut command = Command::new(&worker.program);
        command
            .args(&worker.arguments)
            .arg(ASKED)
            .args([library, copy, copies.path()])
            .arg(worker.limits.write())
            .arg(worker.spins.as_nanos().to_string())
            // As stdin, no other child of this process can inherit it. The worker
            // takes it from there before anything else.
            .stdin(OwnedFd::from(theirs));
        if let Some(names) = &worker.environment {
            let passed = names.iter().filter_map(|name| Some((name, std::env::var_os(name)?)));
            command.env_clear().envs(passed);
        }
        if !worker.inherits_output {
            command.stdout(writer.try_clone()?).stderr(writer);
        }
        processes::lead_group(&mut command);
        #[cfg(feature = "sandbox")]
        if let Some(sandbox) = &worker.sandbox {
            command.args(sandbox.write_arguments());
            #[cfg(target_os = "linux")]
            platform::inherit_no_files(&mut command);
        }
        let child = command.spawn()?;
        // Its ends of both.
        drop(command);
        let mut ending = Ending(Some(child));
        let output = Output::start(reader)?;
        let child = ending.0.take().expect("it was just put there");
        let (id, lane) = (child.id(), Lane::new(0, socket, shared.as_ref()));
        let life = Mutex::new(Life { child, fate: None });
        let passed = Passed { control: of_worker, memory };
        let running = Running {
            id,
            life,
            is_buried: AtomicBool::new(false),
            start: Instant::now(),
            answered: AtomicU64::new(0),
            lane,
            control,
            shared,
            output,
            copies,
        };
        Ok((running, passed))
    }

    /// Returns the first lane.
    pub(super) fn lane(&self) -> &Arc<Lane> {
        &self.lane
    }

    fn send(&self, frame: &mut [u8], end: Option<Instant>) -> io::Result<()> {
        let has_ended = || self.has_ended();
        let lane = Spinning::never(&self.lane.socket);
        frame::write(&mut Until { lane, end, now: None, has_ended: &has_ended }, frame)
    }

    fn greeting(&self, frame: &mut Vec<u8>, end: Option<Instant>) -> Result<Greeting, Failure> {
        self.greeting_on(&self.lane, frame, end)
    }

    /// Reads the greeting of a thread of the worker.
    pub(super) fn greeting_on(
        &self,
        lane: &Lane,
        frame: &mut Vec<u8>,
        end: Option<Instant>,
    ) -> Result<Greeting, Failure> {
        let has_ended = || self.has_ended();
        let lane = Spinning::never(&lane.socket);
        let mut until = Until { lane, end, now: None, has_ended: &has_ended };
        // The second one may follow at once.
        frame::read_first(&mut until, frame)?;
        Greeting::read(frame).map_err(Failure::Nonsense)
    }

    pub(super) fn printed(&self) -> Printed {
        self.output.printed()
    }

    pub(super) fn id(&self) -> u32 {
        self.id
    }

    /// Returns `true` if the process has ended.
    pub(super) fn has_ended(&self) -> bool {
        let life = lock(&self.life);
        life.fate.is_some() || processes::has_ended(&life.child, Duration::ZERO)
    }

    /// Returns `true` if the process has ended, or is about to, as a call has noticed.
    pub(super) fn is_buried(&self) -> bool {
        self.is_buried.load(Ordering::Acquire)
    }

    /// Notes that it has answered a call that began then.
    pub(super) fn has_answered(&self, begin: Instant) {
        let since = begin.saturating_duration_since(self.start).as_nanos() as u64;
        self.answered.store(since, Ordering::Relaxed);
    }

    /// Returns `false` if the process has ended. The system is asked unless it has just
    /// answered: to ask takes a good part of the time of a small call.
    pub(super) fn may_answer(&self) -> bool {
        /// The time after the begin of a call in which a process that has answered it
        /// counts as alive. One that dies meanwhile is noticed by the call itself.
        const FRESH: Duration = Duration::from_millis(1);
        let answered = Duration::from_nanos(self.answered.load(Ordering::Relaxed));
        let is_fresh = || self.start.elapsed().saturating_sub(answered) < FRESH;
        !self.is_buried() && (!answered.is_zero() && is_fresh() || !self.has_ended())
    }

    /// Returns the way in which the worker ended; `None` if it was not noticed yet.
    pub(super) fn fate(&self) -> Option<Fate> {
        lock(&self.life).fate.clone()
    }

    /// Ends the worker, and returns the error of what it did last. Whoever comes second
    /// gets an error of the way in which it ended.
    pub(super) fn bury(
        &self,
        worker: &Worker,
        library: &Path,
        method: Option<&str>,
        failure: Failure,
    ) -> WorkerError {
        let mut life = lock(&self.life);
        if let (Some(fate), Failure::Died, Some(method)) = (&life.fate, &failure, method)
            && !fate.is_death
        {
            let (path, method, cause) = (library.to_owned(), method.to_owned(), fate.text.clone());
            return WorkerError::Ended { path, method, cause };
        }
        let is_death = matches!(failure, Failure::Died);
        let (status, output) = match &life.fate {
            Some(fate) => (fate.status, fate.output.clone()),
            None => (end(&mut life.child, &failure), self.output.last_text()),
        };
        let (path, method) = (library.to_owned(), method.map(str::to_owned));
        let text = output.clone();
        let error = match failure {
            Failure::Died => WorkerError::Died { path, method, status, output },
            Failure::TimedOut => {
                WorkerError::TimedOut { path, method, deadline: worker.deadline, output }
            }
            Failure::Nonsense(reason) => WorkerError::Nonsense { path, method, reason, output },
        };
        if life.fate.is_none() {
            let (at, output, text) = (Instant::now(), text, error.to_string());
            life.fate = Some(Fate { at, status, output, is_death, text });
            self.is_buried.store(true, Ordering::Release);
        }
        error
    }

    /// Ends a program that is no worker.
    fn stranger(self, worker: &Worker, failure: Failure) -> WorkerError {
        let status = end(&mut lock(&self.life).child, &failure);
        let reason = match (failure, status) {
            (Failure::Died, Some(status)) => crate::describe_exit(status),
            (Failure::Died, None) => "the process closed its connection".to_owned(),
            (Failure::TimedOut, _) => format!("it did not answer within {:?}", worker.deadline),
            (Failure::Nonsense(reason), _) => format!("it sent an invalid answer: {reason}"),
        };
        let output = self.output.last_text();
        WorkerError::NotAWorker { program: worker.program.clone(), reason, output }
    }

    /// Lets the worker destroy its plugins, and ends it.
    pub(super) fn stop(&self) {
        let end = Instant::now().checked_add(FAREWELL);
        if !self.is_buried() && self.send(&mut [0; PREFIX], end).is_ok() {
            processes::has_ended(&lock(&self.life).child, FAREWELL);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let life = self.life.get_mut().unwrap_or_else(PoisonError::into_inner);
        // Its number may be that of another process by now, if it was killed before.
        if life.fate.is_none() {
            kill(&mut life.child);
        }
    }
}

/// Ends a process and its group. Returns how the process ended by itself.
fn end(child: &mut Child, failure: &Failure) -> Option<ExitStatus> {
    let by_itself = matches!(failure, Failure::Died) && ends_by_itself(child);
    kill(child).filter(|_| by_itself)
}

/// Waits for the end of a process whose connection is closed. `false` if it goes on.
///
/// The system closes the files of a process first, and tells its status last.
fn ends_by_itself(child: &Child) -> bool {
    /// The time between two looks.
    const STEP: Duration = Duration::from_millis(1);
    let end = Instant::now() + CLOSED;
    loop {
        if processes::is_ending(child) {
            return processes::has_ended(child, ENDING);
        }
        if processes::has_ended(child, STEP) {
            return true;
        }
        if Instant::now() > end {
            return false;
        }
    }
}

/// Kills a child and its group, and takes its status.
fn kill(child: &mut Child) -> Option<ExitStatus> {
    processes::kill_group(child);
    child.wait().ok()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A child that is killed unless it is taken.
struct Ending(Option<Child>);

impl Drop for Ending {
    fn drop(&mut self) {
        if let Some(mut child) = self.0.take() {
            kill(&mut child);
        }
    }
}
