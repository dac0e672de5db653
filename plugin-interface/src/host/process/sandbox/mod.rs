//! What a plugin in a process of its own may do.
//!
//! `rules` are what a host asks for. `paths` is what landlock enforces, and `calls` what
//! seccomp does. `cage` puts a worker under both before a library is opened, and
//! `enforced` says what came of it.

mod asked;
#[cfg(target_os = "linux")]
mod cage;
#[cfg(not(target_os = "linux"))]
mod cage_elsewhere;
#[cfg(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")
))]
mod call_lists;
#[cfg(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")
))]
mod calls;
#[cfg(all(
    target_os = "linux",
    not(any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64"))
))]
mod calls_elsewhere;
mod enforced;
#[cfg(target_os = "linux")]
mod paths;
mod rules;

#[cfg(target_os = "linux")]
pub(super) use cage::Cage;
#[cfg(not(target_os = "linux"))]
pub(super) use cage_elsewhere::Cage;
pub use enforced::{Enforced, Enforcement};
pub use rules::Sandbox;
