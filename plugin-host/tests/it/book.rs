//! The transcripts of the book are up to date.
//!
//! `..` in a transcript stands for anything, within a line, or for any lines if
//! it is a line of its own. With `BLESS=1` the transcripts are written again,
//! apart from the lines that are right as they are.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use cargo_metadata::Message;

use crate::deadline::Run;
use crate::environment::{Directory, cargo, hot_reload, plugin_host, root};

/// The crates of the book's first chapter.
const WORKSPACE: [(&str, &str); 5] = [
    ("Cargo.toml", "[workspace]\nmembers = [\"tool\", \"shout\"]\nresolver = \"3\"\n"),
    ("tool/Cargo.toml", "[package]\nname = \"tool\"\nedition = \"2024\"\n"),
    (
        "tool/src/lib.rs",
        "#[plugin_interface::plugin_interface]\n\
         pub trait Tool: Send + Sync {\n\
         fn name(&self) -> &str;\n\
         fn apply(&self, text: &str) -> Result<String, String>;\n\
         }\n",
    ),
    (
        "shout/Cargo.toml",
        "[package]\nname = \"shout\"\nedition = \"2024\"\n[lib]\ncrate-type = [\"cdylib\"]\n",
    ),
    (
        "shout/src/lib.rs",
        "use plugin_interface::{plugin_aggregates, plugin_impl};\n\
         use tool::Tool;\n\
         #[plugin_aggregates(Tool)]\n\
         mod plugin {}\n\
         #[derive(Default)]\n\
         struct Shout;\n\
         #[plugin_impl(Tool)]\n\
         impl Tool for Shout {\n\
         fn name(&self) -> &str { \"shout\" }\n\
         fn apply(&self, text: &str) -> Result<String, String> {\n\
         if text.is_empty() { Err(\"nothing to shout\".into()) }\n\
         else { Ok(text.to_uppercase() + \"!\") }\n\
         }\n}\n",
    ),
];

/// Builds a library in a workspace, which shares with this repository what it compiles.
fn build(folder: &Path, target: &Path, package: &str, file: &str) -> PathBuf {
    fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    let mut command = Command::new(cargo());
    command.arg("--config").arg(root().join(".cargo/config.toml"));
    command.args(["build", "--message-format=json-render-diagnostics", "--package", package]);
    command.current_dir(folder).env("CARGO_TARGET_DIR", target).stderr(Stdio::inherit());
    let output = command.run("cargo ends");
    assert!(output.status.success());
    let mut files = Message::parse_stream(&output.stdout[..]).filter_map(|message| {
        let Message::CompilerArtifact(artifact) = message.unwrap() else { return None };
        artifact.filenames.into_iter().find(|path| path.file_name() == Some(file))
    });
    files.next().expect("a library").into()
}

/// The plugin of the book's first chapter, and two later ones, in folders of
/// these names: one whose interface has grown, and one whose interface is another.
fn plugins() -> &'static Directory {
    static BUILT: OnceLock<Directory> = OnceLock::new();
    BUILT.get_or_init(|| {
        let (sources, built) = (Directory::new(), Directory::new());
        let dependency = format!(
            "[dependencies]\nplugin-interface = {{ path = {:?}, default-features = false }}\n",
            root().join("plugin-interface")
        );
        let grown = "String>;\n#[since(\"1.1\")] fn unit(&self) -> &str { \"word\" }\n}";
        for (name, changes) in [
            ("plugins", &[][..]),
            ("next", &[("_interface]", "_interface(version = \"1.1\")]"), ("String>;\n}", grown)]),
            ("broken", &[("text: &str", "text: String")]),
        ] {
            for (name, content) in WORKSPACE {
                let path = sources.path().join(name);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                let more = match name {
                    "tool/Cargo.toml" => dependency.clone(),
                    "shout/Cargo.toml" => dependency.clone() + "tool = { path = \"../tool\" }\n",
                    _ => String::new(),
                };
                let content = changes.iter().fold(content.to_owned() + &more, |content, change| {
                    content.replace(change.0, change.1)
                });
                fs::write(path, content).unwrap();
            }
            let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("book");
            let library = build(sources.path(), &target, "shout", "libshout.so");
            fs::create_dir(built.path().join(name)).unwrap();
            fs::copy(library, built.path().join(name).join("libshout.so")).unwrap();
        }
        built
    })
}

