//! The decoder of a library's records. It accepts any bytes.

use core::mem;
use std::collections::{BTreeMap, BTreeSet};

use plugin_interface_core::metadata::{flag, kind};

use crate::metadata::error::MetadataError;
use crate::metadata::input::{Input, limited};
use crate::metadata::model::{
    InterfaceMetadata, LaterField, MethodMetadata, PackageMetadata, PluginMetadata,
    RegistrationMetadata, TypeMetadata,
};
use crate::metadata::setting_model::SettingsMetadata;

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

/// The most interfaces that a library may offer, and of implementations.
const INTERFACES: usize = 1024;
const REGISTRATIONS: usize = 4096;

/// The most methods, types and interfaces of objects that one interface may have.
/// The macros stop at the last two.
const METHODS: usize = 4096;
const TYPES: usize = 256;
const OBJECTS: usize = 64;

/// The most later fields of one struct.
const FIELDS: usize = 4096;

/// Decodes all records of a section. The time is nearly linear in its length.
pub(crate) fn read(section: &[u8]) -> Result<PluginMetadata, MetadataError> {
    let mut package = None;
    let mut interfaces: Vec<InterfaceMetadata> = Vec::new();
    let mut registrations: Vec<RegistrationMetadata> = Vec::new();
    let mut settings: Vec<SettingsMetadata> = Vec::new();
    let mut all_settings = 0;
    let (mut needs, mut provided) = (Vec::new(), Vec::new());
    let mut abilities = BTreeMap::new();
    // Its few records are compared in less time than hashed.
    let mut seen = BTreeSet::new();
    let mut input = Input::new(section);
    while input.skip_padding() {
        let (kind, mut payload) = input.record()?;
        // A library repeats its package and interfaces.
        if kind != kind::REGISTRATION && !seen.insert((kind, payload.bytes)) {
            continue;
        }
        match kind {
            kind::PACKAGE => {
                // Linkers put the crate of the library before those that it uses.
                let found = decode_package(&mut payload)?;
                package.get_or_insert(found);
            }
            kind::INTERFACE => {
                limited("interfaces", interfaces.len() + 1, INTERFACES)?;
                interfaces.push(decode_interface(&mut payload)?);
            }
            kind::REGISTRATION => {
                limited("implementations", registrations.len() + 1, REGISTRATIONS)?;
                registrations.push(RegistrationMetadata {
                    interface: payload.name()?,
                    name: payload.name()?,
                    needs: Vec::new(),
                    provides: Vec::new(),
                    keeps_state: false,
                    has_lifecycle: false,
                });
            }
            kind::SETTINGS => {
                limited("implementations", settings.len() + 1, REGISTRATIONS)?;
                settings.push(super::settings::decode(&mut payload, &mut all_settings)?);
            }
            kind::NEED => {
                limited("needs", needs.len() + 1, REGISTRATIONS)?;
                needs.push((of_registration(&mut payload)?, decode_interface(&mut payload)?));
            }
            kind::PROVIDED => {
                limited("provided services", provided.len() + 1, REGISTRATIONS)?;
                provided.push((of_registration(&mut payload)?, decode_interface(&mut payload)?));
            }
            kind::ABILITIES => {
                limited("abilities", abilities.len() + 1, REGISTRATIONS)?;
                abilities.entry(of_registration(&mut payload)?).or_insert(payload.u32()?);
            }
            // A later version may add kinds.
            _ => {}
        }
    }
    // Each follows or precedes its registration, as the linker likes.
    let (mut needs, mut provided) = (grouped(needs), grouped(provided));
    for registration in &mut registrations {
        let of = (mem::take(&mut registration.interface), mem::take(&mut registration.name));
        registration.needs = needs.remove(&of).unwrap_or_default();
        registration.provides = provided.remove(&of).unwrap_or_default();
        if let Some(flags) = abilities.get(&of) {
            registration.keeps_state = flags & flag::KEEPS_STATE != 0;
            registration.has_lifecycle = flags & flag::HAS_LIFECYCLE != 0;
        }
        (registration.interface, registration.name) = of;
    }
    interfaces.sort_by(|a, b| a.path.cmp(&b.path));
    // The linker's order means nothing.
    settings.sort_by(|a, b| (&a.interface, &a.registration).cmp(&(&b.interface, &b.registration)));
    let package = package.ok_or(MetadataError::Package)?;
    Ok(PluginMetadata { package, interfaces, registrations, settings })
}

/// A registration: its interface and its name.
type Of = (String, String);

