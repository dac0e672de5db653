//! `new --interface`, `--plugin` and `--host` create crates that fit each other.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::deadline::Run;
use crate::environment::{Answer, Directory, answer, command, is_thorough, root, share_builds};
use crate::new::{cargo, files, lint, new, packages, target};

/// An interface as it may be written in earnest: in modules, with types of its own.
const WIDE: &str = include_str!("new_parts/wide.rs");

/// Creates something in a folder, which succeeds without a word on stderr.
#[track_caller]
fn create(folder: &Path, arguments: &[&str]) -> Answer {
    let created = new(folder, arguments);
    assert_eq!((created.code, created.err.as_str()), (0, ""), "{created:?}");
    created
}

/// Returns the option that names this repository.
fn framework() -> String {
    format!("path={}", root().display())
}

/// Writes a library crate.
fn write_crate(folder: &Path, name: &str, source: &str, dependencies: &str) {
    fs::create_dir_all(folder.join("src")).unwrap();
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\
         [dependencies]\n{dependencies}"
    );
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    fs::write(folder.join("src/lib.rs"), source).unwrap();
}

/// Begins a workspace with an interface crate `wide`.
fn workspace(folder: &Path) {
    fs::write(folder.join("Cargo.toml"), "[workspace]\nresolver = \"3\"\nmembers = [\"wide\"]\n")
        .unwrap();
    let path = root().join("plugin-interface");
    let dependency =
        format!("plugin-interface = {{ path = {path:?}, default-features = false }}\n");
    write_crate(&folder.join("wide"), "wide", WIDE, &dependency);
    // The versions that the repository has, since others are not at hand.
    share_builds(folder);
}

/// `PLUGIN_THOROUGH=1` also lints them, which builds each once more.
#[test]
fn an_interface_a_plugin_and_a_host_build_pass_their_tests_and_fit() {
    let folder = Directory::new();
    let folder = folder.path();
    workspace(folder);
    create(folder, &["--interface", "text-tool", "--framework", &framework()]);
    let plugin = create(folder, &["--plugin", "whisper", "--for", "text-tool"]);
    create(folder, &["--plugin", "wider", "--for", "wide", "--trait", "Wide"]);
    create(folder, &["--plugin", "parted", "--for", "wide", "--trait", "wide::Part"]);
    create(folder, &["--host", "workbench", "--for", "text-tool"]);
    assert_eq!(files(&folder.join("text-tool")), ["Cargo.toml", "src/lib.rs"]);
    assert_eq!(files(&folder.join("whisper")), ["Cargo.toml", "src/lib.rs", "tests/loaded.rs"]);
    assert_eq!(files(&folder.join("workbench")), ["Cargo.toml", "src/main.rs", "tests/host.rs"]);
    assert_eq!(packages(folder), ["parted", "text-tool", "whisper", "wide", "wider", "workbench"]);
    assert!(plugin.out.contains("\n  cargo build --package whisper\n"), "{plugin:?}");

    for package in ["text-tool", "whisper", "wider", "workbench"] {
        cargo(folder, &format!("fmt --package {package} --check"));
    }
    cargo(folder, "build --workspace");
    let tested = cargo(folder, "test --workspace --quiet");
    // Two of each plugin, and one of the host.
    assert_eq!(tested.matches("test result: ok. 1 passed").count(), 7, "{tested}");
    if is_thorough() {
        lint(folder);
    }

    let plugins = folder.join("plugins");
    fs::create_dir(&plugins).unwrap();
    fs::copy(target().join("debug/libwhisper.so"), plugins.join("libwhisper.so")).unwrap();
    let printed = cargo(folder, &format!("run --quiet --package workbench {}", plugins.display()));
    assert!(printed.starts_with("Whisper of "), "{printed}");
    let wider = target().join("debug/libwider.so");
    let wider = wider.to_str().unwrap();
    let checked = answer(&mut command(&["check", wider]));
    assert_eq!(checked.code, 0, "{checked:?}");

    // The same from the library alone.
    create(folder, &["--plugin", "alike", "--like", wider, "--framework", &framework()]);
    assert_eq!(
        files(&folder.join("alike")),
        ["Cargo.toml", "src/interface.rs", "src/lib.rs", "tests/loaded.rs"]
    );
    cargo(folder, "fmt --package alike --check");
    let tested = cargo(folder, "test --package alike --quiet");
    assert!(tested.contains("test result: ok. 2 passed"), "{tested}");
    let alike = target().join("debug/libalike.so");
    let compared = answer(&mut command(&["diff", wider, alike.to_str().unwrap()]));
    assert!(compared.out.contains("wide::Wide, version 1.1: the same\n"), "{compared:?}");
    if is_thorough() {
        lint(folder);
    }

    let parted = target().join("debug/libparted.so");
    let refused = new(folder, &["--plugin", "p", "--like", parted.to_str().unwrap()]);
    assert_eq!(refused.code, 1, "{refused:?}");
    let part = "wide::Part and wide::inner::Part have one name, which is not possible here";
    assert!(refused.err.contains(part), "{refused:?}");
    assert!(!folder.join("p").exists());
}