/// A page, and the folder in which its commands run.
struct Page {
    path: PathBuf,
    folder: Directory,
    /// The exit code of the last command.
    code: i32,
}

impl Page {
    fn new(name: &str) -> Self {
        let folder = Directory::new();
        for name in ["plugins", "next", "broken"] {
            let library = Path::new(name).join("libshout.so");
            fs::create_dir(folder.path().join(name)).unwrap();
            fs::copy(plugins().path().join(&library), folder.path().join(library)).unwrap();
        }
        Page { path: root().join("docs/book/src").join(name), folder, code: 0 }
    }

    /// Writes the files that the page shows, runs its commands, and compares.
    fn try_out(mut self) {
        let text = fs::read_to_string(&self.path).unwrap();
        let (mut found, mut language) = (String::new(), None);
        let mut block = String::new();
        for line in text.lines() {
            match (language, line.strip_prefix("```")) {
                (None, Some(opened)) => language = Some(opened),
                (Some(opened), Some(_)) => {
                    found += &self.block(opened, &block);
                    block.clear();
                    language = None;
                }
                (Some(_), None) => {
                    block += line;
                    block.push('\n');
                    continue;
                }
                (None, None) => {}
            }
            found += line;
            found.push('\n');
        }
        if env::var_os("BLESS").is_some() {
            fs::write(&self.path, &found).unwrap();
        }
        let name = self.path.display();
        let difference = text.lines().zip(found.lines()).find(|(before, after)| before != after);
        assert!(text == found, "{name}: run this test with BLESS=1: {difference:#?}");
    }

    /// Returns the correct content of a block.
    fn block(&mut self, language: &str, block: &str) -> String {
        match language {
            "c" => {
                let (name, _) = block.split_once('\n').unwrap();
                // What names no file is a part of one.
                if let Some(name) = name.strip_prefix("// ") {
                    fs::write(self.folder.path().join(name), block).unwrap();
                }
                block.to_owned()
            }
            "console" => {
                let (before, commands) = block.split_at(block.find("$ ").unwrap_or(block.len()));
                let mut found = before.to_owned();
                for command in format!("\n{commands}").split("\n$ ").skip(1) {
                    let (command, expected) = command.split_once('\n').unwrap_or((command, ""));
                    let expected = expected.trim_end_matches('\n');
                    let output = self.run(command);
                    found += &format!("$ {command}\n{}", merged(expected, &output));
                }
                found
            }
            _ => block.to_owned(),
        }
    }

    /// Runs a command and returns its output.
    fn run(&mut self, command: &str) -> String {
        let program = Path::new(env!("CARGO_BIN_EXE_plugin-host"));
        let mut path = OsString::from(program.parent().unwrap());
        path.push(":");
        path.push(env::var_os("PATH").unwrap());
        // The reader presses Ctrl-C.
        let goes_on = command.starts_with("plugin-host watch") && !command.contains("--count");
        let ended = if goes_on { "timeout --foreground --signal=INT 5 " } else { "" };
        // `$?` is the exit code of the previous command.
        let script = format!("exec 2>&1; (exit {}); {ended}{command}", self.code);
        let mut shell = Command::new("sh");
        shell.args(["-c", &script]).current_dir(self.folder.path()).env("PATH", path);
        shell.env("RUST_BACKTRACE", "0").env("HOT_RELOAD", root().join("hot-reload"));
        shell.env("EXAMPLES", root().join("example-plugins"));
        if command.contains("$TARGET") {
            shell.env("TARGET", hot_reload());
        }
        let Output { status, stdout, .. } = shell.run("the command ends");
        self.code = status.code().expect("it ends by itself");
        String::from_utf8(stdout).unwrap()
    }
}

