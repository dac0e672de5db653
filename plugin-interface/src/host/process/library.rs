//! What the handles of a library in a process of its own share: the process that
//! runs, and the next one when it dies.

use core::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};
use std::time::Instant;

use super::callbacks;
use super::child::{Failure, Running};
use super::error::WorkerError;
use super::output::Printed;
use super::restarts::{Next, Restarts};
#[cfg(feature = "sandbox")]
use super::sandbox::Enforced;
use super::services;
use super::session::{Reserved, Session};
use super::worker::Worker;
use crate::host::by_descriptor::Peer;
use crate::host::file::private_copy::PrivateCopy;
#[cfg(feature = "log")]
use crate::host::services::logs;
use crate::host::services::offers::Found;
#[cfg(feature = "tracing")]
use crate::host::services::traces;
#[cfg(any(feature = "log", feature = "tracing"))]
use crate::host::services::workers;
use crate::metadata::PluginMetadata;

/// What all handles share.
pub(super) struct Library {
    pub(super) path: PathBuf,
    pub(super) metadata: PluginMetadata,
    /// The plugins, each by its interface and its name.
    pub(super) plugins: Vec<(String, String)>,
    start: Start,
    state: Mutex<State>,
    /// Is notified when a worker was started, or could not be.
    started: Condvar,
    printed: Mutex<Printed>,
    #[cfg(feature = "sandbox")]
    enforced: Mutex<Option<Enforced>>,
}

struct State {
    session: Option<Arc<Session>>,
    /// The thread that starts a worker.
    starting: Option<ThreadId>,
    restarts: Restarts,
    /// The message of the last death.
    last: String,
}

impl Library {
    /// Starts the first worker.
    pub(super) fn start(
        path: &Path,
        metadata: PluginMetadata,
        start: Start,
    ) -> Result<Self, WorkerError> {
        let (session, plugins) = start.session(path, &metadata)?;
        let printed = Mutex::new(session.running.printed());
        #[cfg(feature = "sandbox")]
        let enforced = Mutex::new(session.enforced());
        let (session, starting) = (Some(session), None);
        let (restarts, last) = (Restarts::default(), String::new());
        let state = Mutex::new(State { session, starting, restarts, last });
        let (path, started) = (path.to_owned(), Condvar::new());
        Ok(Library {
            path,
            metadata,
            plugins,
            start,
            state,
            started,
            printed,
            #[cfg(feature = "sandbox")]
            enforced,
        })
    }

    /// Returns the last of what the worker printed.
    pub(super) fn output(&self) -> String {
        lock(&self.printed).text()
    }

    /// Returns what is enforced of the sandbox of the last worker.
    #[cfg(feature = "sandbox")]
    pub(super) fn enforced(&self) -> Option<Enforced> {
        lock(&self.enforced).clone()
    }

    /// Returns the number of the process that runs.
    pub(super) fn process_id(&self) -> Option<u32> {
        let state = lock(&self.state);
        let running = state.session.as_ref().map(|session| &session.running);
        running.filter(|it| !it.has_ended()).map(Running::id)
    }

    /// Returns the worker, with a lane for a call of this thread.
    pub(super) fn begin(&self, home: Option<u32>) -> Result<(Arc<Session>, Reserved), WorkerError> {
        loop {
            let session = self.session()?;
            // It may die while this waits for a lane. Then the next one gets the call.
            if let Some(reserved) = session.reserve(home) {
                return Ok((session, reserved));
            }
        }
    }

