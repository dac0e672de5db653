//! Frames: the length of a message, and the message.

use core::hint;
use std::io::{self, IoSlice};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use super::mailbox::{Found, Mailbox};
use super::mailboxes::Mailboxes;
use crate::host::by_descriptor::{Apart, LONGEST, MOST_APART, too_long};
use crate::host::platform::processes;

/// The bytes of a frame before its message.
pub(super) const PREFIX: usize = 4;

/// A connection to another process.
pub(super) trait Connection {
    /// Passes a whole frame, if the other side looks for it where that can be done at
    /// once. Returns `false` if it has to be sent.
    fn pass(&mut self, _: &[u8]) -> bool {
        false
    }

    /// Prepares for a frame of several slices, which is always sent.
    fn pass_by(&mut self) {}

    /// Sends some of the bytes, and returns how many.
    fn send(&mut self, bytes: &[u8]) -> io::Result<usize>;

    /// Sends some of the bytes of the slices, and returns how many.
    fn send_slices(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize>;

    /// Appends what has come, as far as there is room, but so many bytes at most.
    /// Returns how many.
    fn receive(&mut self, to: &mut Vec<u8>, most: usize) -> io::Result<usize>;

    /// Notes that this side was busy with a call for so long.
    fn served(&mut self, _: Duration) {}
}

/// Writes a frame, after its length to its first bytes. Nothing is sent of one that is
/// too long.
pub(super) fn write(to: &mut impl Connection, frame: &mut [u8]) -> io::Result<()> {
    begin(frame, 0)?;
    let mut rest = if to.pass(frame) { &[] } else { &*frame };
    while !rest.is_empty() {
        match to.send(rest) {
            Ok(sent) => rest = &rest[sent..],
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Does the same, with the rows that were set apart from the frame.
pub(super) fn write_with(
    to: &mut impl Connection,
    frame: &mut [u8],
    apart: &[Apart],
) -> io::Result<()> {
    if apart.is_empty() { write(to, frame) } else { write_slices(to, frame, apart) }
}

#[cold]
fn write_slices(to: &mut impl Connection, frame: &mut [u8], apart: &[Apart]) -> io::Result<()> {
    begin(frame, Apart::len_of(apart))?;
    to.pass_by();
    let mut slices = [IoSlice::new(&[]); 2 * MOST_APART + 1];
    let mut begin = 0;
    for (pair, row) in slices.chunks_exact_mut(2).zip(apart) {
        pair.copy_from_slice(&[IoSlice::new(&frame[begin..row.at]), IoSlice::new(row.bytes())]);
        begin = row.at;
    }
    let mut rest = &mut slices[..2 * apart.len() + 1];
    rest[2 * apart.len()] = IoSlice::new(&frame[begin..]);
    while !rest.is_empty() {
        match to.send_slices(rest) {
            Ok(sent) => IoSlice::advance_slices(&mut rest, sent),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Writes the length of a frame, which has so many bytes elsewhere.
fn begin(frame: &mut [u8], apart: usize) -> io::Result<()> {
    let len = frame.len() - PREFIX + apart;
    let length = u32::try_from(len).ok().filter(|_| len <= LONGEST);
    let length = length.ok_or_else(|| invalid(len))?;
    frame[..PREFIX].copy_from_slice(&length.to_le_bytes());
    Ok(())
}

/// Reads a frame, after which nothing may follow before it is answered. It takes little
/// more memory than there are bytes, whatever the length says.
pub(super) fn read(from: &mut impl Connection, frame: &mut Vec<u8>) -> io::Result<()> {
    receive(from, frame, true)
}

/// Reads a frame, which others may follow.
pub(super) fn read_first(from: &mut impl Connection, frame: &mut Vec<u8>) -> io::Result<()> {
    receive(from, frame, false)
}

fn receive(from: &mut impl Connection, frame: &mut Vec<u8>, is_alone: bool) -> io::Result<()> {
    /// The room for what has not come yet.
    const ROOM: usize = 256 << 10;
    frame.clear();
    frame.reserve(4096);
    loop {
        let whole = match frame.first_chunk::<PREFIX>() {
            Some(length) => {
                let len = u32::from_le_bytes(*length) as usize;
                if len > LONGEST {
                    return Err(invalid(len));
                }
                PREFIX + len
            }
            None => PREFIX,
        };
        let len = frame.len();
        if len >= PREFIX && len >= whole {
            if len == whole {
                return Ok(());
            }
            let text = format!("expected nothing behind a message, found {} bytes", len - whole);
            return Err(io::Error::new(io::ErrorKind::InvalidData, text));
        }
        frame.reserve((whole - len).min(ROOM));
        let most = if is_alone { usize::MAX } else { whole - len };
        match from.receive(frame, most) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

fn invalid(found: usize) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, too_long(found))
}

/// Waits for as long as it takes.
impl Connection for &UnixStream {
    fn send(&mut self, bytes: &[u8]) -> io::Result<usize> {
        processes::send(self, bytes)
    }

    fn send_slices(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        processes::send_slices(self, slices)
    }

    fn receive(&mut self, to: &mut Vec<u8>, most: usize) -> io::Result<usize> {
        processes::receive(self, to, most)
    }
}

/// A socket that was [prepared](prepare), and waits for as long as it takes.
pub(super) struct Patient<'s>(pub(super) &'s UnixStream);

impl Patient<'_> {
    fn attempt(
        &self,
        is_writing: bool,
        mut attempt: impl FnMut() -> io::Result<usize>,
    ) -> io::Result<usize> {
        /// As long as any.
        const HOUR: Duration = Duration::from_secs(3600);
        loop {
            match attempt() {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    processes::is_ready(self.0, is_writing, HOUR)?;
                }
                done => return done,
            }
        }
    }
}

impl Connection for Patient<'_> {
    fn send(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.attempt(true, || processes::send(self.0, bytes))
    }

    fn send_slices(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        self.attempt(true, || processes::send_slices(self.0, slices))
    }

    fn receive(&mut self, to: &mut Vec<u8>, most: usize) -> io::Result<usize> {
        self.attempt(false, || processes::receive(self.0, to, most))
    }
}

/// A lane that is looked at for a while, before a thread sleeps until something comes.
#[derive(Clone, Copy)]
pub(super) struct Spinning<'s> {
    pub(super) socket: &'s UnixStream,
    /// Are looked at, where there are any, and else the socket.
    pub(super) mailboxes: Option<&'s Mailboxes>,
    pub(super) time: Duration,
}

impl<'s> Spinning<'s> {
    /// A socket that is not looked at.
    pub(super) fn never(socket: &'s UnixStream) -> Self {
        Spinning { socket, mailboxes: None, time: Duration::ZERO }
    }

    /// Leaves a frame in memory, if the other side looks for it there. Does as much for
    /// the frame that this side waits for next.
    #[inline]
    fn leave(&self, frame: &[u8]) -> bool {
        self.mailboxes.is_some_and(|mailboxes| {
            mailboxes.read().begin();
            mailboxes.write().put(frame)
        })
    }

    /// Tells the other side that a frame is sent. Does as much for the next one.
    fn leave_nothing(&self) {
        if let Some(mailboxes) = self.mailboxes {
            mailboxes.read().begin();
            mailboxes.write().pass_by();
        }
    }

    /// Receives what comes within a time. `None` if nothing does.
    fn soon(&self, time: Duration, to: &mut Vec<u8>, most: usize) -> Option<io::Result<usize>> {
        // A frame that is not in memory as a whole is in the socket as a whole.
        match self.mailboxes.filter(|_| to.is_empty()) {
            Some(mailboxes) => self.soon_in(mailboxes.read(), time, to, most),
            None => self.soon_sent(time, to, most),
        }
    }

    /// Receives what is sent within a time.
    fn soon_sent(
        &self,
        time: Duration,
        to: &mut Vec<u8>,
        most: usize,
    ) -> Option<io::Result<usize>> {
        if time.is_zero() {
            return None;
        }
        let begin = Instant::now();
        loop {
            match processes::receive_now(self.socket, to, most) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                done => return Some(done),
            }
            if begin.elapsed() >= time {
                return None;
            }
            // To let other threads go first would give the processor away for as long as
            // they want it.
            hint::spin_loop();
        }
    }

    /// Receives what comes within a time, in memory or through the socket.
    fn soon_in(
        &self,
        mailbox: Mailbox<'_>,
        time: Duration,
        to: &mut Vec<u8>,
        most: usize,
    ) -> Option<io::Result<usize>> {
        /// How often it is looked at between two looks at the clock.
        const LOOKS: usize = 32;
        /// The time between two looks at the socket, which tells the end of the other
        /// process.
        const STEP: Duration = Duration::from_micros(200);
        let (begin, mut next) = (Instant::now(), STEP);
        loop {
            for _ in 0..LOOKS {
                match mailbox.look() {
                    Found::Nothing => hint::spin_loop(),
                    Found::Message(len) => return Some(mailbox.take(len, to)),
                    Found::Elsewhere => return self.soon_sent(time, to, most),
                }
            }
            let spent = begin.elapsed();
            if spent >= time {
                break;
            }
            if spent >= next {
                next = spent + STEP;
                match processes::receive_now(self.socket, to, most) {
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                    done => {
                        mailbox.end();
                        return Some(done);
                    }
                }
            }
        }
        match mailbox.end() {
            Found::Message(len) => Some(mailbox.take(len, to)),
            Found::Nothing | Found::Elsewhere => None,
        }
    }
}

/// Waits for as long as it takes.
impl Connection for Spinning<'_> {
    fn pass(&mut self, frame: &[u8]) -> bool {
        self.leave(frame)
    }