#[test]
fn each_of_them_builds_alone() {
    let folder = Directory::new();
    let folder = folder.path();
    create(folder, &["--interface", "lone-tool", "--framework", &framework()]);
    let plugin = create(folder, &["--plugin", "lone-plugin", "--for", "lone-tool"]);
    create(folder, &["--host", "lone-host", "--for", "lone-tool"]);
    assert!(plugin.out.contains("\n  cd lone-plugin\n  cargo build\n"), "{plugin:?}");
    let manifest = fs::read_to_string(folder.join("lone-plugin/Cargo.toml")).unwrap();
    assert!(manifest.contains("lone-tool = { path = \"../lone-tool\" }"), "{manifest}");
    for name in ["lone-tool", "lone-plugin", "lone-host"] {
        let own = folder.join(name);
        assert!(own.join(".gitignore").is_file());
        fs::copy(root().join("Cargo.lock"), own.join("Cargo.lock")).unwrap();
        cargo(&own, "build --quiet");
    }
}

#[test]
fn a_crate_with_several_interfaces_needs_a_choice() {
    let folder = Directory::new();
    let folder = folder.path();
    workspace(folder);
    for (arguments, part) in [
        (
            &["--for", "wide"][..],
            "add --trait with one of wide::Part, wide::Wide, wide::inner::Part",
        ),
        (&["--for", "wide", "--trait", "Part"], "several interfaces are named Part; write one of"),
        (&["--for", "wide", "--trait", "Hidden"], "no interface is named Hidden; write one of"),
        (&["--for", "missing"], "found no Cargo.toml in missing"),
        (&["--for", "."], "found a workspace in ."),
        (&["--for", "https://x/y"], "expected the folder of an interface crate, git=URL"),
        (&[], "--for"),
    ] {
        for kind in ["--plugin", "--host"] {
            let refused = new(folder, &[&[kind, "p"], arguments].concat());
            assert_eq!(refused.code, 2, "{refused:?}");
            assert!(refused.err.contains(part), "{refused:?}");
            assert!(!folder.join("p").exists());
        }
    }
    create(folder, &["--plugin", "p", "--for", "wide", "--trait", "wide::inner::Part"]);
    let source = fs::read_to_string(folder.join("p/src/lib.rs")).unwrap();
    assert!(source.contains("use wide::inner::Part;"), "{source}");
}

#[test]
fn a_crate_that_cannot_be_used_is_named_with_the_reason() {
    let folder = Directory::new();
    let folder = folder.path();
    let attribute = "#[plugin_interface::plugin_interface]\n";
    write_crate(&folder.join("none"), "none", "pub trait Tool {}", "");
    write_crate(&folder.join("torn"), "torn", "pub trait", "");
    let own = format!("{attribute}pub trait Tool {{ fn f(&self) -> Own; }}\nstruct Own;");
    let dependency = "plugin-interface = \"0.1\"\n";
    write_crate(&folder.join("shut"), "shut", &own, dependency);
    let consuming = format!("{attribute}pub trait Tool {{ fn end(self: Box<Self>); }}");
    write_crate(&folder.join("eaten"), "eaten", &consuming, dependency);
    write_crate(&folder.join("odd"), "odd", &format!("{attribute}pub trait Tool {{}}"), "");
    for (name, code, part) in [
        ("none", 2, "found no public trait under `#[plugin_interface]`"),
        ("torn", 1, "src/lib.rs as Rust, mend it first"),
        ("shut", 1, "names shut::Own, which other crates cannot name; make it public"),
        (
            "eaten",
            2,
            "eaten::Tool is an interface of objects: a plugin cannot have its method `end`",
        ),
        ("odd", 1, "expected a dependency on plugin-interface, found none in "),
    ] {
        let refused = new(folder, &["--plugin", "p", "--for", name]);
        assert_eq!(refused.code, code, "{refused:?}");
        assert!(refused.err.contains(part), "{refused:?}");
        assert!(!folder.join("p").exists());
    }
}

