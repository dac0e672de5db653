//! `new` creates applications that build, pass their tests and lints, and run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::deadline::Run;
use crate::environment::{Answer, Directory, answer, command, root, share_builds};

/// Runs `new` in a folder, with this repository as the source.
pub(crate) fn new_of_clone(folder: &Path, name: &str) -> Answer {
    new(folder, &[name, "--framework", &format!("path={}", root().display())])
}

/// Runs `new` with these arguments in a folder, with this repository as the source.
#[cfg(target_os = "linux")]
pub(crate) fn new_of(folder: &Path, arguments: &[&str]) -> Answer {
    let framework = format!("path={}", root().display());
    new(folder, &[arguments, &["--framework", &framework]].concat())
}

/// Runs `new` in a folder.
pub(crate) fn new(folder: &Path, arguments: &[&str]) -> Answer {
    let arguments = [&["new"], arguments].concat();
    answer(command(&arguments).current_dir(folder))
}

/// Runs cargo in a folder, and returns what it prints.
pub(crate) fn cargo(folder: &Path, arguments: &str) -> String {
    cargo_with(folder, arguments, &[])
}

/// Runs cargo in a folder and an environment. It compiles as this repository
/// does, and shares what it compiles of other projects with it: so it takes the
/// versions that the repository has.
pub(crate) fn cargo_with(folder: &Path, arguments: &str, environment: &[(&str, &str)]) -> String {
    let lock = folder.join("Cargo.lock");
    if !lock.exists() {
        fs::copy(root().join("Cargo.lock"), lock).unwrap();
    }
    let output = Command::new(env!("CARGO"))
        .arg("--config")
        .arg(root().join(".cargo/config.toml"))
        .args(arguments.split(' '))
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", target())
        .envs(environment.iter().copied())
        .run("cargo ends");
    assert!(output.status.success(), "{arguments}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// Denies what clippy finds in a workspace. As `cargo clippy` does, it puts
/// clippy before the compiler of the workspace's members; a build, where that
/// only checks, needs no second form of what they depend on.
pub(crate) fn lint(folder: &Path) {
    let deny = "-D__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__";
    let environment = [("RUSTC_WORKSPACE_WRAPPER", "clippy-driver"), ("CLIPPY_ARGS", deny)];
    cargo_with(folder, "build --workspace --all-targets --quiet", &environment);
}

pub(crate) fn target() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("new")
}

/// Returns what cargo says of a workspace, without network.
fn metadata(folder: &Path) -> serde_json::Value {
    serde_json::from_str(&cargo(folder, "metadata --no-deps --offline --format-version=1")).unwrap()
}

/// Returns the names of the packages of a workspace.
pub(crate) fn packages(folder: &Path) -> Vec<String> {
    let metadata = metadata(folder);
    let packages = metadata["packages"].as_array().unwrap().iter();
    let mut names: Vec<_> =
        packages.map(|package| package["name"].as_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

/// Returns the files below a folder.
pub(crate) fn files(folder: &Path) -> Vec<String> {
    let entries = walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap);
    let files = entries.filter(|entry| entry.file_type().is_file());
    let mut files: Vec<_> = files
        .map(|entry| entry.path().strip_prefix(folder).unwrap().display().to_string())
        .collect();
    files.sort();
    files
}

#[test]
fn an_application_builds_passes_its_checks_and_runs() {
    let folder = Directory::new();
    // For the tests of the application, which run cargo themselves.
    share_builds(folder.path());
    let created = new_of_clone(folder.path(), "my-app");
    assert_eq!((created.code, created.err.as_str()), (0, ""), "{created:?}");
    let app = folder.path().join("my-app");
    assert_eq!(
        files(&app),
        [
            ".github/workflows/ci.yml",
            ".gitignore",
            "Cargo.toml",
            "host/Cargo.toml",
            "host/src/main.rs",
            "host/tests/plugins.rs",
            "interface/Cargo.toml",
            "interface/src/lib.rs",
            "plugins/shout/Cargo.toml",
            "plugins/shout/src/lib.rs",
        ]
    );
    // The versions that the repository has, since others are not at hand.
    fs::copy(root().join("Cargo.lock"), app.join("Cargo.lock")).unwrap();
    cargo(&app, "fmt --all --check");
    cargo(&app, "build --workspace");
    assert_eq!(cargo(&app, "run --quiet"), "shout: HELLO!\n");
    let tested = cargo(&app, "test --workspace --quiet");
    assert!(tested.contains("2 passed"), "{tested}");
    lint(&app);

    let plugin = target().join("debug/libmy_app_shout.so");
    let checked = answer(&mut command(&["check", plugin.to_str().unwrap()]));
    assert_eq!(checked.code, 0, "{checked:?}");
}

#[test]
fn it_ends_with_the_tree_and_three_commands() {
    let folder = Directory::new();
    let created = new_of_clone(folder.path(), "my-app");
    let (tree, next) = created.out.split_once("\nNext:\n").unwrap();
    let app = folder.path().join("my-app");
    for file in files(&app) {
        let is_named = tree.contains(&file) || file.ends_with("Cargo.toml");
        assert!(is_named, "{file}: {tree}");
    }
    let commands: Vec<_> = next.lines().filter_map(|line| line.strip_prefix("  ")).collect();
    assert_eq!(commands, ["cd my-app", "cargo build", "cargo run"]);
    let page = fs::read_to_string(root().join("docs/book/src/first-plugin.md")).unwrap();
    assert!(
        page.contains(&format!("\n$ plugin-host new my-app\n{}```", created.out)),
        "{created:?}"
    );
    let longest = created.out.lines().map(|line| line.chars().count()).max().unwrap();
    assert!(longest <= 80, "{created:?}");
}

#[test]
fn each_source_of_the_framework_stands_in_the_manifest() {
    let here = root();
    let path = format!("path={}", here.display());
    for (source, expected, install) in [
        (
            path.as_str(),
            format!("path = \"{}/plugin-interface\"", here.display()),
            format!("--path '{}/plugin-host'", here.display()),
        ),
        (
            "git=https://example.org/it",
            "git = \"https://example.org/it\"".to_owned(),
            "--git 'https://example.org/it' plugin-host".to_owned(),
        ),
        ("version=0.1", "version = \"0.1\"".to_owned(), "--version '0.1' plugin-host".to_owned()),
    ] {
        let folder = Directory::new();
        let created = new(folder.path(), &["an-app", "--framework", source]);
        assert_eq!((created.code, created.err.as_str()), (0, ""), "{created:?}");
        let app = folder.path().join("an-app");
        let manifest = fs::read_to_string(app.join("Cargo.toml")).unwrap();
        let line = format!("plugin-interface = {{ {expected}, default-features = false }}");
        assert!(manifest.contains(&line), "{manifest}");
        let ci = fs::read_to_string(app.join(".github/workflows/ci.yml")).unwrap();
        assert!(ci.contains(&format!("cargo install {install}\n")), "{ci}");
        assert_eq!(packages(&app), ["an-app", "an-app-interface", "an-app-shout"]);
    }
}

/// Creates what makes a folder a clone of the framework.
fn clone_in(folder: &Path) {
    for package in ["plugin-interface", "plugin-host"] {
        fs::create_dir_all(folder.join(package)).unwrap();
        fs::write(folder.join(package).join("Cargo.toml"), "").unwrap();
    }
}

#[test]
fn a_relative_path_leads_from_the_manifest() {
    let folder = Directory::new();
    clone_in(&folder.path().join("clone"));
    let created = new(folder.path(), &["deep/app", "--framework", "path=clone"]);
    assert_eq!(created.code, 0, "{created:?}");
    let manifest = fs::read_to_string(folder.path().join("deep/app/Cargo.toml")).unwrap();
    assert!(manifest.contains("path = \"../../clone/plugin-interface\""), "{manifest}");
}

#[test]
fn without_the_option_it_is_the_clone_or_the_version_of_the_program() {
    let folder = Directory::new();
    let program = folder.path().join("target/debug/plugin-host");
    fs::create_dir_all(program.parent().unwrap()).unwrap();
    fs::copy(env!("CARGO_BIN_EXE_plugin-host"), &program).unwrap();
    let create = |name: &str| {
        let created = answer(Command::new(&program).args(["new", name]).current_dir(folder.path()));
        assert_eq!(created.code, 0, "{created:?}");
        let manifest = fs::read_to_string(folder.path().join(name).join("Cargo.toml")).unwrap();
        (manifest, created.err)
    };
    let (manifest, note) = create("early");
    assert!(note.starts_with("note: ") && note.contains("--framework path="), "{note}");
    let version = format!("version = \"{}\"", env!("CARGO_PKG_VERSION"));
    assert!(manifest.contains(&version), "{manifest}");

    clone_in(folder.path());
    let (manifest, note) = create("late");
    assert_eq!(note, "");
    let path = folder.path().canonicalize().unwrap().join("plugin-interface");
    assert!(manifest.contains(&format!("path = \"{}\"", path.display())), "{manifest}");
}

#[test]
fn the_workspace_around_it_gets_the_members() {
    let folder = Directory::new();
    let before = "# Ours.\n[workspace]\nresolver = \"3\"\nmembers = [\n    \"other\", # kept\n]\n";
    fs::write(folder.path().join("Cargo.toml"), before).unwrap();
    fs::create_dir_all(folder.path().join("other/src")).unwrap();
    let other = "[package]\nname = \"other\"\nedition = \"2024\"\n";
    fs::write(folder.path().join("other/Cargo.toml"), other).unwrap();
    fs::write(folder.path().join("other/src/lib.rs"), "").unwrap();

    for name in ["one", "two"] {
        let created = new_of_clone(folder.path(), name);
        assert_eq!((created.code, created.err.as_str()), (0, ""), "{created:?}");
        assert!(created.out.contains(&format!("\n  cargo run --package {name}\n")), "{created:?}");
        assert!(!folder.path().join(name).join("Cargo.toml").exists());
    }
    assert_eq!(
        packages(folder.path()),
        ["one", "one-interface", "one-shout", "other", "two", "two-interface", "two-shout"]
    );
    let manifest = fs::read_to_string(folder.path().join("Cargo.toml")).unwrap();
    assert!(manifest.starts_with("# Ours.\n") && manifest.contains("# kept"), "{manifest}");
    assert_eq!(manifest.matches("plugin-interface = ").count(), 1, "{manifest}");
}

#[test]
fn a_workspace_that_cargo_would_refuse_stays_as_it_was() {
    let folder = Directory::new();
    let before = "[workspace]\nmembers = [\"other\"]\n";
    fs::write(folder.path().join("Cargo.toml"), before).unwrap();
    fs::create_dir_all(folder.path().join("other/src")).unwrap();
    // It has the name of the new host.
    fs::write(folder.path().join("other/Cargo.toml"), "[package]\nname = \"app\"\n").unwrap();
    fs::write(folder.path().join("other/src/lib.rs"), "").unwrap();
    let refused = new(folder.path(), &["app"]);
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(refused.err.contains("cargo refuses the workspace"), "{refused:?}");
    assert_eq!(fs::read_to_string(folder.path().join("Cargo.toml")).unwrap(), before);
    assert!(!folder.path().join("app").exists());
}

#[test]
fn a_workspace_that_excludes_the_folder_is_left_alone() {
    let folder = Directory::new();
    let before = "[workspace]\nexclude = [\"apps\"]\n";
    fs::write(folder.path().join("Cargo.toml"), before).unwrap();
    let created = new(folder.path(), &["apps/app"]);
    assert_eq!(created.code, 0, "{created:?}");
    assert_eq!(fs::read_to_string(folder.path().join("Cargo.toml")).unwrap(), before);
    assert_eq!(packages(&folder.path().join("apps/app")).len(), 3);
}

#[test]
fn what_it_cannot_do_changes_nothing() {
    let folder = Directory::new();
    fs::create_dir(folder.path().join("full")).unwrap();
    fs::write(folder.path().join("full/notes"), "").unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    let before = files(folder.path());
    for (arguments, part) in [
        (&["full"][..], "it contains notes; choose another name"),
        (&["file"], "it is a file; choose another name"),
        (&["test"], "found `test`, which has a meaning of its own"),
        (&["fn"], "is a keyword of Rust"),
        (&["My-App"], "does not begin with a lower-case letter"),
        (&[".."], "expected a name such as my-app, found .."),
        (&["app", "--framework", "path=missing"], "expected a clone of the framework"),
        (&["app", "--framework", "0.1"], "expected path=DIR, git=URL or version=VERSION"),
    ] {
        let refused = new(folder.path(), arguments);
        assert_eq!(refused.code, 2, "{refused:?}");
        assert!(refused.err.contains(part), "{refused:?}");
        assert_eq!(files(folder.path()), before);
    }
}
