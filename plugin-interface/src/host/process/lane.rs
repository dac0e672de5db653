//! Lanes: connections of which each has one thread in either process. A call on a lane
//! may be answered by a call in the other direction, so calls nest.

use std::cell::RefCell;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::frame::{self, Connection, Spinning, Until};
use super::mailboxes::{Mailboxes, Shared};
use super::message::{Message, Request, begin_answer, check_answer, fit};
use crate::host::by_descriptor::{Outgoing, Reply, Unsent, keep_buffer, take_buffer};
use crate::host::platform::processes;

/// The most calls within each other, in both directions: the other process may ask for
/// one more each time, and the stack of this one has an end.
const DEEPEST: u32 = 64;

/// What a worker gets for its lanes at its start.
pub(super) struct Passed {
    /// On which the host passes further lanes.
    pub(super) control: UnixStream,
    /// The file of their mailboxes, if they have some.
    pub(super) memory: Option<OwnedFd>,
}

impl Passed {
    /// Receives it, as [`Lane::start`] sends it.
    pub(super) fn receive(socket: &UnixStream) -> io::Result<Self> {
        let mut has_memory = [0];
        let receive = |byte: &mut [u8]| {
            let (_, file) = processes::receive_file(socket, byte)?;
            file.ok_or_else(|| io::Error::other("expected what lanes need"))
        };
        let control = UnixStream::from(receive(&mut has_memory)?);
        let memory = if has_memory == [1] { Some(receive(&mut [0])?) } else { None };
        Ok(Passed { control, memory })
    }
}

/// Serves a call: appends the reply, but for what it returns.
pub(super) trait Serve: FnMut(&Request<'_>, &mut Vec<u8>) -> Option<Box<Unsent>> {}

impl<F: FnMut(&Request<'_>, &mut Vec<u8>) -> Option<Box<Unsent>>> Serve for F {}

/// A connection of two threads.
#[derive(Debug)]
pub(super) struct Lane {
    pub(super) number: u32,
    pub(super) socket: UnixStream,
    /// Are used beside the socket, where a thread looks before it sleeps.
    mailboxes: Option<Mailboxes>,
    /// The number of the last call of this side.
    calls: AtomicU64,
    /// The number of calls that this side is serving.
    depth: AtomicU32,
    /// For how many nanoseconds this side has waited for the other one, within the calls
    /// that it served.
    waited: AtomicU64,
}

impl Lane {
    pub(super) fn new(number: u32, socket: UnixStream, shared: Option<&Shared>) -> Arc<Self> {
        let (calls, depth, waited) = (AtomicU64::new(0), AtomicU32::new(0), AtomicU64::new(0));
        let mailboxes = shared.and_then(|shared| shared.of_lane(number));
        Arc::new(Lane { number, socket, mailboxes, calls, depth, waited })
    }

    /// Returns the connection of a thread that looks for so long before it sleeps.
    pub(super) fn spinning(&self, time: Duration) -> Spinning<'_> {
        Spinning { socket: &self.socket, mailboxes: self.mailboxes.as_ref(), time }
    }

    /// Sends a call, and puts the answer in its place. Serves the calls that come
    /// meanwhile, and returns for how long this side was busy with them.
    #[inline]
    pub(super) fn call(
        &self,
        mut connection: impl Connection,
        call: Outgoing<'_>,
        frame: &mut Vec<u8>,
        mut serve: impl Serve,
    ) -> io::Result<Duration> {
        let mut busy = Duration::ZERO;
        let number = self.calls.fetch_add(1, Ordering::Relaxed) + 1;
        Request::head(frame, number, call.object, call.method);
        let nonsense = |reason| io::Error::new(io::ErrorKind::InvalidData, reason);
        let (mut apart, mut unsent) = (call.apart, None);
        loop {
            let of_answer = Unsent::rows(unsent.as_deref());
            let rows = std::mem::take(&mut apart);
            let rows = if rows.is_empty() { of_answer } else { rows };
            frame::write_with(&mut connection, frame, rows)?;
            drop(unsent.take());
            frame::read(&mut connection, frame)?;
            match Message::read(frame).map_err(nonsense)? {
                Message::Answer(found) => {
                    return check_answer(found, number).map(|()| busy).map_err(nonsense);
                }
                Message::End => {
                    return Err(nonsense("expected a reply, found no bytes".to_owned()));
                }
                Message::Call(request) => {
                    let mut answer = take_buffer();
                    let time;
                    (time, unsent) = self.answer_in(&request, &mut answer, &mut serve);
                    keep_buffer(std::mem::replace(frame, answer));
                    connection.served(time);
                    busy += time;
                }
            }
        }
    }

    /// Sends what the worker needs for its start.
    pub(super) fn start(
        &self,
        mut connection: Until<'_>,
        passed: Passed,
        frame: &mut [u8],
    ) -> io::Result<()> {
        frame::write(&mut connection, frame)?;
        // It may take its time to read the frame, and make room for more.
        let mut pass = |byte: u8, file: BorrowedFd<'_>| {
            let pass = || processes::send_file(&self.socket, &[byte], file).map(|()| 1);
            connection.attempt(true, pass).map(drop)
        };
        pass(u8::from(passed.memory.is_some()), passed.control.as_fd())?;
        passed.memory.map_or(Ok(()), |memory| pass(0, memory.as_fd()))
    }

    /// Reads what the worker says next at its start. Serves the calls that come before.
    pub(super) fn hear(
        &self,
        mut connection: impl Connection,
        frame: &mut Vec<u8>,
        mut serve: impl Serve,
    ) -> io::Result<()> {
        loop {
            // Another message may follow at once.
            frame::read_first(&mut connection, frame)?;
            // What it says at its start has no form of a call.
            let Ok(Message::Call(request)) = Message::read(frame) else { return Ok(()) };
            let mut answer = take_buffer();
            let (time, unsent) = self.answer_in(&request, &mut answer, &mut serve);
            connection.served(time);
            frame::write_with(&mut connection, &mut answer, Unsent::rows(unsent.as_deref()))?;
            keep_buffer(answer);
        }
    }

    /// Serves calls until the other side closes the lane, or asks for the end.
    pub(super) fn serve(
        &self,
        mut connection: impl Connection,
        mut serve: impl Serve,
    ) -> io::Result<()> {
        /// The most memory that is kept from one call to the next.
        const KEPT: usize = 1 << 20;
        let (mut frame, mut answer) = (Vec::new(), Vec::new());
        loop {
            frame::read(&mut connection, &mut frame)?;
            let unsent = match Message::read(&frame).map_err(io::Error::other)? {
                Message::Call(request) => self.answer(&request, &mut answer, &mut serve),
                Message::End => return Ok(()),
                Message::Answer(_) => return Err(io::Error::other("expected a call")),
            };
            frame::write_with(&mut connection, &mut answer, Unsent::rows(unsent.as_deref()))?;
            drop(unsent);
            for buffer in [&mut frame, &mut answer] {
                buffer.clear();
                buffer.shrink_to(KEPT);
            }
        }
    }

    /// Answers one call, and returns for how long this side was busy with it. What the
    /// other one takes for calls within it is its own time.
    fn answer_in(
        &self,
        request: &Request<'_>,
        answer: &mut Vec<u8>,
        serve: &mut impl Serve,
    ) -> (Duration, Option<Box<Unsent>>) {
        let (begin, waited) = (Instant::now(), self.waited.load(Ordering::Relaxed));
        let unsent = self.answer(request, answer, serve);
        let waited = self.waited.load(Ordering::Relaxed) - waited;
        (begin.elapsed().saturating_sub(Duration::from_nanos(waited)), unsent)
    }

    /// Answers one call.
    fn answer(
        &self,
        request: &Request<'_>,
        answer: &mut Vec<u8>,
        serve: &mut impl Serve,
    ) -> Option<Box<Unsent>> {
        begin_answer(answer, request.number);
        let unsent = if self.depth.fetch_add(1, Ordering::Relaxed) < DEEPEST {
            serve(request, answer)
        } else {
            let reason = format!("expected at most {DEEPEST} calls within each other");
            Reply::Refused(reason).write(answer);
            None
        };
        self.depth.fetch_sub(1, Ordering::Relaxed);
        // With rows that are apart, it was found to fit.
        fit(answer);
        unsent
    }
}

