//! Decoding the records of a library, whoever wrote them.

use core::fmt;

use plugin_interface_core::metadata::{MAGIC, flag, kind};

/// What a library says of itself: its package, interfaces and registrations.
///
/// Read from the file by [`inspect`](crate::inspect), without running it.
///
/// ```no_run
/// # fn main() -> Result<(), plugin_interface::InspectError> {
/// let metadata = plugin_interface::inspect("plugins/libgreeter.so")?;
/// for registration in &metadata.registrations {
///     println!("{} implements {}", registration.name, registration.interface);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PluginMetadata {
    /// The package that the library was built from.
    pub package: PackageMetadata,
    /// The interfaces that it offers.
    pub interfaces: Vec<InterfaceMetadata>,
    /// Its implementations of them.
    pub registrations: Vec<RegistrationMetadata>,
}

impl PluginMetadata {
    /// Reads the records of a section that was found by other means.
    ///
    /// # Errors
    ///
    /// If the bytes are not records, or lack that of a package.
    ///
    /// ```
    /// use plugin_interface::{MetadataError, PluginMetadata};
    /// assert_eq!(PluginMetadata::from_section(&[]), Err(MetadataError::Package));
    /// ```
    pub fn from_section(section: &[u8]) -> Result<Self, MetadataError> {
        read(section)
    }
}

/// The package of a library.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PackageMetadata {
    /// The version of the binary interface that the library speaks.
    pub abi_version: u32,
    /// Whether a panic in the library can be contained (`panic = "unwind"`).
    pub unwinds: bool,
    /// Whether the values it hands over are typed by a Rust compiler, and so
    /// need no validation.
    pub rust: bool,
    /// The package's name.
    pub name: String,
    /// The package's version.
    pub version: String,
    /// Its authors, separated by `:`.
    pub authors: String,
    /// What it is for.
    pub description: String,
    /// Its licence, as an SPDX expression.
    pub license: String,
    /// Where its source is.
    pub repository: String,
    /// The compiler that built it, as `rustc --version` says; empty if another.
    pub rustc: String,
    /// The target that it was built for, such as `x86_64-unknown-linux-gnu`.
    pub target: String,
}

/// One interface of a library.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InterfaceMetadata {
    /// The full path of the trait: the interface's identity.
    pub path: String,
    /// The interface's version, such as `1.0`.
    pub version: String,
    /// Whether an instance may go to another thread.
    pub send: bool,
    /// Whether several threads may call one instance.
    pub sync: bool,
    /// The hash of the two above and of its methods' names and types, in order.
    pub fingerprint: u64,
    /// Its methods; a library written by hand may leave them out.
    pub methods: Vec<MethodMetadata>,
    /// The structs and enums that its methods lead to.
    pub types: Vec<TypeMetadata>,
    /// The interfaces whose objects its methods take or return, and those that
    /// these lead to, the interface itself among them if it does. Of these, this
    /// field is empty.
    pub objects: Vec<InterfaceMetadata>,
}

impl InterfaceMetadata {
    /// The trait's name, which the exported symbols bear.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), plugin_interface::InspectError> {
    /// let metadata = plugin_interface::inspect("plugins/libgreeter.so")?;
    /// assert_eq!(metadata.interfaces[0].name(), "Greeter");
    /// # Ok(())
    /// # }
    /// ```
    pub fn name(&self) -> &str {
        self.path.rsplit("::").next().unwrap_or(&self.path)
    }
}

/// A struct or an enum that the methods of an interface lead to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TypeMetadata {
    /// The full path of the type: its identity.
    pub path: String,
    /// What it consists of, as its author sees it.
    pub definition: String,
    /// The hash of the path and of the names and types in it; of types that are
    /// structs or enums themselves, it is their paths that count.
    pub fingerprint: u64,
}

/// One method of an interface.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MethodMetadata {
    /// The method's name.
    pub name: String,
    /// The whole signature, as Rust would write it.
    pub signature: String,
    /// The version of the interface that it came with, such as `1.1`; empty
    /// for the methods of the first one.
    pub since: String,
    /// The hash of name and types.
    pub fingerprint: u64,
}

/// One implementation of an interface.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RegistrationMetadata {
    /// The full path of the interface's trait.
    pub interface: String,
    /// The name of the registration: the type's, or `name = ".."`.
    pub name: String,
}

