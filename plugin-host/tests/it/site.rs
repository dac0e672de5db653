//! The example application, used as its page shows it.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use crate::deadline::{Run as _, within};
use crate::environment::{Directory, is_thorough, plugin_host, root, share_builds};

/// A copy of the example.
struct Site(Directory);

impl Site {
    fn copy() -> Self {
        let site = Site(Directory::new());
        let example = root().join("examples/site");
        let ignored = ["target", "public", "Cargo.lock"];
        let entries = walkdir::WalkDir::new(&example).into_iter().filter_entry(|entry| {
            let name = entry.file_name().to_str().unwrap();
            let is_built = name.starts_with("lib") && name != "lib.rs";
            !is_built && !ignored.contains(&name)
        });
        for entry in entries.map(Result::unwrap) {
            let to = site.folder().join(entry.path().strip_prefix(&example).unwrap());
            match entry.file_type().is_dir() {
                true => fs::create_dir_all(to).unwrap(),
                false => drop(fs::copy(entry.path(), to).unwrap()),
            }
        }
        // As its page says.
        let framework = root().join("plugin-interface");
        site.edit("Cargo.toml", "../../plugin-interface", framework.to_str().unwrap());
        share_builds(site.folder());
        site
    }

    fn folder(&self) -> &Path {
        self.0.path()
    }

    /// Replaces a text of a file. No reader sees a part of the new file.
    fn edit(&self, name: &str, old: &str, new: &str) {
        let path = self.folder().join(name);
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(text.matches(old).count(), 1, "{name}: {old}");
        let next = path.with_extension("next");
        fs::write(&next, text.replace(old, new)).unwrap();
        fs::rename(next, path).unwrap();
    }

    /// Applies a block such as `--- file`, `-old`, `+new`.
    fn apply(&self, diff: &[&str]) {
        let (first, changes) = diff.split_first().unwrap();
        let lines = |sign| {
            let lines = changes.iter().filter_map(|line| line.strip_prefix(sign));
            lines.collect::<Vec<_>>().join("\n")
        };
        self.edit(first.strip_prefix("--- ").unwrap(), &lines('-'), &lines('+'));
    }

    fn shell(&self, command: &str) -> Command {
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("exec 2>&1; {command}")]).current_dir(self.folder());
        // Each is that of the program which runs the tests.
        for name in ["CARGO_TARGET_DIR", "RUST_LOG", "RUSTFLAGS", "MAKEFLAGS"] {
            shell.env_remove(name);
        }
        shell.env("RUST_BACKTRACE", "0").env("LC_ALL", "C");
        shell
    }

    /// Returns output as the page has it.
    fn shown(&self, line: &str) -> String {
        line.replace(self.folder().to_str().unwrap(), "~/site")
    }

    /// Compares the header of the plugin in C with the interface. With `BLESS=1`, writes
    /// it again.
    fn has_header(&self) {
        let library = self.folder().join("target/debug/libmarkdown.so");
        let answer = plugin_host(&["header", library.to_str().unwrap(), "Step"]);
        assert_eq!((answer.code, &*answer.err), (0, ""), "{answer:?}");
        let header = "plugins/typography/step.h";
        if std::env::var_os("BLESS").is_some() {
            for site in [&root().join("examples/site"), self.folder()] {
                fs::write(site.join(header), &answer.out).unwrap();
            }
        }
        let found = fs::read_to_string(self.folder().join(header)).unwrap();
        assert_eq!(found, answer.out, "run this test with BLESS=1");
    }

    /// Runs a command to its end. Returns its output, and `true` if it succeeded.
    fn output(&self, command: &str) -> (String, bool) {
        let output = self.shell(command).run(command);
        (String::from_utf8(output.stdout).unwrap(), output.status.success())
    }

    /// Runs a command of the page.
    fn run(&self, command: &str, expected: &[&str]) {
        let (text, succeeded) = self.output(command);
        let fails = expected.first().is_some_and(|line| line.starts_with("error"));
        assert_eq!(succeeded, !fails, "{command}: {text}");
        let mut lines = text.lines().map(|line| self.shown(line));
        is_shown(expected, || lines.next());
        assert_eq!(lines.next(), None, "{command}: the page shows less");
    }
}

/// Compares lines with those of the page, of which `...` stands for any number.
fn is_shown(expected: &[&str], mut next: impl FnMut() -> Option<String>) {
    let mut expected = expected.iter().peekable();
    while let Some(line) = expected.next() {
        if *line != "..." {
            assert_eq!(next().as_deref(), Some(*line));
            continue;
        }
        let Some(until) = expected.next() else {
            while next().is_some() {}
            return;
        };
        while next().unwrap_or_else(|| panic!("no line {until:?}")) != *until {}
    }
}

