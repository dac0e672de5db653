//! One worker, as its callers and its objects see it: its lanes, and what it may call.

use core::fmt;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use super::child::{Failure, Running};
use super::error::WorkerError;
use super::frame::{PREFIX, Spinning, Until, prepare};
use super::lane::{Entered, Lane, Passed, Within, enter, entered};
use super::mailboxes::MOST_LANES;
use super::message::{ANSWER, Greeting, Request};
#[cfg(feature = "sandbox")]
use super::sandbox::Enforced;
#[cfg(feature = "tracing")]
use super::traces::{self, Tracer};
use super::wakes::{NotMade, Wakes};
use super::worker::Worker;
use crate::host::by_descriptor::{
    Apart, Exports, LONGEST, Outgoing, Peer, PeerAnswer, RELEASE, Reply, Unsent, call_and_forget,
    serve,
};
use crate::host::platform::processes;
#[cfg(any(feature = "log", feature = "tracing"))]
use crate::host::services::workers::{FollowsLevels, LevelOf};
use crate::metadata::PluginMetadata;

/// A worker, until nobody uses it any more or it ends.
pub(super) struct Session {
    worker: Worker,
    library: PathBuf,
    pub(super) running: Running,
    exports: Exports,
    /// Has the spans of its plugins.
    #[cfg(feature = "tracing")]
    pub(super) tracer: Arc<Tracer>,
    lanes: Mutex<Lanes>,
    wakes: Arc<Wakes>,
    /// Is notified when a lane is free, and when the worker has ended.
    freed: Condvar,
    /// `true` once a call has returned.
    has_returned: AtomicBool,
    #[cfg(feature = "sandbox")]
    enforced: Mutex<Option<Enforced>>,
    this: Weak<Session>,
}

struct Lanes {
    idle: Vec<Arc<Lane>>,
    /// Those of threads that plugins started.
    back: Vec<Arc<Lane>>,
    count: u32,
    most: u32,
    /// How many threads wait for one. To wake nobody would take a call of the system.
    waiting: u32,
}

impl Session {
    #[cfg_attr(not(feature = "tracing"), expect(unused_variables, reason = "for its name"))]
    pub(super) fn new(
        worker: &Worker,
        library: PathBuf,
        running: Running,
        metadata: &PluginMetadata,
    ) -> Arc<Self> {
        // Once the library is loaded, the first lane is free.
        let lanes =
            Lanes { idle: Vec::new(), back: Vec::new(), count: 1, most: MOST_LANES, waiting: 0 };
        Arc::new_cyclic(|this| Session {
            worker: worker.clone(),
            library,
            running,
            exports: Exports::default(),
            #[cfg(feature = "tracing")]
            tracer: Tracer::new(&metadata.package.name),
            lanes: Mutex::new(lanes),
            wakes: Arc::default(),
            freed: Condvar::new(),
            has_returned: AtomicBool::new(false),
            #[cfg(feature = "sandbox")]
            enforced: Mutex::default(),
            this: Weak::clone(this),
        })
    }

