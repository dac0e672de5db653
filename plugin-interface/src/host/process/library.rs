//! What the handles of a library in a process of its own share: the process that
//! runs, and the next one when it dies.

use core::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

use super::callbacks;
use super::child::{Failure, Running};
use super::error::WorkerError;
use super::output::Printed;
use super::restarts::{Next, Restarts};
#[cfg(feature = "sandbox")]
use super::sandbox::Enforced;
use super::session::{Reserved, Session};
use super::worker::Worker;
use crate::host::file::private_copy::PrivateCopy;
use crate::metadata::PluginMetadata;

/// What all handles share.
pub(super) struct Library {
    pub(super) path: PathBuf,
    pub(super) metadata: PluginMetadata,
    /// The plugins, each by its interface and its name.
    pub(super) plugins: Vec<(String, String)>,
    worker: Worker,
    /// What each worker tells the constructors.
    told: Vec<u8>,
    copy: PrivateCopy,
    state: Mutex<State>,
    printed: Mutex<Printed>,
    #[cfg(feature = "sandbox")]
    enforced: Mutex<Option<Enforced>>,
}

struct State {
    session: Option<Arc<Session>>,
    restarts: Restarts,
    /// The message of the last death.
    last: String,
}

impl Library {
    /// Starts the first worker.
    pub(super) fn start(
        path: &Path,
        metadata: PluginMetadata,
        copy: PrivateCopy,
        (worker, told): (Worker, Vec<u8>),
    ) -> Result<Self, WorkerError> {
        #[cfg_attr(not(feature = "sandbox"), expect(unused_mut))]
        let (mut running, plugins) = Running::start(&worker, path, copy.path(), &told)?;
        #[cfg(feature = "sandbox")]
        let enforced = Mutex::new(running.enforced.take());
        let printed = Mutex::new(running.printed());
        let (restarts, last) = (Restarts::default(), String::new());
        let path = path.to_owned();
        let session = Some(begin(&worker, &path, &metadata, running)?);
        let state = Mutex::new(State { session, restarts, last });
        Ok(Library {
            path,
            metadata,
            plugins,
            worker,
            told,
            copy,
            state,
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

    /// Returns the worker, which is a new one if the last one has died.
    fn session(&self) -> Result<Arc<Session>, WorkerError> {
        let mut state = lock(&self.state);
        if let Some(session) = state.session.take() {
            if !session.running.has_ended() {
                return Ok(state.session.insert(session).clone());
            }
            // If it died between two calls, nobody is told of it.
            if session.running.fate().is_none() {
                session.ended(None, Failure::Died);
            }
            state.died(&session);
        }
        loop {
            match state.restarts.next(&self.worker, Instant::now()) {
                Next::Start => break,
                Next::Wait(rest) => thread::sleep(rest),
                Next::GiveUp => {
                    let (path, deaths) = (self.path.clone(), self.worker.deaths);
                    return Err(WorkerError::GivenUp { path, deaths, last: state.last.clone() });
                }
            }
        }
        let started = Running::start(&self.worker, &self.path, self.copy.path(), &self.told);
        #[cfg_attr(not(feature = "sandbox"), expect(unused_mut))]
        let (mut running, plugins) = started.inspect_err(|error| {
            state.restarts.died(Instant::now());
            state.last = error.to_string();
        })?;
        *lock(&self.printed) = running.printed();
        #[cfg(feature = "sandbox")]
        {
            *lock(&self.enforced) = running.enforced.take();
        }
        let session = begin(&self.worker, &self.path, &self.metadata, running)?;
        if plugins != self.plugins {
            let reason = "it has other plugins than the worker before it".to_owned();
            let error = session.ended(None, Failure::Nonsense(reason));
            state.died(&session);
            return Err(error);
        }
        Ok(state.session.insert(session).clone())
    }
}

/// Begins to use a worker.
fn begin(
    worker: &Worker,
    path: &Path,
    metadata: &PluginMetadata,
    running: Running,
) -> Result<Arc<Session>, WorkerError> {
    let session = Session::new(worker, path.to_owned(), running);
    let methods = metadata.interfaces.iter().flat_map(|interface| &interface.methods);
    // Without objects, the worker has nothing to call.
    if methods.into_iter().any(|method| method.signature.contains("dyn ")) {
        let program = worker.program.clone();
        let listens = callbacks::listen(&session);
        listens.map_err(|source| WorkerError::NotStarted { program, source })?;
    }
    Ok(session)
}

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
