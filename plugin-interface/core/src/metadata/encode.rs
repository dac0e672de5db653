//! Encoding records at compile time.
//!
//! Each record is encoded twice: once into no space at all, to learn its
//! length, and once into exactly that length.

use crate::abi::ABI_VERSION;
use crate::boundary::Naming;
use crate::metadata::descriptor::InterfaceDescription;
use crate::metadata::{Interfaces, MAGIC, flag, kind};

/// Collects bytes and counts them, or counts and hashes them (FNV-1a, 64 bits).
///
/// The compiler runs this for every interface, each time it compiles a crate that
/// defines or implements one. Calls are what it does slowest: so bytes are kept
/// and hashed in place, and hashed only where a fingerprint is wanted.
#[derive(Debug)]
pub(crate) struct Writer<const N: usize> {
    bytes: [u8; N],
    len: usize,
    hash: Option<Hash>,
}

/// The hash of all, and that of a part.
#[derive(Clone, Copy, Debug)]
struct Hash {
    all: u64,
    part: u64,
}

const SEED: u64 = 0xcbf2_9ce4_8422_2325;

/// Keeps and hashes bytes, without a call.
macro_rules! put {
    ($out:ident, $bytes:expr) => {
        let bytes = $bytes;
        let mut i = 0;
        while i < bytes.len() && $out.len + i < N {
            $out.bytes[$out.len + i] = bytes[i];
            i += 1;
        }
        $out.len += bytes.len();
        if let Some(Hash { mut all, mut part }) = $out.hash {
            let mut i = 0;
            while i < bytes.len() {
                all = ((all ^ bytes[i] as u64) as u128 * 0x0000_0100_0000_01b3) as u64;
                part = ((part ^ bytes[i] as u64) as u128 * 0x0000_0100_0000_01b3) as u64;
                i += 1;
            }
            $out.hash = Some(Hash { all, part });
        }
    };
}

impl Writer<0> {
    /// Keeps no bytes, and hashes them.
    pub(crate) const fn hashing() -> Self {
        Writer { bytes: [], len: 0, hash: Some(Hash { all: SEED, part: SEED }) }
    }

    /// Begins a part.
    pub(crate) const fn begin(&mut self) {
        if let Some(hash) = &mut self.hash {
            hash.part = SEED;
        }
    }

    /// What hashes on from where the part is now.
    pub(crate) const fn part(&self) -> Self {
        match self.hash {
            Some(Hash { part, .. }) => {
                Writer { bytes: [], len: 0, hash: Some(Hash { all: part, part }) }
            }
            None => panic!("a writer that hashes"),
        }
    }

    /// The hash of what was written.
    pub(crate) const fn hash(&self) -> u64 {
        match self.hash {
            Some(Hash { all, .. }) => all,
            None => panic!("a writer that hashes"),
        }
    }
}

impl<const N: usize> Writer<N> {
    /// Keeps `N` bytes, and counts those beyond.
    pub(crate) const fn new() -> Self {
        Writer { bytes: [0; N], len: 0, hash: None }
    }

    /// The bytes; all of them if the length measured before was `N`.
    pub(crate) const fn into_bytes(self) -> [u8; N] {
        assert!(self.len == N, "a record is measured before it is written");
        self.bytes
    }

    /// The bytes that were written, of which there is room for more.
    #[cfg(test)]
    pub(crate) fn filled(&self, len: usize) -> Vec<u8> {
        self.bytes[..len].to_vec()
    }

    /// How many bytes were written.
    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    const fn raw(&mut self, bytes: &[u8]) {
        put!(self, bytes);
    }

    /// The text alone.
    pub(crate) const fn text(&mut self, text: &str) {
        put!(self, text.as_bytes());
    }

    /// The number in decimal digits.
    pub(crate) const fn number(&mut self, number: usize) {
        if number >= 10 {
            self.number(number / 10);
        }
        self.raw(&[b'0' + (number % 10) as u8]);
    }

    const fn u32(&mut self, value: u32) {
        self.raw(&value.to_le_bytes());
    }

    pub(crate) const fn u64(&mut self, value: u64) {
        self.raw(&value.to_le_bytes());
    }

    /// The length of what follows: room for it, which `measure` fills.
    const fn length(&mut self) -> usize {
        self.u32(0);
        self.len
    }

    /// What was written from `start` on, whose length was left open, is all.
    const fn measure(&mut self, start: usize) {
        let end = self.len;
        self.len = start - size_of::<u32>();
        self.u32((end - start) as u32);
        self.len = end;
    }