    /// Lets the worker load the library, and returns the plugins that it created, each by
    /// its interface and its name. Serves what their constructors call.
    pub(super) fn load(
        &self,
        told: &[u8],
        passed: Passed,
    ) -> Result<Vec<(String, String)>, WorkerError> {
        let lane = self.running.lane();
        let entered = enter(self.address(), lane);
        #[cfg(feature = "tracing")]
        let _spans = traces::entered();
        let end = Instant::now().checked_add(self.worker.deadline);
        let has_ended = || self.running.has_ended();
        let socket = Spinning::never(&lane.socket);
        let until = || Until { lane: socket, end, now: None, has_ended: &has_ended };
        let mut frame = [&[0; PREFIX], told].concat();
        let started = lane.start(until(), passed, &mut frame).map_err(Failure::from);
        let mut hear = || {
            let served = |request: &Request<'_>, answer: &mut Vec<u8>| {
                self.serve(lane.number, request, answer)
            };
            lane.hear(until(), &mut frame, served)?;
            Greeting::read(&frame).map_err(Failure::Nonsense)
        };
        let greeting = started.and_then(|()| hear());
        #[cfg(feature = "sandbox")]
        let greeting = match (greeting, &self.worker.sandbox) {
            (Ok(Greeting::Sandboxed(enforced)), Some(sandbox)) => {
                if sandbox.is_required() && !enforced.is_full() {
                    let (path, enforced) = (self.library.clone(), Box::new(enforced));
                    return Err(WorkerError::NotSandboxed { path, enforced });
                }
                *lock(&self.enforced) = Some(enforced);
                hear()
            }
            (Ok(Greeting::Ready(_)), Some(_)) | (Ok(Greeting::Sandboxed(_)), None) => {
                let reason = "it said nothing of a sandbox, or too much".to_owned();
                Err(Failure::Nonsense(reason))
            }
            (greeting, _) => greeting,
        };
        drop(entered);
        match greeting {
            Ok(Greeting::Ready(plugins)) => {
                lock(&self.lanes).idle.push(Arc::clone(lane));
                Ok(plugins)
            }
            Ok(Greeting::Failed(message)) => {
                Err(WorkerError::NotLoaded { path: self.library.clone(), message })
            }
            Ok(_) => Err(self.ended(None, Failure::Nonsense("it greeted twice".to_owned()))),
            Err(failure) => Err(self.ended(None, failure)),
        }
    }

    /// Returns what is enforced of the sandbox of the worker.
    #[cfg(feature = "sandbox")]
    pub(super) fn enforced(&self) -> Option<Enforced> {
        lock(&self.enforced).clone()
    }

    /// Returns `true` if a call has returned.
    pub(super) fn has_returned(&self) -> bool {
        self.has_returned.load(Ordering::Relaxed)
    }

    /// Calls a method. The frame has the arguments, and gets the answer.
    pub(super) fn exchange(
        &self,
        call: Outgoing<'_>,
        frame: &mut Vec<u8>,
    ) -> Result<PeerAnswer, WorkerError> {
        let found = frame.len() - PREFIX + Apart::len_of(call.apart);
        if found > LONGEST {
            let (method, most) = (call.name.to_owned(), LONGEST);
            return Err(WorkerError::TooLong { method, most, found });
        }
        let Some(reserved) = self.reserve(call.home) else {
            let fate = self.running.fate();
            let cause = fate.map_or_else(|| "its thread has ended".to_owned(), |fate| fate.text);
            return Err(WorkerError::Gone { path: self.library.clone(), cause });
        };
        let (lane, within) = (&reserved.lane, Within::begin(self.address()));
        let deadline = self.worker.deadline;
        let deadline = call.spent.map_or(deadline, |spent| spent.rest(deadline));
        let begin = Instant::now();
        let end = begin.checked_add(deadline);
        let has_ended = || self.running.has_ended();
        let spinning = lane.spinning(self.worker.spins);
        let until = Until { lane: spinning, end, now: Some((begin, 2)), has_ended: &has_ended };
        let served =
            |request: &Request<'_>, answer: &mut Vec<u8>| self.serve(lane.number, request, answer);
        // A span that the worker did not exit is no longer the current one of this thread.
        #[cfg(feature = "tracing")]
        let spans = traces::entered();
        let answered = lane.call(until, call, frame, served).map_err(Failure::from);
        #[cfg(feature = "tracing")]
        drop(spans);
        let answered = answered.and_then(|busy| {
            within.into_iter().for_each(|within| within.end(busy));
            if let Some(spent) = call.spent {
                spent.add(begin.elapsed().saturating_sub(busy));
            }
            Reply::read(&frame[ANSWER..]).map(drop).map_err(Failure::Nonsense)
        });
        match answered {
            Ok(()) => {
                self.has_returned.store(true, Ordering::Relaxed);
                self.running.has_answered(begin);
                Ok(PeerAnswer { begin: ANSWER, lane: lane.number })
            }
            Err(failure) => Err(self.ended(Some(call.name), failure)),
        }
    }

    /// Answers a call of the worker, but for what it returns.
    pub(super) fn serve(
        &self,
        lane: u32,
        request: &Request<'_>,
        answer: &mut Vec<u8>,
    ) -> Option<Box<Unsent>> {
        let Some(this) = self.this.upgrade() else {
            Reply::Refused("the host needs the worker no more".to_owned()).write(answer);
            return None;
        };
        let peer: Arc<dyn Peer> = this;
        serve(&peer, lane, (request.object, request.method), request.arguments, answer)
    }

    /// Ends the worker after a failure, and returns the error.
    pub(super) fn ended(&self, method: Option<&str>, failure: Failure) -> WorkerError {
        let error = self.running.bury(&self.worker, &self.library, method, failure);
        self.close();
        // Objects that it had.
        self.exports.clear();
        error
    }

    /// Ends the waiting of all threads, and the spans of the plugins.
    fn close(&self) {
        #[cfg(feature = "tracing")]
        self.tracer.close();
        self.wakes.end();
        let lanes = lock(&self.lanes);
        let sockets = lanes.back.iter().map(|lane| &lane.socket);
        for socket in sockets.chain([&self.running.control]) {
            let _ = socket.shutdown(std::net::Shutdown::Both);
        }
        drop(lanes);
        self.freed.notify_all();
    }

    /// Opens a lane for a thread that a plugin started. `None` if there are too many: the
    /// thread waits for another one then.
    pub(super) fn open_back_lane(&self) -> Option<Arc<Lane>> {
        let mut lanes = lock(&self.lanes);
        let number = u32::try_from(lanes.back.len()).ok().filter(|count| *count < MOST_LANES)?;
        let number = u32::MAX - number;
        let socket = self.pass(&[&[1][..], &number.to_le_bytes()].concat()).ok()?;
        // For the calls within those that it carries.
        prepare(&socket).ok()?;
        let lane = Lane::new(number, socket, None);
        lanes.back.push(Arc::clone(&lane));
        Some(lane)
    }

    pub(super) fn close_back_lane(&self, lane: &Arc<Lane>) {
        lock(&self.lanes).back.retain(|it| !Arc::ptr_eq(it, lane));
    }

    /// Returns the address by which a thread knows its lanes.
    pub(super) fn address(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }

    /// Reserves a lane for calls of this thread: the one that it has, one that is free, a
    /// new one, or the one of that number. `None` if the worker has ended.
    pub(super) fn reserve(&self, home: Option<u32>) -> Option<Reserved> {
        if self.running.is_buried() {
            return None;
        }
        if let Some(lane) = entered(self.address(), home) {
            // Calls within this one begin with the same lane.
            let entered = home.map(|_| enter(self.address(), &lane));
            return Some(Reserved { entered, lane, of: None });
        }
        let lane = self.take(home)?;
        let entered = Some(enter(self.address(), &lane));
        Some(Reserved { entered, lane, of: self.this.upgrade() })
    }

    /// Takes a lane. `None` if the worker has ended.
    fn take(&self, home: Option<u32>) -> Option<Arc<Lane>> {
        /// The time between two looks at whether the worker has ended.
        const STEP: Duration = Duration::from_millis(20);
        // That of a thread which a plugin started, and which has returned.
        if home.is_some_and(|home| home >= MOST_LANES) {
            return None;
        }
        let mut lanes = lock(&self.lanes);
        loop {
            let found = match home {
                None => lanes.idle.len().checked_sub(1),
                Some(home) => lanes.idle.iter().position(|lane| lane.number == home),
            };
            if let Some(found) = found {
                return Some(lanes.idle.swap_remove(found));
            }
            if home.is_none() && lanes.count < lanes.most {
                let number = lanes.count;
                lanes.count += 1;
                drop(lanes);
                if let Some(lane) = self.open(number) {
                    return Some(lane);
                }
                lanes = lock(&self.lanes);
                // The worker may open no more files, or has no memory for a thread.
                lanes.most = lanes.most.min(number.max(1));
                continue;
            }
            lanes.waiting += 1;
            lanes = self.freed.wait_timeout(lanes, STEP).unwrap_or_else(PoisonError::into_inner).0;
            lanes.waiting -= 1;
            drop(lanes);
            // Also if it was just noticed: who comes second begins another one.
            if self.running.has_ended() {
                self.ended(None, Failure::Died);
                return None;
            }
            lanes = lock(&self.lanes);
        }
    }

    /// Opens a lane. `None` if the worker cannot.
    fn open(&self, number: u32) -> Option<Arc<Lane>> {
        let socket = self.pass(&[&[0][..], &number.to_le_bytes()].concat()).ok()?;
        prepare(&socket).ok()?;
        let lane = Lane::new(number, socket, self.running.shared.as_ref());
        let end = Instant::now().checked_add(self.worker.deadline);
        let greeting = self.running.greeting_on(&lane, &mut Vec::new(), end);
        matches!(greeting, Ok(Greeting::Here)).then_some(lane)
    }

    /// Passes one end of a new connection to the worker, and returns the other.
    fn pass(&self, bytes: &[u8]) -> io::Result<UnixStream> {
        let (socket, theirs) = UnixStream::pair()?;
        // There is room for all lanes, if the worker takes them.
        processes::send_file_now(&self.running.control, bytes, theirs.as_fd())?;
        Ok(socket)
    }
}

