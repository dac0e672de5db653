//! Output on the terminal; text from plugins and file names is escaped.

use std::error::Error;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use indicatif::ProgressBar;
use plugin_interface::{HotError, InspectError, LoadError, LockError, SignatureError};
use serde::Serialize;

use crate::streams::print_text;
use crate::terminal::{Tone, on_stderr};

/// Escapes text from a plugin or a file name, so that it prints on one line.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            // Printable; escapes would only make it harder to read.
            '\'' | '"' | '\\' => out.push(c),
            _ => out.extend(c.escape_debug()),
        }
    }
    out
}

/// Formats an error and its causes. Keeps its line breaks, escapes each line.
pub(crate) fn describe(error: &(dyn Error + 'static)) -> String {
    let mut text = in_one_line(error);
    let mut option = option_for(error);
    let mut source = error.source();
    while let Some(cause) = source {
        let _ = write!(text, ": {}", in_one_line(cause));
        option = option.or(option_for(cause));
        source = cause.source();
    }
    text.push_str(option.unwrap_or_default());
    escaped_lines(&text)
}

/// Formats an error with the name of its file on one line. Nothing after a line
/// break in a name looks like a message of this program.
fn in_one_line(error: &(dyn Error + 'static)) -> String {
    let text = error.to_string();
    let Some(path) = path_of(error) else { return text };
    let name = path.display().to_string();
    match name.contains(['\n', '\r']) {
        true => text.replace(&name, &escaped(&name)),
        false => text,
    }
}

/// The file that an error names.
fn path_of<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e Path> {
    if let Some(HotError::Load(error)) = error.downcast_ref() {
        return Some(error.path());
    }
    if let Some(error) = error.downcast_ref() {
        return Some(LockError::path(error));
    }
    if let Some(error) = error.downcast_ref() {
        return Some(SignatureError::path(error));
    }
    let of_load = error.downcast_ref().map(LoadError::path);
    of_load.or_else(|| error.downcast_ref().map(InspectError::path))
}

/// Returns `true` for the error that an option of the program allows.
/// The option of this program by which what an error refuses is allowed.
fn option_for(error: &(dyn Error + 'static)) -> Option<&'static str> {
    if matches!(error.downcast_ref(), Some(LoadError::LinkOutside { .. })) {
        return Some("; the option of this program is --allow-links-outside");
    }
    let is_writable = matches!(error.downcast_ref(), Some(LoadError::WorldWritable { .. }))
        || matches!(error.downcast_ref(), Some(LockError::WorldWritable { .. }));
    is_writable.then_some(
        "; the option of this program is --allow-world-writable; where modes are fixed \
         (FAT, 9p, WSL), mount with umask=022",
    )
}

fn escaped_lines(text: &str) -> String {
    text.lines().map(escaped).collect::<Vec<_>>().join("\n")
}

/// Creates a progress bar, which only a terminal shows.
pub(crate) fn progress(len: usize) -> ProgressBar {
    ProgressBar::new(len as u64)
}

/// Creates a spinner for work of unknown length, which only a terminal shows.
pub(crate) fn waiting(what: String) -> ProgressBar {
    let spinner = ProgressBar::new_spinner().with_message(what);
    spinner.enable_steady_tick(Duration::from_millis(100));
    spinner
}

/// Prints an error to stderr.
pub(crate) fn print_error(text: &str) {
    print_to_stderr(Tone::Bad, "error", text);
}

/// Prints a note to stderr.
pub(crate) fn print_note(text: &str) {
    print_to_stderr(Tone::Note, "note", text);
}

fn print_to_stderr(tone: Tone, kind: &str, text: &str) {
    let kind = on_stderr(tone, &format!("{kind}:"));
    // There is nowhere to report that stderr is closed.
    let _ = writeln!(io::stderr(), "{kind} {}", escaped_lines(text));
}

/// Prints the error that ended a command; as JSON, also to stdout.
pub(crate) fn print_failure(error: &str, json: bool) {
    #[derive(Serialize)]
    struct Failure<'a> {
        error: &'a str,
    }
    let text = escaped_lines(error);
    print_error(&text);
    if json {
        // The error on stderr and the exit code are left.
        let _ = print_json_line(&Failure { error: &text });
    }
}

/// Prints a line to stdout.
pub(crate) fn print_line(text: &str) -> io::Result<()> {
    print_text(&format!("{text}\n"))
}

/// Prints a value as JSON to stdout.
pub(crate) fn print_json(value: &impl Serialize) -> anyhow::Result<()> {
    print_line(&serde_json::to_string_pretty(value)?)?;
    Ok(())
}

/// Prints a value as one line of JSON to stdout.
pub(crate) fn print_json_line(value: &impl Serialize) -> anyhow::Result<()> {
    print_line(&serde_json::to_string(value)?)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_codes_are_escaped() {
        assert_eq!(escaped("a\u{1b}[31mb\n"), "a\\u{1b}[31mb\\n");
        assert_eq!(escaped("\u{202e}x"), "\\u{202e}x");
    }

    #[test]
    fn ordinary_text_is_unchanged() {
        assert_eq!(escaped("C:\\it's \"fine\" é"), "C:\\it's \"fine\" é");
    }

    #[test]
    fn what_an_option_allows_is_refused_with_its_name() {
        let path = || Path::new("plugins/libx.so").to_path_buf();
        let outside = LoadError::LinkOutside {
            path: path(),
            to: Path::new("/store/libx.so").into(),
            culprit: Path::new("/store").into(),
        };
        let option = "; the option of this program is --allow-links-outside";
        assert!(describe(&outside).ends_with(option), "{}", describe(&outside));
        let caused = anyhow::Error::from(outside).context("cannot load it");
        assert!(describe(caused.as_ref()).ends_with(option), "{caused:#}");
        let missing = LoadError::DirectoryMissing { path: path() };
        assert!(!describe(&missing).contains("the option of this program"));
    }
}