    fn pass_by(&mut self) {
        self.leave_nothing();
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<usize> {
        processes::send(self.socket, bytes)
    }

    fn send_slices(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        processes::send_slices(self.socket, slices)
    }

    fn receive(&mut self, to: &mut Vec<u8>, most: usize) -> io::Result<usize> {
        let came = self.soon(self.time, to, most);
        came.unwrap_or_else(|| processes::receive(self.socket, to, most))
    }
}

/// The time between two looks at whether the other process has ended: a process
/// that it forked may keep its end of the socket open.
const STEP: Duration = Duration::from_millis(20);

/// Prepares a socket for [`Until`]: what waits is interrupted after each step.
pub(super) fn prepare(socket: &UnixStream) -> io::Result<()> {
    socket.set_read_timeout(Some(STEP))?;
    socket.set_write_timeout(Some(STEP))
}

/// A socket that is read and written until a point in time, or until the process at
/// the other end has ended.
pub(super) struct Until<'s> {
    /// Its socket was prepared.
    pub(super) lane: Spinning<'s>,
    /// `None` is never.
    pub(super) end: Option<Instant>,
    /// A time that was told just now, and for how many attempts it serves: for two at
    /// most.
    pub(super) now: Option<(Instant, u8)>,
    pub(super) has_ended: &'s dyn Fn() -> bool,
}

