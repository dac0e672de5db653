//! The host, as the objects in a worker reach it, and the lanes that it passes.

use std::io;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::Duration;

use super::frame::{self, Spinning};
use super::lane::{Lane, Passed, enter, entered};
#[cfg(feature = "log")]
use super::logs;
use super::mailboxes::Shared;
use super::message::{ANSWER, Greeting, Request};
#[cfg(feature = "tracing")]
use super::traces;
#[cfg(feature = "tasks")]
use super::worker_tasks::is_in_a_task;
use crate::host::by_descriptor::{
    Apart, Exports, LONGEST, Outgoing, Peer, PeerAnswer, Unsent, call_and_forget, serve, too_long,
};
use crate::host::platform::processes;
#[cfg(any(feature = "log", feature = "tracing"))]
use crate::host::services::workers::LevelOf;

/// The host of this worker.
#[derive(Debug)]
pub(super) struct Host {
    control: UnixStream,
    /// The memory of the lanes, if they have some.
    shared: Option<Shared>,
    exports: Exports,
    /// For how long a thread looks at its lane before it sleeps.
    spins: Duration,
    /// The lanes for threads of plugins, which are free.
    back: Mutex<Vec<Arc<Lane>>>,
    came: Condvar,
    /// `true` once the host may pass lanes.
    has_lanes: AtomicBool,
    /// `true` once the host has asked for the end.
    has_ended: AtomicBool,
    this: Weak<Host>,
}

impl Host {
    /// Takes over what the host passed for lanes.
    pub(super) fn new(passed: Passed, spins: Duration) -> io::Result<Arc<Self>> {
        let shared = passed.memory.as_ref().map(Shared::map).transpose()?;
        Ok(Arc::new_cyclic(|this| Host {
            control: passed.control,
            shared,
            exports: Exports::of_worker(),
            spins,
            back: Mutex::default(),
            came: Condvar::new(),
            has_lanes: AtomicBool::new(false),
            has_ended: AtomicBool::new(false),
            this: Weak::clone(this),
        }))
    }

    /// Makes a lane of a connection.
    pub(super) fn lane(&self, number: u32, socket: UnixStream) -> Arc<Lane> {
        Lane::new(number, socket, self.shared.as_ref())
    }

    /// Takes the lanes that the host passes, on a thread of its own.
    pub(super) fn take_lanes(self: &Arc<Self>) -> io::Result<()> {
        let back = lock(&self.back);
        self.has_lanes.store(true, Ordering::Relaxed);
        drop(back);
        self.came.notify_all();
        let host = Arc::clone(self);
        let take = move || {
            let mut bytes = [0; 5];
            // The thread that watches for the end of the host sees its end too.
            while let Ok((5, file)) = processes::receive_file(&host.control, &mut bytes) {
                let [kind, number @ ..] = bytes;
                #[cfg(feature = "log")]
                if kind == LevelOf::Log as u8 {
                    logs::set_level(u32::from_le_bytes(number));
                    continue;
                }
                #[cfg(feature = "tracing")]
                if kind == LevelOf::Traces as u8 {
                    traces::set_level(u32::from_le_bytes(number));
                    continue;
                }
                // The host sees that its own end is closed.
                let Some(file) = file else { continue };
                let lane = host.lane(u32::from_le_bytes(number), UnixStream::from(file));
                if kind == 0 {
                    host.start(lane);
                } else {
                    lock(&host.back).push(lane);
                    host.came.notify_all();
                }
            }
        };
        thread::Builder::new().name("plugin-worker-lanes".to_owned()).spawn(take).map(drop)
    }

    /// Serves a lane on a thread of its own.
    fn start(self: &Arc<Self>, lane: Arc<Lane>) {
        let host = Arc::clone(self);
        let answer = move || {
            let greeted = frame::write(&mut &lane.socket, &mut Greeting::Here.frame());
            if greeted.and_then(|()| host.serve(&lane)).is_err() {
                processes::end_group();
            }
        };
        // If there is no thread, the host sees that the lane is closed.
        let _ = thread::Builder::new().name("plugin-worker-lane".to_owned()).spawn(answer);
    }

    /// Serves a lane until the host closes it.
    pub(super) fn serve(&self, lane: &Arc<Lane>) -> io::Result<()> {
        let _entered = enter(0, lane);
        lane.serve(self.connection(lane), |request, answer| {
            self.answer(lane.number, request, answer)
        })
    }

    fn connection<'l>(&self, lane: &'l Lane) -> Spinning<'l> {
        lane.spinning(self.spins)
    }

    /// Destroys the plugins. What the host gave them is dropped by the host.
    pub(super) fn end(&self) {
        self.has_ended.store(true, Ordering::Relaxed);
        self.exports.end_plugins();
    }

    fn answer(
        &self,
        lane: u32,
        request: &Request<'_>,
        answer: &mut Vec<u8>,
    ) -> Option<Box<Unsent>> {
        let peer: Arc<dyn Peer> = self.this.upgrade().expect("a thread that serves keeps it");
        serve(&peer, lane, (request.object, request.method), request.arguments, answer)
    }

    /// Waits until the host may pass lanes.
    #[cfg(feature = "tasks")]
    fn wait_for_lanes(&self) {
        let mut back = lock(&self.back);
        while !self.has_lanes.load(Ordering::Relaxed) {
            back = self.came.wait(back).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Returns a lane for a thread that has none, and asks the host for one if necessary.
    fn take_back_lane(&self) -> Arc<Lane> {
        let mut back = lock(&self.back);
        if let Some(lane) = back.pop() {
            return lane;
        }
        if !matches!(processes::send(&self.control, &[0]), Ok(1)) {
            processes::end_group();
        }
        loop {
            back = self.came.wait(back).unwrap_or_else(PoisonError::into_inner);
            if let Some(lane) = back.pop() {
                return lane;
            }
        }
    }
}

impl Peer for Host {
    fn call(&self, call: Outgoing<'_>, message: &mut Vec<u8>) -> Result<PeerAnswer, String> {
        let found = message.len() + Apart::len_of(call.apart);
        if found > LONGEST {
            return Err(too_long(found));
        }
        if self.has_ended.load(Ordering::Relaxed) {
            return Err("the host needs the worker no more".to_owned());
        }
        let outer = entered(0, None);
        #[cfg(feature = "tasks")]
        if outer.is_none() && is_in_a_task() {
            self.wait_for_lanes();
        }
        if outer.is_none() && !self.has_lanes.load(Ordering::Relaxed) {
            let text = "only the thread that creates the plugins may call the host until then";
            return Err(text.to_owned());
        }
        let lane = outer.clone().unwrap_or_else(|| self.take_back_lane());
        let number = lane.number;
        let entered = outer.is_none().then(|| enter(0, &lane));
        let served =
            |request: &Request<'_>, answer: &mut Vec<u8>| self.answer(number, request, answer);
        if lane.call(self.connection(&lane), call, message, served).is_err() {
            // The host has gone.
            processes::end_group();
        }
        drop(entered);
        if outer.is_none() {
            lock(&self.back).push(lane);
            self.came.notify_one();
        }
        Ok(PeerAnswer { begin: ANSWER, lane: number })
    }

    fn call_waker(&self, call: Outgoing<'static>) {
        call_and_forget(self, call);
    }

    fn exports(&self) -> &Exports {
        &self.exports
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
