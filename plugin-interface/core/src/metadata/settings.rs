//! The encoder of a record of settings, at compile time. Feature `config`.

use super::encode::registration_record;
use super::writer::Writer;
use super::{MAGIC, kind, setting};
use crate::config::{Range, Setting, SettingKind};

/// The registration that has the settings, their fingerprint, and the settings.
const fn settings_record<const N: usize>(
    out: &mut Writer<N>,
    interface: &str,
    name: &str,
    settings: &[Setting],
) {
    out.raw(&MAGIC);
    out.u32(kind::SETTINGS);
    let start = out.length();
    out.u128(if N == 0 { 0 } else { fingerprint(settings) });
    out.string(interface);
    out.string(name);
    write_settings(out, settings);
    out.measure(start);
}

/// Writes the record of a registration, and that of its settings.
pub(crate) const fn configured_record<const N: usize>(
    out: &mut Writer<N>,
    interface: &str,
    name: &str,
    settings: &[Setting],
) -> usize {
    registration_record(out, interface, name);
    settings_record(out, interface, name, settings);
    out.len()
}

/// Returns the hash of the description.
pub(crate) const fn fingerprint(settings: &[Setting]) -> u128 {
    let mut out = Writer::hashing();
    write_settings(&mut out, settings);
    out.hash()
}

/// Writes each setting behind its length, so that later versions can append to
/// it.
const fn write_settings<const N: usize>(out: &mut Writer<N>, settings: &[Setting]) {
    out.u32(settings.len() as u32);
    let mut i = 0;
    while i < settings.len() {
        let Setting { name, doc, default, range, kind } = &settings[i];
        let start = out.length();
        out.string(name);
        out.string(doc);
        match default {
            Some(default) => {
                out.u32(1);
                out.string(default);
            }
            None => out.u32(0),
        }
        write_kind(out, kind, *range);
        out.measure(start);
        i += 1;
    }
}

/// Writes a kind behind its length, so that a host can skip one that it does not
/// know.
const fn write_kind<const N: usize>(out: &mut Writer<N>, kind: &SettingKind, range: Option<Range>) {
    let start = out.length();
    match (kind, range) {
        (SettingKind::Bool, None) => out.u32(setting::BOOL),
        (SettingKind::Text, None) => out.u32(setting::TEXT),
        (SettingKind::FilePath, None) => out.u32(setting::PATH),
        (SettingKind::Integer(least, most), None) => write_integers(out, *least, *most),
        (SettingKind::Integer(least, most), Some(Range::Integer(from, to))) => {
            assert!(*least <= from && to <= *most, "the range has numbers that the type lacks");
            write_integers(out, from, to);
        }
        (SettingKind::Float(least, most), None) => write_floats(out, *least, *most),
        (SettingKind::Float(..), Some(Range::Float(from, to))) => write_floats(out, from, to),
        (SettingKind::Float(..), Some(Range::Integer(..))) => {
            panic!("the range of a setting with floating-point numbers has points: `0.0..=1.0`")
        }
        (SettingKind::Choice(choices), None) => {
            out.u32(setting::CHOICE);
            out.u32(choices.len() as u32);
            let mut i = 0;
            while i < choices.len() {
                out.string(choices[i].name);
                out.string(choices[i].doc);
                i += 1;
            }
        }
        (SettingKind::List(kind), range) => {
            out.u32(setting::LIST);
            write_kind(out, kind, range);
        }
        (SettingKind::Map(kind), range) => {
            out.u32(setting::MAP);
            write_kind(out, kind, range);
        }
        (SettingKind::Optional(kind), range) => {
            out.u32(setting::OPTIONAL);
            write_kind(out, kind, range);
        }
        (SettingKind::Table(settings), None) => {
            out.u32(setting::TABLE);
            write_settings(out, settings);
        }
        (_, Some(_)) => panic!("only a setting with numbers has a range of the same numbers"),
    }
    out.measure(start);
}

const fn write_integers<const N: usize>(out: &mut Writer<N>, from: i64, to: i64) {
    assert!(from <= to, "the range of a setting is empty");
    out.u32(setting::INTEGER);
    out.raw(&from.to_le_bytes());
    out.raw(&to.to_le_bytes());
}

const fn write_floats<const N: usize>(out: &mut Writer<N>, from: f64, to: f64) {
    assert!(from <= to, "the range of a setting is empty");
    out.u32(setting::FLOAT);
    out.raw(&from.to_bits().to_le_bytes());
    out.raw(&to.to_bits().to_le_bytes());
}
