//! The file of recorded calls.

use std::path::Path;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::exit::UsageError;
use crate::worker::Outcome;

const FORMAT: u32 = 1;

/// The recorded calls of a library.
#[derive(Deserialize, Serialize)]
pub(super) struct Recorded {
    format: u32,
    pub(super) plugins: Vec<RecordedPlugin>,
}

#[derive(Deserialize, Serialize)]
pub(super) struct RecordedPlugin {
    pub(super) interface: String,
    pub(super) plugin: String,
    pub(super) calls: Vec<RecordedCall>,
}

#[derive(Deserialize, Serialize)]
pub(super) struct RecordedCall {
    pub(super) method: String,
    pub(super) arguments: Vec<Value>,
    pub(super) outcome: Outcome,
}

impl Recorded {
    pub(super) fn new(plugins: Vec<RecordedPlugin>) -> Self {
        Recorded { format: FORMAT, plugins }
    }

    pub(super) fn read(file: &Path) -> anyhow::Result<Self> {
        let text =
            std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        let wrong = |found: String| {
            UsageError(format!(
                "{}: expected calls of format {FORMAT} that `check --record` wrote, found {found}",
                file.display()
            ))
        };
        let value: Value =
            serde_json::from_slice(&text).map_err(|error| wrong(error.to_string()))?;
        match &value["format"] {
            Value::Number(number) if number.as_u64() == Some(FORMAT.into()) => {}
            Value::Number(number) => return Err(wrong(format!("format {number}")).into()),
            _ => return Err(wrong("no format".to_owned()).into()),
        }
        Ok(serde_json::from_value(value).map_err(|error| wrong(error.to_string()))?)
    }

    /// Writes the file as a whole or not at all.
    pub(super) fn write(&self, file: &Path) -> anyhow::Result<()> {
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
        let failed = || format!("cannot write {}", file.display());
        let new = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")));
        let mut new = new.with_context(failed)?;
        serde_json::to_writer_pretty(&mut new, self)?;
        std::io::Write::write_all(&mut new, b"\n").with_context(failed)?;
        new.persist(file).with_context(failed)?;
        Ok(())
    }
}
