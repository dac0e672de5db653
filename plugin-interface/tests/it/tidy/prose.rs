//! Plain English, as far as it can be counted.

use std::path::PathBuf;

use super::{files, root};

/// Openings that hide the noun of a sentence.
const QUESTIONS: &[&str] = &[
    "how", "what", "whatever", "when", "where", "whether", "which", "who", "whoever", "whom",
    "whose", "why",
];

/// The folders whose comments address those who test the project.
const TESTS: &[&str] = &["tests", "fuzz", "benchmarks"];

/// A text between empty lines: its file and line, and its lines.
struct Paragraph {
    place: String,
    lines: Vec<String>,
}

impl Paragraph {
    /// The sentences, with code as one word each.
    fn sentences(&self) -> Vec<String> {
        let text = self.lines.join(" ");
        let without_code: String = text
            .split('`')
            .enumerate()
            .map(|(at, part)| if at % 2 == 0 { part } else { "code" })
            .collect();
        let mut sentences = vec![String::new()];
        let mut words = without_code.split_whitespace().peekable();
        while let Some(word) = words.next() {
            let last = sentences.last_mut().unwrap();
            last.push_str(word);
            last.push(' ');
            let is_end = word.trim_end_matches(['"', '*', ')', '_']).ends_with(['.', '!', '?']);
            let starts = |next: &&str| {
                let first = next.trim_start_matches(['"', '*', '(', '[', '_']).chars().next();
                first.is_some_and(|c| c.is_uppercase() || c.is_ascii_digit())
                    || next.starts_with("code")
            };
            if is_end && words.peek().is_some_and(starts) {
                sentences.push(String::new());
            }
        }
        sentences
    }
}

fn is_of_tests(path: &std::path::Path) -> bool {
    let root = root();
    let relative = path.strip_prefix(&root).unwrap();
    relative.iter().any(|part| TESTS.iter().any(|name| part == *name))
}

fn found(extension: &str) -> Vec<PathBuf> {
    let mut all = Vec::new();
    files(&root(), &[extension], &mut all);
    all.retain(|path| !is_of_tests(path));
    assert!(!all.is_empty());
    all
}

/// The blocks of comments in a source file, each with its first line's number.
fn comments(text: &str) -> Vec<(usize, Vec<String>)> {
    let mut blocks: Vec<(usize, Vec<String>)> = Vec::new();
    let mut inside = false;
    for (at, line) in text.lines().enumerate() {
        let comment = line.trim_start().strip_prefix("//").filter(|rest| !rest.starts_with("//"));
        if let Some(comment) = comment {
            let comment = comment.strip_prefix(['/', '!']).unwrap_or(comment);
            if !inside {
                blocks.push((at + 1, Vec::new()));
            }
            blocks.last_mut().unwrap().1.push(comment.to_owned());
        }
        inside = comment.is_some();
    }
    blocks
}

/// The paragraphs of Markdown: no code, tables, headings, links' targets, HTML.
fn paragraphs(path: &str, first: usize, lines: &[String]) -> Vec<Paragraph> {
    let mut paragraphs: Vec<Paragraph> = Vec::new();
    let (mut is_code, mut is_open) = (false, false);
    for (at, line) in lines.iter().enumerate() {
        let line = line.trim();
        let item = line.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        let item = item.strip_prefix(['-', '*']).unwrap_or(item);
        let is_item = item.len() < line.len() && item.starts_with(' ');
        let is_fence = line.starts_with("```");
        is_code ^= is_fence;
        let is_text =
            !is_code && !is_fence && !line.is_empty() && !line.starts_with(['#', '|', '<']);
        if is_text && (!is_open || is_item) {
            let place = format!("{path}:{}", first + at);
            paragraphs.push(Paragraph { place, lines: Vec::new() });
        }
        if is_text {
            let line = if is_item { item.trim_start() } else { line };
            paragraphs.last_mut().unwrap().lines.push(line.to_owned());
        }
        is_open = is_text;
    }
    paragraphs
}

/// All prose that is for users and readers of the code.
fn prose() -> Vec<Paragraph> {
    let mut all = Vec::new();
    for path in found(".rs") {
        let name = path.strip_prefix(root()).unwrap().display().to_string();
        for (first, lines) in comments(&std::fs::read_to_string(&path).unwrap()) {
            all.extend(paragraphs(&name, first, &lines));
        }
    }
    for path in found(".md") {
        let name = path.strip_prefix(root()).unwrap().display().to_string();
        let text = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<_> = text.lines().map(str::to_owned).collect();
        all.extend(paragraphs(&name, 1, &lines));
    }
    all
}

#[test]
fn comments_seldom_open_with_a_question_word() {
    let (mut all, mut questions) = (0, Vec::new());
    for path in found(".rs") {
        for (first, lines) in comments(&std::fs::read_to_string(&path).unwrap()) {
            let Some(line) = lines.iter().find(|line| !line.trim().is_empty()) else { continue };
            all += 1;
            let word: String = line
                .chars()
                .skip_while(|c| !c.is_ascii_alphabetic())
                .take_while(char::is_ascii_alphabetic)
                .collect();
            if QUESTIONS.contains(&word.to_lowercase().as_str()) {
                questions.push(format!("{}:{first}: {}", path.display(), line.trim()));
            }
        }
    }
    let share = 100.0 * questions.len() as f64 / f64::from(all);
    assert!(share < 5.0, "{share:.1} % of {all} comments, such as\n{}", questions.join("\n"));
}

#[test]
fn no_sentence_has_over_40_words() {
    let mut long = Vec::new();
    for paragraph in prose() {
        for sentence in paragraph.sentences() {
            let words = sentence.split_whitespace().count();
            if words > 40 {
                long.push(format!("{}: {words} words: {sentence}", paragraph.place));
            }
        }
    }
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn no_line_of_prose_is_wider_than_100_columns() {
    let mut wide = Vec::new();
    for paragraph in prose() {
        for line in &paragraph.lines {
            // A picture or a path cannot be broken.
            let is_long = |word: &str| word.len() >= 60;
            let can_be_broken = !line.starts_with("![") && !line.split_whitespace().any(is_long);
            if line.chars().count() > 100 && can_be_broken {
                wide.push(format!("{}: {line}", paragraph.place));
            }
        }
    }
    assert!(wide.is_empty(), "{}", wide.join("\n"));
}
