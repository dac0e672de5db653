//! `doctor` finds what keeps plugins from being built or loaded, and says what to
//! do.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::environment::{Answer, Directory, answer, cargo, command, root};

/// A project with one plugin.
fn project() -> Directory {
    let folder = Directory::new();
    let interface = root().join("plugin-interface");
    let manifest = format!(
        "[package]\nname = \"shout\"\nedition = \"2024\"\n[lib]\ncrate-type = [\"cdylib\"]\n\
         [dependencies]\nplugin-interface = {{ path = {interface:?}, default-features = false }}\n\
         [workspace]\n"
    );
    write(folder.path(), "Cargo.toml", &manifest);
    write(folder.path(), "src/lib.rs", "");
    folder
}

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// Runs `doctor --json` on a folder.
fn doctor(folder: &Path) -> Answer {
    let mut program = command(&["doctor", "--json"]);
    answer(program.arg(folder).env_remove("CARGO_TARGET_DIR"))
}

/// Returns the findings of a check.
fn of(answer: &Answer, check: &str) -> Vec<Value> {
    let json = answer.json();
    let all = json.as_array().unwrap().iter();
    all.filter(|finding| finding["check"] == check).cloned().collect()
}

/// Holds that a check found one problem, with that exit code.
#[track_caller]
fn finds(answer: &Answer, check: &str, code: i32, part: &str, cure: &str) {
    assert_eq!(answer.code, code, "{answer:?}");
    let problems: Vec<_> =
        of(answer, check).into_iter().filter(|it| it["verdict"] == "problem").collect();
    let [problem] = &problems[..] else { panic!("{check}: {answer:?}") };
    assert!(problem["found"].as_str().unwrap().contains(part), "{problem}");
    assert!(problem["cure"].as_str().unwrap().contains(cure), "{problem}");
}

#[test]
fn a_good_project_has_no_problem_and_stays_as_it_is() {
    let folder = project();
    let found = doctor(folder.path());
    assert_eq!((found.code, found.err.as_str()), (0, ""), "{found:?}");
    let checks = [
        "toolchain",
        "linker",
        "project",
        "edition",
        "profiles",
        "features",
        "folders",
        "temporary",
        "events",
        "platform",
    ];
    for check in checks {
        let findings = of(&found, check);
        assert!(!findings.is_empty(), "{check}: {found:?}");
        assert!(findings.iter().all(|it| it["verdict"] != "problem"), "{check}: {found:?}");
    }
    assert_eq!(of(&found, "linker")[0]["verdict"], "ok");
    assert_eq!(of(&found, "project")[0]["found"], "packages 1, of these plugins 1");
    assert_eq!(of(&found, "edition")[0]["found"], "2024");
    let mut left: Vec<_> =
        folder.path().read_dir().unwrap().map(|it| it.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["Cargo.toml", "src"]);
}

#[test]
fn each_finding_is_a_line_and_its_cure_is_the_next() {
    let folder = project();
    write(folder.path(), ".cargo/config.toml", "[profile.release]\npanic = \"abort\"\n");
    let found = answer(command(&["doctor"]).arg(folder.path()));
    assert_eq!(found.code, 3, "{found:?}");
    let lines: Vec<_> = found.out.lines().collect();
    let at = lines.iter().position(|line| line.starts_with("problem  profiles   ")).unwrap();
    assert!(lines[at].contains("has panic = \"abort\": hosts refuse such plugins"), "{found:?}");
    assert_eq!(
        lines[at + 1].trim_start(),
        "cargo build --release --config 'profile.release.panic=\"unwind\"'"
    );
    assert!(lines.last().unwrap().starts_with("problems 1, notes "), "{found:?}");
}

#[test]
fn a_linker_that_is_missing_is_a_problem() {
    let folder = project();
    let config = "[target.'cfg(all())']\nlinker = \"no-such-linker\"\n";
    write(folder.path(), ".cargo/config.toml", config);
    let found = doctor(folder.path());
    finds(&found, "linker", 1, "linker `no-such-linker` not found", "install");
}

#[test]
fn a_manifest_that_cargo_refuses_is_a_problem() {
    let folder = project();
    write(folder.path(), "Cargo.toml", "[package]\nedition = \"2024\"\n");
    finds(
        &doctor(folder.path()),
        "project",
        1,
        "Caused by: missing field `package.name`",
        "cargo metadata",
    );
}

#[cfg(unix)]
#[test]
fn a_folder_that_anyone_can_modify_is_a_problem() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = project();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
    finds(&doctor(folder.path()), "folders", 4, "anyone can modify", "chmod o-w ");
}

#[test]
fn features_that_depend_on_the_rest_of_the_workspace_are_noted() {
    let folder = Directory::new();
    write(folder.path(), "Cargo.toml", "[workspace]\nmembers = [\"*\"]\nresolver = \"3\"\n");
    // Named like the framework, and without dependencies, so that nothing is fetched.
    write(
        folder.path(),
        "interface/Cargo.toml",
        "[package]\nname = \"plugin-interface\"\nedition = \"2024\"\n[features]\nmanager = []\n",
    );
    write(folder.path(), "interface/src/lib.rs", "");
    for (name, lib, features) in
        [("app", "", "[\"manager\"]"), ("shout", "[lib]\ncrate-type = [\"cdylib\"]\n", "[]")]
    {
        let manifest = format!(
            "[package]\nname = \"{name}\"\nedition = \"2024\"\n{lib}[dependencies]\n\
             plugin-interface = {{ path = \"../interface\", features = {features} }}\n"
        );
        write(folder.path(), &format!("{name}/Cargo.toml"), &manifest);
        write(folder.path(), &format!("{name}/src/lib.rs"), "");
    }
    let found = doctor(folder.path());
    let without_lock = &of(&found, "features")[0];
    assert_eq!(without_lock["cure"], "cargo fetch", "{found:?}");
    let mut lock = std::process::Command::new(cargo());
    lock.args(["generate-lockfile", "--offline", "--quiet"]).current_dir(folder.path());
    assert!(lock.status().unwrap().success());

    let found = doctor(folder.path());
    assert_eq!(found.code, 0, "{found:?}");
    let noted = &of(&found, "features")[0];
    assert_eq!(noted["verdict"], "note", "{found:?}");
    assert!(
        noted["found"].as_str().unwrap().starts_with(
            "shout is built with plugin-interface with no features alone, and with `manager` in"
        ),
        "{noted}"
    );
    assert_eq!(noted["cure"], "cargo build --package shout");
}

#[test]
fn a_folder_without_a_project_is_examined_for_its_machine() {
    let folder = Directory::new();
    let found = doctor(folder.path());
    assert_eq!(found.code, 0, "{found:?}");
    assert_eq!(of(&found, "project")[0]["cure"], "plugin-host new my-app");
    assert!(of(&found, "profiles").is_empty());
    assert_eq!(of(&found, "linker")[0]["verdict"], "ok");
    let missing = doctor(&folder.path().join("missing"));
    assert_eq!(missing.code, 2, "{missing:?}");
    assert!(missing.err.starts_with("error: no such directory: "), "{missing:?}");
}
