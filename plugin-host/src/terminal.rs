//! What a terminal shows: colors, and how many columns it has.

use std::io::{stderr, stdout};

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use clap::ValueEnum;
use comfy_table::{ContentArrangement, Table};

/// When to print colors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorWhen {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Also in a pipe.
    Always,
    /// Nowhere.
    Never,
}

/// How well something is.
#[derive(Clone, Copy)]
pub(crate) enum Tone {
    Good,
    Note,
    Bad,
}

/// The narrowest width that is heeded.
const NARROWEST: u16 = 20;

/// Prints colors from now on, or not.
pub(crate) fn choose(when: ColorWhen) {
    match when {
        ColorWhen::Auto => ColorChoice::Auto,
        ColorWhen::Always => ColorChoice::Always,
        ColorWhen::Never => ColorChoice::Never,
    }
    .write_global();
}

/// Returns `true` if stderr has colors.
pub(crate) fn stderr_has_colors() -> bool {
    AutoStream::choice(&stderr()) != ColorChoice::Never
}

/// Colors text for stdout.
pub(crate) fn on_stdout(tone: Tone, text: &str) -> String {
    colored(AutoStream::choice(&stdout()) != ColorChoice::Never, tone, text)
}

/// Colors text for stderr.
pub(crate) fn on_stderr(tone: Tone, text: &str) -> String {
    colored(stderr_has_colors(), tone, text)
}

fn colored(has_colors: bool, tone: Tone, text: &str) -> String {
    if !has_colors {
        return text.to_owned();
    }
    let color = match tone {
        Tone::Good => AnsiColor::Green,
        Tone::Note => AnsiColor::Yellow,
        Tone::Bad => AnsiColor::Red,
    };
    let style = Style::new().bold().fg_color(Some(color.into()));
    format!("{style}{text}{style:#}")
}

/// Returns the number of columns that output should fit: that of the terminal, or
/// `COLUMNS`. A pipe has no limit.
fn columns() -> Option<u16> {
    let asked = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    asked.or_else(of_terminal).filter(|columns| *columns >= NARROWEST)
}

#[cfg(unix)]
fn of_terminal() -> Option<u16> {
    rustix::termios::tcgetwinsize(stdout()).ok().map(|size| size.ws_col)
}

#[cfg(not(unix))]
fn of_terminal() -> Option<u16> {
    None
}

/// Formats a table, whose cells get more lines where the terminal is too narrow.
pub(crate) fn fitted(mut table: Table) -> String {
    if let Some(columns) = columns() {
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(columns);
    }
    let lines = table.lines().map(|line| line.trim_end().to_owned());
    lines.collect::<Vec<_>>().join("\n")
}

/// Breaks text into lines where the terminal is too narrow. All but the first are
/// indented, and the first is taken to be.
pub(crate) fn wrapped(text: &str, indent: usize) -> String {
    wrap(text, indent, columns().map(usize::from))
}

fn wrap(text: &str, indent: usize, columns: Option<usize>) -> String {
    let Some(columns) = columns else { return text.to_owned() };
    let (mut out, mut column) = (String::new(), indent);
    for word in text.split(' ') {
        let length = word.chars().count();
        if column > indent && column + 1 + length > columns {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', indent));
            column = indent;
        } else if column > indent {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += length;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words() {
        let text = "one two three four";
        assert_eq!(wrap(text, 4, Some(14)), "one two\n    three four");
        assert_eq!(wrap(text, 4, Some(12)), "one two\n    three\n    four");
        assert_eq!(wrap(text, 4, None), text);
        // A word that is longer than a line stays whole.
        assert_eq!(wrap("a /very/long/path b", 2, Some(8)), "a\n  /very/long/path\n  b");
    }

    #[test]
    fn colors_are_those_of_the_tone_or_none() {
        assert_eq!(colored(true, Tone::Bad, "no"), "\u{1b}[1m\u{1b}[31mno\u{1b}[0m");
        assert_eq!(colored(false, Tone::Bad, "no"), "no");
    }
}
