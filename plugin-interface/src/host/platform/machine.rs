//! The machine that this host runs on, and the libraries for it.

use object::Endian as _;
use object::{Architecture, BinaryFormat, Endianness};

/// The format of this system's libraries.
const FORMAT: BinaryFormat = if cfg!(windows) {
    BinaryFormat::Pe
} else if cfg!(target_vendor = "apple") {
    BinaryFormat::MachO
} else {
    BinaryFormat::Elf
};

/// Returns this processor, as `object` names it; `None` if it has no name there.
pub(crate) fn architecture() -> Option<Architecture> {
    match std::env::consts::ARCH {
        "x86_64" => Some(Architecture::X86_64),
        "x86" => Some(Architecture::I386),
        "aarch64" => Some(Architecture::Aarch64),
        "arm" => Some(Architecture::Arm),
        "loongarch64" => Some(Architecture::LoongArch64),
        "powerpc64" => Some(Architecture::PowerPc64),
        "riscv64" => Some(Architecture::Riscv64),
        "s390x" => Some(Architecture::S390x),
        _ => None,
    }
}

/// Returns `true` if this host cannot load a library for that machine.
pub(crate) fn is_foreign(
    architecture: Architecture,
    format: BinaryFormat,
    endianness: Endianness,
) -> bool {
    format != FORMAT
        || self::architecture().is_some_and(|ours| ours != architecture)
        || is_other_order(endianness)
}

fn is_other_order(endianness: Endianness) -> bool {
    endianness.is_big_endian() != cfg!(target_endian = "big")
}

/// This machine, for messages.
pub(crate) fn machine() -> String {
    format!("{} on {}", system(FORMAT), std::env::consts::ARCH)
}

/// A machine, for messages: `Windows on x86_64`.
pub(crate) fn named(
    architecture: Architecture,
    format: BinaryFormat,
    endianness: Endianness,
) -> String {
    let order = match endianness {
        // Only where both exist.
        Endianness::Big if is_other_order(endianness) => ", big-endian",
        Endianness::Little if is_other_order(endianness) => ", little-endian",
        _ => "",
    };
    format!("{} on {}{order}", system(format), processor(architecture))
}

/// Returns the system whose libraries have that format.
pub(crate) fn system(format: BinaryFormat) -> &'static str {
    match format {
        BinaryFormat::Elf => "Linux",
        BinaryFormat::MachO => "macOS",
        BinaryFormat::Pe => "Windows",
        _ => "another system",
    }
}

/// Returns the name of a processor, as Rust spells it.
pub(crate) fn processor(architecture: Architecture) -> String {
    match architecture {
        Architecture::Unknown => "an unknown processor".to_owned(),
        Architecture::I386 => "x86".to_owned(),
        other => format!("{other:?}").to_lowercase(),
    }
}
