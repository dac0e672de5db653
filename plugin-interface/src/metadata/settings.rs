//! The decoder of settings.

use plugin_interface_core::metadata::setting;

use crate::metadata::error::MetadataError;
use crate::metadata::input::{Input, limited};
use crate::metadata::setting_model::{
    ChoiceMetadata, SettingKind, SettingMetadata, SettingsMetadata,
};

/// The most settings of a table, choices of a setting, and tables in tables.
const SETTINGS: usize = 1024;
const DEPTH: usize = 32;

/// The most settings of all implementations of a library. Each may be a line of a
/// message.
const ALL: usize = 1 << 14;

/// Decodes the record of settings. `all` counts those of the library.
pub(super) fn decode(
    input: &mut Input<'_>,
    all: &mut usize,
) -> Result<SettingsMetadata, MetadataError> {
    Ok(SettingsMetadata {
        fingerprint: input.u128()?,
        interface: input.name()?,
        registration: input.name()?,
        settings: table(input, 0, all)?,
    })
}

fn table(
    input: &mut Input<'_>,
    depth: usize,
    all: &mut usize,
) -> Result<Vec<SettingMetadata>, MetadataError> {
    let count = input.u32()? as usize;
    *all = limited("settings of all implementations", all.saturating_add(count), ALL)?;
    let mut settings = Vec::new();
    for _ in 0..limited("settings", count, SETTINGS)? {
        let mut input = input.part()?;
        settings.push(SettingMetadata {
            name: input.name()?,
            doc: input.string()?,
            default: match input.u32()? {
                0 => None,
                _ => Some(input.string()?),
            },
            kind: kind(&mut input, depth, all)?,
        });
    }
    Ok(settings)
}

fn kind(
    input: &mut Input<'_>,
    depth: usize,
    all: &mut usize,
) -> Result<SettingKind, MetadataError> {
    limited("settings within a setting", depth, DEPTH)?;
    let mut input = input.part()?;
    Ok(match input.u32()? {
        setting::BOOL => SettingKind::Bool,
        setting::INTEGER => SettingKind::Integer { least: input.i64()?, most: input.i64()? },
        setting::FLOAT => match (float(&mut input)?, float(&mut input)?) {
            (least, most) if least <= most => SettingKind::Float { least, most },
            _ => SettingKind::Unknown,
        },
        setting::TEXT => SettingKind::Text,
        setting::PATH => SettingKind::FilePath,
        setting::CHOICE => {
            let count = input.u32()? as usize;
            let mut choices = Vec::new();
            for _ in 0..limited("choices of a setting", count, SETTINGS)? {
                choices.push(ChoiceMetadata { name: input.name()?, doc: input.string()? });
            }
            SettingKind::Choice(choices)
        }
        setting::LIST => SettingKind::List(Box::new(kind(&mut input, depth + 1, all)?)),
        setting::MAP => SettingKind::Map(Box::new(kind(&mut input, depth + 1, all)?)),
        setting::OPTIONAL => SettingKind::Optional(Box::new(kind(&mut input, depth + 1, all)?)),
        setting::TABLE => SettingKind::Table(table(&mut input, depth + 1, all)?),
        // A later version may add kinds.
        _ => SettingKind::Unknown,
    })
}

fn float(input: &mut Input<'_>) -> Result<f64, MetadataError> {
    input.i64().map(|bits| f64::from_bits(bits as u64))
}