    /// Replaces the number at `start`.
    const fn fill(&mut self, start: usize, value: u64) {
        let end = self.len;
        self.len = start;
        self.u64(value);
        self.len = end;
    }

    /// The length, then the text.
    const fn string(&mut self, text: &str) {
        self.u32(text.len() as u32);
        self.text(text);
    }
}

/// The package that a library was built from, as its own crate knows it.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct PackageDescription {
    pub name: &'static str,
    pub version: &'static str,
    pub authors: &'static str,
    pub description: &'static str,
    pub license: &'static str,
    pub repository: &'static str,
    /// Whether a panic unwinds, in the crate that says so.
    pub unwinds: bool,
}

const fn package_payload<const N: usize>(out: &mut Writer<N>, package: &PackageDescription) {
    out.u32(ABI_VERSION);
    out.u32(flag::RUST | if package.unwinds { flag::UNWINDS } else { 0 });
    out.string(package.name);
    out.string(package.version);
    out.string(package.authors);
    out.string(package.description);
    out.string(package.license);
    out.string(package.repository);
    out.string(env!("PLUGIN_RUSTC"));
    out.string(env!("PLUGIN_TARGET"));
}

/// The interface itself, then those whose objects its methods lead to.
const fn interface_payload<const N: usize>(out: &mut Writer<N>, interface: &InterfaceDescription) {
    write_interface(out, interface);
    let objects = Interfaces::referenced_by(interface);
    out.u32(objects.len() as u32);
    let mut i = 0;
    while i < objects.len() {
        write_interface(out, objects.get(i));
        i += 1;
    }
}

/// The fingerprint of an interface, which its record begins with.
pub(crate) const fn fingerprint(record: &[u8]) -> u64 {
    match record.split_at(MAGIC.len() + 2 * size_of::<u32>()).1.first_chunk() {
        Some(bytes) => u64::from_le_bytes(*bytes),
        None => panic!("the record of an interface"),
    }
}

/// Where bytes are only counted, no method is hashed.
const fn write_interface<const N: usize>(out: &mut Writer<N>, interface: &InterfaceDescription) {
    let start = out.len;
    out.u64(0);
    out.string(interface.path);
    out.string(interface.version);
    out.u32(
        if interface.send { flag::SEND } else { 0 } | if interface.sync { flag::SYNC } else { 0 },
    );
    out.u32(interface.methods.len() as u32);
    let mut hashing = Writer::hashing();
    interface.write_markers(&mut hashing);
    let mut i = 0;
    while i < interface.methods.len() {
        let method = &interface.methods[i];
        out.u64(if N == 0 { 0 } else { method.hash(&mut hashing) });
        hashing.text("\n");
        out.string(method.name);
        let text = out.length();
        method.write_signature(out, Naming::Short(&[]));
        out.measure(text);
        out.string(method.since);
        i += 1;
    }
    let types = interface.types();
    out.u32(types.len() as u32);
    let mut i = 0;
    while i < types.len() {
        let definition = types.get(i);
        hashing.u64(definition.fingerprint());
        out.u64(definition.fingerprint());
        out.string(definition.path());
        let text = out.length();
        definition.write_text(out);
        out.measure(text);
        i += 1;
    }
    out.fill(start, hashing.hash());
}

const fn registration_payload<const N: usize>(out: &mut Writer<N>, interface: &str, name: &str) {
    out.string(interface);
    out.string(name);
}

/// Defines a record: its length, and its bytes.
macro_rules! record {
    ($(#[$doc:meta])* $record:ident, $len:ident = $kind:ident, $payload:ident($($name:ident: $ty:ty),*)) => {
        /// The length of the record below.
        pub(crate) const fn $len($($name: $ty),*) -> usize {
            $record(&mut Writer::<0>::new(), $($name),*)
        }

        $(#[$doc])*
        pub(crate) const fn $record<const N: usize>(out: &mut Writer<N>, $($name: $ty),*) -> usize {
            out.raw(&MAGIC);
            out.u32(kind::$kind);
            let start = out.length();
            $payload(out, $($name),*);
            out.measure(start);
            out.len()
        }
    };
}

record! {
    /// The record of a package.
    package_record, package_record_len = PACKAGE, package_payload(package: &PackageDescription)
}

record! {
    /// The record of an interface.
    interface_record, interface_record_len = INTERFACE,
    interface_payload(interface: &InterfaceDescription)
}

record! {
    /// The record of one `#[plugin_impl]`: the path of its interface, its name.
    registration_record, registration_record_len = REGISTRATION,
    registration_payload(interface: &str, name: &str)
}
