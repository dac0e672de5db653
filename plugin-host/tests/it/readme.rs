//! The examples of the README and of the book's tutorials work as printed.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use crate::deadline::{Run, within};
use crate::environment::{Directory, root, share_builds};

/// Returns a page of the book.
fn page(name: &str) -> String {
    std::fs::read_to_string(root().join("docs/book/src").join(name)).unwrap()
}

/// Returns the text under a heading of a page.
fn section(page: &str, heading: &str) -> String {
    let (_, section) = page.split_once(&format!("\n## {heading}\n")).expect("a section");
    section.split("\n## ").next().unwrap().to_owned()
}

/// A project of a user. The pages have it beside this repository.
struct Project(Directory);

impl Project {
    fn new() -> Self {
        Project(Directory::new())
    }

    /// Writes a block to the file that its first line names, in a comment of that
    /// kind. Returns the number of lines.
    fn write(&self, content: &str, comment: &str) -> usize {
        let (first, rest) = content.split_once('\n').unwrap();
        let path = self.0.path().join(first.strip_prefix(comment).expect("a path"));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, rest.replace("../rust-plugin-system", root().to_str().unwrap()))
            .unwrap();
        rest.lines().count()
    }

    /// Returns a shell in a folder of the project.
    fn shell(&self, folder: &str, command: &str) -> Command {
        let folder = self.0.path().join(folder);
        share_builds(&folder);
        let mut shell = Command::new("sh");
        shell.args(["-c", command]).current_dir(folder).env_remove("CARGO_TARGET_DIR");
        shell
    }
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
    let project = Project::new();
    // With these features, the framework is compiled already for other tests.
    let manifest = "# Cargo.toml\n[package]\nname = \"whole-idea\"\nedition = \"2024\"\n\
        [lib]\ncrate-type = [\"cdylib\"]\n[dependencies]\n\
        plugin-interface = { path = \"../rust-plugin-system/plugin-interface\", \
        features = [\"hot-library\", \"watch\"] }\n";
    project.write(manifest, "# ");
    // The plugin is a library, the host a program, and here both have one text.
    for file in ["src/lib.rs", "src/main.rs"] {
        project.write(&format!("// {file}\n{block}"), "// ");
    }
    let run = "cargo build && mkdir plugins && \
        cp target/debug/libwhole_idea.so plugins && cargo run";
    let output = project.shell("", run).run("its build and its host end");
    assert!(output.status.success(), "{output:?}");
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "HELLO!\n");
}

#[test]
fn a_first_plugin_of_ones_own_works_as_the_book_shows_it() {
    let section = section(&page("first-plugin.md"), "Three crates");
    let project = Project::new();
    let (mut written, mut code) = (0, 0);
    for (language, content) in blocks(&section) {
        let comment = match language {
            "toml" => "# ",
            "rust" => "// ",
            _ => continue,
        };
        let lines = project.write(&content, comment);
        written += 1;
        code += if language == "rust" { lines } else { 0 };
    }
    assert_eq!(written, 7);
    assert!(code < 50, "short enough to type: {code} lines");

    let console = blocks(&section).into_iter().find(|(language, _)| *language == "console");
    let (_, console) = console.unwrap();
    let (command, expected) = console.split_once('\n').unwrap();
    let mut shell = project.shell("", command.strip_prefix("$ ").unwrap());
    let output = shell.run("its build and its host end");
    assert!(output.status.success(), "{output:?}");
    assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
}

#[test]
fn a_library_of_c_is_reloaded_as_the_book_shows_it() {
    let page = page("first-c-library.md");
    let section = section(&page, "Two files");
    let project = Project::new();
    let all = blocks(&section);
    for (language, content) in &all {
        match *language {
            // With this feature, the framework is compiled already for other tests.
            "toml" => {
                let watching = content.replace("\"hot-library\"", "\"hot-library\", \"watch\"");
                assert_ne!(&watching, content);
                project.write(&watching, "# ");
            }
            "rust" => assert!(project.write(content, "// ") <= 15, "short"),
            "c" => drop(project.write(content, "// ")),
            _ => {}
        }
    }
    let (_, console) = all.iter().find(|(language, _)| *language == "console").unwrap();
    let (command, expected) = console.split_once('\n').unwrap();
    let (build, run) = command.strip_prefix("$ ").unwrap().split_once(" && ").unwrap();
    assert!(project.shell("hot", build).run("the build ends").status.success());
    let mut running = project.shell("hot", &format!("exec {run} --quiet"));
    let mut running = running.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(running.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert_eq!(within("the first line", || lines.next()).unwrap() + "\n", expected);
    let next = "// hot/foo.c\nint foo(void) { return 5; } int bar(void) { return 10; }";
    project.write(next, "// ");
    assert!(project.shell("hot", build).run("the build ends").status.success());
    let is_new = |line: &String| !expected.starts_with(line.as_str());
    let found = within("the new answer", || lines.find(is_new));
    // The program replaced cargo, which replaced the shell.
    running.kill().unwrap();
    running.wait().unwrap();
    assert_eq!(found.unwrap(), "Ok(5) Ok(10)");
    assert!(page.contains("it prints `Ok(5) Ok(10)`"));
}