fn of_registration(payload: &mut Input<'_>) -> Result<Of, MetadataError> {
    Ok((payload.name()?, payload.name()?))
}

/// Returns the services of each registration.
fn grouped(services: Vec<(Of, InterfaceMetadata)>) -> BTreeMap<Of, Vec<InterfaceMetadata>> {
    let mut grouped = BTreeMap::<_, Vec<_>>::new();
    for (of, service) in services {
        grouped.entry(of).or_default().push(service);
    }
    grouped
}

/// Decodes the interface of a single record.
pub(crate) fn interface_of(record: &[u8]) -> Result<InterfaceMetadata, MetadataError> {
    let (_, mut payload) = Input::new(record).record()?;
    decode_interface(&mut payload)
}

/// The identity of an interface, without the texts of its methods.
pub(crate) struct Outline<'a> {
    pub(crate) path: &'a str,
    pub(crate) version: &'a str,
    pub(crate) fingerprint: u128,
}

/// Decodes the interface of a record, and those of its objects.
pub(crate) fn outlines(record: &[u8]) -> Result<Vec<Outline<'_>>, MetadataError> {
    let (_, mut input) = Input::new(record).record()?;
    let mut outlines = vec![outline(&mut input)?];
    for _ in 0..input.later_count()? {
        outlines.push(outline(&mut input)?);
    }
    Ok(outlines)
}

/// Skips the parts that `decode_one_interface` decodes.
fn outline<'a>(input: &mut Input<'a>) -> Result<Outline<'a>, MetadataError> {
    let fingerprint = input.u128()?;
    let (path, version) = (input.text()?, input.text()?);
    let flags = input.u32()?;
    for _ in 0..input.u32()? {
        let (_fingerprint, _name) = (input.u128()?, input.bytes()?);
        let (_signature, _since, _names) = (input.bytes()?, input.bytes()?, input.bytes()?);
    }
    for _ in 0..input.later_count()? {
        let (_fingerprint, _path, _version) = (input.u128()?, input.bytes()?, input.bytes()?);
        let (_definition, _names) = (input.bytes()?, input.bytes()?);
    }
    if flags & flag::GROWS != 0 {
        for _ in 0..input.u32()? {
            let _fingerprint = input.u128()?;
            for _ in 0..input.u32()? {
                let (_fingerprint, _name, _since) = (input.u128()?, input.bytes()?, input.bytes()?);
            }
        }
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
        name: input.name()?,
        version: input.name()?,
        authors: input.string()?,
        description: input.string()?,
        license: input.name()?,
        repository: input.name()?,
        rustc: input.name()?,
        target: input.name()?,
    })
}

fn decode_interface(input: &mut Input<'_>) -> Result<InterfaceMetadata, MetadataError> {
    let mut interface = decode_one_interface(input)?;
    let count = input.later_count()? as usize;
    for _ in 0..limited("interfaces of objects", count, OBJECTS)? {
        interface.objects.push(decode_one_interface(input)?);
    }
    Ok(interface)
}

fn decode_one_interface(input: &mut Input<'_>) -> Result<InterfaceMetadata, MetadataError> {
    let fingerprint = input.u128()?;
    let path = input.name()?;
    let version = input.name()?;
    let flags = input.u32()?;
    let (send, sync) = (flags & flag::SEND != 0, flags & flag::SYNC != 0);
    let count = input.u32()? as usize;
    let mut methods = Vec::new();
    for _ in 0..limited("methods", count, METHODS)? {
        methods.push(MethodMetadata {
            fingerprint: input.u128()?,
            name: input.name()?,
            signature: input.string()?,
            since: input.name()?,
            names: input.references()?,
        });
    }
    let count = input.later_count()? as usize;
    let mut types = Vec::new();
    for _ in 0..limited("structs and enums", count, TYPES)? {
        types.push(TypeMetadata {
            fingerprint: input.u128()?,
            path: input.name()?,
            version: input.name()?,
            definition: input.string()?,
            names: input.references()?,
            later: None,
        });
    }
    if flags & flag::GROWS != 0 {
        decode_growing(input, &mut types)?;
    }
    let objects = Vec::new();
    Ok(InterfaceMetadata { path, version, send, sync, fingerprint, methods, types, objects })
}