/// Why the records of a library cannot be read.
///
/// ```
/// let error = plugin_interface::MetadataError::Package;
/// assert_eq!(error.to_string(), "no record names the package");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MetadataError {
    /// No record begins here.
    Magic {
        /// The offset in the section.
        offset: usize,
    },
    /// The format is of another version.
    Version {
        /// The version found; 1 is expected.
        found: u8,
    },
    /// A record ends before its content does.
    Truncated {
        /// The offset in the section.
        offset: usize,
    },
    /// A text is not UTF-8.
    Text {
        /// The offset in the section.
        offset: usize,
    },
    /// There is no record of a package.
    Package,
    /// There are records of several packages.
    Packages {
        /// The name of one.
        first: String,
        /// The name of another.
        second: String,
    },
}

impl fmt::Display for MetadataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MetadataError::Magic { offset } => {
                write!(f, "expected a record at offset {offset}, found other bytes")
            }
            MetadataError::Version { found } => write!(
                f,
                "expected records of format 1, found format {found}: build the plugin with the host's version of plugin-interface"
            ),
            MetadataError::Truncated { offset } => {
                write!(f, "the record at offset {offset} ends before its content does")
            }
            MetadataError::Text { offset } => {
                write!(f, "expected UTF-8 text at offset {offset}, found other bytes")
            }
            MetadataError::Package => f.write_str("no record names the package"),
            MetadataError::Packages { first, second } => write!(
                f,
                "expected the plugins of one package, found those of {first} and {second}: a plugin crate cannot be a dependency of another"
            ),
        }
    }
}

impl core::error::Error for MetadataError {}

/// Reads all records of a section.
pub(crate) fn read(section: &[u8]) -> Result<PluginMetadata, MetadataError> {
    let mut package = None;
    let mut interfaces: Vec<InterfaceMetadata> = Vec::new();
    let mut registrations = Vec::new();
    let mut input = Input { bytes: section, at: 0 };
    while input.skip_padding() {
        let (kind, mut payload) = input.record()?;
        match kind {
            // A library says it once for each interface.
            kind::PACKAGE => {
                let found = read_package(&mut payload)?;
                if let Some(first) = package.replace(found.clone())
                    && first != found
                {
                    return Err(MetadataError::Packages { first: first.name, second: found.name });
                }
            }
            kind::INTERFACE => {
                let interface = read_interface(&mut payload)?;
                if !interfaces.contains(&interface) {
                    interfaces.push(interface);
                }
            }
            kind::REGISTRATION => registrations.push(RegistrationMetadata {
                interface: payload.string()?,
                name: payload.string()?,
            }),
            // Kinds may be added: what is unknown is none of ours.
            _ => {}
        }
    }
    interfaces.sort_by(|a, b| a.path.cmp(&b.path));
    let package = package.ok_or(MetadataError::Package)?;
    Ok(PluginMetadata { package, interfaces, registrations })
}

/// Reads the one interface of a record that this build made.
pub(crate) fn interface_of(record: &[u8]) -> Result<InterfaceMetadata, MetadataError> {
    let (_, mut payload) = Input { bytes: record, at: 0 }.record()?;
    read_interface(&mut payload)
}

/// What tells an interface from others, without the texts of its methods.
pub(crate) struct Outline<'a> {
    pub(crate) path: &'a str,
    pub(crate) version: &'a str,
    pub(crate) fingerprint: u64,
}

/// The interface of a record, and those of the objects that it leads to.
pub(crate) fn outlines(record: &[u8]) -> Result<Vec<Outline<'_>>, MetadataError> {
    let (_, mut input) = Input { bytes: record, at: 0 }.record()?;
    let mut outlines = vec![outline(&mut input)?];
    for _ in 0..input.later_count()? {
        outlines.push(outline(&mut input)?);
    }
    Ok(outlines)
}

/// Passes over what `read_one_interface` reads.
fn outline<'a>(input: &mut Input<'a>) -> Result<Outline<'a>, MetadataError> {
    let fingerprint = input.u64()?;
    let (path, version) = (input.text()?, input.text()?);
    let _flags = input.u32()?;
    for _ in 0..input.u32()? {
        let (_fingerprint, _name) = (input.u64()?, input.bytes()?);
        let (_signature, _since) = (input.bytes()?, input.bytes()?);
    }
    for _ in 0..input.later_count()? {
        let (_fingerprint, _path, _definition) = (input.u64()?, input.bytes()?, input.bytes()?);
    }
    Ok(Outline { path, version, fingerprint })
}

