//! Formats sources that this program writes.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// Returns the text as rustfmt writes it in a folder, which need not exist yet, or
/// as it is where there is no rustfmt.
pub(crate) fn formatted(text: &str, folder: &Path) -> String {
    run(text, folder).unwrap_or_else(|| text.to_owned())
}

fn run(text: &str, folder: &Path) -> Option<String> {
    let folder = std::path::absolute(folder).ok()?;
    let mut child = Command::new("rustfmt")
        .args(["--edition", "2024"])
        // It reads the settings of the folders around the text.
        .current_dir(folder.ancestors().find(|folder| folder.is_dir())?)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    // It reads everything before it writes.
    child.stdin.take()?.write_all(text.as_bytes()).ok()?;
    let output = child.wait_with_output().ok()?;
    output.status.success().then(|| String::from_utf8(output.stdout).ok())?
}
