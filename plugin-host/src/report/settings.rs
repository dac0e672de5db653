//! The settings that a library declares, as `inspect` prints them.

use plugin_interface::metadata::{SettingKind, SettingMetadata, SettingsMetadata};
use serde::Serialize;

/// The settings of one implementation.
#[derive(Serialize)]
pub(crate) struct SettingsReport<'a> {
    pub(crate) implementation: &'a str,
    pub(crate) settings: Vec<SettingReport<'a>>,
}

/// One setting. Those of a table follow it.
#[derive(Serialize)]
pub(crate) struct SettingReport<'a> {
    /// The keys to it, from the table of settings: `cache.entries`.
    key: String,
    /// The values that it can have.
    values: String,
    required: bool,
    /// As a `plugins.toml` would have it.
    default: Option<&'a str>,
    doc: &'a str,
}

pub(crate) fn report(declared: &SettingsMetadata) -> SettingsReport<'_> {
    let mut settings = Vec::new();
    add(&mut settings, "", &declared.settings);
    SettingsReport { implementation: &declared.registration, settings }
}

fn add<'a>(all: &mut Vec<SettingReport<'a>>, within: &str, settings: &'a [SettingMetadata]) {
    for setting in settings {
        let key = format!("{within}{}", setting.name);
        let (inner, suffix) = tables(&setting.kind);
        all.push(SettingReport {
            key: key.clone(),
            values: setting.kind.to_string(),
            required: setting.is_required(),
            default: setting.default.as_deref(),
            doc: &setting.doc,
        });
        add(all, &format!("{key}{suffix}."), inner);
    }
}

/// Returns the settings of the table within a kind.
fn tables(kind: &SettingKind) -> (&[SettingMetadata], String) {
    match kind {
        SettingKind::Table(settings) => (settings, String::new()),
        SettingKind::Optional(kind) => tables(kind),
        SettingKind::List(kind) => {
            let (settings, suffix) = tables(kind);
            (settings, format!("[]{suffix}"))
        }
        SettingKind::Map(kind) => {
            let (settings, suffix) = tables(kind);
            (settings, format!(".*{suffix}"))
        }
        _ => (&[], String::new()),
    }
}

impl SettingReport<'_> {
    /// Returns the setting in one line.
    pub(crate) fn line(&self) -> String {
        let SettingReport { key, values, required, default, doc } = self;
        let value = match default {
            Some(default) => format!(" = {default}"),
            None if *required => " (required)".to_owned(),
            None => String::new(),
        };
        let doc = doc.lines().next().unwrap_or_default();
        let doc = if doc.is_empty() { String::new() } else { format!(". {doc}") };
        format!("{key}{value}: {values}{doc}")
    }
}