/// A call within one that this side serves: it waits for the other side.
pub(super) struct Within {
    outer: Arc<Lane>,
    waited: u64,
    begin: Instant,
}

impl Within {
    /// Begins such a call. `None` if this thread serves none.
    #[inline]
    pub(super) fn begin(of: usize) -> Option<Self> {
        let is_serving = |lane: &Lane| lane.depth.load(Ordering::Relaxed) > 0;
        let outer = innermost(of, is_serving)?;
        let waited = outer.waited.load(Ordering::Relaxed);
        Some(Within { outer, waited, begin: Instant::now() })
    }

    /// Notes for how long this side has waited, which was busy for so long meanwhile.
    pub(super) fn end(self, busy: Duration) {
        let waited = self.begin.elapsed().saturating_sub(busy).as_nanos() as u64;
        // That of the calls within this one is a part of it.
        self.outer.waited.store(self.waited + waited, Ordering::Relaxed);
    }
}

thread_local! {
    /// The lanes of this thread, the innermost last, each with the address of what it
    /// belongs to.
    static ENTERED: RefCell<Vec<(usize, Arc<Lane>)>> = const { RefCell::new(Vec::new()) };
}

/// A lane of this thread, until it is dropped.
pub(super) struct Entered(bool);

/// Makes a lane one of this thread. A thread that ends has none any more.
pub(super) fn enter(of: usize, lane: &Arc<Lane>) -> Entered {
    let entered = ENTERED.try_with(|entered| entered.borrow_mut().push((of, Arc::clone(lane))));
    Entered(entered.is_ok())
}

impl Drop for Entered {
    fn drop(&mut self) {
        if self.0 {
            drop(ENTERED.try_with(|entered| entered.borrow_mut().pop()));
        }
    }
}

/// Returns the innermost lane of this thread, or the one of that number. `None` in a
/// thread that has none, or that ends.
pub(super) fn entered(of: usize, number: Option<u32>) -> Option<Arc<Lane>> {
    innermost(of, |lane| number.is_none_or(|number| lane.number == number))
}

fn innermost(of: usize, is_it: impl Fn(&Lane) -> bool) -> Option<Arc<Lane>> {
    let find = |entered: &RefCell<Vec<(usize, Arc<Lane>)>>| {
        let entered = entered.borrow();
        let mut own = entered.iter().rev().filter(|(it, _)| *it == of).map(|(_, lane)| lane);
        own.find(|lane| is_it(lane)).cloned()
    };
    ENTERED.try_with(find).ok().flatten()
}
