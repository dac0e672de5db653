//! The examples of the README and of the book's tutorials work as printed.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use crate::deadline::{Run, within};
use crate::environment::root;

/// Returns a page of the book.
fn page(name: &str) -> String {
    std::fs::read_to_string(root().join("docs/book/src").join(name)).unwrap()
}

/// Returns the text under a heading of a page.
fn section(page: &str, heading: &str) -> String {
    let (_, section) = page.split_once(&format!("\n## {heading}\n")).expect("a section");
    section.split("\n## ").next().unwrap().to_owned()
}

/// Creates an empty folder of a user beside this repository. All of them have one
/// parent, so that what they compile of this repository is compiled once.
fn beside(name: &str) -> PathBuf {
    static PARENT: OnceLock<PathBuf> = OnceLock::new();
    let parent = PARENT.get_or_init(|| {
        let parent = Path::new(env!("CARGO_TARGET_TMPDIR")).join("beside");
        let _ = std::fs::remove_dir_all(&parent);
        std::fs::create_dir(&parent).unwrap();
        std::os::unix::fs::symlink(root(), parent.join("rust-plugin-system")).unwrap();
        parent
    });
    let folder = parent.join(name);
    std::fs::create_dir(&folder).unwrap();
    // The versions that the repository has, which are compiled already.
    std::fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    folder
}

/// Writes a block to the file that its first line names, in a comment of that
/// kind. Returns the number of lines.
fn write(folder: &Path, content: &str, comment: &str) -> usize {
    let (first, rest) = content.split_once('\n').unwrap();
    let path = folder.join(first.strip_prefix(comment).expect("a path"));
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, rest).unwrap();
    rest.lines().count()
}

/// Returns the code blocks of a document: language and content, as a reader sees
/// it.
fn blocks(document: &str) -> Vec<(&str, String)> {
    let mut blocks = Vec::new();
    let mut lines = document.lines();
    while let Some(line) = lines.next() {
        if let Some(fence) = line.strip_prefix("```") {
            let language = fence.split(',').next().unwrap();
            let is_hidden = |line: &&str| language == "rust" && line.starts_with("# ");
            let content = lines.by_ref().take_while(|line| *line != "```");
            let content: Vec<_> = content.filter(|line| !is_hidden(line)).collect();
            blocks.push((language, content.join("\n") + "\n"));
        }
    }
    blocks
}

#[test]
fn the_block_of_the_readme_is_a_host_and_a_plugin() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let (_, block) = blocks(&readme).into_iter().find(|(language, _)| *language == "rust").unwrap();
    assert!(block.lines().count() <= 35, "one look");
    let folder = beside("whole-idea");
    let manifest = "[package]\nname = \"whole-idea\"\nedition = \"2024\"\n\
        [lib]\ncrate-type = [\"cdylib\"]\n[dependencies]\n\
        plugin-interface = { path = \"../rust-plugin-system/plugin-interface\" }\n";
    std::fs::create_dir_all(folder.join("src")).unwrap();
    std::fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    // The plugin is a library, the host a program, and here both have one text.
    for file in ["src/lib.rs", "src/main.rs"] {
        std::fs::write(folder.join(file), &block).unwrap();
    }
    let run = "cargo build && mkdir plugins && \
        cp $CARGO_TARGET_DIR/debug/libwhole_idea.so plugins && cargo run";
    let output = Command::new("sh")
        .args(["-c", run])
        .current_dir(&folder)
        .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("hot"))
        .run("its build and its host end");
    assert!(output.status.success(), "{output:?}");
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "HELLO!\n");
}

#[test]
fn a_first_plugin_of_ones_own_works_as_the_book_shows_it() {
    let section = section(&page("first-plugin.md"), "Three crates");
    let folder = beside("my-tools");
    let (mut written, mut code) = (0, 0);
    for (language, content) in blocks(&section) {
        let comment = match language {
            "toml" => "# ",
            "rust" => "// ",
            _ => continue,
        };
        let lines = write(&folder, &content, comment);
        written += 1;
        code += if language == "rust" { lines } else { 0 };
    }
    assert_eq!(written, 7);
    assert!(code < 50, "short enough to type: {code} lines");

    let console = blocks(&section).into_iter().find(|(language, _)| *language == "console");
    let (_, console) = console.unwrap();
    let (command, expected) = console.split_once('\n').unwrap();
    let output = Command::new("sh")
        .args(["-c", command.strip_prefix("$ ").unwrap()])
        .current_dir(&folder)
        .env_remove("CARGO_TARGET_DIR")
        .run("its build and its host end");
    assert!(output.status.success(), "{output:?}");
    assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
}

#[test]
fn a_library_of_c_is_reloaded_as_the_book_shows_it() {
    let page = page("first-c-library.md");
    let section = section(&page, "Two files");
    let folder = beside("hot");
    let parent = folder.parent().unwrap();
    let all = blocks(&section);
    for (language, content) in &all {
        match *language {
            "toml" => drop(write(parent, content, "# ")),
            "rust" => assert!(write(parent, content, "// ") <= 15, "short"),
            "c" => drop(write(parent, content, "// ")),
            _ => {}
        }
    }
    let (_, console) = all.iter().find(|(language, _)| *language == "console").unwrap();
    let (command, expected) = console.split_once('\n').unwrap();
    let (build, run) = command.strip_prefix("$ ").unwrap().split_once(" && ").unwrap();
    let shell = |line: &str| {
        let mut command = Command::new("sh");
        command.args(["-c", line]).current_dir(&folder).stdout(Stdio::piped());
        command.env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("hot"));
        command
    };
    assert!(shell(build).run("the build ends").status.success());
    let mut running = shell(&format!("exec {run} --quiet")).spawn().unwrap();
    let mut lines = BufReader::new(running.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert_eq!(within("the first line", || lines.next()).unwrap() + "\n", expected);
    std::fs::write(
        folder.join("foo.c"),
        "int foo(void) { return 5; } int bar(void) { return 10; }",
    )
    .unwrap();
    assert!(shell(build).run("the build ends").status.success());
    let is_new = |line: &String| !expected.starts_with(line.as_str());
    let found = within("the new answer", || lines.find(is_new));
    // The program replaced cargo, which replaced the shell.
    running.kill().unwrap();
    running.wait().unwrap();
    assert_eq!(found.unwrap(), "Ok(5) Ok(10)");
    assert!(page.contains("it prints `Ok(5) Ok(10)`"));
}
