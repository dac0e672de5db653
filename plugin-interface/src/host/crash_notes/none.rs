//! No notes: the feature is off, or the system is not supported.

use std::path::Path;

use super::NamedFunction;
use crate::host::platform::Image;

#[cfg(feature = "crash-notes")]
pub(super) fn install() -> std::io::Result<()> {
    Err(std::io::Error::new(
        std::io::ErrorKind::Unsupported,
        "expected Linux with the GNU C library on x86-64 or aarch64; elsewhere a process that \
         dies names no plugin",
    ))
}

pub(super) fn add_library(_: &Image, _: &Path) {}

pub(super) fn add_functions(_: &Image, _: impl FnOnce() -> Vec<NamedFunction>) {}

pub(super) fn remove_library(_: &Image) {}

pub(super) fn during<T>(_: &Path, _: &str, act: impl FnOnce() -> T) -> T {
    act()
}
