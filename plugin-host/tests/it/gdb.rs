//! Under gdb, each version of a plugin has its own lines and names.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::deadline::Run;
use crate::environment::{Directory, answer, command, root};

const FIRST: &str = "#[inline(never)]\n\
    pub fn shouted(target: &str) -> String {\n\
    target.to_uppercase()\n\
    }\n";

/// The same function on other lines, and another one.
const SECOND: &str = "// A longer\n\
    // version.\n\
    #[inline(never)]\n\
    pub fn shouted(target: &str) -> String {\n\
    let louder = target.to_uppercase();\n\
    loudest(&louder)\n\
    }\n\
    #[inline(never)]\n\
    pub fn loudest(target: &str) -> String {\n\
    format!(\"{target}!\")\n\
    }\n";

/// Builds a greeter whose functions are in `src/shouting.rs`.
fn build(folder: &Path, shouting: &str) -> PathBuf {
    let write = |name: &str, text: &str| fs::write(folder.join(name), text).unwrap();
    fs::create_dir_all(folder.join("src")).unwrap();
    let interface = root().join("plugin-interface");
    let manifest = format!(
        "[package]\nname = \"watched-by-gdb\"\nedition = \"2024\"\n\
         [lib]\nname = \"shout\"\ncrate-type = [\"cdylib\"]\n\
         [dependencies]\nplugin-interface = {{ path = {interface:?}, default-features = false }}\n\
         [workspace]\n"
    );
    write("Cargo.toml", &manifest);
    write(
        "src/lib.rs",
        "use plugin_interface::{Greeter, plugin_aggregates, plugin_impl};\n\
         mod shouting;\n\
         #[plugin_aggregates(Greeter)]\nmod plugin {}\n\
         #[derive(Default)]\nstruct Shout;\n\
         #[plugin_impl(Greeter)]\nimpl Greeter for Shout {\n\
         fn name(&self) -> &str { \"shout\" }\n\
         fn greet(&self, target: &str) -> String { shouting::shouted(target) }\n}\n",
    );
    write("src/shouting.rs", shouting);
    // The versions that the repository has, and what it has compiled of them.
    fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("gdb");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.arg("--config").arg(root().join(".cargo/config.toml"));
    cargo.args(["--config", "profile.dev.debug=true"]);
    cargo.args(["build", "--quiet", "--target-dir"]).arg(&target).current_dir(folder);
    let built = answer(&mut cargo);
    assert_eq!(built.code, 0, "{built:?}");
    target.join("debug/libshout.so")
}

/// Returns a folder with the library of a version.
fn version(shouting: &str) -> Directory {
    let (sources, plugins) = (Directory::new(), Directory::new());
    let built = build(sources.path(), shouting);
    fs::copy(built, plugins.library("shout")).unwrap();
    plugins
}

#[test]
fn each_version_has_its_own_lines_and_names() {
    let _one_at_a_time = BUILD.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let (plugins, next) = (version(FIRST), version(SECOND));
    let swap = format!(
        "shell mv {} {}",
        next.library("shout").display(),
        plugins.library("shout").display()
    );
    let script = [
        "set pagination off",
        "set width 0",
        "set breakpoint pending on",
        "handle SIGURG nostop noprint pass",
        "tbreak shout::shouting::shouted",
        "run",
        "backtrace 2",
        "break shout::shouting::loudest",
        &swap,
        "continue",
        "backtrace 3",
        "delete",
        "catch unload shout",
        "continue",
        "echo AFTER\\n",
        "info sharedlibrary shout",
        "info line shout::shouting::shouted",
        "kill",
    ];
    let mut gdb = Command::new("gdb");
    gdb.args(["--quiet", "--batch", "--nx"]).stdin(Stdio::null()).env("RUST_BACKTRACE", "0");
    gdb.args(script.iter().flat_map(|line| ["-ex", line]));
    gdb.arg("--args").arg(env!("CARGO_BIN_EXE_plugin-host")).args(["watch", "--no-probe"]);
    let output = gdb.arg(plugins.path()).run("gdb ends");
    let text = String::from_utf8_lossy(&output.stdout);
    let has = |parts: &[&str]| {
        let line = text.lines().any(|line| parts.iter().all(|part| line.contains(part)));
        assert!(line, "{parts:?}: {output:?}");
    };
    has(&["#0 ", "shout::shouting::shouted", "src/shouting.rs:3"]);
    has(&["#1 ", "greet", "src/lib.rs:10"]);
    has(&["#0 ", "shout::shouting::loudest", "src/shouting.rs:10"]);
    has(&["#1 ", "shout::shouting::shouted", "src/shouting.rs:6"]);
    // Nothing is left of the first version.
    let (_, after) = text.split_once("AFTER\n").unwrap_or_else(|| panic!("{output:?}"));
    assert_eq!(after.matches("-libshout.so").count(), 1, "{after}");
    assert!(after.contains("Line 4 of \"src/shouting.rs\" starts at"), "{after}");
    assert!(!after.contains("Line 2 of"), "{after}");
}

#[test]
fn run_under_gdb_stops_in_the_plugin() {
    let _one_at_a_time = BUILD.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let plugins = version(FIRST);
    let mut run = command(&["run", "--gdb"]);
    run.arg(plugins.path()).args(["--", "--nx", "--batch", "-ex", "set width 0"]);
    run.args(["-ex", "break shout::shouting::shouted", "-ex", "run", "-ex", "backtrace 1"]);
    let debugged = answer(run.args(["-ex", "continue"]).stdin(Stdio::null()));
    assert_eq!(debugged.code, 0, "{debugged:?}");
    let out = &debugged.out;
    assert!(out.contains("shout::shouting::shouted (target=...) at src/shouting.rs:3"), "{out}");
    // It ran to its end, which is reported as without a debugger.
    assert!(out.contains("): shout: WORLD\n  made 1, unmaker counter 1"), "{out}");
    let refused = answer(&mut command(&["run", "--gdb", "--json", "plugins"]));
    assert_eq!(refused.code, 2, "{refused:?}");
}

/// Both tests build the same package.
static BUILD: std::sync::Mutex<()> = std::sync::Mutex::new(());