/// The generator while it watches.
struct Watch {
    child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<String>,
}

impl Watch {
    fn start(site: &Site, command: &str) -> Self {
        let mut shell = site.shell(&format!("exec {command}"));
        let mut child = shell.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (send, lines) = channel();
        thread::spawn(move || output.lines().map_while(Result::ok).try_for_each(|l| send.send(l)));
        Watch { input: child.stdin.take(), child, lines }
    }

    fn next(&self, what: &str) -> Option<String> {
        within(what, || self.lines.recv()).ok()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A session in a folder, with a generator that may run.
struct Session {
    site: Site,
    watch: Option<Watch>,
}

impl Session {
    fn watch(&mut self) -> &mut Watch {
        self.watch.as_mut().expect("the page started the generator")
    }

    /// Does what a line of prose says.
    fn read(&mut self, line: &str) {
        if line.starts_with("Press Enter") {
            writeln!(self.watch().input.as_ref().unwrap()).unwrap();
        } else if line.starts_with("Press Ctrl+D") {
            self.watch().input = None;
        }
    }

    /// Does what a block shows.
    fn take(&mut self, language: &str, block: &[&str]) {
        match language {
            "diff" => self.site.apply(block),
            "text" => self.sees(block),
            "console" => {
                let starts = |line: &&str| line.starts_with("$ ");
                for command in block.chunk_by(|_, next| !starts(next)) {
                    self.enter(command);
                }
            }
            other => panic!("a block of {other}"),
        }
    }

    /// Enters a command, which is followed by its output.
    fn enter(&mut self, block: &[&str]) {
        let (command, expected) = block.split_first().unwrap();
        let command = command.strip_prefix("$ ").unwrap();
        if !command.contains(" watch ") {
            return self.site.run(command, expected);
        }
        assert!(self.watch.is_none(), "one at a time");
        self.watch = Some(Watch::start(&self.site, command));
        self.sees(expected);
    }

    /// Waits until the generator printed these lines.
    fn sees(&mut self, expected: &[&str]) {
        assert_ne!(expected.last(), Some(&"..."), "nobody knows when that is complete");
        println!("{expected:#?}");
        let watch = self.watch.as_ref().expect("the page started the generator");
        is_shown(expected, || Some(self.site.shown(&watch.next(expected[0])?)));
    }
}

#[test]
fn the_page_of_the_site_generator_is_a_session_with_it() {
    let page = fs::read_to_string(root().join("examples/site/README.md")).unwrap();
    let site = Site::copy();
    site.run("make", &[]);
    site.has_header();
    let mut session = Session { site, watch: None };
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        match line.strip_prefix("```") {
            None => session.read(line),
            Some(language) => {
                let block: Vec<_> = lines.by_ref().take_while(|line| *line != "```").collect();
                session.take(language, &block);
            }
        }
    }
    let mut watch = session.watch.take().unwrap();
    assert_eq!(watch.next("the end"), None, "the page shows all");
    assert!(within("the end", || watch.child.wait()).unwrap().success());
    if is_thorough() {
        plugins_of_another_compiler_make_the_same_pages(&session.site);
    }
}

/// Builds the same pages with plugins of another compiler, which are optimised.
fn plugins_of_another_compiler_make_the_same_pages(site: &Site) {
    if !site.output("cargo +nightly --version").1 {
        return eprintln!("NOT TESTED with other plugins: no toolchain `nightly` is installed");
    }
    let made = |command: &str| {
        let (text, succeeded) = site.output(command);
        assert!(succeeded, "{command}: {text}");
        text
    };
    made("make");
    let build = "rm -rf blog/public && target/debug/site build blog && cat blog/public/*";
    let expected = made(build);
    let others = "cargo +nightly build --quiet --release --workspace --exclude site";
    made(&format!("{others} --target-dir others && cp others/release/lib*.so blog/plugins"));
    let layout = fs::read(site.folder().join("blog/plugins/liblayout.so")).unwrap();
    assert!(layout.windows(7).any(|bytes| bytes == b"nightly"), "the compiler names itself");
    assert_eq!(made(build), expected);
    // What a thread of the system still has is no leak.
    let memcheck = "valgrind --quiet --error-exitcode=9 --leak-check=full \
                    --show-leak-kinds=definite --errors-for-leak-kinds=definite";
    let checked = made(&format!("{memcheck} target/debug/site build blog"));
    assert!(checked.ends_with("closed 5 of 5 versions, destroyed 5 plugins\n"), "{checked}");
}
