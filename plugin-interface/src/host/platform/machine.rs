//! The machine that this host runs on, and the libraries for it.

use object::Endian as _;
use object::{Architecture, BinaryFormat, Endianness};

/// This machine, as `object` names it; `None` if it has no name there.
fn expected() -> (Option<Architecture>, BinaryFormat) {
    let architecture = match std::env::consts::ARCH {
        "x86_64" => Some(Architecture::X86_64),
        "x86" => Some(Architecture::I386),
        "aarch64" => Some(Architecture::Aarch64),
        "arm" => Some(Architecture::Arm),
        "riscv64" => Some(Architecture::Riscv64),
        _ => None,
    };
    let format = if cfg!(windows) {
        BinaryFormat::Pe
    } else if cfg!(target_vendor = "apple") {
        BinaryFormat::MachO
    } else {
        BinaryFormat::Elf
    };
    (architecture, format)
}

/// Returns `true` if this host cannot load a library for that machine.
pub(crate) fn is_foreign(
    architecture: Architecture,
    format: BinaryFormat,
    endianness: Endianness,
) -> bool {
    let (expected_architecture, expected_format) = expected();
    format != expected_format
        || expected_architecture.is_some_and(|expected| expected != architecture)
        || endianness.is_big_endian() != cfg!(target_endian = "big")
}

/// This machine, for messages.
pub(crate) fn machine() -> String {
    let (_, format) = expected();
    format!("{} ({format:?})", std::env::consts::ARCH)
}
