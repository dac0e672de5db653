//! The decoder of a library's records. It accepts any bytes.

use plugin_interface_core::metadata::{MAGIC, flag, kind};

use crate::metadata::error::MetadataError;
use crate::metadata::model::{
    InterfaceMetadata, MethodMetadata, PackageMetadata, PluginMetadata, RegistrationMetadata,
    TypeMetadata,
};

impl PluginMetadata {
    /// Decodes the records of a section that was found by other means.
    ///
    /// # Errors
    ///
    /// If the bytes are not records, or if no record names the package.
    ///
    /// ```
    /// use plugin_interface::{MetadataError, PluginMetadata};
    /// assert_eq!(PluginMetadata::from_section(&[]), Err(MetadataError::Package));
    /// ```
    pub fn from_section(section: &[u8]) -> Result<Self, MetadataError> {
        read(section)
    }
}

/// Decodes all records of a section.
pub(crate) fn read(section: &[u8]) -> Result<PluginMetadata, MetadataError> {
    let mut package = None;
    let mut interfaces: Vec<InterfaceMetadata> = Vec::new();
    let mut registrations = Vec::new();
    let mut input = Input { bytes: section, at: 0 };
    while input.skip_padding() {
        let (kind, mut payload) = input.record()?;
        match kind {
            // A library repeats it for each interface.
            kind::PACKAGE => {
                let found = decode_package(&mut payload)?;
                if let Some(first) = package.replace(found.clone())
                    && first != found
                {
                    return Err(MetadataError::Packages { first: first.name, second: found.name });
                }
            }
            kind::INTERFACE => {
                let interface = decode_interface(&mut payload)?;
                if !interfaces.contains(&interface) {
                    interfaces.push(interface);
                }
            }
            kind::REGISTRATION => registrations.push(RegistrationMetadata {
                interface: payload.string()?,
                name: payload.string()?,
            }),
            // A later version may add kinds.
            _ => {}
        }
    }
    interfaces.sort_by(|a, b| a.path.cmp(&b.path));
    let package = package.ok_or(MetadataError::Package)?;
    Ok(PluginMetadata { package, interfaces, registrations })
}

/// Decodes the interface of a single record.
pub(crate) fn interface_of(record: &[u8]) -> Result<InterfaceMetadata, MetadataError> {
    let (_, mut payload) = Input { bytes: record, at: 0 }.record()?;
    decode_interface(&mut payload)
}

/// The identity of an interface, without the texts of its methods.
pub(crate) struct Outline<'a> {
    pub(crate) path: &'a str,
    pub(crate) version: &'a str,
    pub(crate) fingerprint: u64,
}

/// Decodes the interface of a record, and those of its objects.
pub(crate) fn outlines(record: &[u8]) -> Result<Vec<Outline<'_>>, MetadataError> {
    let (_, mut input) = Input { bytes: record, at: 0 }.record()?;
    let mut outlines = vec![outline(&mut input)?];
    for _ in 0..input.later_count()? {
        outlines.push(outline(&mut input)?);
    }
    Ok(outlines)
}

/// Skips the parts that `decode_one_interface` decodes.
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

fn decode_package(input: &mut Input<'_>) -> Result<PackageMetadata, MetadataError> {
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

fn decode_interface(input: &mut Input<'_>) -> Result<InterfaceMetadata, MetadataError> {
    let mut interface = decode_one_interface(input)?;
    for _ in 0..input.later_count()? {
        interface.objects.push(decode_one_interface(input)?);
    }
    Ok(interface)
}

fn decode_one_interface(input: &mut Input<'_>) -> Result<InterfaceMetadata, MetadataError> {
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

/// The rest of a section or payload. `at` is the offset from the begin of the
/// section, for messages.
struct Input<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Input<'a> {
    /// Skips the zeros that a linker puts between records. Returns `false` at the
    /// end.
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

    /// Returns the length of a list that a hand-written record may leave out.
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
    fn records_are_decoded_as_they_were_encoded() {
        let metadata = read(&section()).unwrap();
        assert_eq!(metadata.package.name, "parrot");
        assert_eq!(metadata.package.authors, "A:B");
        assert_eq!(metadata.package.abi_version, crate::abi::ABI_VERSION);
        assert!(metadata.package.unwinds && metadata.package.rust);
        assert!(metadata.package.rustc.starts_with("rustc 1."), "{}", metadata.package.rustc);
        assert!(metadata.package.target.contains(std::env::consts::ARCH));
        let [greeter] = &metadata.interfaces[..] else { panic!("one interface, repeated") };
        assert_eq!(greeter.name(), "Greeter");
        assert!(greeter.send && greeter.sync);
        // The value in `docs/abi.md`.
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
        let [greeter] = &outlines[..] else { panic!("it refers to no objects") };
        assert_eq!(
            (greeter.path, greeter.version, greeter.fingerprint),
            (&*whole.path, &*whole.version, whole.fingerprint)
        );
        for len in 0..record.len() {
            let is_decoded = interface_of(&record[..len]).is_ok();
            assert_eq!(super::outlines(&record[..len]).is_ok(), is_decoded, "{len}");
        }
    }

    #[test]
    fn an_unknown_kind_of_record_is_skipped() {
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
        // After the package and each byte of its padding, and after each of the
        // two interface records.
        assert_eq!(whole, 6 + 1 + 1);
    }

    #[test]
    fn any_damaged_byte_is_decoded_without_a_panic() {
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