impl Peer for Session {
    fn call(&self, call: Outgoing<'_>, message: &mut Vec<u8>) -> Result<PeerAnswer, String> {
        // Of a worker that has gone, nothing is left to drop.
        if call.method == RELEASE && self.running.is_buried() {
            return Err("the worker has ended".to_owned());
        }
        self.exchange(call, message).map_err(|error| error.to_string())
    }

    fn call_waker(&self, call: Outgoing<'static>) {
        // A thread that serves the worker waits for it anyway, and what that takes counts as
        // time of its call.
        if entered(self.address(), None).is_some() && self.wakes.is_idle() {
            return call_and_forget(self, call);
        }
        let this: Weak<dyn Peer> = self.this.clone();
        match self.wakes.add(&this, call) {
            Ok(()) => {}
            Err(NotMade::NoThread) => call_and_forget(self, call),
            Err(NotMade::TooMany(found)) => {
                let reason = format!("expected that it wakes its tasks, {found} calls wait");
                self.ended(Some(call.name), Failure::Nonsense(reason));
            }
        }
    }

    fn exports(&self) -> &Exports {
        &self.exports
    }
}

#[cfg(any(feature = "log", feature = "tracing"))]
impl FollowsLevels for Session {
    /// A worker that has no room for the message does not learn the level.
    fn tell(&self, of: LevelOf, level: u32) {
        let bytes = [&[of as u8][..], &level.to_le_bytes()].concat();
        let _ = processes::send_now(&self.running.control, &bytes);
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.running.stop();
        self.close();
    }
}

/// A lane of this thread, which is free again when this is dropped.
pub(super) struct Reserved {
    entered: Option<Entered>,
    lane: Arc<Lane>,
    /// `None` if an outer call of this thread has it.
    of: Option<Arc<Session>>,
}

impl Drop for Reserved {
    fn drop(&mut self) {
        self.entered = None;
        if let Some(of) = &self.of {
            let mut lanes = lock(&of.lanes);
            lanes.idle.push(Arc::clone(&self.lane));
            let is_awaited = lanes.waiting > 0;
            drop(lanes);
            // Those that wait may want different ones.
            if is_awaited {
                of.freed.notify_all();
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("library", &self.library).finish_non_exhaustive()
    }
}
