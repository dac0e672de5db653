//! What reaches the terminal: escaped, whoever supplied it.

use std::error::Error;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Write};
use std::sync::OnceLock;
use std::time::Duration;

use indicatif::ProgressBar;
use serde::Serialize;

/// Text that came from a plugin or a file name, safe to print on one line.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            // Printable, and only confusing when escaped.
            '\'' | '"' | '\\' => out.push(c),
            _ => out.extend(c.escape_debug()),
        }
    }
    out
}

/// An error with its causes, on as many lines as it has, each escaped.
pub(crate) fn describe(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let _ = write!(text, ": {cause}");
        source = cause.source();
    }
    text.lines().map(escaped).collect::<Vec<_>>().join("\n")
}

/// Shows how far a long work has come, on a terminal; nothing elsewhere.
pub(crate) fn progress(len: usize) -> ProgressBar {
    ProgressBar::new(len as u64)
}

/// Shows that a work goes on whose length nobody knows, on a terminal.
pub(crate) fn waiting(what: String) -> ProgressBar {
    let spinner = ProgressBar::new_spinner().with_message(what);
    spinner.enable_steady_tick(Duration::from_millis(100));
    spinner
}

/// Prints one error to stderr.
pub(crate) fn print_error(text: &str) {
    let text = text.lines().map(escaped).collect::<Vec<_>>().join("\n");
    // Nobody is left to be told if stderr is gone.
    let _ = writeln!(io::stderr(), "error: {text}");
}

/// Stdout, while plugins in this process are kept from it.
static RESERVED: OnceLock<File> = OnceLock::new();

/// From here on, what plugins print in this process goes to stderr, and only
/// the program's own lines to stdout.
///
/// On Windows all go where they went before.
pub(crate) fn reserve_stdout() -> io::Result<()> {
    #[cfg(unix)]
    if RESERVED.get().is_none() {
        let stdout = rustix::io::fcntl_dupfd_cloexec(io::stdout(), 3)?;
        rustix::stdio::dup2_stdout(io::stderr())?;
        let _ = RESERVED.set(File::from(stdout));
    }
    Ok(())
}

/// Where the program prints.
fn out() -> Box<dyn Write> {
    match RESERVED.get() {
        Some(stdout) => Box::new(stdout),
        None => Box::new(io::stdout()),
    }
}

/// Prints a line to stdout.
pub(crate) fn print_line(text: &str) -> io::Result<()> {
    out().write_all(format!("{text}\n").as_bytes())
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
    use super::escaped;

    #[test]
    fn no_control_code_reaches_the_terminal() {
        assert_eq!(escaped("a\u{1b}[31mb\n"), "a\\u{1b}[31mb\\n");
        assert_eq!(escaped("\u{202e}x"), "\\u{202e}x");
    }

    #[test]
    fn ordinary_text_is_left_alone() {
        assert_eq!(escaped("C:\\it's \"fine\" é"), "C:\\it's \"fine\" é");
    }
}
