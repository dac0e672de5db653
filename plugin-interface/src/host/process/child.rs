//! The host's side of one worker.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, ExitStatus};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::error::WorkerError;
use super::frame::{self, PREFIX, Until};
use super::message::Greeting;
use super::output::{Output, Printed};
use super::serve::ASKED;
use super::worker::Worker;
use crate::host::platform::processes;

/// The time in which a process ends whose connection is closed.
const GRACE: Duration = Duration::from_millis(50);

/// The time in which a worker destroys its plugins when it is not needed any more.
const FAREWELL: Duration = Duration::from_secs(1);

/// A worker that runs. It is killed when it is dropped, with its group.
#[derive(Debug)]
pub(super) struct Running {
    child: Child,
    socket: UnixStream,
    output: Output,
    #[expect(dead_code, reason = "deletes the copies of the worker when dropped")]
    copies: TempDir,
    is_ended: bool,
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
    /// Starts a worker for the copy of a library, and returns the plugins that it
    /// created, each by its interface and its name.
    pub(super) fn start(
        worker: &Worker,
        library: &Path,
        copy: &Path,
        told: &[u8],
    ) -> Result<(Self, Vec<(String, String)>), WorkerError> {
        let not_started =
            |source| WorkerError::NotStarted { program: worker.program.clone(), source };
        let end = Instant::now().checked_add(worker.deadline);
        let running = Running::spawn(worker, library, copy).map_err(not_started)?;
        let mut frame = Vec::new();
        match running.greeting(&mut frame, end) {
            Ok(Greeting::Here) => {}
            Ok(_) => return Err(running.stranger(worker, Failure::Nonsense("no greeting".into()))),
            Err(failure) => return Err(running.stranger(worker, failure)),
        }
        let mut told = [&[0; PREFIX], told].concat();
        let ready = match running.send(&mut told, end) {
            Ok(()) => running.greeting(&mut frame, end),
            Err(error) => Err(error.into()),
        };
        match ready {
            Ok(Greeting::Ready(plugins)) => Ok((running, plugins)),
            Ok(Greeting::Failed(message)) => {
                Err(WorkerError::NotLoaded { path: library.to_owned(), message })
            }
            Ok(Greeting::Here) => {
                let twice = Failure::Nonsense("it greeted twice".to_owned());
                Err(running.bury(worker, library, None, twice))
            }
            Err(failure) => Err(running.bury(worker, library, None, failure)),
        }
    }

    fn spawn(worker: &Worker, library: &Path, copy: &Path) -> io::Result<Self> {
        let parent = copy.parent().unwrap_or(Path::new("."));
        let copies = tempfile::Builder::new().prefix("worker-").tempdir_in(parent)?;
        let (socket, theirs) = UnixStream::pair()?;
        frame::prepare(&socket)?;
        let (reader, writer) = io::pipe()?;
        let mut command = Command::new(&worker.program);
        command
            .args(&worker.arguments)
            .arg(ASKED)
            .args([library, copy, copies.path()])
            .arg(worker.limits.write())
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
        let child = command.spawn()?;
        // Its ends of both.
        drop(command);
        let mut ending = Ending(Some(child));
        let output = Output::start(reader)?;
        let child = ending.0.take().expect("it was just put there");
        Ok(Running { child, socket, output, copies, is_ended: false })
    }

    /// Sends a frame, and puts the next one of the worker in its place.
    pub(super) fn exchange(
        &self,
        frame: &mut Vec<u8>,
        end: Option<Instant>,
    ) -> Result<(), Failure> {
        self.send(frame, end)?;
        self.read(frame, end)
    }

    fn send(&self, frame: &mut [u8], end: Option<Instant>) -> io::Result<()> {
        frame::write(&mut self.until(end, &|| self.has_ended()), frame)
    }

    fn read(&self, frame: &mut Vec<u8>, end: Option<Instant>) -> Result<(), Failure> {
        Ok(frame::read(&mut self.until(end, &|| self.has_ended()), frame)?)
    }

    fn until<'s>(&'s self, end: Option<Instant>, has_ended: &'s dyn Fn() -> bool) -> Until<'s> {
        Until { socket: &self.socket, end, has_ended }
    }

    fn greeting(&self, frame: &mut Vec<u8>, end: Option<Instant>) -> Result<Greeting, Failure> {
        // The second one may follow at once.
        frame::read_first(&mut self.until(end, &|| self.has_ended()), frame)?;
        Greeting::read(frame).map_err(Failure::Nonsense)
    }

    pub(super) fn printed(&self) -> Printed {
        self.output.printed()
    }

    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Returns `true` if the process has ended.
    pub(super) fn has_ended(&self) -> bool {
        processes::has_ended(&self.child, Duration::ZERO)
    }

    /// Ends the worker, and returns the error of what it did last.
    pub(super) fn bury(
        mut self,
        worker: &Worker,
        library: &Path,
        method: Option<&str>,
        failure: Failure,
    ) -> WorkerError {
        let status = self.end(&failure);
        let output = self.output.last_text();
        let (path, method) = (library.to_owned(), method.map(str::to_owned));
        match failure {
            Failure::Died => WorkerError::Died { path, method, status, output },
            Failure::TimedOut => {
                WorkerError::TimedOut { path, method, deadline: worker.deadline, output }
            }
            Failure::Nonsense(reason) => WorkerError::Nonsense { path, method, reason, output },
        }
    }

    /// Ends a program that is no worker.
    fn stranger(mut self, worker: &Worker, failure: Failure) -> WorkerError {
        let status = self.end(&failure);
        let reason = match (failure, status) {
            (Failure::Died, Some(status)) => crate::describe_exit(status),
            (Failure::Died, None) => "the process closed its connection".to_owned(),
            (Failure::TimedOut, _) => format!("it did not answer within {:?}", worker.deadline),
            (Failure::Nonsense(reason), _) => format!("it sent an invalid answer: {reason}"),
        };
        let output = self.output.last_text();
        WorkerError::NotAWorker { program: worker.program.clone(), reason, output }
    }

    /// Ends the process and its group. Returns how the process ended by itself.
    fn end(&mut self, failure: &Failure) -> Option<ExitStatus> {
        let by_itself =
            matches!(failure, Failure::Died) && processes::has_ended(&self.child, GRACE);
        let status = self.kill();
        status.filter(|_| by_itself)
    }

    fn kill(&mut self) -> Option<ExitStatus> {
        self.is_ended = true;
        kill(&mut self.child)
    }

    /// Lets the worker destroy its plugins, and ends it.
    pub(super) fn stop(mut self) {
        let end = Instant::now().checked_add(FAREWELL);
        if self.send(&mut [0; PREFIX], end).is_ok() {
            processes::has_ended(&self.child, FAREWELL);
        }
        self.kill();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.is_ended {
            self.kill();
        }
    }
}

/// Kills a child and its group, and takes its status.
fn kill(child: &mut Child) -> Option<ExitStatus> {
    processes::kill_group(child);
    child.wait().ok()
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
