//! The description of settings, which the derive writes as constants.

/// One setting of a plugin.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    pub name: &'static str,
    /// Its doc comment.
    pub doc: &'static str,
    /// Its default, as the author wrote it.
    pub default: Option<&'static str>,
    /// The allowed numbers, if they are fewer than those of the type.
    pub range: Option<Range>,
    pub kind: &'static SettingKind,
}

/// The smallest and the largest number.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub enum Range {
    Integer(i64, i64),
    Float(f64, f64),
}

/// The values that a setting can have.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub enum SettingKind {
    Bool,
    Integer(i64, i64),
    Float(f64, f64),
    Text,
    FilePath,
    Choice(&'static [Choice]),
    List(&'static SettingKind),
    Map(&'static SettingKind),
    Optional(&'static SettingKind),
    Table(&'static [Setting]),
}

/// One variant of an enum.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Choice {
    pub name: &'static str,
    pub doc: &'static str,
}

impl SettingKind {
    /// Returns the number of the variant with that name. Refuses another name
    /// when the plugin is compiled.
    pub const fn choice(&self, name: &str) -> u32 {
        let SettingKind::Choice(all) = self else { panic!("an enum") };
        let mut i = 0;
        while i < all.len() {
            if crate::metadata::is_same(all[i].name, name) {
                return i as u32;
            }
            i += 1;
        }
        panic!("the default is none of the variants: write its name as in a `plugins.toml`");
    }
}

/// A default, or one of the values in a default that is a list.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub enum DefaultValue {
    Integer(i64),
    Float(f64),
    Text(&'static str),
}

impl SettingKind {
    /// Refuses defaults that the file could not have, when the plugin is
    /// compiled.
    pub const fn check_defaults(&self, range: Option<Range>, defaults: &[DefaultValue]) {
        let mut i = 0;
        while i < defaults.len() {
            self.check_default(range, &defaults[i]);
            i += 1;
        }
    }

    const fn check_default(&self, range: Option<Range>, default: &DefaultValue) {
        match (self, range, default) {
            (SettingKind::List(kind), range, default) => kind.check_default(range, default),
            (SettingKind::Choice(_), _, DefaultValue::Text(name)) => {
                self.choice(name);
            }
            (_, Some(Range::Integer(from, to)), DefaultValue::Integer(value)) => {
                assert!(from <= *value && *value <= to, "the default is outside of the range");
            }
            (_, Some(Range::Float(from, to)), DefaultValue::Float(value)) => {
                assert!(from <= *value && *value <= to, "the default is outside of the range");
            }
            _ => {}
        }
    }
}