#[cfg(feature = "config")]
#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use plugin_interface_core::metadata::{MAGIC, kind};

    use super::*;
    use crate::__private::{
        PackageDescription, configured_record, configured_record_len, package_record,
        package_record_len,
    };
    use crate::PluginConfig;
    use crate::metadata::decode::read;

    #[derive(Debug, PluginConfig)]
    #[expect(dead_code, reason = "is described only")]
    struct Settings {
        /// Big or small.
        #[config(default = 3, range = 1..=5)]
        size: u8,
        weights: Vec<f32>,
        inner: Option<Inner>,
        names: BTreeMap<String, Word>,
    }

    #[derive(Debug, PluginConfig)]
    #[expect(dead_code, reason = "is described only")]
    struct Inner {
        word: Word,
    }

    #[derive(Debug, PluginConfig)]
    enum Word {
        Yes,
        HttpProxy,
    }

    const PACKAGE: PackageDescription = PackageDescription {
        name: "parrot",
        version: "1.2.3",
        authors: "",
        description: "",
        license: "",
        repository: "",
        unwinds: true,
    };

    fn section() -> Vec<u8> {
        let package = package_record::<{ package_record_len(&PACKAGE) }>(&PACKAGE);
        let settings = configured_record::<
            Settings,
            { configured_record_len::<Settings>("a::Greeter", "Parrot") },
        >("a::Greeter", "Parrot");
        [&package[..], &settings].concat()
    }

    #[test]
    fn settings_are_decoded_as_they_were_encoded() {
        let metadata = read(&section()).unwrap();
        assert_eq!(metadata.registrations.len(), 1);
        let [declared] = &metadata.settings[..] else { panic!("one type of settings") };
        assert_eq!((&*declared.interface, &*declared.registration), ("a::Greeter", "Parrot"));
        assert_eq!(declared.fingerprint, Settings::FINGERPRINT);
        let choice = |name: &str| ChoiceMetadata { name: name.to_owned(), doc: String::new() };
        let word = SettingKind::Choice(vec![choice("yes"), choice("http-proxy")]);
        let setting = |name: &str, kind| SettingMetadata {
            name: name.to_owned(),
            doc: String::new(),
            default: None,
            kind,
        };
        let (least, most) = (f32::MIN.into(), f32::MAX.into());
        let inner = SettingKind::Table(vec![setting("word", word.clone())]);
        assert_eq!(
            declared.settings,
            [
                SettingMetadata {
                    doc: "Big or small.".to_owned(),
                    default: Some("3".to_owned()),
                    ..setting("size", SettingKind::Integer { least: 1, most: 5 })
                },
                setting("weights", SettingKind::List(Box::new(SettingKind::Float { least, most }))),
                setting("inner", SettingKind::Optional(Box::new(inner))),
                setting("names", SettingKind::Map(Box::new(word))),
            ]
        );
    }

    #[test]
    fn any_damage_is_an_error_or_other_settings_and_no_panic() {
        let section = section();
        for at in 0..section.len() {
            let _ = read(&section[..at]);
            for byte in [0, 1, 0x7f, 0x80, 0xff] {
                let mut damaged = section.clone();
                damaged[at] = byte;
                let _ = read(&damaged);
            }
        }
    }

    /// The record of one setting of that kind.
    fn record_of(kind: &[u8]) -> Vec<u8> {
        let part = |bytes: &[u8]| [&(bytes.len() as u32).to_le_bytes(), bytes].concat();
        // A name, no doc, no default, a field of a later version.
        let setting = [&part(b"s")[..], &[0; 8], &part(kind), b"later"].concat();
        let payload =
            [&[0; 16], &part(b"a::B")[..], &part(b"C"), &[1, 0, 0, 0], &part(&setting)].concat();
        [&MAGIC[..], &kind::SETTINGS.to_le_bytes(), &part(&payload)].concat()
    }

    fn kind_of(kind: &[u8]) -> Result<SettingKind, MetadataError> {
        let section = [section(), record_of(kind)].concat();
        read(&section).map(|mut metadata| metadata.settings.remove(0).settings.remove(0).kind)
    }

    #[test]
    fn what_a_later_version_adds_is_skipped() {
        let kind = |number: u32| Vec::from(number.to_le_bytes());
        assert_eq!(kind_of(&kind(setting::BOOL)), Ok(SettingKind::Bool));
        assert_eq!(kind_of(&[kind(setting::TEXT), vec![7; 9]].concat()), Ok(SettingKind::Text));
        assert_eq!(kind_of(&kind(77)), Ok(SettingKind::Unknown));
        let nan = f64::NAN.to_le_bytes();
        let float = [&kind(setting::FLOAT)[..], &nan, &nan].concat();
        assert_eq!(kind_of(&float), Ok(SettingKind::Unknown));
    }

    #[test]
    fn settings_of_all_implementations_have_a_limit() {
        let part = |bytes: &[u8]| [&(bytes.len() as u32).to_le_bytes(), bytes].concat();
        let record = |number: u32| {
            let kind = part(&setting::BOOL.to_le_bytes());
            let one = part(&[&part(b"s")[..], &[0; 8], &kind].concat());
            let (name, count) = (part(&number.to_le_bytes()), (SETTINGS as u32).to_le_bytes());
            let many = one.repeat(SETTINGS);
            let payload = [&[0; 16], &part(b"a::B")[..], &name, &count, &many].concat();
            [&MAGIC[..], &kind::SETTINGS.to_le_bytes(), &part(&payload)].concat()
        };
        // Those of `section` come first.
        let most = (ALL / SETTINGS) as u32 - 1;
        let with = |count: u32| [section(), (0..count).flat_map(record).collect()].concat();
        assert_eq!(read(&with(most)).unwrap().settings.len(), 1 + most as usize);
        let error = read(&with(most + 1)).unwrap_err();
        assert!(matches!(error, MetadataError::TooMany { limit: ALL, .. }), "{error}");
    }

    #[test]
    fn settings_in_settings_have_a_limit() {
        let mut kind = Vec::from(setting::BOOL.to_le_bytes());
        for _ in 0..100_000 {
            let len = (kind.len() as u32).to_le_bytes();
            kind = [&setting::LIST.to_le_bytes()[..], &len, &kind].concat();
            if kind.len() > 4096 {
                break;
            }
        }
        let error = kind_of(&kind).unwrap_err();
        assert!(matches!(error, MetadataError::TooMany { limit: DEPTH, .. }), "{error}");
    }
}