/// Returns the output, with the wildcards of the expected text where they match.
fn merged(expected: &str, found: &str) -> String {
    let expected: Vec<_> = expected.lines().collect();
    let found: Vec<_> = found.lines().collect();
    if matches_all(&expected, &found) {
        return expected.iter().map(|line| format!("{line}\n")).collect();
    }
    let line = |line: &&str| {
        let pattern = expected.iter().find(|pattern| **pattern != ".." && matches(pattern, line));
        format!("{}\n", pattern.unwrap_or(line))
    };
    found.iter().map(line).collect()
}

fn matches_all(expected: &[&str], found: &[&str]) -> bool {
    match expected {
        [] => found.is_empty(),
        ["..", rest @ ..] => (0..=found.len()).any(|skipped| matches_all(rest, &found[skipped..])),
        [first, rest @ ..] => {
            found.first().is_some_and(|line| matches(first, line)) && matches_all(rest, &found[1..])
        }
    }
}

/// Returns `true` if a line matches a pattern, in which `..` stands for any text.
fn matches(pattern: &str, line: &str) -> bool {
    match pattern.split_once("..") {
        None => pattern == line,
        Some((start, rest)) => line.strip_prefix(start).is_some_and(|line| {
            line.char_indices()
                .map(|(at, _)| at)
                .chain([line.len()])
                .any(|at| matches(rest, &line[at..]))
        }),
    }
}

#[test]
fn a_plugin_in_c_works_as_the_book_shows_it() {
    Page::new("c/plugin.md").try_out();
}

#[test]
fn a_host_in_c_works_as_the_book_shows_it() {
    Page::new("c/host.md").try_out();
}

#[test]
fn a_library_of_c_compiles_as_the_book_shows_it() {
    Page::new("c/hot-reload.md").try_out();
}

#[test]
fn the_commands_answer_as_the_book_shows_it() {
    Page::new("program/commands.md").try_out();
}

#[test]
fn exit_codes_and_json_are_as_the_book_shows_them() {
    Page::new("program/exit-codes.md").try_out();
}

#[test]
fn every_command_has_its_place_in_the_book() {
    let help = plugin_host(&["--help"]).out;
    let (_, commands) = help.split_once("\nCommands:\n").unwrap();
    let commands = commands.split("\n\n").next().unwrap().lines();
    let commands: Vec<_> = commands.filter_map(|line| line.split_whitespace().next()).collect();
    let book = fs::read_to_string(root().join("docs/book/src/program/commands.md")).unwrap();
    let sections = book.lines().filter_map(|line| line.strip_prefix("## `"));
    let sections: Vec<_> = sections.filter_map(|line| line.split([' ', '`']).next()).collect();
    let commands: Vec<_> = commands.into_iter().filter(|command| *command != "help").collect();
    assert_eq!(sections, commands, "a section for each command, in the order of the help");
}

#[test]
fn every_option_has_its_place_in_the_book() {
    let book = fs::read_to_string(root().join("docs/book/src/program/commands.md")).unwrap();
    let sections = book.split("\n## `").skip(1);
    for section in sections {
        let command = section.split([' ', '`']).next().unwrap();
        let help = plugin_host(&[command, "--help"]).out;
        let options = help.split_whitespace().filter(|word| word.starts_with("--"));
        for option in options.filter(|option| option.len() > 2 && *option != "--help") {
            let option = option.trim_end_matches([',', '.', ']', ')', ':']);
            assert!(
                section.contains(option) || shared(&book).contains(option),
                "{command} {option}"
            );
        }
    }
}

/// Returns the text before the first command.
fn shared(book: &str) -> &str {
    book.split("\n## `").next().unwrap()
}