fn read_package(input: &mut Input<'_>) -> Result<PackageMetadata, MetadataError> {
    let abi_version = input.u32()?;
    let flags = input.u32()?;
    Ok(PackageMetadata {
        abi_version,
        unwinds: flags & flag::UNWINDS != 0,
        rust: flags & flag::RUST != 0,
        name: input.string()?,
        version: input.string()?,
        authors: input.string()?,
        description: input.string()?,
        license: input.string()?,
        repository: input.string()?,
        rustc: input.string()?,
        target: input.string()?,
    })
}

fn read_interface(input: &mut Input<'_>) -> Result<InterfaceMetadata, MetadataError> {
    let mut interface = read_one_interface(input)?;
    for _ in 0..input.later_count()? {
        interface.objects.push(read_one_interface(input)?);
    }
    Ok(interface)
}

fn read_one_interface(input: &mut Input<'_>) -> Result<InterfaceMetadata, MetadataError> {
    let fingerprint = input.u64()?;
    let path = input.string()?;
    let version = input.string()?;
    let flags = input.u32()?;
    let (send, sync) = (flags & flag::SEND != 0, flags & flag::SYNC != 0);
    let count = input.u32()?;
    let mut methods = Vec::new();
    for _ in 0..count {
        let fingerprint = input.u64()?;
        let name = input.string()?;
        let signature = input.string()?;
        let since = input.string()?;
        methods.push(MethodMetadata { name, signature, since, fingerprint });
    }
    let mut types = Vec::new();
    for _ in 0..input.later_count()? {
        let fingerprint = input.u64()?;
        let path = input.string()?;
        let definition = input.string()?;
        types.push(TypeMetadata { path, definition, fingerprint });
    }
    let objects = Vec::new();
    Ok(InterfaceMetadata { path, version, send, sync, fingerprint, methods, types, objects })
}

