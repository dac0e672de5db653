//! The examples of the documentation, as `rustdoc` compiles them.

use super::{files, root};

/// The marks of a block that is no test.
const NO_TESTS: &[&str] = &["text", "ignore", "toml", "sh", "console", "c", "json"];

/// Returns the blocks of code of a text: the line, the marks and the code of each.
fn blocks(text: &str) -> Vec<(usize, String, String)> {
    let mut found: Vec<(usize, String, String)> = Vec::new();
    let mut is_open = false;
    for (at, line) in text.lines().enumerate() {
        let line = line.trim_start().trim_start_matches("///").trim_start_matches("//!");
        match (line.trim_start().strip_prefix("```"), is_open) {
            (Some(marks), false) => {
                found.push((at + 1, marks.to_owned(), String::new()));
                is_open = true;
            }
            (Some(_), true) => is_open = false,
            (None, true) => {
                let code = &mut found.last_mut().unwrap().2;
                code.push_str(line);
                code.push('\n');
            }
            (None, false) => {}
        }
    }
    found
}

/// `rustdoc` compiles the examples of a crate as modules of one program, which is many
/// times faster, and each on its own if one of them does not compile there.
/// `#[plugin_aggregates]` asks to lie at the root of a crate.
#[test]
fn examples_with_a_crate_root_stand_alone() {
    let mut paths = Vec::new();
    files(&root(), &["rs", "md"], &mut paths);
    let mut seen = 0;
    let mut wrong = Vec::new();
    for path in paths {
        let text = std::fs::read_to_string(&path).unwrap();
        for (line, marks, code) in blocks(&text) {
            if !code
                .lines()
                .any(|line| line.trim_start_matches(['#', ' ']).starts_with("[plugin_aggregates"))
                || marks.split(',').any(|mark| NO_TESTS.contains(&mark.trim()))
            {
                continue;
            }
            seen += 1;
            if !marks.contains("standalone_crate") {
                wrong.push(format!("{}:{line}: ```{marks}", path.display()));
            }
        }
    }
    assert!(seen > 15, "{seen} examples were found");
    assert!(wrong.is_empty(), "write ```standalone_crate:\n{}", wrong.join("\n"));
}
