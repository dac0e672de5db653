//! Reads the output of a child process, with a deadline: a process that the
//! child started may hold its output open for ever.

use std::io;
use std::process::{Child, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::host::platform;
use crate::host::platform::ChildPipe;

/// The time between two looks at whether the child has ended in silence.
const STEP: Duration = Duration::from_millis(20);

/// The time for the output of a process to come after it ended. On Windows a thread
/// reads it, which may have to wait for a processor; a process that the child started
/// may hold the output open, so this has an end.
const LATE: Duration =
    if cfg!(windows) { Duration::from_secs(2) } else { Duration::from_millis(1) };

/// The time for a process to end after its output did.
const GRACE: Duration = Duration::from_millis(200);

/// The longest line that is read.
const LINE: usize = 256;

/// The outcome of waiting for a child.
pub(crate) enum Reply<T> {
    /// It printed a line that was waited for.
    Said(T),
    /// It ended without such a line. Its status is `None` if somebody else took
    /// it, or the system dropped it.
    Ended(Option<ExitStatus>),
    /// It did neither in time.
    Nothing,
}

/// The reading end of a child's output.
pub(crate) struct ChildOutput {
    source: ChildPipe,
    /// The incomplete last line.
    line: Vec<u8>,
}

impl ChildOutput {
    /// Creates the output for a child, and the end to read from.
    pub(crate) fn new() -> io::Result<(Stdio, Self)> {
        let (output, source) = ChildPipe::new()?;
        Ok((output, ChildOutput { source, line: Vec::new() }))
    }

    /// Waits for a line that `understand` accepts, and skips all others.
    pub(crate) fn listen<T>(
        mut self,
        child: &mut Child,
        deadline: Duration,
        understand: impl Fn(&[u8]) -> Option<T>,
    ) -> io::Result<Reply<T>> {
        let begin = Instant::now();
        let mut end = begin.checked_add(deadline);
        let mut is_open = true;
        loop {
            let rest = end.map_or(STEP, |end| end.saturating_duration_since(Instant::now()));
            if rest.is_zero() {
                return Ok(try_wait(child)?.map_or(Reply::Nothing, Reply::Ended));
            }
            // Before its output is read, so that its last lines are there by
            // then.
            let status = try_wait(child)?;
            let step = if status.is_some() { LATE } else { rest.min(STEP) };
            match is_open.then(|| self.source.read(step)) {
                Some(Ok(bytes)) if !bytes.is_empty() => {
                    if let Some(said) = self.hear(bytes, &understand) {
                        return Ok(Reply::Said(said));
                    }
                    continue;
                }
                Some(Ok(_)) => {
                    // Its exit status follows a moment later.
                    is_open = false;
                    let soon = Instant::now() + GRACE;
                    end = Some(end.map_or(soon, |end| end.min(soon)));
                }
                Some(Err(error)) if !is_silence(&error) => return Err(error),
                Some(Err(_)) => {}
                None => std::thread::sleep(Duration::from_millis(1)),
            }
            if let Some(status) = status {
                return Ok(Reply::Ended(status));
            }
        }
    }

    /// Reads bytes up to the first line that is accepted.
    fn hear<T>(&mut self, bytes: Vec<u8>, understand: impl Fn(&[u8]) -> Option<T>) -> Option<T> {
        for byte in bytes {
            if byte != b'\n' {
                if self.line.len() <= LINE {
                    self.line.push(byte);
                }
                continue;
            }
            let understood = understand(&self.line);
            self.line.clear();
            if understood.is_some() {
                return understood;
            }
        }
        None
    }
}

/// Returns the status of a child that has ended. The status itself is `None` in
/// a process that ignores `SIGCHLD`, as it may have inherited, or that waits for
/// all its children elsewhere.
fn try_wait(child: &mut Child) -> io::Result<Option<Option<ExitStatus>>> {
    match child.try_wait() {
        Err(error) if platform::is_no_child(&error) => Ok(Some(None)),
        waited => waited.map(|status| status.map(Some)),
    }
}

fn is_silence(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted
    )
}
