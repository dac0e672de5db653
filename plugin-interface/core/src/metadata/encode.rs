//! The encoder of records, at compile time.
//!
//! Each record goes into an array of exactly its length. A short one is encoded twice:
//! first without space, to compute its length. That of an interface is encoded into an
//! array in which most have space, since that takes the compiler long: see [`Draft`].

use crate::abi::ABI_VERSION;
use crate::boundary::{Definitions, Naming};
use crate::metadata::description::InterfaceDescription;
use crate::metadata::descriptor;
use crate::metadata::writer::Writer;
use crate::metadata::{Interfaces, MAGIC, TARGET, flag, kind};

/// The package of a library, as its own crate knows it.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct PackageDescription {
    pub name: &'static str,
    pub version: &'static str,
    pub authors: &'static str,
    pub description: &'static str,
    pub license: &'static str,
    pub repository: &'static str,
    /// A panic unwinds in that crate.
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
    out.string(TARGET);
}

/// Writes the interface itself, then those whose objects its methods take or
/// return.
const fn interface_payload<const N: usize>(out: &mut Writer<N>, interface: &InterfaceDescription) {
    let objects = descriptor::objects_of(interface);
    write_interface(out, interface, &objects);
    out.u32(objects.len() as u32);
    let mut i = 0;
    while i < objects.len() {
        write_interface(out, objects.get(i), &objects);
        i += 1;
    }
}

/// Returns the fingerprint of an interface, the first field of its record.
pub(crate) const fn fingerprint(record: &[u8]) -> u128 {
    match record.split_at(MAGIC.len() + 2 * size_of::<u32>()).1.first_chunk() {
        Some(bytes) => u128::from_le_bytes(*bytes),
        None => panic!("the record of an interface"),
    }
}

/// Writes one interface.
const fn write_interface<const N: usize>(
    out: &mut Writer<N>,
    interface: &InterfaceDescription,
    objects: &Interfaces,
) {
    let start = out.len;
    out.u128(0);
    out.string(interface.path);
    out.string(interface.version);
    let mut types = interface.types();
    let growing = types.growing();
    out.u32(
        if interface.send { flag::SEND } else { 0 }
            | if interface.sync { flag::SYNC } else { 0 }
            | if growing > 0 { flag::GROWS } else { 0 },
    );
    types.interfaces = *objects;
    let mut hashing = Writer::hashing();
    interface.write_markers(&mut hashing);
    out.u32(interface.methods.len() as u32);
    let mut i = 0;
    while i < interface.methods.len() {
        let method = &interface.methods[i];
        let hash = interface.hashes[i];
        hashing.u128(hash);
        out.u128(hash);
        out.string(method.name);
        let text = out.length();
        method.write_signature(out, Naming::Short(&[]));
        out.measure(text);
        out.string(method.since);
        let numbers = out.length();
        method.add_types(&mut types, out);
        out.measure(numbers);
        i += 1;
    }
    out.u32(types.len() as u32);
    let mut i = 0;
    while i < types.len() {
        let definition = types.get(i);
        out.u128(definition.fingerprint());
        out.string(definition.path());
        out.string(definition.version());
        let text = out.length();
        definition.write_text(out);
        out.measure(text);
        let numbers = out.length();
        types.add_parts(definition, out);
        out.measure(numbers);
        i += 1;
    }
    if growing > 0 {
        write_growing(out, &mut hashing, &types, growing);
    }
    out.fill(start, hashing.hash());
}

