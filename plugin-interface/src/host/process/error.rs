//! The errors of plugins in a process of their own.

use core::fmt;
use std::error::Error;
use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::Duration;

#[cfg(feature = "sandbox")]
use super::sandbox::Enforced;
use crate::host::by_descriptor::DynamicError;
use crate::host::error::{LoadError, ProxyError, debug_as_message};
use crate::host::platform::exit_status::describe_exit;

/// The error of a plugin in a process of its own.
///
/// With [`Died`](Self::Died), [`TimedOut`](Self::TimedOut), [`Ended`](Self::Ended) and
/// [`Nonsense`](Self::Nonsense) the process is gone, and the method may have run in
/// part. The next call starts another process.
///
/// Feature `process`.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum WorkerError {
    /// The host refused the library, before there was a process.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// This process is a worker itself.
    #[error(
        "this process was started as a worker; call `serve_if_asked` at the start of `main`, before anything is loaded"
    )]
    IsWorker,
    /// The program of the worker cannot be started.
    #[error("cannot start the worker {}", program.display())]
    NotStarted {
        /// The program.
        program: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// The program did not answer as a worker does.
    #[error(
        "{} is no worker: {reason}; call `serve_if_asked` at the start of its `main`",
        program.display()
    )]
    NotAWorker {
        /// The program.
        program: PathBuf,
        /// What it did.
        reason: String,
        /// The last 64 KiB of what it printed.
        output: String,
    },
    /// The worker could not load the library.
    #[error("the worker could not load it: {message}")]
    NotLoaded {
        /// The library.
        path: PathBuf,
        /// The error of the worker, which names the library.
        message: String,
    },
    /// The system does not enforce all of the sandbox. The library was not opened.
    #[cfg(feature = "sandbox")]
    #[error(
        "{}: expected the system to enforce the sandbox, found {enforced}; allow less, or use `Sandbox::best_effort`",
        path.display()
    )]
    NotSandboxed {
        /// The library.
        path: PathBuf,
        /// What it enforces.
        enforced: Box<Enforced>,
    },
    /// The call is wrong, or the method panicked or returned an invalid value. The
    /// worker goes on.
    #[error(transparent)]
    Call(DynamicError),
    /// The plugin is not of the interface of the proxy, or of an incompatible
    /// version of it.
    #[error("{}: {source}", path.display())]
    Proxy {
        /// The library.
        path: PathBuf,
        /// The difference.
        source: ProxyError,
    },
    /// The library does not describe the methods of the interface, as one in C that was
    /// written by hand.
    #[error(
        "{interface}: expected a list of its methods in the metadata, found none; load the library in this process"
    )]
    NotDescribed {
        /// The interface.
        interface: String,
    },
    /// A method takes or returns what is no value, and stays in its process.
    #[error("{signature}: {reason}: `{ty}`; load the library in this process")]
    NoValue {
        /// The signature.
        signature: String,
        /// The type.
        ty: String,
        /// The reason.
        reason: &'static str,
    },
    /// The worker refused a call. Nothing was called.
    #[error("{message}")]
    Refused {
        /// The error of the worker.
        message: String,
    },
    /// The arguments take too many bytes.
    #[error("{method}: expected arguments of at most {most} bytes, found {found}")]
    TooLong {
        /// The method.
        method: String,
        /// The most.
        most: usize,
        /// The number of bytes.
        found: usize,
    },
    /// The worker died.
    #[error("{}: {} {}", path.display(), how(status), doing(method))]
    Died {
        /// The library.
        path: PathBuf,
        /// The method that ran; `None` while the library was loaded.
        method: Option<String>,
        /// The status of the process; `None` if it is unknown, or if the process
        /// closed its connection and lived on for half a second, and was killed for
        /// that. One that ends is waited for, up to a minute.
        status: Option<ExitStatus>,
        /// The last 64 KiB of what it printed.
        output: String,
    },
    /// The worker took longer than its deadline, and was killed.
    #[error("{}: expected an answer within {deadline:?}, found none {}", path.display(), doing(method))]
    TimedOut {
        /// The library.
        path: PathBuf,
        /// The method that ran; `None` while the library was loaded.
        method: Option<String>,
        /// The deadline.
        deadline: Duration,
        /// The last 64 KiB of what it printed.
        output: String,
    },
    /// The worker answered with something that is no answer, and was killed.
    #[error("{}: the worker sent an invalid answer {}: {reason}", path.display(), doing(method))]
    Nonsense {
        /// The library.
        path: PathBuf,
        /// The method that ran; `None` while the library was loaded.
        method: Option<String>,
        /// What is wrong with it.
        reason: String,
        /// The last 64 KiB of what the process printed.
        output: String,
    },
    /// The worker was ended because of another call.
    #[error("{}: the worker was ended while `{method}` ran, because of another call: {cause}", path.display())]
    Ended {
        /// The library.
        path: PathBuf,
        /// The method that ran.
        method: String,
        /// The message of the error of the other call.
        cause: String,
    },
    /// The process in which an object lived has ended. Other objects live in the next
    /// one.
    #[error("{}: the process in which the object lived has ended: {cause}", path.display())]
    Gone {
        /// The library.
        path: PathBuf,
        /// The message of the error with which it ended.
        cause: String,
    },
    /// Too many workers died in five minutes. Another one is started when that time
    /// is over.
    #[error(
        "{}: {deaths} workers died in five minutes, the last one thus: {last}; load the library again once it is mended",
        path.display()
    )]
    GivenUp {
        /// The library.
        path: PathBuf,
        /// The number of deaths.
        deaths: usize,
        /// The message of the last one.
        last: String,
    },
}

debug_as_message!(WorkerError);

/// A typed proxy, which is the cure for some errors in one process, is none here.
impl From<DynamicError> for WorkerError {
    fn from(error: DynamicError) -> Self {
        match error {
            DynamicError::Unsupported { signature, ty, reason } => {
                WorkerError::NoValue { signature, ty, reason }
            }
            DynamicError::NotDescribed { interface } => WorkerError::NotDescribed { interface },
            other => WorkerError::Call(other),
        }
    }
}

fn how(status: &Option<ExitStatus>) -> String {
    match status {
        Some(status) => describe_exit(*status),
        None => "the process closed its connection".to_owned(),
    }
}

fn doing(method: &Option<String>) -> String {
    match method {
        Some(method) => format!("while `{method}` ran"),
        None => "while it loaded the library".to_owned(),
    }
}
