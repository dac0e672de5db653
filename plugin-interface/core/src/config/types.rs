//! The types of settings that the standard library has, and how a struct reads its
//! fields.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, Hash};
use std::path::PathBuf;

use super::{ConfigValue, FromText, SettingKind, SettingsError, SettingsInput};

impl SettingsInput<'_> {
    /// Reads a setting that has no default.
    pub fn required<T: ConfigValue>(&mut self, setting: &'static str) -> Result<T, SettingsError> {
        match self.has_value()? {
            true => T::read(self),
            false => T::absent().ok_or(SettingsError::Missing { setting }),
        }
    }

    /// Reads a setting that has a default.
    pub fn or<T: ConfigValue>(&mut self, default: fn() -> T) -> Result<T, SettingsError> {
        match self.has_value()? {
            true => T::read(self),
            false => Ok(default()),
        }
    }
}

impl ConfigValue for bool {
    const KIND: &'static SettingKind = &SettingKind::Bool;

    fn read(input: &mut SettingsInput<'_>) -> Result<Self, SettingsError> {
        Ok(input.array::<1>()? != [0])
    }
}

/// Integers: those of them that a file can have.
macro_rules! integers {
    ($($ty:ty: $least:expr, $most:expr;)*) => { $(
        impl ConfigValue for $ty {
            const KIND: &'static SettingKind = &SettingKind::Integer($least as i64, $most as i64);

            fn read(input: &mut SettingsInput<'_>) -> Result<Self, SettingsError> {
                let number = i64::from_le_bytes(input.array()?);
                Self::try_from(number).map_err(|_| SettingsError::Malformed)
            }
        }
    )* };
}

integers! {
    i8: i8::MIN, i8::MAX;
    i16: i16::MIN, i16::MAX;
    i32: i32::MIN, i32::MAX;
    i64: i64::MIN, i64::MAX;
    isize: isize::MIN, isize::MAX;
    u8: u8::MIN, u8::MAX;
    u16: u16::MIN, u16::MAX;
    u32: u32::MIN, u32::MAX;
    u64: 0, i64::MAX;
    usize: 0, isize::MAX;
}

impl ConfigValue for f64 {
    const KIND: &'static SettingKind = &SettingKind::Float(f64::NEG_INFINITY, f64::INFINITY);

    fn read(input: &mut SettingsInput<'_>) -> Result<Self, SettingsError> {
        input.array().map(f64::from_le_bytes)
    }
}

impl ConfigValue for f32 {
    const KIND: &'static SettingKind = &SettingKind::Float(f32::MIN as f64, f32::MAX as f64);

    fn read(input: &mut SettingsInput<'_>) -> Result<Self, SettingsError> {
        f64::read(input).map(|number| number as f32)
    }
}

impl ConfigValue for String {
    const KIND: &'static SettingKind = &SettingKind::Text;

    fn read(input: &mut SettingsInput<'_>) -> Result<Self, SettingsError> {
        input.text()
    }
}

impl FromText for String {
    fn from_text(text: &'static str) -> Self {
        text.to_owned()
    }
}

impl ConfigValue for PathBuf {
    const KIND: &'static SettingKind = &SettingKind::FilePath;

    fn read(input: &mut SettingsInput<'_>) -> Result<Self, SettingsError> {
        input.text().map(PathBuf::from)
    }
}

impl FromText for PathBuf {
    fn from_text(text: &'static str) -> Self {
        PathBuf::from(text)
    }
}

impl<T: ConfigValue> ConfigValue for Option<T> {
    const KIND: &'static SettingKind = &SettingKind::Optional(T::KIND);

    fn read(input: &mut SettingsInput<'_>) -> Result<Self, SettingsError> {
        T::read(input).map(Some)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl<T: ConfigValue> ConfigValue for Vec<T> {
    const KIND: &'static SettingKind = &SettingKind::List(T::KIND);

    fn read(input: &mut SettingsInput<'_>) -> Result<Self, SettingsError> {
        (0..input.len()?).map(|_| T::read(input)).collect()
    }
}

fn read_map<T: ConfigValue, M: FromIterator<(String, T)>>(
    input: &mut SettingsInput<'_>,
) -> Result<M, SettingsError> {
    (0..input.len()?).map(|_| Ok((input.text()?, T::read(input)?))).collect()
}

impl<T: ConfigValue> ConfigValue for BTreeMap<String, T> {
    const KIND: &'static SettingKind = &SettingKind::Map(T::KIND);

    fn read(input: &mut SettingsInput<'_>) -> Result<Self, SettingsError> {
        read_map(input)
    }
}

impl<T: ConfigValue, S: BuildHasher + Default> ConfigValue for HashMap<String, T, S>
where
    String: Hash + Eq,
{
    const KIND: &'static SettingKind = &SettingKind::Map(T::KIND);

    fn read(input: &mut SettingsInput<'_>) -> Result<Self, SettingsError> {
        read_map(input)
    }
}