/// Runs a command in a folder.
fn run(folder: &Path, program: &str, arguments: &[&str], home: &Path) {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).env("CARGO_HOME", home);
    let output = command.run("it ends");
    assert!(output.status.success(), "{program} {arguments:?}: {output:?}");
}

#[test]
fn a_crate_that_cargo_has_downloaded_is_found_without_network() {
    let folder = Directory::new();
    let folder = folder.path();
    let repository = folder.join("repository");
    let source = "#[plugin_interface::plugin_interface]\n\
                  pub trait Tool { fn f(&self) -> u8; }";
    let dependency = "plugin-interface = { path = \"../framework\" }\n";
    write_crate(&repository.join("tool"), "tool", source, dependency);
    write_crate(&repository.join("framework"), "plugin-interface", "", "");
    let home = folder.join("home");
    fs::create_dir(&home).unwrap();
    let own = ["-c", "user.name=a", "-c", "user.email=a@example.org"];
    run(&repository, "git", &["init", "--quiet", "--initial-branch=main"], &home);
    run(&repository, "git", &["add", "."], &home);
    run(&repository, "git", &[&own[..], &["commit", "--quiet", "-m", "All"]].concat(), &home);
    let url = format!("file://{}", repository.display());
    let source = format!("git={url}?branch=main#tool");

    let plugin = ["new", "--plugin", "p", "--for", &source];
    let create = || {
        let mut create = command(&plugin);
        answer(create.current_dir(folder).env("CARGO_HOME", &home))
    };
    let refused = create();
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(refused.err.contains("and `new` uses no network; build a crate"), "{refused:?}");
    assert!(!folder.join("p").exists());

    let dependency = format!("tool = {{ git = \"{url}\", branch = \"main\" }}\n");
    write_crate(&folder.join("user"), "user", "", &dependency);
    run(&folder.join("user"), env!("CARGO"), &["fetch", "--quiet"], &home);
    let created = create();
    assert_eq!((created.code, created.err.as_str()), (0, ""), "{created:?}");
    let manifest = fs::read_to_string(folder.join("p/Cargo.toml")).unwrap();
    let from = format!("git = \"{url}\", branch = \"main\"");
    assert!(manifest.contains(&format!("tool = {{ {from} }}")), "{manifest}");
    let framework = format!("plugin-interface = {{ {from}, default-features = false }}");
    assert!(manifest.contains(&framework), "{manifest}");
}

#[test]
fn a_version_that_cargo_does_not_have_is_named() {
    let folder = Directory::new();
    let refused = new(folder.path(), &["--plugin", "p", "--for", "no-such-interface@0.1"]);
    assert_eq!(refused.code, 1, "{refused:?}");
    let part = "cargo does not have no-such-interface = { version = \"0.1\" }, and `new` uses no";
    assert!(refused.err.contains(part), "{refused:?}");
    assert_eq!(files(folder.path()), [""; 0]);
}

/// `PLUGIN_THOROUGH=1` builds a plugin for each interface of the fixtures.
#[test]
fn each_interface_of_the_fixtures_gets_a_plugin_that_loads() {
    if !is_thorough() {
        eprintln!("NOT TESTED with each interface of the fixtures: PLUGIN_THOROUGH is not set");
        return;
    }
    let folder = Directory::new();
    let folder = folder.path();
    fs::write(folder.join("Cargo.toml"), "[workspace]\nresolver = \"3\"\nmembers = []\n").unwrap();
    let fixtures = root().join("plugin-interface/tests/fixtures");
    fs::copy(fixtures.join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    let fixtures = fixtures.join("interface");
    let fixtures = fixtures.to_str().unwrap();
    let refused = new(folder, &["--plugin", "p", "--for", fixtures]);
    let (_, interfaces) = refused.err.trim_end().split_once("one of ").unwrap();
    let interfaces: Vec<_> = interfaces.split(", ").collect();
    assert!(interfaces.len() >= 21, "{interfaces:?}");
    for (number, interface) in interfaces.iter().enumerate() {
        let name = format!("fixed-{number}");
        create(folder, &["--plugin", &name, "--for", fixtures, "--trait", interface]);
    }
    let tested = cargo(folder, "test --workspace --quiet");
    assert_eq!(tested.matches("1 passed").count(), 2 * interfaces.len(), "{tested}");
}
