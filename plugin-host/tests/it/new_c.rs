//! `new --c` creates plugins in C that build and pass every check.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::deadline::Run;
use crate::environment::{Directory, answer, command, root};
use crate::new::{files, new};

/// Runs make in a folder. Warnings of the compiler are errors.
fn make(folder: &Path) {
    let made = Command::new("make").arg("-C").arg(folder).env("CFLAGS", "-Werror").run("make ends");
    assert!(made.status.success(), "{made:?}");
}

/// Builds the greeter of the examples in a folder.
fn greeter(folder: &Path) -> PathBuf {
    let sources = root().join("example-plugins/greeter-c");
    for file in ["greeter.c", "greeter.h", "Makefile"] {
        fs::copy(sources.join(file), folder.join(file)).unwrap();
    }
    make(folder);
    folder.join("libgreeter_c.so")
}

#[test]
fn a_plugin_in_c_builds_and_passes_all_checks() {
    let folder = Directory::new();
    let library = greeter(folder.path());
    let library = library.to_str().unwrap();
    let created = new(folder.path(), &["--plugin", "a-latin", "--c", "--for", library]);
    assert_eq!((created.code, created.err.as_str()), (0, ""), "{created:?}");
    let plugin = folder.path().join("a-latin");
    assert_eq!(files(&plugin), [".gitignore", "Makefile", "a_latin.c", "greeter.h"]);
    let header = fs::read_to_string(plugin.join("greeter.h")).unwrap();
    assert_eq!(header, fs::read_to_string(folder.path().join("greeter.h")).unwrap());

    make(&plugin);
    let built = plugin.join("liba_latin.so");
    let built = built.to_str().unwrap();
    let checked = answer(&mut command(&["check", built]));
    assert_eq!(checked.code, 0, "{checked:?}");
    let called = answer(&mut command(&["call", built, "Greeter.greet", "\"you\""]));
    assert_eq!((called.code, called.out.as_str()), (0, "\"\"\n"), "{called:?}");
    let listed = answer(&mut command(&["list", plugin.to_str().unwrap()]));
    assert!(listed.out.contains("a-latin") && listed.out.contains("ALatin"), "{listed:?}");
}

#[test]
fn what_a_library_cannot_give_is_said() {
    let folder = Directory::new();
    let library = greeter(folder.path());
    let library = library.to_str().unwrap();
    fs::write(folder.path().join("notes.so"), "").unwrap();
    for (arguments, code, part) in [
        (&["--plugin", "p", "--c", "--for", "missing.so"][..], 2, "cannot read missing.so"),
        (&["--plugin", "p", "--c", "--for", "notes.so"], 1, "notes.so"),
        (
            &["--plugin", "p", "--c", "--for", library, "--trait", "Tool"],
            2,
            "no interface is named Tool; write one of plugin_interface::greeter::Greeter",
        ),
        (&["--host", "p", "--c", "--for", library], 2, "cannot be used with"),
        (&["--plugin", "p", "--c"], 2, "--for"),
    ] {
        let refused = new(folder.path(), arguments);
        assert_eq!(refused.code, code, "{refused:?}");
        assert!(refused.err.contains(part), "{refused:?}");
        assert!(!folder.path().join("p").exists());
    }
}