/// Writes the structs and enums that grow, with the fields and variants that later
/// versions added. These count for the fingerprint of the interface, not for those of its methods.
const fn write_growing<const N: usize>(
    out: &mut Writer<N>,
    hashing: &mut Writer<0>,
    types: &Definitions,
    count: usize,
) {
    out.u32(count as u32);
    let mut i = 0;
    while i < types.len() {
        let definition = types.get(i);
        if definition.body.grows() {
            out.u128(definition.fingerprint());
            hashing.u128(definition.fingerprint());
            let count = out.length();
            let mut later = 0;
            while let Some(part) = definition.body.later(later) {
                let hash = part.hash();
                hashing.u128(hash);
                out.u128(hash);
                out.string(part.name);
                out.string(part.since);
                later += 1;
            }
            out.fill_u32(count, later as u32);
        }
        i += 1;
    }
}

const fn registration_payload<const N: usize>(out: &mut Writer<N>, interface: &str, name: &str) {
    out.string(interface);
    out.string(name);
}

const fn abilities_payload<const N: usize>(
    out: &mut Writer<N>,
    interface: &str,
    name: &str,
    abilities: u32,
) {
    registration_payload(out, interface, name);
    out.u32(abilities);
}

/// Writes whose service it is, then its interface as in the record of that.
const fn service_payload<const N: usize>(
    out: &mut Writer<N>,
    interface: &str,
    name: &str,
    service: &[u8],
) {
    registration_payload(out, interface, name);
    out.raw(service.split_at(MAGIC.len() + 2 * size_of::<u32>()).1);
}

/// Defines the writing of a record, and for a short one its length.
macro_rules! record {
    ($(#[$doc:meta])* $record:ident = $kind:ident, $payload:ident($($name:ident: $ty:ty),*)) => {
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
    ($(#[$doc:meta])* $record:ident, $len:ident = $kind:ident, $payload:ident($($name:ident: $ty:ty),*)) => {
        /// Returns the length of the record below.
        pub(crate) const fn $len($($name: $ty),*) -> usize {
            $record(&mut Writer::<0>::new(), $($name),*)
        }

        record! { $(#[$doc])* $record = $kind, $payload($($name: $ty),*) }
    };
}

record! {
    /// The record of a package.
    package_record, package_record_len = PACKAGE, package_payload(package: &PackageDescription)
}

record! {
    /// The record of an interface.
    interface_record = INTERFACE, interface_payload(interface: &InterfaceDescription)
}

/// The bytes that a draft has space for: those of some hundred methods.
const SPACE: usize = 16 * 1024;

/// The record of an interface, with its length.
///
/// It is a constant in each crate that asks for the record, which is then copied to an
/// array of this length. Only a longer one is encoded again.
#[doc(hidden)]
#[derive(Debug)]
pub struct Draft(Writer<SPACE>);

impl Draft {
    pub const fn new(interface: &InterfaceDescription) -> Self {
        let mut out = Writer::new();
        interface_record(&mut out, interface);
        Draft(out)
    }

    /// Returns the length of the record.
    #[expect(clippy::len_without_is_empty, reason = "no record is empty")]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns the record. Its length must be `N`.
    pub const fn record<const N: usize>(&self, interface: &InterfaceDescription) -> [u8; N] {
        if let Some(bytes) = self.0.written() {
            return *bytes;
        }
        let mut out = Writer::new();
        interface_record(&mut out, interface);
        out.into_bytes()
    }
}

record! {
    /// The record of one `#[plugin_impl]`: the path of its interface, its name.
    registration_record, registration_record_len = REGISTRATION,
    registration_payload(interface: &str, name: &str)
}

record! {
    /// The record of a service that a plugin needs: the path of the plugin's
    /// interface, its name, and the interface of the service.
    need_record, need_record_len = NEED,
    service_payload(interface: &str, name: &str, service: &[u8])
}

record! {
    /// The record of a service that a plugin provides, with the same fields.
    provided_record, provided_record_len = PROVIDED,
    service_payload(interface: &str, name: &str, service: &[u8])
}

record! {
    /// The record of what a plugin can do beside its interface: the path of that, its
    /// name, and flags.
    abilities_record, abilities_record_len = ABILITIES,
    abilities_payload(interface: &str, name: &str, abilities: u32)
}