/// The unread rest of a section or payload; `at` counts from the section's
/// begin, for messages.
struct Input<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Input<'a> {
    /// Skips what a linker puts between records; false at the end.
    fn skip_padding(&mut self) -> bool {
        let padding = self.bytes.iter().take_while(|&&byte| byte == 0).count();
        self.bytes = &self.bytes[padding..];
        self.at += padding;
        !self.bytes.is_empty()
    }

    fn record(&mut self) -> Result<(u32, Input<'a>), MetadataError> {
        let offset = self.at;
        let (name, version) = MAGIC.split_at(MAGIC.len() - 1);
        match self.take(MAGIC.len()) {
            Ok(magic) if magic.starts_with(name) && magic.ends_with(version) => {}
            Ok(magic) if magic.starts_with(name) => {
                return Err(MetadataError::Version { found: magic[name.len()] });
            }
            _ => return Err(MetadataError::Magic { offset }),
        }
        let kind = self.u32()?;
        let len = self.u32()?;
        let at = self.at;
        Ok((kind, Input { bytes: self.take(len as usize)?, at }))
    }

    fn take(&mut self, len: usize) -> Result<&'a [u8], MetadataError> {
        let (taken, rest) =
            self.bytes.split_at_checked(len).ok_or(MetadataError::Truncated { offset: self.at })?;
        self.bytes = rest;
        self.at += len;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], MetadataError> {
        let offset = self.at;
        self.take(N)?.try_into().map_err(|_| MetadataError::Truncated { offset })
    }

    fn u32(&mut self) -> Result<u32, MetadataError> {
        self.array().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Result<u64, MetadataError> {
        self.array().map(u64::from_le_bytes)
    }

    /// The length of a list that came later; a record written by hand may end
    /// before it.
    fn later_count(&mut self) -> Result<u32, MetadataError> {
        if self.bytes.is_empty() { Ok(0) } else { self.u32() }
    }

    fn bytes(&mut self) -> Result<&'a [u8], MetadataError> {
        let len = self.u32()?;
        self.take(len as usize)
    }

    fn text(&mut self) -> Result<&'a str, MetadataError> {
        let bytes = self.bytes()?;
        let offset = self.at - bytes.len();
        core::str::from_utf8(bytes).map_err(|_| MetadataError::Text { offset })
    }

    fn string(&mut self) -> Result<String, MetadataError> {
        self.text().map(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use crate::__private::{self, PackageDescription};
    use crate::metadata::decode::*;
    use crate::{Greeter, Interface};

    const PACKAGE: PackageDescription = PackageDescription {
        name: "parrot",
        version: "1.2.3",
        authors: "A:B",
        description: "repeats",
        license: "MIT",
        repository: "",
        unwinds: true,
    };

    fn section() -> Vec<u8> {
        let mut section = Vec::from(__private::package_record::<
            { __private::package_record_len(&PACKAGE) },
        >(&PACKAGE));
        section.extend([0; 5]);
        section.extend(<dyn Greeter as Interface>::RECORD);
        section.extend(<dyn Greeter as Interface>::RECORD);
        section.extend(__private::registration_record::<
            { __private::registration_record_len("a::Greeter", "Parrot") },
        >("a::Greeter", "Parrot"));
        section
    }

    #[test]
    fn records_are_read_as_they_were_written() {
        let metadata = read(&section()).unwrap();
        assert_eq!(metadata.package.name, "parrot");
        assert_eq!(metadata.package.authors, "A:B");
        assert_eq!(metadata.package.abi_version, crate::abi::ABI_VERSION);
        assert!(metadata.package.unwinds && metadata.package.rust);
        assert!(metadata.package.rustc.starts_with("rustc 1."), "{}", metadata.package.rustc);
        assert!(metadata.package.target.contains(std::env::consts::ARCH));
        let [greeter] = &metadata.interfaces[..] else { panic!("one interface, said twice") };
        assert_eq!(greeter.name(), "Greeter");
        assert!(greeter.send && greeter.sync);
        // As `docs/abi.md` has it.
        assert_eq!(greeter.fingerprint, 0x193a_6894_75bc_9cd5);
        let signatures: Vec<_> = greeter.methods.iter().map(|m| m.signature.as_str()).collect();
        assert_eq!(
            signatures,
            ["fn name(&self) -> &str", "fn greet(&self, target: &str) -> String"]
        );
        assert_eq!(metadata.registrations[0].name, "Parrot");
    }

    #[test]
    fn an_outline_is_that_of_the_whole_interface() {
        let record = <dyn Greeter as Interface>::RECORD;
        let whole = interface_of(record).unwrap();
        let outlines = outlines(record).unwrap();
        let [greeter] = &outlines[..] else { panic!("it leads to no objects") };
        assert_eq!(
            (greeter.path, greeter.version, greeter.fingerprint),
            (&*whole.path, &*whole.version, whole.fingerprint)
        );
        for len in 0..record.len() {
            let is_read = interface_of(&record[..len]).is_ok();
            assert_eq!(super::outlines(&record[..len]).is_ok(), is_read, "{len}");
        }
    }

    #[test]
    fn an_unknown_kind_of_record_is_passed_over() {
        let mut section = section();
        section.extend(MAGIC);
        section.extend(77u32.to_le_bytes());
        section.extend(3u32.to_le_bytes());
        section.extend(*b"new");
        assert_eq!(read(&section), read(&super::tests::section()));
    }

    #[test]
    fn every_truncation_is_an_error_or_a_whole_number_of_records() {
        let section = section();
        let mut whole = 0;
        for len in 0..section.len() {
            match read(&section[..len]) {
                Ok(_) => whole += 1,
                Err(error) => assert!(!error.to_string().is_empty()),
            }
        }
        // After the package (and in the padding behind it), and after each of
        // the two interface records.
        assert_eq!(whole, 6 + 1 + 1);
    }

    #[test]
    fn any_damaged_byte_is_read_without_a_panic() {
        let section = section();
        for at in 0..section.len() {
            for byte in [0, 1, 0x7f, 0x80, 0xff] {
                let mut damaged = section.clone();
                damaged[at] = byte;
                let _ = read(&damaged);
            }
        }
    }

    #[test]
    fn another_format_is_named() {
        let mut section = section();
        section[7] = 9;
        assert_eq!(read(&section), Err(MetadataError::Version { found: 9 }));
    }
}
