//! Lanes: connections of which each has one thread in either process. A call on a lane
//! may be answered by a call in the other direction, so calls nest.

use std::cell::RefCell;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Instant;

use super::frame::{self, Connection};
use super::message::{Message, Request, begin_answer, check_answer, fit};
use crate::host::by_descriptor::{Outgoing, Reply, keep_buffer, take_buffer};
use crate::host::platform::processes;

/// The most calls within each other, in both directions: the other process may ask for
/// one more each time, and the stack of this one has an end.
const DEEPEST: u32 = 64;

/// A connection of two threads.
#[derive(Debug)]
pub(super) struct Lane {
    pub(super) number: u32,
    pub(super) socket: UnixStream,
    /// The number of the last call of this side.
    calls: AtomicU64,
    /// The number of calls that this side is serving.
    depth: AtomicU32,
}

impl Lane {
    pub(super) fn new(number: u32, socket: UnixStream) -> Arc<Self> {
        let (calls, depth) = (AtomicU64::new(0), AtomicU32::new(0));
        Arc::new(Lane { number, socket, calls, depth })
    }

    /// Sends a call, and puts the answer in its place. Serves the calls that come
    /// meanwhile.
    pub(super) fn call(
        &self,
        mut connection: impl Connection,
        call: Outgoing<'_>,
        frame: &mut Vec<u8>,
        mut serve: impl FnMut(&Request<'_>, &mut Vec<u8>),
    ) -> io::Result<()> {
        let number = self.calls.fetch_add(1, Ordering::Relaxed) + 1;
        Request::head(frame, number, call.object, call.method);
        let nonsense = |reason| io::Error::new(io::ErrorKind::InvalidData, reason);
        loop {
            frame::write(&mut connection, frame)?;
            frame::read(&mut connection, frame)?;
            match Message::read(frame).map_err(nonsense)? {
                Message::Answer(found) => {
                    return check_answer(found, number).map_err(nonsense);
                }
                Message::End => {
                    return Err(nonsense("expected a reply, found no bytes".to_owned()));
                }
                Message::Call(request) => {
                    let begin = Instant::now();
                    let mut answer = take_buffer();
                    self.answer(&request, &mut answer, &mut serve);
                    keep_buffer(std::mem::replace(frame, answer));
                    connection.served(begin.elapsed());
                }
            }
        }
    }

    /// Sends what the worker needs for its start.
    pub(super) fn start(
        &self,
        mut connection: impl Connection,
        control: UnixStream,
        frame: &mut [u8],
    ) -> io::Result<()> {
        frame::write(&mut connection, frame)?;
        processes::send_file(&self.socket, &[0], control.as_fd())
    }

    /// Reads what the worker says next at its start. Serves the calls that come before.
    pub(super) fn hear(
        &self,
        mut connection: impl Connection,
        frame: &mut Vec<u8>,
        mut serve: impl FnMut(&Request<'_>, &mut Vec<u8>),
    ) -> io::Result<()> {
        loop {
            // Another message may follow at once.
            frame::read_first(&mut connection, frame)?;
            // What it says at its start has no form of a call.
            let Ok(Message::Call(request)) = Message::read(frame) else { return Ok(()) };
            let begin = Instant::now();
            let mut answer = take_buffer();
            self.answer(&request, &mut answer, &mut serve);
            frame::write(&mut connection, &mut answer)?;
            keep_buffer(answer);
            connection.served(begin.elapsed());
        }
    }

    /// Serves calls until the other side closes the lane, or asks for the end.
    pub(super) fn serve(
        &self,
        mut connection: impl Connection,
        mut serve: impl FnMut(&Request<'_>, &mut Vec<u8>),
    ) -> io::Result<()> {
        /// The most memory that is kept from one call to the next.
        const KEPT: usize = 1 << 20;
        let (mut frame, mut answer) = (Vec::new(), Vec::new());
        loop {
            frame::read(&mut connection, &mut frame)?;
            match Message::read(&frame).map_err(io::Error::other)? {
                Message::Call(request) => self.answer(&request, &mut answer, &mut serve),
                Message::End => return Ok(()),
                Message::Answer(_) => return Err(io::Error::other("expected a call")),
            }
            frame::write(&mut connection, &mut answer)?;
            for buffer in [&mut frame, &mut answer] {
                buffer.clear();
                buffer.shrink_to(KEPT);
            }
        }
    }

    /// Answers one call.
    fn answer(
        &self,
        request: &Request<'_>,
        answer: &mut Vec<u8>,
        serve: &mut impl FnMut(&Request<'_>, &mut Vec<u8>),
    ) {
        begin_answer(answer, request.number);
        if self.depth.fetch_add(1, Ordering::Relaxed) < DEEPEST {
            serve(request, answer);
        } else {
            let reason = format!("expected at most {DEEPEST} calls within each other");
            Reply::Refused(reason).write(answer);
        }
        self.depth.fetch_sub(1, Ordering::Relaxed);
        fit(answer);
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
    let find = |entered: &RefCell<Vec<(usize, Arc<Lane>)>>| {
        let entered = entered.borrow();
        let mut own = entered.iter().rev().filter(|(it, _)| *it == of).map(|(_, lane)| lane);
        own.find(|lane| number.is_none_or(|number| lane.number == number)).cloned()
    };
    ENTERED.try_with(find).ok().flatten()
}
