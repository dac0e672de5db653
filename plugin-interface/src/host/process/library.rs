//! What the handles of a library in a process of its own share: the process that
//! runs, and the next one when it dies.

use core::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

use super::child::{Failure, Running};
use super::error::WorkerError;
use super::frame::{LONGEST, PREFIX};
use super::message::{ANSWER, Request, check_answer};
use super::output::Printed;
use super::restarts::{Next, Restarts};
use super::worker::Worker;
use crate::host::by_descriptor::Reply;
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
}

struct State {
    running: Option<Running>,
    restarts: Restarts,
    /// The number of the last call.
    number: u64,
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
        let (running, plugins) = Running::start(&worker, path, copy.path(), &told)?;
        let printed = Mutex::new(running.printed());
        let (restarts, last) = (Restarts::default(), String::new());
        let state = Mutex::new(State { running: Some(running), restarts, number: 0, last });
        let path = path.to_owned();
        Ok(Library { path, metadata, plugins, worker, told, copy, state, printed })
    }

    /// Returns the last of what the worker printed.
    pub(super) fn output(&self) -> String {
        lock(&self.printed).text()
    }

    /// Returns the number of the process that runs.
    pub(super) fn process_id(&self) -> Option<u32> {
        let state = lock(&self.state);
        state.running.as_ref().filter(|it| !it.has_ended()).map(Running::id)
    }

    /// Calls a method, by the places of its plugin and of itself. The frame has the
    /// arguments, and gets the answer. Returns where the reply begins in it.
    pub(super) fn call(
        &self,
        plugin: usize,
        (method, name): (usize, &str),
        frame: &mut Vec<u8>,
    ) -> Result<usize, WorkerError> {
        let found = frame.len() - PREFIX;
        if found > LONGEST {
            return Err(WorkerError::TooLong { method: name.to_owned(), most: LONGEST, found });
        }
        let mut state = lock(&self.state);
        state.number += 1;
        let number = state.number;
        Request::head(frame, number, plugin as u32, method as u32);
        let running = self.ready(&mut state)?;
        let end = Instant::now().checked_add(self.worker.deadline);
        let answered = running.exchange(frame, end).and_then(|()| {
            check_answer(frame, number).map_err(Failure::Nonsense)?;
            Reply::read(&frame[ANSWER..]).map(drop).map_err(Failure::Nonsense)
        });
        match answered {
            Ok(()) => {
                state.restarts.returned();
                state.running = Some(running);
                Ok(ANSWER)
            }
            Err(failure) => {
                let error = running.bury(&self.worker, &self.path, Some(name), failure);
                Err(state.died(error))
            }
        }
    }

    /// Returns the worker, which is a new one if the last one has died.
    fn ready(&self, state: &mut State) -> Result<Running, WorkerError> {
        if let Some(running) = state.running.take() {
            if !running.has_ended() {
                return Ok(running);
            }
            // It died between two calls: nobody is told of it.
            let error = running.bury(&self.worker, &self.path, None, Failure::Died);
            state.died(error);
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
        let (running, plugins) = started.map_err(|error| state.died(error))?;
        *lock(&self.printed) = running.printed();
        if plugins != self.plugins {
            let reason = "it has other plugins than the worker before it".to_owned();
            let failure = Failure::Nonsense(reason);
            return Err(state.died(running.bury(&self.worker, &self.path, None, failure)));
        }
        Ok(running)
    }
}

impl State {
    /// Notes a death, and returns its error.
    fn died(&mut self, error: WorkerError) -> WorkerError {
        self.restarts.died(Instant::now());
        self.last = error.to_string();
        error
    }
}

impl Drop for Library {
    fn drop(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = state.running.take() {
            running.stop();
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