    /// Returns the worker, which is a new one if the last one has died. No lock is held
    /// while one starts: its constructors may call the host.
    fn session(&self) -> Result<Arc<Session>, WorkerError> {
        let mut state = lock(&self.state);
        while let Some(starting) = state.starting {
            if starting == thread::current().id() {
                let text = "the worker is being started, and a constructor of it called the host";
                let message = format!("{}: {text}", self.path.display());
                return Err(WorkerError::Refused { message });
            }
            state = self.started.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if let Some(session) = state.session.as_ref().filter(|it| it.running.may_answer()) {
            return Ok(Arc::clone(session));
        }
        let dead = state.session.take();
        state.starting = Some(thread::current().id());
        drop(state);
        let _starting = Starting(self);
        if let Some(session) = dead {
            // If it died between two calls, nobody is told of it.
            if session.running.fate().is_none() {
                session.ended(None, Failure::Died);
            }
            lock(&self.state).died(&session);
        }
        loop {
            let mut state = lock(&self.state);
            match state.restarts.next(&self.start.worker, Instant::now()) {
                Next::Start => break,
                Next::Wait(rest) => {
                    drop(state);
                    thread::sleep(rest);
                }
                Next::GiveUp => {
                    let (path, deaths) = (self.path.clone(), self.start.worker.deaths);
                    return Err(WorkerError::GivenUp { path, deaths, last: state.last.clone() });
                }
            }
        }
        let (session, plugins) =
            self.start.session(&self.path, &self.metadata).inspect_err(|error| {
                let mut state = lock(&self.state);
                state.restarts.died(Instant::now());
                state.last = error.to_string();
            })?;
        *lock(&self.printed) = session.running.printed();
        #[cfg(feature = "sandbox")]
        {
            *lock(&self.enforced) = session.enforced();
        }
        if plugins != self.plugins {
            let reason = "it has other plugins than the worker before it".to_owned();
            let error = session.ended(None, Failure::Nonsense(reason));
            lock(&self.state).died(&session);
            return Err(error);
        }
        lock(&self.state).session = Some(Arc::clone(&session));
        Ok(session)
    }
}

/// The start of a worker, which others wait for.
struct Starting<'l>(&'l Library);

impl Drop for Starting<'_> {
    fn drop(&mut self) {
        lock(&self.0.state).starting = None;
        self.0.started.notify_all();
    }
}

/// What each worker is started with.
pub(super) struct Start {
    pub(super) worker: Worker,
    /// What the constructors are told.
    pub(super) told: Vec<u8>,
    /// What the host offers.
    pub(super) services: Vec<Found>,
    pub(super) copy: PrivateCopy,
}

impl Start {
    /// Starts a worker that loads the library, and returns its plugins.
    fn session(&self, path: &Path, metadata: &PluginMetadata) -> Started {
        let (running, passed) = Running::start(&self.worker, path, self.copy.path())?;
        let session = Session::new(&self.worker, path.to_owned(), running, metadata);
        // First, so that no later level is missed.
        #[cfg(any(feature = "log", feature = "tracing"))]
        workers::add(Arc::<Session>::downgrade(&session));
        let needs = metadata.registrations.iter().flat_map(|registration| &registration.needs);
        let needs: Vec<_> = needs.map(|interface| interface.path.as_str()).collect();
        // Those of this worker only.
        #[cfg(feature = "tracing")]
        let own = [session.tracer.service()];
        #[cfg(not(feature = "tracing"))]
        let own: [Found; 0] = [];
        let offered = || self.services.iter().chain(&own);
        let services = services::export(session.exports(), offered(), &needs)?;
        let methods = metadata.interfaces.iter().flat_map(|interface| &interface.methods);
        // Without objects, the worker has nothing to call.
        if offered().next().is_some() || methods.into_iter().any(|it| it.signature.contains("dyn "))
        {
            let program = self.worker.program.clone();
            let listens = callbacks::listen(&session);
            listens.map_err(|source| WorkerError::NotStarted { program, source })?;
        }
        #[cfg(feature = "log")]
        let of_log = logs::max_level();
        #[cfg(not(feature = "log"))]
        let of_log = 0;
        #[cfg(feature = "tracing")]
        let of_traces = traces::max_level();
        #[cfg(not(feature = "tracing"))]
        let of_traces = 0;
        let levels = [of_log, of_traces].map(u32::to_le_bytes).concat();
        let told = [&levels[..], &services, &self.told].concat();
        let plugins = session.load(&told, passed)?;
        Ok((session, plugins))
    }
}

type Started = Result<(Arc<Session>, Vec<(String, String)>), WorkerError>;

impl State {
    /// Notes the end of a worker.
    fn died(&mut self, session: &Session) {
        if session.has_returned() {
            self.restarts.returned();
        }
        if let Some(fate) = session.running.fate() {
            self.restarts.died(fate.at);
            self.last = fate.text;
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Library {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Library").field("path", &self.path).finish_non_exhaustive()
    }
}
