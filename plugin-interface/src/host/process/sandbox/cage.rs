//! A worker under its sandbox: before a library is opened, and once more when its
//! plugins are there.

use std::io;
use std::path::Path;

use landlock::ABI;

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64"))]
use super::calls::Filters;
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")))]
use super::calls_elsewhere::Filters;
use super::enforced::{Enforced, Enforcement};
use super::paths::{Needs, Ruleset};
use super::rules::Sandbox;
use crate::host::file::private_copy::PrivateCopy;
use crate::host::load::companions;

/// A process that is restricted, and how to restrict it further.
pub(in super::super) struct Cage {
    serving: Ruleset,
    filters: Option<Filters>,
}

impl Cage {
    /// Restricts this process as far as a library can be opened, which is the private
    /// copy of that path. The thread that `watch` starts is restricted too.
    pub(in super::super) fn close(
        sandbox: &Sandbox,
        (library, copy): (&Path, &PrivateCopy),
        watch: impl FnOnce() -> io::Result<()>,
    ) -> Result<(Self, Enforced), String> {
        let others = other_threads();
        let needs = Needs::of(copy.path(), companions::files(library, copy));
        let loading = Ruleset::new(sandbox, Some(&needs))?;
        let serving = Ruleset::new(sandbox, None)?;
        let filters = Filters::new(sandbox);
        let abi = loading.restrict()?;
        watch().map_err(|error| error.to_string())?;
        // The last step, since it allows none of those before it.
        let filters = filters.and_then(|it| it.restrict().map(|()| it));
        let enforced = enforced(sandbox, abi, filters.as_ref().err(), others);
        Ok((Cage { serving, filters: filters.ok() }, enforced))
    }

    /// Takes away what only the dynamic linker needed. Threads that the library has
    /// started keep the paths, if any were allowed.
    pub(in super::super) fn shut(self) -> Result<(), String> {
        self.serving.restrict()?;
        self.filters.map_or(Ok(()), |filters| filters.shut())
    }
}

/// Returns the number of other threads of this process, which landlock leaves alone.
fn other_threads() -> usize {
    std::fs::read_dir("/proc/self/task").map_or(0, |threads| threads.count().saturating_sub(1))
}

fn enforced(sandbox: &Sandbox, abi: ABI, unfiltered: Option<&String>, others: usize) -> Enforced {
    use Enforcement::{Full, Missing, Partial};
    let none = || "the kernel has no landlock, or it is turned off".to_owned();
    let system_calls = unfiltered.map_or(Full, |reason| Missing(reason.clone()));
    let paths = match abi {
        ABI::Unsupported if unfiltered.is_none() && !sandbox.grants_files() => {
            Partial(format!("{}: it can open any file until its plugins are created", none()))
        }
        ABI::Unsupported => Missing(none()),
        _ if others > 0 => Partial(format!(
            "there were {others} other threads already: call `serve_if_asked` before any is started"
        )),
        _ if abi < ABI::V3 => Partial(
            "the kernel's landlock is older than Linux 6.2: it can truncate any file".to_owned(),
        ),
        _ => Full,
    };
    let ports = match unfiltered {
        None if !sandbox.grants_ports() || abi >= ABI::V4 => Full,
        Some(_) if abi >= ABI::V4 => {
            Partial("it can open sockets of other kinds than TCP".to_owned())
        }
        None => {
            Missing("the kernel's landlock is older than Linux 6.7: any port is allowed".to_owned())
        }
        Some(reason) => Missing(reason.clone()),
    };
    Enforced { paths, ports, system_calls }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_enforced_is_said() {
        let strict = Sandbox::strict();
        let more = Sandbox::strict().read("/usr").connect(80);
        let reason = "no filter".to_owned();
        let line = |sandbox: &Sandbox, abi, unfiltered, others| {
            enforced(sandbox, abi, unfiltered, others).to_string()
        };
        for sandbox in [&strict, &more] {
            assert!(enforced(sandbox, ABI::V4, None, 0).is_full());
        }
        assert!(enforced(&strict, ABI::V3, None, 0).is_full());
        assert_eq!(
            line(&more, ABI::V3, None, 0),
            "paths: full, ports: missing (the kernel's landlock is older than Linux 6.7: any port \
             is allowed), system calls: full"
        );
        assert_eq!(
            line(&strict, ABI::Unsupported, None, 0),
            "paths: partial (the kernel has no landlock, or it is turned off: it can open any \
             file until its plugins are created), ports: full, system calls: full"
        );
        assert!(line(&more, ABI::Unsupported, None, 0).starts_with("paths: missing"));
        assert!(line(&strict, ABI::V1, None, 0).contains("it can truncate any file"));
        assert!(line(&strict, ABI::V6, None, 2).contains("there were 2 other threads"));
        assert_eq!(
            line(&strict, ABI::V6, Some(&reason), 0),
            "paths: full, ports: partial (it can open sockets of other kinds than TCP), \
             system calls: missing (no filter)"
        );
        assert!(line(&strict, ABI::V3, Some(&reason), 0).contains("ports: missing (no filter)"));
    }
}
