//! `check`: a good plugin passes every check, and each bad one fails exactly one.

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::fs::{self, File};
use std::path::Path;

use crate::environment::{
    ABORTED, Answer, CRASHED, Directory, cargo, debug_builds, plugin_host, quoted, root,
};

/// Runs `check` on a file, with more arguments.
fn check(path: &Path, more: &[&str]) -> Answer {
    let mut arguments = vec!["check", path.to_str().unwrap(), "--json"];
    arguments.extend(more);
    plugin_host(&arguments)
}

/// Returns each check with its verdict, and the reason of the one that failed.
fn verdicts(answer: &Answer) -> (Vec<(String, String)>, Option<String>) {
    let json = answer.json();
    let checks = json[0]["checks"].as_array().unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let reason = checks.iter().find_map(|check| check.get("reason")).map(text);
    (checks.iter().map(|check| (text(&check["name"]), text(&check["verdict"]))).collect(), reason)
}

/// Asserts that exactly the named check fails, with that exit code and reason.
fn fails(answer: &Answer, name: &str, code: i32, expected: &str) {
    assert_eq!(answer.code, code, "{name}: {answer:?}");
    let (verdicts, reason) = verdicts(answer);
    let at = verdicts.iter().position(|(check, _)| check == name).expect(name);
    for (i, (check, verdict)) in verdicts.iter().enumerate() {
        let expected = match i.cmp(&at) {
            std::cmp::Ordering::Less => "passed",
            std::cmp::Ordering::Equal => "failed",
            std::cmp::Ordering::Greater => "skipped",
        };
        assert_eq!(verdict, expected, "{check}: {answer:?}");
    }
    let reason = reason.expect("a reason");
    assert!(reason.contains(expected), "{name}: {reason}");
}

#[test]
fn a_good_plugin_passes_every_check() {
    let directory = Directory::new();
    let answer = check(&directory.compile("good", &["COUNTER"], ""), &[]);
    assert_eq!(answer.code, 0, "{answer:?}");
    let (verdicts, reason) = verdicts(&answer);
    assert_eq!((verdicts.len(), reason), (23, None));
    assert!(verdicts.iter().all(|(_, verdict)| verdict == "passed"), "{verdicts:?}");
}

#[test]
fn output_of_plugins_is_not_in_the_json() {
    let directory = Directory::new();
    let prints = "#include <stdio.h>\n#include <unistd.h>\n\
        __attribute__((constructor)) static void begin(void) {\n\
        puts(\"buffered\"); if (write(1, \"at once\\n\", 8)) {}\n}\n";
    let library = directory.compile("prints", &["COUNTER"], prints);
    let (file, folder) = (library.to_str().unwrap(), directory.path().to_str().unwrap());
    for command in [
        &["check", file, "--json"][..],
        &["run", folder, "--json"],
        &["run", folder, "--json", "--no-probe"],
    ] {
        let answer = plugin_host(command);
        assert_eq!(answer.code, 0, "{command:?}: {answer:?}");
        // Other output would be a parse error.
        assert!(!answer.json().is_null());
        for printed in ["buffered", "at once"] {
            assert!(answer.err.contains(printed), "{command:?}: {answer:?}");
        }
    }
    let answer = plugin_host(&["run", folder, "--no-probe"]);
    assert!(answer.out.contains("at once") && answer.out.contains("HEY world"), "{answer:?}");
}

#[test]
fn the_examples_pass_every_check() {
    let built = plugin_host(&["run", "--build", "example-plugins", "--json"]).json();
    for library in built["libraries"].as_array().unwrap() {
        let answer = check(Path::new(library["file"].as_str().unwrap()), &[]);
        assert_eq!(answer.code, 0, "{answer:?}");
    }
}

#[test]
fn each_check_of_the_file_fails_alone() {
    let directory = Directory::new();
    let good = directory.compile("good", &["COUNTER"], "");
    let bytes = fs::read(&good).unwrap();
    let write = |name: &str, content: &[u8]| {
        let path = directory.library(name);
        fs::write(&path, content).unwrap();
        path
    };
    let patch = |name: &str, at: usize, with: &[u8]| {
        let mut content = bytes.clone();
        content[at..at + with.len()].copy_from_slice(with);
        write(name, &content)
    };
    let magic = b"PLUGIN\0\x01";
    let record = bytes.windows(magic.len()).position(|window| window == magic).unwrap();

    fails(&check(&directory.library("missing"), &[]), "file", 2, "cannot read");
    let missing = plugin_host(&["check", directory.library("missing").to_str().unwrap()]);
    let lines: Vec<_> = missing.out.lines().collect();
    assert!(lines[1].starts_with("  failed   file"), "{missing:?}");
    assert_eq!(
        lines[3..],
        ["  skipped  22 more, which depend on the one that failed"],
        "{missing:?}"
    );
    // Windows has lists of who may write a file, which are not read.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let writable = write("writable", &bytes);
        fs::set_permissions(&writable, fs::Permissions::from_mode(0o666)).unwrap();
        fails(&check(&writable, &[]), "writers", 4, "chmod o-w");
    }
    fails(&check(&write("text", b"text"), &[]), "format", 1, "no known format");
    fails(&check(&write("cut", &bytes[..9000]), &[]), "integrity", 1, "damaged or incomplete");
    let (at, processor, named) = match cfg!(windows) {
        // Behind the signature, to which the header of DOS leads.
        true => (bytes[60] as usize + 4, [0x64, 0xaa], "aarch64"),
        false => (18, [0xf3, 0], "riscv64"),
    };
    fails(&check(&patch("machine", at, &processor), &[]), "machine", 3, named);
    fails(&check(&patch("metadata", record + 7, &[9]), &[]), "metadata", 1, "format 9");
    let digest = "0".repeat(64);
    fails(&check(&good, &["--pin", &digest]), "policy", 4, "its SHA-256 digest is");
    let writer = File::options().append(true).open(&good).unwrap();
    fails(&check(&good, &[]), "settled", 1, "still being written");
    drop(writer);
    assert_eq!(check(&good, &[]).code, 0);
}

