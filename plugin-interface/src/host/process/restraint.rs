//! A worker and its sandbox, if it has one: when it is restricted, and what it says of
//! that.

use std::ffi::OsString;
use std::io;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::exit;

use super::frame;
use super::message::Greeting;
use super::sandbox::{Cage, Sandbox};
use crate::host::file::private_copy::PrivateCopy;
use crate::host::platform::processes;

/// The sandbox of a worker, which takes three steps.
pub(super) struct Restraint {
    sandbox: Option<Sandbox>,
    cage: Option<Cage>,
}

impl Restraint {
    /// Reads the arguments. From here on the process ends with its host.
    pub(super) fn begin(arguments: &[OsString], socket: &UnixStream) -> io::Result<Self> {
        let sandbox = match arguments {
            [] => None,
            arguments => {
                let sandbox = Sandbox::read_arguments(arguments);
                Some(sandbox.ok_or_else(|| io::Error::other("the sandbox cannot be read"))?)
            }
        };
        match sandbox {
            None => processes::end_with_peer(socket)?,
            // That takes a thread, which is to be restricted with this one.
            Some(_) => processes::end_with_starter(),
        }
        Ok(Restraint { sandbox, cage: None })
    }

    /// Restricts this process, and says so. Ends it if it cannot be done.
    pub(super) fn before_open(&mut self, socket: &UnixStream, library: &Path, copy: &PrivateCopy) {
        let Some(sandbox) = &self.sandbox else { return };
        let watch = || processes::end_with_peer(socket);
        let (greeting, goes_on) = match Cage::close(sandbox, (library, copy), watch) {
            Ok((cage, enforced)) => {
                self.cage = Some(cage);
                let goes_on = enforced.is_full() || !sandbox.is_required();
                (Greeting::Sandboxed(enforced), goes_on)
            }
            Err(reason) => (failed(library, &reason), false),
        };
        let written = frame::write(&mut &*socket, &mut greeting.frame());
        if written.is_err() || !goes_on {
            exit(0);
        }
    }

    /// Takes away what only opening the library needed.
    pub(super) fn after_load(&mut self, library: &Path) -> Result<(), String> {
        let shut = self.cage.take().map_or(Ok(()), Cage::shut);
        shut.map_err(|reason| text(library, &reason))
    }
}

fn failed(library: &Path, reason: &str) -> Greeting {
    Greeting::Failed(text(library, reason))
}

fn text(library: &Path, reason: &str) -> String {
    format!("{}: the sandbox: {reason}", library.display())
}