impl Until<'_> {
    /// Repeats an attempt until it is more than that nothing happened.
    pub(super) fn attempt(
        &mut self,
        is_writing: bool,
        mut attempt: impl FnMut() -> io::Result<usize>,
    ) -> io::Result<usize> {
        let mut has_ended = false;
        loop {
            // An attempt takes a step at most. So two of them end in time if there were
            // three steps before the first one.
            let known = self.now.take().filter(|(now, _)| self.is_left(*now, STEP * 3));
            self.now = known.filter(|(_, uses)| *uses > 1).map(|(now, uses)| (now, uses - 1));
            let now = || known.map_or_else(Instant::now, |(now, _)| now);
            let rest = self.end.map(|end| end.saturating_duration_since(now()));
            if let Some(rest) = rest.filter(|rest| *rest < STEP)
                && !processes::is_ready(self.lane.socket, is_writing, rest)?
            {
                return Err(io::ErrorKind::TimedOut.into());
            }
            match attempt() {
                Err(error) if error.kind() != io::ErrorKind::WouldBlock => return Err(error),
                // It had ended before the attempt: what it sent last was there by then.
                Err(_) if has_ended => return Err(io::ErrorKind::UnexpectedEof.into()),
                Err(_) => (has_ended, self.now) = ((self.has_ended)(), None),
                done => return done,
            }
        }
    }

    /// Returns `true` if there is so much time from then to the end.
    fn is_left(&self, now: Instant, time: Duration) -> bool {
        self.end.is_none_or(|end| end.saturating_duration_since(now) >= time)
    }
}