#[test]
fn each_check_of_the_plugin_fails_alone() {
    let pins = match cfg!(windows) {
        true => {
            "#include <windows.h>\n\
             __attribute__((constructor)) static void begin(void) {\n\
             HMODULE this; GetModuleHandleExA(5, (void *)begin, &this);\n}\n"
        }
        false => {
            "#define _GNU_SOURCE\n#include <dlfcn.h>\n\
             __attribute__((constructor)) static void begin(void) {\n\
             Dl_info info; dladdr((void *)begin, &info); dlopen(info.dli_fname, RTLD_NOW);\n}\n"
        }
    };
    // Where a constructor uses a wild pointer, Windows tells whoever opens the library.
    let (crash, crashed) = match cfg!(windows) {
        true => ("abort()", ABORTED),
        false => ("*(volatile int *)8 = 1", CRASHED),
    };
    let crashes = format!(
        "#include <stdlib.h>\n__attribute__((constructor)) static void begin(void) {{ {crash}; }}"
    );
    let unresolved = "void no_such_function(void); void call(void) { no_such_function(); }";
    let wrong = "#include <stddef.h>\nsize_t plugin_unmaker_counter_Greeter_v1(void) { return 7; }";
    let cases: [(&str, &[&str], &str, i32, &str); 13] = [
        ("plugin", &["NO_METADATA"], "", 1, "no section .plugin"),
        ("abi", &["ABI=2"], "", 3, "found 2"),
        ("names", &["LISTS_ONE_TWICE"], "", 1, "two registrations are named Once"),
        ("symbols", &["NO_EXPORT"], "", 1, "does not export plugin_register_Greeter_v1"),
        ("probe", &["COUNTER"], &crashes, 5, crashed),
        ("open", &["COUNTER"], unresolved, 1, "no_such_function"),
        ("entry", &["SMALL_ENTRY"], "", 3, "expected an entry of at least 24 bytes, found 8"),
        (
            "constructors",
            &["LISTS_TWO"],
            "",
            1,
            "expected 2 registrations, as its metadata lists, found 1",
        ),
        ("answers", &["PANIC_IN_GREET"], "", 5, "panicked: as asked"),
        ("drop", &["PANIC_IN_DROP"], "", 5, "dropping Greeter panicked: as asked"),
        ("counter", &[], wrong, 1, "expected an unmaker counter of 1, found 7"),
        ("unmapped", &["COUNTER"], pins, 1, "it stays loaded"),
        ("constructors", &["NULL_MAKER"], "", 1, "returned null"),
    ];
    for (name, macros, more, code, expected) in cases {
        // The linker of Windows leaves no function open.
        if cfg!(windows) && name == "open" {
            continue;
        }
        let directory = Directory::new();
        fails(&check(&directory.compile("bad", macros, more), &[]), name, code, expected);
    }
    let directory = Directory::new();
    let once = format!("ONCE={:?}", directory.path().join("made"));
    let path = directory.compile("bad", &["COUNTER", &once], "");
    fails(&check(&path, &["--no-probe"]), "again", 1, "returned null");
}

#[test]
fn a_plugin_without_implementations_fails_that_check() {
    let directory = Directory::new();
    let write = |path: &str, text: &str| {
        let path = directory.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let interface = quoted(&root().join("plugin-interface"));
    write(
        "src/lib.rs",
        "#[plugin_interface::plugin_aggregates(plugin_interface::Greeter)]\nmod plugin {}\n",
    );
    // The versions that the repository has.
    fs::copy(root().join("Cargo.lock"), directory.path().join("Cargo.lock")).unwrap();
    let run = |panic: &str| {
        let manifest = format!(
            "[package]\nname = \"nothing\"\nedition = \"2024\"\n[lib]\ncrate-type = [\"cdylib\"]\n\
             [dependencies]\nplugin-interface = {{ path = {interface}, default-features = false }}\n\
             [profile.dev]\npanic = {panic:?}\n[workspace]\n"
        );
        write("Cargo.toml", &manifest);
        let mut cargo = std::process::Command::new(cargo());
        // As this repository, with which it shares what it compiles.
        cargo.arg("--config").arg(root().join(".cargo/config.toml"));
        cargo.args(["build", "--quiet", "--target-dir"]);
        cargo.arg(directory.path().join("target")).current_dir(directory.path());
        assert!(cargo.status().unwrap().success());
        let built = debug_builds(&directory.path().join("target"));
        check(&built.join(format!("{DLL_PREFIX}nothing{DLL_SUFFIX}")), &[])
    };
    fails(&run("unwind"), "implementations", 1, "#[plugin_impl(Greeter)]");
    fails(&run("abort"), "panics", 3, "build it with panic = \"unwind\"");
}

#[test]
fn a_directory_is_checked_file_by_file() {
    let directory = Directory::new();
    directory.compile("good", &["COUNTER"], "");
    fs::write(directory.library("text"), "text").unwrap();
    let answer = plugin_host(&directory.arguments(&["check"]));
    assert_eq!(answer.code, 1, "{answer:?}");
    assert_eq!(answer.out.matches("  passed ").count(), 23 + 2, "{answer:?}");
    assert_eq!(answer.out.matches("  failed ").count(), 1, "{answer:?}");
}
