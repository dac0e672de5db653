//! Frames: the length of a message, and the message.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use crate::host::platform;

/// The longest message, in bytes.
pub(super) const LONGEST: usize = 16 << 20;

/// Writes a message, which is no longer than [`LONGEST`].
pub(super) fn write(to: &mut impl Write, message: &[u8]) -> io::Result<()> {
    let len = u32::try_from(message.len()).ok().filter(|_| message.len() <= LONGEST);
    let len = len.ok_or_else(|| too_long(message.len()))?;
    // In one piece: each write wakes the other process.
    let mut frame = Vec::with_capacity(4 + message.len());
    frame.extend(len.to_le_bytes());
    frame.extend(message);
    to.write_all(&frame)
}

/// Reads a message. It takes no more memory than there are bytes, whatever the
/// length says.
pub(super) fn read(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut len = [0; 4];
    from.read_exact(&mut len)?;
    let len = u32::from_le_bytes(len) as usize;
    if len > LONGEST {
        return Err(too_long(len));
    }
    let mut message = Vec::new();
    from.take(len as u64).read_to_end(&mut message)?;
    match message.len() == len {
        true => Ok(message),
        false => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

fn too_long(found: usize) -> io::Error {
    let text = format!("expected a message of at most {LONGEST} bytes, found {found}");
    io::Error::new(io::ErrorKind::InvalidData, text)
}

/// The time between two looks at whether the other process has ended: a process
/// that it forked may keep its end of the socket open.
const STEP: Duration = Duration::from_millis(20);

/// A socket that is read and written until a point in time, or until the process at
/// the other end has ended.
pub(super) struct Until<'s> {
    pub(super) socket: &'s UnixStream,
    /// `None` is never.
    pub(super) end: Option<Instant>,
    pub(super) has_ended: &'s dyn Fn() -> bool,
}

impl Until<'_> {
    /// Repeats an attempt, which is given the time for it, until it is more than
    /// that nothing happened.
    fn attempt(&self, mut attempt: impl FnMut(Duration) -> io::Result<usize>) -> io::Result<usize> {
        loop {
            let rest = self.end.map(|end| end.saturating_duration_since(Instant::now()));
            let rest = rest.unwrap_or(STEP).min(STEP);
            if rest.is_zero() {
                return Err(io::ErrorKind::TimedOut.into());
            }
            // Before the attempt, so that what it sent last is there by then.
            let has_ended = (self.has_ended)();
            match attempt(rest) {
                Err(error) if error.kind() != io::ErrorKind::WouldBlock => return Err(error),
                Err(_) if has_ended => return Err(io::ErrorKind::UnexpectedEof.into()),
                Err(_) => {}
                done => return done,
            }
        }
    }
}

impl Read for Until<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut socket = self.socket;
        self.attempt(|rest| {
            socket.set_read_timeout(Some(rest))?;
            socket.read(buffer)
        })
    }
}

impl Write for Until<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.attempt(|rest| {
            self.socket.set_write_timeout(Some(rest))?;
            platform::processes::send(self.socket, bytes)
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_comes_back_and_nothing_else_does() {
        let mut frame = Vec::new();
        write(&mut frame, b"message").unwrap();
        assert_eq!(read(&mut &frame[..]).unwrap(), b"message");
        for len in 0..frame.len() {
            let cut = read(&mut &frame[..len]).unwrap_err();
            assert_eq!(cut.kind(), io::ErrorKind::UnexpectedEof, "{len}");
        }
        let long = read(&mut &[0xff; 9][..]).unwrap_err().to_string();
        assert_eq!(long, "expected a message of at most 16777216 bytes, found 4294967295");
        write(&mut io::sink(), &vec![0; LONGEST]).unwrap();
        assert!(write(&mut io::sink(), &vec![0; LONGEST + 1]).is_err());
    }

    #[test]
    fn a_socket_is_used_until_the_deadline_or_the_end_of_its_process() {
        let (socket, _theirs) = UnixStream::pair().unwrap();
        let soon = Instant::now() + Duration::from_millis(50);
        let mut until = Until { socket: &socket, end: Some(soon), has_ended: &|| false };
        assert_eq!(read(&mut until).unwrap_err().kind(), io::ErrorKind::TimedOut);
        assert!(Instant::now() >= soon);
        let written = write(&mut until, &vec![0; LONGEST]).unwrap_err();
        assert_eq!(written.kind(), io::ErrorKind::TimedOut);
        let mut ended = Until { socket: &socket, end: None, has_ended: &|| true };
        assert_eq!(read(&mut ended).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        assert!(write(&mut ended, &vec![0; LONGEST]).is_err());
    }
}
