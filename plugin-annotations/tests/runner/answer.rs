//! The compiler's answer, without what changes from machine to machine and from
//! edit to edit.

use super::PACKAGE;

/// Lines at the end of an answer, which say no more than the others.
const NOISE: [&str; 4] = [
    "error: aborting due to ",
    "Some errors have detailed explanations:",
    "For more information about this error, try ",
    "For more information about an error, try ",
];

/// ```text
/// Input:    --> plugin-annotations/tests/ui/case.rs:3:5
///           ::: plugin-interface/src/greeter.rs:24:1
///        24 | pub trait Greeter {
///           and 60 others
///           reading memory at alloc189[0x0..0x4]
/// Output:   --> tests/ui/case.rs:3:5
///           ::: $WORKSPACE/plugin-interface/src/greeter.rs
///           | pub trait Greeter {
///           and $N others
///           reading memory at alloc[0x0..0x4]
/// ```
pub(crate) fn normalize(output: &str) -> String {
    let mut lines = Vec::new();
    let mut is_elsewhere = false;
    for line in output.lines().map(str::trim_end) {
        if NOISE.iter().any(|noise| line.starts_with(noise)) || names_a_file_of_types(line) {
            continue;
        }
        let text = line.trim_start();
        let indent = &line[..line.len() - text.len()];
        if let Some((arrow, place)) = location(text) {
            let place = plain_location(place);
            is_elsewhere = place.starts_with('$');
            lines.push(format!("{indent}{arrow}{place}"));
        } else if text.starts_with("and ") && text.ends_with(" others") {
            lines.push(format!("{indent}and $N others"));
        } else if is_elsewhere && text.starts_with(|c: char| c.is_ascii_digit() || "|.".contains(c))
        {
            lines.push(without_number(line));
        } else {
            is_elsewhere = false;
            lines.push(without_allocation(line));
        }
    }
    let diagnostics = lines.split(|line| line.is_empty()).filter(|lines| !lines.is_empty());
    diagnostics.map(narrow).collect::<Vec<_>>().join("\n")
}

/// `at alloc[` for `at alloc189[`.
fn without_allocation(line: &str) -> String {
    match line.split_once("at alloc") {
        Some((before, after)) => {
            format!("{before}at alloc{}", after.trim_start_matches(|c: char| c.is_ascii_digit()))
        }
        None => line.to_owned(),
    }
}

/// Returns `true` if the line names a file that holds the name of a type.
fn names_a_file_of_types(line: &str) -> bool {
    line.contains("the full type name has been written to")
        || line.contains("the full name for the type has been written to")
}

/// `--> ` or `::: `, and the place behind it.
fn location(text: &str) -> Option<(&'static str, &str)> {
    ["--> ", "::: "].into_iter().find_map(|arrow| Some((arrow, text.strip_prefix(arrow)?)))
}

/// A place in a case as it is; of a place elsewhere only the file.
fn plain_location(place: &str) -> String {
    let own = place.strip_prefix(PACKAGE).and_then(|rest| rest.strip_prefix('/'));
    if let Some(own) = own.filter(|own| own.starts_with("tests/")) {
        return own.to_owned();
    }
    let file = place.trim_end_matches(|c: char| c.is_ascii_digit() || c == ':');
    for library in ["/rustlib/src/rust/library/", "/library/"] {
        if let Some((_, file)) = file.split_once(library) {
            return format!("$RUST/{file}");
        }
    }
    match file.split_once("/registry/src/").and_then(|(_, rest)| rest.split_once('/')) {
        Some((_, file)) => format!("$CARGO/{file}"),
        None => format!("$WORKSPACE/{file}"),
    }
}

/// `24 | code` with blanks for the number.
fn without_number(line: &str) -> String {
    let code = line.find(['|', '.']).unwrap_or(0);
    format!("{}{}", " ".repeat(code), &line[code..])
}

/// Cuts the margin to what the numbers that are left take.
fn narrow(diagnostic: &[String]) -> String {
    let excess = diagnostic.iter().filter_map(|line| margin(line)).min().unwrap_or(0);
    let cut = |line: &String| match line.find(' ') {
        Some(at) if margin(line).is_some() || line.starts_with("          ") => {
            format!("{}{}\n", &line[..at], &line[at + excess..])
        }
        _ => format!("{line}\n"),
    };
    diagnostic.iter().map(cut).collect()
}

/// The blanks that a line could lose before its `|`, its arrow or its note.
fn margin(line: &str) -> Option<usize> {
    if let Some(rest) = line.strip_prefix("... ") {
        return Some(rest.len() - rest.trim_start().len());
    }
    let numbered = line.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ');
    let before = &line[..line.len() - numbered.len()];
    let blanks = before.chars().filter(|c| *c == ' ').count();
    let marks: &[&str] = match before.contains(|c: char| c.is_ascii_digit()) {
        true => &["|", "+", "-", "~"],
        false => &["|", "-->", ":::", "= "],
    };
    (blanks > 0 && marks.iter().any(|mark| numbered.starts_with(mark))).then(|| blanks - 1)
}