impl Connection for Until<'_> {
    fn pass(&mut self, frame: &[u8]) -> bool {
        self.lane.leave(frame)
    }

    fn pass_by(&mut self) {
        self.lane.leave_nothing();
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let socket = self.lane.socket;
        self.attempt(true, || processes::send(socket, bytes))
    }

    fn send_slices(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        let socket = self.lane.socket;
        self.attempt(true, || processes::send_slices(socket, slices))
    }

    fn receive(&mut self, to: &mut Vec<u8>, most: usize) -> io::Result<usize> {
        let mut time = self.lane.time;
        if !time.is_zero() {
            let known = self.now.take().filter(|(now, _)| self.is_left(*now, time + STEP));
            if let (None, Some(end)) = (known, self.end) {
                time = time.min(end.saturating_duration_since(Instant::now()));
            }
        }
        match self.lane.soon(time, to, most) {
            Some(came) => came,
            None => {
                let socket = self.lane.socket;
                self.attempt(false, || processes::receive(socket, to, most))
            }
        }
    }

    /// What this process does takes nothing of the time of the other one.
    fn served(&mut self, time: Duration) {
        self.now = None;
        self.end = self.end.and_then(|end| end.checked_add(time));
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::thread;

    use super::*;

    /// Bytes that are received a few at a time, and what is sent.
    #[derive(Default)]
    pub(in super::super) struct Bytes {
        pub(in super::super) received: Vec<u8>,
        pub(in super::super) sent: Vec<u8>,
        /// The most bytes that are sent at a time.
        pub(in super::super) sends: Option<usize>,
    }

    impl Connection for Bytes {
        fn send(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.send_slices(&[IoSlice::new(bytes)])
        }

        fn send_slices(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
            let (begin, most) = (self.sent.len(), self.sends.unwrap_or(1 << 20));
            for bytes in slices {
                let len = bytes.len().min(begin + most - self.sent.len());
                self.sent.extend(&bytes[..len]);
            }
            Ok(self.sent.len() - begin)
        }

        fn receive(&mut self, to: &mut Vec<u8>, most: usize) -> io::Result<usize> {
            let len = self.received.len().min(most).min(to.capacity() - to.len()).min(1 << 20);
            to.extend(self.received.drain(..len));
            Ok(len)
        }
    }

    fn frame(message: &[u8]) -> Vec<u8> {
        [&[0; PREFIX], message].concat()
    }

    #[test]
    fn a_message_comes_back_and_nothing_else_does() {
        let mut read_of = Vec::new();
        for message in ["message".as_bytes(), b"", &[7; 1_000_000]] {
            let mut connection = Bytes::default();
            write(&mut connection, &mut frame(message)).unwrap();
            let sent = connection.sent;
            let mut read = |received: &[u8]| {
                let mut connection = Bytes { received: received.to_vec(), ..Bytes::default() };
                read(&mut connection, &mut read_of).map(|()| read_of[PREFIX..].to_vec())
            };
            assert_eq!(read(&sent).unwrap(), message);
            for len in (0..sent.len()).step_by(1 + message.len() / 5) {
                let cut = read(&sent[..len]).unwrap_err();
                assert_eq!(cut.kind(), io::ErrorKind::UnexpectedEof, "{len}");
            }
            let more = read(&[&sent[..], b"more"].concat()).unwrap_err().to_string();
            assert_eq!(more, "expected nothing behind a message, found 4 bytes");
            let mut both = Bytes { received: sent.repeat(2), ..Bytes::default() };
            for _ in 0..2 {
                read_first(&mut both, &mut read_of).unwrap();
                assert_eq!(&read_of[PREFIX..], message);
            }
        }
        let mut long = Bytes { received: vec![0xff; 9], ..Bytes::default() };
        let long = read(&mut long, &mut read_of).unwrap_err().to_string();
        assert_eq!(long, "expected a message of at most 16777216 bytes, found 4294967295");
        let mut connection = Bytes::default();
        assert!(write(&mut connection, &mut frame(&vec![0; LONGEST + 1])).is_err());
        assert!(connection.sent.is_empty());
        write(&mut connection, &mut frame(&vec![0; LONGEST])).unwrap();
    }

    #[test]
    fn rows_that_are_apart_are_sent_in_their_places_in_pieces_of_any_length() {
        static ROW: [u8; 300] = [7; 300];
        for places in [&[0, 0, 3][..], &[1, 2, 7], &[7; MOST_APART]] {
            let rows = places.iter().enumerate();
            let rows: Vec<_> = rows.map(|(n, at)| Apart::of(PREFIX + at, &ROW[..40 * n])).collect();
            let mut expected = b"message".to_vec();
            for (n, at) in places.iter().enumerate().rev() {
                expected.splice(at..at, vec![7; 40 * n]);
            }
            for sends in [None, Some(1), Some(7), Some(41)] {
                let mut connection = Bytes { sends, ..Bytes::default() };
                write_with(&mut connection, &mut frame(b"message"), &rows).unwrap();
                let mut sent = Bytes { received: connection.sent, ..Bytes::default() };
                let mut message = Vec::new();
                read(&mut sent, &mut message).unwrap();
                assert_eq!(&message[PREFIX..], expected, "{places:?}, {sends:?}");
            }
        }
        let long: &'static [u8] = vec![0; LONGEST].leak();
        let mut connection = Bytes::default();
        let rows = [Apart::of(PREFIX, long)];
        write_with(&mut connection, &mut frame(b"1"), &rows).unwrap_err();
        assert!(connection.sent.is_empty());
        write_with(&mut connection, &mut frame(b""), &rows).unwrap();
    }

    #[test]
    fn a_length_alone_takes_no_memory() {
        let mut connection = Bytes { received: vec![0xff, 0xff, 0xff, 0], ..Bytes::default() };
        let mut frame = Vec::new();
        read(&mut connection, &mut frame).unwrap_err();
        assert!(frame.capacity() < 1 << 20, "{}", frame.capacity());
    }

    #[test]
    fn a_socket_is_used_until_the_deadline_or_the_end_of_its_process() {
        let (socket, _theirs) = UnixStream::pair().unwrap();
        prepare(&socket).unwrap();
        let now = Instant::now();
        let soon = now + Duration::from_millis(100);
        let (lane, known) = (Spinning::never(&socket), Some((now, 2)));
        let mut until = Until { lane, end: Some(soon), now: known, has_ended: &|| false };
        let mut message = Vec::new();
        assert_eq!(read(&mut until, &mut message).unwrap_err().kind(), io::ErrorKind::TimedOut);
        assert!(Instant::now() >= soon);
        let written = write(&mut until, &mut frame(&vec![0; LONGEST])).unwrap_err();
        assert_eq!(written.kind(), io::ErrorKind::TimedOut);
        let mut ended = Until { lane, end: None, now: None, has_ended: &|| true };
        let error = read(&mut ended, &mut message).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
        assert!(write(&mut ended, &mut frame(&vec![0; LONGEST])).is_err());
    }

    #[test]
    fn a_socket_that_is_looked_at_gets_what_comes_soon_or_later_and_its_end() {
        for time in [Duration::ZERO, Duration::from_micros(1), Duration::from_secs(60)] {
            let (socket, theirs) = UnixStream::pair().unwrap();
            prepare(&socket).unwrap();
            let mut spinning = Spinning { socket: &socket, mailboxes: None, time };
            let mut until = Until { lane: spinning, end: None, now: None, has_ended: &|| false };
            let mut message = Vec::new();
            for _ in 0..3 {
                write(&mut &theirs, &mut frame(b"soon")).unwrap();
                read(&mut spinning, &mut message).unwrap();
                assert_eq!(&message[PREFIX..], b"soon");
                let later = thread::scope(|scope| {
                    let later = scope.spawn(|| {
                        thread::sleep(Duration::from_millis(5));
                        write(&mut &theirs, &mut frame(b"later"))
                    });
                    read(&mut until, &mut message).unwrap();
                    later.join().unwrap()
                });
                later.unwrap();
                assert_eq!(&message[PREFIX..], b"later");
            }
            drop(theirs);
            let ended = read(&mut spinning, &mut message).unwrap_err();
            assert_eq!(ended.kind(), io::ErrorKind::UnexpectedEof);
            let ended = read(&mut until, &mut message).unwrap_err();
            assert_eq!(ended.kind(), io::ErrorKind::UnexpectedEof);
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn frames_come_by_memory_or_by_socket_and_the_end_of_the_other_side_is_noticed() {
        use super::super::mailboxes::Shared;
        let messages = [b"".to_vec(), b"soon".to_vec(), vec![7; 5000], vec![8; 1_000_000]];
        for time in [Duration::ZERO, Duration::from_micros(1), Duration::from_secs(60)] {
            let (ours, file) = Shared::create().unwrap();
            let theirs = Shared::map(&file).unwrap();
            let (socket, of_worker) = UnixStream::pair().unwrap();
            prepare(&socket).unwrap();
            let mailboxes = ours.of_lane(3).unwrap();
            let lane = Spinning { socket: &socket, mailboxes: Some(&mailboxes), time };
            let mut until = Until { lane, end: None, now: None, has_ended: &|| false };
            let mut message = Vec::new();
            let answers = thread::spawn(move || {
                let mailboxes = theirs.of_lane(3).unwrap();
                let socket = &of_worker;
                let mut lane = Spinning { socket, mailboxes: Some(&mailboxes), time };
                let (mut message, mut count) = (Vec::new(), 0);
                while count < 3 * 4 {
                    read(&mut lane, &mut message).unwrap();
                    if count % 3 == 2 {
                        thread::sleep(Duration::from_millis(1));
                    }
                    write(&mut lane, &mut message).unwrap();
                    count += 1;
                }
            });
            for sent in messages.iter().cycle().take(3 * 4) {
                write(&mut until, &mut frame(sent)).unwrap();
                read(&mut until, &mut message).unwrap();
                assert!(message[PREFIX..] == sent[..]);
            }
            // It has closed its end, which this side looks for the next message of.
            answers.join().unwrap();
            let ended = read(&mut until, &mut message).unwrap_err();
            assert_eq!(ended.kind(), io::ErrorKind::UnexpectedEof);
            let soon = Instant::now() + Duration::from_millis(50);
            let (socket, _theirs) = UnixStream::pair().unwrap();
            prepare(&socket).unwrap();
            let lane = Spinning { socket: &socket, mailboxes: Some(&mailboxes), time };
            let mut until = Until { lane, end: Some(soon), now: None, has_ended: &|| false };
            write(&mut until, &mut frame(b"without an answer")).unwrap();
            let late = read(&mut until, &mut message).unwrap_err();
            assert_eq!(late.kind(), io::ErrorKind::TimedOut);
        }
    }
}
