//! Reads the output of a child process, with a deadline: a process that the
//! child started may hold its output open for ever.

use std::io;
use std::process::{Child, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// The time between two looks at whether the child has ended in silence.
const STEP: Duration = Duration::from_millis(20);

/// The time for a process to end after its output did.
const GRACE: Duration = Duration::from_millis(200);

/// The longest line that is read.
const LINE: usize = 256;

/// The outcome of waiting for a child.
pub(crate) enum Reply<T> {
    /// It printed a line that was waited for.
    Said(T),
    /// It ended without such a line.
    Ended(ExitStatus),
    /// It did neither in time.
    Nothing,
}

/// The reading end of a child's output.
pub(crate) struct ChildOutput {
    source: source::Source,
    /// The incomplete last line.
    line: Vec<u8>,
}

impl ChildOutput {
    /// Creates the output for a child, and the end to read from.
    pub(crate) fn new() -> io::Result<(Stdio, Self)> {
        let (output, source) = source::pair()?;
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
                return Ok(child.try_wait()?.map_or(Reply::Nothing, Reply::Ended));
            }
            // Before its output is read, so that its last lines are there by
            // then.
            let status = child.try_wait()?;
            let step = if status.is_some() { Duration::from_millis(1) } else { rest.min(STEP) };
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

fn is_silence(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted
    )
}

/// Sockets can be read for a limited time, without a thread.
#[cfg(unix)]
mod source {
    use std::io::{self, Read};
    use std::os::fd::OwnedFd;
    use std::os::unix::net::UnixStream;
    use std::process::Stdio;
    use std::time::Duration;

    pub(crate) struct Source(UnixStream);

    pub(crate) fn pair() -> io::Result<(Stdio, Source)> {
        let (ours, theirs) = UnixStream::pair()?;
        Ok((Stdio::from(OwnedFd::from(theirs)), Source(ours)))
    }

    impl Source {
        /// Returns bytes that arrive within that time; none at the end of the
        /// output.
        pub(crate) fn read(&mut self, within: Duration) -> io::Result<Vec<u8>> {
            self.0.set_read_timeout(Some(within))?;
            let mut bytes = vec![0; 4096];
            let len = self.0.read(&mut bytes)?;
            bytes.truncate(len);
            Ok(bytes)
        }
    }
}

/// Elsewhere a thread reads, until the last process that holds the output has
/// ended.
#[cfg(not(unix))]
mod source {
    use std::io::{self, Read};
    use std::process::Stdio;
    use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
    use std::thread;
    use std::time::Duration;

    pub(crate) struct Source(Receiver<Vec<u8>>);

    pub(crate) fn pair() -> io::Result<(Stdio, Source)> {
        let (mut ours, theirs) = io::pipe()?;
        let (sender, receiver) = mpsc::sync_channel(1);
        thread::spawn(move || {
            let mut bytes = vec![0; 4096];
            while let Ok(len @ 1..) = ours.read(&mut bytes) {
                if sender.send(bytes[..len].to_vec()).is_err() {
                    return;
                }
            }
        });
        Ok((Stdio::from(theirs), Source(receiver)))
    }

    impl Source {
        pub(crate) fn read(&mut self, within: Duration) -> io::Result<Vec<u8>> {
            match self.0.recv_timeout(within) {
                Ok(bytes) => Ok(bytes),
                Err(RecvTimeoutError::Disconnected) => Ok(Vec::new()),
                Err(RecvTimeoutError::Timeout) => Err(io::ErrorKind::TimedOut.into()),
            }
        }
    }
}
