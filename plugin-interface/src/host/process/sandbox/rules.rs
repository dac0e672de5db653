//! What is allowed in a sandbox.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

/// What a plugin in a process of its own may do, on Linux.
///
/// [`strict`](Self::strict) lets it compute and talk to its host. It may allocate
/// memory, start threads, read clocks and print. It may not open a file, open a
/// socket, start a process, send a signal to another process, trace one or mount
/// anything: such a call of the system returns an error, mostly `EPERM`. The other
/// methods allow more.
///
/// The worker is restricted before the library is opened, so that its constructors
/// are too. Until all plugins are created, what the dynamic linker needs can be read:
/// the folders of the system's libraries, and the libraries beside the original file.
/// After that nothing but what you allow can be opened.
///
/// A worker whose system does not enforce all of it opens no library, unless the
/// sandbox is one of [`best_effort`](Self::best_effort).
///
/// Feature `sandbox`.
///
/// ```no_run
/// use plugin_interface::PluginManager;
/// use plugin_interface::process::{Sandbox, Worker, serve_if_asked};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// serve_if_asked();
/// let sandbox = Sandbox::strict().read("/usr/share/dict").connect(443);
/// let worker = Worker::new(std::env::current_exe()?).sandbox(sandbox);
/// let library = PluginManager::new().load_isolated("plugins/libshout.so", worker)?;
/// println!("{}", library.enforced().unwrap());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sandbox {
    pub(super) grants: Vec<Grant>,
    is_best_effort: bool,
}

/// Something that is allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Grant {
    Read(PathBuf),
    Write(PathBuf),
    Connect(u16),
    Listen(u16),
}

/// The two kinds of sandbox, as arguments of a worker.
const STRICT: &str = "strict";
const BEST_EFFORT: &str = "best-effort";

impl Sandbox {
    /// Returns a sandbox in which a plugin can compute and talk to its host, and
    /// nothing else.
    ///
    /// Feature `sandbox`.
    pub fn strict() -> Self {
        Sandbox { grants: Vec::new(), is_best_effort: false }
    }

    /// Allows to read a file, or all below a folder. It must exist when a worker
    /// starts.
    ///
    /// Feature `sandbox`.
    pub fn read(self, path: impl Into<PathBuf>) -> Self {
        self.and(Grant::Read(path.into()))
    }

    /// Allows to read and write a file, or all below a folder, and to create and
    /// remove files and folders there. It must exist when a worker starts.
    ///
    /// Permissions, owners and times of files cannot be changed.
    ///
    /// Feature `sandbox`.
    pub fn write(self, path: impl Into<PathBuf>) -> Self {
        self.and(Grant::Write(path.into()))
    }

    /// Allows to connect to a port by TCP, at any address. Names cannot be resolved,
    /// since that takes more than TCP.
    ///
    /// Feature `sandbox`.
    pub fn connect(self, port: u16) -> Self {
        self.and(Grant::Connect(port))
    }

    /// Allows to listen at a port by TCP. A socket that was never bound may listen
    /// too, at a port that the system chooses.
    ///
    /// Feature `sandbox`.
    pub fn listen(self, port: u16) -> Self {
        self.and(Grant::Listen(port))
    }

    /// Goes on with what the system enforces, if that is not all of it.
    /// [`Isolated::enforced`](crate::process::Isolated::enforced) says what is missing.
    ///
    /// Feature `sandbox`.
    pub fn best_effort(self) -> Self {
        Sandbox { is_best_effort: true, ..self }
    }

    fn and(mut self, grant: Grant) -> Self {
        self.grants.push(grant);
        self
    }

    /// Returns `true` if a worker does not open a library without all of it.
    pub(in super::super) fn is_required(&self) -> bool {
        !self.is_best_effort
    }

    /// Writes the sandbox as arguments.
    pub(in super::super) fn write_arguments(&self) -> Vec<OsString> {
        let kind = if self.is_best_effort { BEST_EFFORT } else { STRICT };
        let mut arguments = vec![OsString::from(kind)];
        for grant in &self.grants {
            let (name, value) = match grant {
                Grant::Read(path) => ("read", path.clone().into_os_string()),
                Grant::Write(path) => ("write", path.clone().into_os_string()),
                Grant::Connect(port) => ("connect", port.to_string().into()),
                Grant::Listen(port) => ("listen", port.to_string().into()),
            };
            arguments.extend([name.into(), value]);
        }
        arguments
    }

    /// Reads what was written; `None` if it was not.
    pub(in super::super) fn read_arguments(arguments: &[OsString]) -> Option<Self> {
        let (kind, grants) = arguments.split_first()?;
        let is_best_effort = match kind.to_str()? {
            STRICT => false,
            BEST_EFFORT => true,
            _ => return None,
        };
        let (pairs, rest) = grants.as_chunks();
        let port = |value: &OsStr| value.to_str()?.parse().ok();
        let grant = |[name, value]: &[OsString; 2]| match name.to_str()? {
            "read" => Some(Grant::Read(value.into())),
            "write" => Some(Grant::Write(value.into())),
            "connect" => Some(Grant::Connect(port(value)?)),
            "listen" => Some(Grant::Listen(port(value)?)),
            _ => None,
        };
        let grants = pairs.iter().map(grant).collect::<Option<_>>()?;
        rest.is_empty().then_some(Sandbox { grants, is_best_effort })
    }
}

#[cfg(target_os = "linux")]
impl Sandbox {
    pub(super) fn grants_files(&self) -> bool {
        self.grants.iter().any(|it| matches!(it, Grant::Read(_) | Grant::Write(_)))
    }

    pub(super) fn grants_writing(&self) -> bool {
        self.grants.iter().any(|it| matches!(it, Grant::Write(_)))
    }

    pub(super) fn grants_connecting(&self) -> bool {
        self.grants.iter().any(|it| matches!(it, Grant::Connect(_)))
    }

    pub(super) fn grants_listening(&self) -> bool {
        self.grants.iter().any(|it| matches!(it, Grant::Listen(_)))
    }

    pub(super) fn grants_ports(&self) -> bool {
        self.grants_connecting() || self.grants_listening()
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStrExt;

    use super::*;

    #[test]
    fn a_sandbox_is_read_as_it_was_written() {
        let odd = OsStr::from_bytes(b"/a b,\n\xff");
        let all = Sandbox::strict().read("/a").write(odd).connect(80).listen(0);
        let arguments = all.write_arguments();
        assert_eq!(arguments[0], "strict");
        assert_eq!(arguments[4], odd);
        for sandbox in [all.clone(), all.best_effort(), Sandbox::strict()] {
            let arguments = sandbox.write_arguments();
            assert_eq!(Sandbox::read_arguments(&arguments), Some(sandbox));
        }
        let none: [&[&str]; 6] = [
            &[],
            &["loose"],
            &["strict", "read"],
            &["strict", "connect", "65536"],
            &["strict", "other", "1"],
            &["strict", "read", "/a", "write"],
        ];
        for arguments in none {
            let arguments: Vec<_> = arguments.iter().map(OsString::from).collect();
            assert_eq!(Sandbox::read_arguments(&arguments), None, "{arguments:?}");
        }
    }
}
