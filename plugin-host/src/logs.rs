//! The records of plugins, which go to stderr as `RUST_LOG` says.

use std::io::Write as _;

use env_logger::{Builder, Env};
use log::Record;

use crate::output::escaped;

/// Shows the records of the plugins in this process. Without `RUST_LOG`, these
/// are errors.
pub(crate) fn show() {
    Builder::from_env(Env::default().default_filter_or("error"))
        .format(|out, record| writeln!(out, "{}", line(record)))
        .init();
}

/// Returns a record as one line: level, plugin, target, message.
fn line(record: &Record<'_>) -> String {
    let level = record.level().as_str().to_lowercase();
    let plugin = record.key_values().get("plugin".into());
    let plugin = plugin.map(|name| format!("{name} ")).unwrap_or_default();
    escaped(&format!("{level} {plugin}{}: {}", record.target(), record.args()))
}
