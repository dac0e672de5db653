//! A worker without the feature `sandbox`: it is not restricted, and refuses to serve a
//! host that asks for that.

use std::ffi::OsString;
use std::io;
use std::os::unix::net::UnixStream;
use std::path::Path;

use crate::host::file::private_copy::PrivateCopy;
use crate::host::platform::processes;

/// The sandbox of a worker, which has none.
pub(super) struct Restraint;

impl Restraint {
    pub(super) fn begin(arguments: &[OsString], socket: &UnixStream) -> io::Result<Self> {
        if !arguments.is_empty() {
            eprintln!("build the worker with the feature `sandbox`, as its host");
            return Err(io::ErrorKind::Unsupported.into());
        }
        processes::end_with_peer(socket)?;
        Ok(Restraint)
    }

    #[expect(clippy::unused_self, reason = "as its twin")]
    pub(super) fn before_open(&mut self, _: &UnixStream, _: &Path, _: &PrivateCopy) {}

    #[expect(clippy::unused_self, reason = "as its twin")]
    pub(super) fn after_load(&mut self, _: &Path) -> Result<(), String> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_that_asks_for_a_sandbox_is_not_served_without_one() {
        let (socket, _theirs) = UnixStream::pair().unwrap();
        let refused = Restraint::begin(&["strict".into()], &socket);
        assert_eq!(refused.err().unwrap().kind(), io::ErrorKind::Unsupported);
    }
}
