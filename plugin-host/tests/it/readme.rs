//! The README works when it is typed in.

use std::process::Command;

use crate::environment::{Directory, root};

/// The blocks of code in a document: language and content.
fn blocks(document: &str) -> Vec<(&str, String)> {
    let mut blocks = Vec::new();
    let mut lines = document.lines();
    while let Some(line) = lines.next() {
        if let Some(language) = line.strip_prefix("```") {
            let content: Vec<_> = lines.by_ref().take_while(|line| *line != "```").collect();
            blocks.push((language, content.join("\n") + "\n"));
        }
    }
    blocks
}

#[test]
fn a_first_plugin_of_ones_own_works_as_the_readme_shows_it() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    // A folder beside the repository's: this one, by that name.
    let directory = Directory::new();
    std::os::unix::fs::symlink(root(), directory.path().join("rust-plugin-system")).unwrap();
    let folder = directory.path().join("my-tools");
    let (mut written, mut code) = (0, 0);
    for (language, content) in blocks(&readme) {
        let comment = match language {
            "toml" => "# ",
            "rust" => "// ",
            _ => continue,
        };
        let (first, rest) = content.split_once('\n').unwrap();
        let path = folder.join(first.strip_prefix(comment).expect("a path"));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, rest).unwrap();
        written += 1;
        code += if language == "rust" { rest.lines().count() } else { 0 };
    }
    assert_eq!(written, 7);
    assert!(code < 50, "short enough to type: {code} lines");

    let console = blocks(&readme).into_iter().find(|(language, _)| *language == "console");
    let (_, console) = console.unwrap();
    let (command, expected) = console.split_once('\n').unwrap();
    let output = Command::new("sh")
        .args(["-c", command.strip_prefix("$ ").unwrap()])
        .current_dir(&folder)
        .env_remove("CARGO_TARGET_DIR")
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
}
