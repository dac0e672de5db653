//! Every page, link and picture of the documentation leads somewhere.

use std::collections::BTreeSet;
use std::fs::read_to_string;
use std::path::{Component, Path, PathBuf};

/// The languages that a block of code may name.
const LANGUAGES: &[&str] = &["rust", "toml", "c", "make", "console", "text", "json", "diff"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().to_owned()
}

fn pages() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The files below a directory that have an extension.
fn files(directory: &Path, extension: &str) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    for entry in directory.read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|e| e == extension) {
            found.insert(path);
        }
    }
    found
}

/// The documents whose links are checked.
fn documents() -> BTreeSet<PathBuf> {
    let mut found = files(&root().join("docs"), "md");
    found.extend(
        ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "examples/site/README.md"]
            .map(|name| root().join(name)),
    );
    found
}

/// The lines of a document that are no code, numbered from 1.
fn prose(document: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut is_code = false;
    (1..).zip(document.lines()).filter(move |(_, line)| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence
    })
}

/// A line without what stands between backticks.
fn without_code(line: &str) -> String {
    line.split('`').step_by(2).collect::<Vec<_>>().join("code")
}

/// The targets of the links in a line: `[text](target)` and `![text](target)`.
fn targets(line: &str) -> Vec<String> {
    let line = without_code(line);
    let after = line.split("](").skip(1);
    after.filter_map(|rest| rest.split(')').next()).map(str::to_owned).collect()
}

/// The anchor of a heading, as GitHub and mdBook make it.
fn anchor(heading: &str) -> String {
    let heading = heading.trim_start_matches('#').trim().to_lowercase();
    let is_kept = |char: &char| char.is_alphanumeric() || " -_".contains(*char);
    heading.chars().filter(is_kept).map(|char| if char == ' ' { '-' } else { char }).collect()
}

fn anchors(document: &str) -> BTreeSet<String> {
    prose(document)
        .filter(|(_, line)| line.starts_with('#'))
        .map(|(_, line)| anchor(line))
        .collect()
}

/// A path without `..`.
fn resolved(path: &Path) -> PathBuf {
    let mut found = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => drop(found.pop()),
            component => found.push(component),
        }
    }
    found
}

/// The links of all documents that lead to files: where they stand, the file,
/// and the anchor.
fn links() -> Vec<(String, PathBuf, Option<String>)> {
    let mut found = Vec::new();
    for path in documents() {
        let text = read_to_string(&path).unwrap();
        for (number, line) in prose(&text) {
            for target in targets(line).into_iter().filter(|target| !target.contains("://")) {
                let (file, anchor) = match target.split_once('#') {
                    Some((file, anchor)) => (file, Some(anchor.to_owned())),
                    None => (target.as_str(), None),
                };
                let folder = path.parent().unwrap();
                let file =
                    if file.is_empty() { path.clone() } else { resolved(&folder.join(file)) };
                found.push((format!("{}:{number}: {target}", path.display()), file, anchor));
            }
        }
    }
    found
}

#[test]
fn every_link_leads_to_a_file_and_a_heading() {
    let links = links();
    assert!(!links.is_empty());
    let mut wrong = Vec::new();
    for (place, file, anchor) in links {
        if !file.exists() {
            wrong.push(format!("{place}: no such file"));
        } else if let Some(anchor) = anchor
            && !anchors(&read_to_string(&file).unwrap()).contains(&anchor)
        {
            wrong.push(format!("{place}: no such heading"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_page_is_in_the_summary_and_in_lib_rs() {
    let summary = read_to_string(pages().join("SUMMARY.md")).unwrap();
    let listed: Vec<_> = summary.lines().flat_map(targets).collect();
    let library = include_str!("../lib.rs");
    let compiled = library.split("include_str!(\"src/").skip(1);
    let compiled: Vec<_> = compiled.filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(compiled, listed, "lib.rs has the order of the summary");

    let pages: BTreeSet<_> = files(&pages(), "md")
        .into_iter()
        .map(|path| path.strip_prefix(self::pages()).unwrap().to_str().unwrap().to_owned())
        .filter(|page| page != "SUMMARY.md")
        .collect();
    assert_eq!(pages, listed.into_iter().collect());
}

#[test]
fn each_example_of_the_macros_is_a_test() {
    let library = include_str!("../lib.rs");
    let macros = files(&root().join("plugin-annotations/docs"), "md");
    assert!(macros.len() >= 5, "{macros:?}");
    for page in macros {
        let name = page.strip_prefix(root()).unwrap().to_str().unwrap();
        assert!(library.contains(&format!("include_str!(\"../../{name}\")")), "{name}");
    }
}

#[test]
fn every_picture_is_used_and_has_no_script() {
    let used: BTreeSet<_> = links().into_iter().map(|(_, file, _)| file).collect();
    for picture in files(&pages().join("pictures"), "svg") {
        assert!(used.contains(&picture), "{} is not used", picture.display());
        let text = read_to_string(&picture).unwrap();
        assert!(!text.contains("<script"), "{} has a script", picture.display());
        assert!(text.contains("<title>"), "{} has no title", picture.display());
    }
}

#[test]
fn every_block_of_code_names_its_language() {
    let mut wrong = Vec::new();
    for path in files(&pages(), "md") {
        let text = read_to_string(&path).unwrap();
        let fences = (1..).zip(text.lines()).filter(|(_, line)| line.starts_with("```"));
        for (number, fence) in fences.step_by(2) {
            let language = fence.trim_start_matches('`').split(',').next().unwrap();
            if !LANGUAGES.contains(&language) {
                wrong.push(format!("{}:{number}: {fence}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
