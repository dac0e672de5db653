//! The paths and ports of a sandbox, which landlock enforces.

use std::path::{Path, PathBuf};

use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, LandlockStatus, NetPort, PathBeneath, PathFd,
    RulesetAttr, RulesetCreated, RulesetCreatedAttr, Scope, make_bitflags,
};

use super::rules::{Grant, Sandbox};

/// What the dynamic linker reads to open a library.
pub(super) struct Needs {
    read: Vec<PathBuf>,
    /// The folder of the private copy, which gets links to what the copy needs.
    link: PathBuf,
}

/// The folders in which a dynamic linker looks for libraries, and its list of others.
const OF_SYSTEM: &[&str] = &[
    "/lib",
    "/lib32",
    "/lib64",
    "/usr/lib",
    "/usr/lib32",
    "/usr/lib64",
    "/usr/local/lib",
    "/usr/local/lib64",
    "/etc/ld.so.cache",
    "/etc/ld-musl-x86_64.path",
    "/etc/ld-musl-aarch64.path",
];

impl Needs {
    /// Returns what a private copy needs, and the libraries beside the original.
    pub(super) fn of(copy: &Path, beside: Vec<PathBuf>) -> Self {
        let search = std::env::var_os("LD_LIBRARY_PATH").unwrap_or_default();
        // An empty one means the working directory, of which a user rarely thinks.
        let search = std::env::split_paths(&search).filter(|path| path.is_absolute());
        let mut read: Vec<_> = OF_SYSTEM.iter().map(PathBuf::from).chain(search).collect();
        read.extend(beside);
        Needs { read, link: copy.parent().unwrap_or(copy).to_owned() }
    }
}

/// What may be read, written and connected to; all else may not.
pub(super) struct Ruleset(RulesetCreated);

impl Ruleset {
    /// Returns what a sandbox allows, and what is needed beside that.
    pub(super) fn new(sandbox: &Sandbox, needs: Option<&Needs>) -> Result<Self, String> {
        // What an older kernel does not know is left out. `restrict` says what it was.
        let ruleset = landlock::Ruleset::default()
            .handle_access(AccessFs::from_all(ABI::V5))
            .and_then(|it| it.handle_access(AccessNet::from_all(ABI::V4)))
            .and_then(|it| it.scope(Scope::from_all(ABI::V6)))
            .and_then(landlock::Ruleset::create);
        let mut ruleset = ruleset.map_err(|error| error.to_string())?;
        let read = make_bitflags!(AccessFs::{ReadFile | ReadDir});
        let write = read
            | make_bitflags!(AccessFs::{
                WriteFile | RemoveDir | RemoveFile | MakeDir | MakeReg | MakeFifo | MakeSym
                    | Refer | Truncate
            });
        for grant in &sandbox.grants {
            ruleset = match grant {
                Grant::Read(path) => allow(ruleset, path, read)?,
                Grant::Write(path) => allow(ruleset, path, write)?,
                Grant::Connect(port) => allow_port(ruleset, *port, AccessNet::ConnectTcp)?,
                Grant::Listen(port) => allow_port(ruleset, *port, AccessNet::BindTcp)?,
            };
        }
        if let Some(needs) = needs {
            for path in needs.read.iter().filter(|path| path.exists()) {
                ruleset = allow(ruleset, path, read)?;
            }
            let link = read | make_bitflags!(AccessFs::{MakeDir | MakeSym | RemoveFile});
            ruleset = allow(ruleset, &needs.link, link)?;
        }
        Ok(Ruleset(ruleset))
    }

    /// Restricts this thread, and those that it starts from now on. Returns what the
    /// kernel knows of it.
    pub(super) fn restrict(self) -> Result<ABI, String> {
        let status = self.0.restrict_self().map_err(|error| error.to_string())?;
        Ok(match status.landlock {
            LandlockStatus::Available { effective_abi, .. } => effective_abi,
            LandlockStatus::NotEnabled | LandlockStatus::NotImplemented => ABI::Unsupported,
        })
    }
}

/// Allows a file, or all below a folder.
fn allow(
    ruleset: RulesetCreated,
    path: &Path,
    access: BitFlags<AccessFs>,
) -> Result<RulesetCreated, String> {
    let cannot =
        |error: &dyn core::fmt::Display| format!("cannot allow {}: {error}", path.display());
    let is_folder = path.metadata().map_err(|error| cannot(&error))?.is_dir();
    let file = PathFd::new(path).map_err(|error| cannot(&error))?;
    let of_file = AccessFs::from_file(ABI::V5);
    let access = if is_folder { access } else { access & of_file };
    ruleset.add_rule(PathBeneath::new(file, access)).map_err(|error| cannot(&error))
}

fn allow_port(
    ruleset: RulesetCreated,
    port: u16,
    access: AccessNet,
) -> Result<RulesetCreated, String> {
    let cannot = |error| format!("cannot allow port {port}: {error}");
    ruleset.add_rule(NetPort::new(port, access)).map_err(cannot)
}
