//! The user's own host, and the library for it.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::Context;
use plugin_interface::crossbeam_channel::Sender;
use plugin_interface::dev::VARIABLE;
use tempfile::NamedTempFile;

use super::event::Event;
use super::reports::Reports;
use super::server::PATIENCE;

/// The variable by which the host may learn where the library is.
pub(super) const FOLDER: &str = "PLUGIN_DEV_FOLDER";

/// A host that is running.
pub(super) struct Host {
    child: Arc<Mutex<Child>>,
    /// The file to which it writes its reports. It is removed when this is dropped.
    _reports: NamedTempFile,
}

impl Host {
    /// Starts the host. Its output stays its own; with `is_json`, it goes to
    /// stderr.
    pub(super) fn start(
        command: &[OsString],
        folder: &Path,
        is_json: bool,
        events: Sender<Event>,
    ) -> anyhow::Result<Self> {
        let [program, arguments @ ..] = command else { anyhow::bail!("no host is named") };
        let reports = tempfile::Builder::new().prefix("plugin-dev-").tempfile()?;
        let mut following = Reports::of(reports.reopen()?, events.clone());
        let mut host = Command::new(program);
        host.args(arguments).env(FOLDER, folder).env(VARIABLE, reports.path());
        if is_json {
            host.stdin(Stdio::null()).stdout(stderr()?);
        }
        let name = program.to_string_lossy().into_owned();
        let child = host.spawn().with_context(|| format!("cannot start {name}"))?;
        let child = Arc::new(Mutex::new(child));
        let waited = Arc::clone(&child);
        thread::spawn(move || {
            let ended = loop {
                // It must be possible to end it meanwhile.
                match waited.lock().unwrap_or_else(PoisonError::into_inner).try_wait() {
                    Ok(Some(status)) => break Some(status),
                    Ok(None) => {}
                    Err(_) => break None,
                }
                following.pass_on();
                thread::sleep(Duration::from_millis(20));
            };
            following.pass_on();
            let _ = events.send(Event::HostEnded(ended));
        });
        Ok(Host { child, _reports: reports })
    }

    /// Asks the host to end, and kills it if it does not.
    pub(super) fn end(self) -> Option<ExitStatus> {
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        #[cfg(unix)]
        if let (Ok(None), Ok(id)) = (child.try_wait(), i32::try_from(child.id()))
            && let Some(id) = rustix::process::Pid::from_raw(id)
        {
            let _ = rustix::process::kill_process(id, rustix::process::Signal::TERM);
        }
        crate::worker::child::wait(&mut child, Some(PATIENCE)).ok().flatten()
    }
}

#[cfg(unix)]
fn stderr() -> io::Result<Stdio> {
    Ok(Stdio::from(rustix::io::fcntl_dupfd_cloexec(io::stderr(), 3)?))
}

#[cfg(windows)]
fn stderr() -> io::Result<Stdio> {
    use std::os::windows::io::AsHandle as _;
    Ok(Stdio::from(io::stderr().as_handle().try_clone_to_owned()?))
}

/// Puts a library into a folder, in place of the one there. No reader sees a part
/// of it.
pub(super) fn place(library: &Path, folder: &Path) -> anyhow::Result<PathBuf> {
    let place = || {
        fs::create_dir_all(folder)?;
        let name = library.file_name().unwrap_or_default();
        let file = tempfile::Builder::new().prefix(".").suffix(".tmp").tempfile_in(folder)?;
        fs::copy(library, file.path())?;
        let placed = folder.join(name);
        file.persist(&placed).map_err(|error| error.error)?;
        io::Result::Ok(placed)
    };
    place().with_context(|| format!("cannot copy {} to {}", library.display(), folder.display()))
}