/// Decodes the later fields of the structs that grow, which are in the order of the
/// types.
fn decode_growing(input: &mut Input<'_>, types: &mut [TypeMetadata]) -> Result<(), MetadataError> {
    let mut types = types.iter_mut();
    let count = input.u32()? as usize;
    for _ in 0..limited("structs and enums", count, TYPES)? {
        let fingerprint = input.u128()?;
        let count = input.u32()? as usize;
        let mut later = Vec::new();
        for _ in 0..limited("fields", count, FIELDS)? {
            later.push(LaterField {
                fingerprint: input.u128()?,
                name: input.name()?,
                since: input.name()?,
            });
        }
        let ty = types.find(|ty| ty.fingerprint == fingerprint);
        ty.ok_or(MetadataError::Growing)?.later = Some(later);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::__private::{self, PackageDescription};
    use plugin_interface_core::metadata::MAGIC;

    use crate::metadata::decode::*;
    use crate::metadata::input::NAME;
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
        assert_eq!(greeter.fingerprint, 0xfce3a299e810b600809783ea465d83d0);
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
    fn what_a_plugin_can_do_beside_its_interface_is_known_from_its_record() {
        const LEN: usize = __private::abilities_record_len("a::Greeter", "Parrot", 0);
        let of = |state, lifecycle| {
            let flags = __private::abilities(state, lifecycle);
            let record = __private::abilities_record::<LEN>("a::Greeter", "Parrot", flags);
            let metadata = read(&[&record[..], &section()].concat()).unwrap();
            let parrot = &metadata.registrations[0];
            (parrot.keeps_state, parrot.has_lifecycle)
        };
        assert_eq!((of(true, false), of(false, true)), ((true, false), (false, true)));
        assert_eq!((of(true, true), of(false, false)), ((true, true), (false, false)));
        let parrot = &read(&section()).unwrap().registrations[0];
        assert!(!parrot.keeps_state && !parrot.has_lifecycle);
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

    /// Returns a record of an interface that has no methods.
    fn tiny(number: u32) -> Vec<u8> {
        let path = format!("{number}");
        let mut payload = Vec::from(u128::from(number).to_le_bytes());
        payload.extend((path.len() as u32).to_le_bytes());
        payload.extend(path.bytes());
        // No version, no markers, no methods.
        payload.extend([0; 12]);
        let mut record = Vec::from(MAGIC);
        record.extend(kind::INTERFACE.to_le_bytes());
        record.extend((payload.len() as u32).to_le_bytes());
        record.extend(payload);
        record
    }

    #[test]
    fn more_interfaces_than_any_library_has_are_refused_at_once() {
        let mut section = section();
        section.extend((0..80_000).flat_map(tiny));
        let error = read(&section).unwrap_err();
        assert_eq!(error, MetadataError::TooMany { what: "interfaces", limit: 1024 });
        assert_eq!(
            error.to_string(),
            "expected at most 1024 interfaces, found more: split the library or the interface"
        );
    }

    #[test]
    fn a_record_that_is_repeated_counts_once() {
        let mut section = section();
        let whole = read(&section);
        let package = section[..section.len() - 1].to_vec();
        let package =
            &package[..16 + u32::from_le_bytes(*package[12..].first_chunk().unwrap()) as usize];
        for _ in 0..20_000 {
            section.extend(package);
            section.extend(<dyn Greeter as Interface>::RECORD);
        }
        assert_eq!(read(&section), whole);
    }

    #[test]
    fn names_and_lists_have_limits() {
        let greeter = <dyn Greeter as Interface>::RECORD;
        let long = |at: usize, len: u32| {
            let mut record = Vec::from(greeter);
            record[at..at + 4].copy_from_slice(&len.to_le_bytes());
            record.extend(vec![b'x'; 1 << 20]);
            let len = record.len() as u32 - 16;
            record[12..16].copy_from_slice(&len.to_le_bytes());
            interface_of(&record)
        };
        let too_many = |what, limit| Err(MetadataError::TooMany { what, limit });
        // The length of the path is behind the header and the fingerprint.
        let path = 16 + 16;
        assert_eq!(long(path, 1 << 20), too_many("bytes in a name", NAME));
        let path_len = u32::from_le_bytes(*greeter[path..].first_chunk().unwrap()) as usize;
        // Behind it are the version, `1.0`, and the markers.
        let methods = path + 4 + path_len + 4 + 3 + 4;
        assert_eq!(long(methods, u32::MAX), too_many("methods", METHODS));
        for (at, what, limit) in
            [(8, "structs and enums", TYPES), (4, "interfaces of objects", OBJECTS)]
        {
            assert_eq!(long(greeter.len() - at, 1 << 30), too_many(what, limit));
        }
    }

    #[test]
    fn another_format_is_named() {
        let mut section = section();
        section[7] = 9;
        assert_eq!(read(&section), Err(MetadataError::Version { found: 9 }));
    }
}
