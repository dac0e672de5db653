//! `call FILE INTERFACE.METHOD`: methods of plugins, by the metadata alone.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::environment::{Answer, Directory, plugin_host, root};

/// Compiles the greeter in C, which also does what a text asks for.
fn greeter(directory: &Directory) -> PathBuf {
    let folder = root().join("example-plugins/greeter-c");
    let source = fs::read_to_string(folder.join("greeter.c")).unwrap();
    let asked = "(void)instance;
        if (!target.len) for (;;) pause();
        if (*target.ptr == '/') { char path[99] = { 0 }; memcpy(path, target.ptr, target.len); if (open(path, O_RDONLY) < 0) abort(); }
        if (*target.ptr == '!') *(volatile int *)8 = 1;
        if (*target.ptr == '?') { Greeter_Outcome_String bad = { 0, { plugin_malloc(1), 1, 1, plugin_free } }; *(char *)bad.value.ptr = -1; return bad; }
    ";
    let source = source.replacen("(void)instance;", asked, 1);
    let (file, path) = (directory.path().join("greeter.c"), directory.library("greeter"));
    fs::write(&file, format!("#include <fcntl.h>\n#include <stdlib.h>\n#include <string.h>\n#include <unistd.h>\n{source}")).unwrap();
    let mut gcc = Command::new("gcc");
    gcc.args(["-D_DEFAULT_SOURCE", "-shared", "-fPIC", "-w", "-I"]).arg(folder);
    gcc.arg("-o").args([&path, &file]);
    assert!(gcc.status().expect("the tests need gcc").success());
    path
}

fn call(arguments: &[&str]) -> Answer {
    let directory = Directory::new();
    let library = greeter(&directory);
    let library = library.to_str().unwrap();
    let arguments =
        arguments.iter().map(|argument| if *argument == "FILE" { library } else { argument });
    plugin_host(&["call"].into_iter().chain(arguments).collect::<Vec<_>>())
}

#[test]
fn a_method_is_called_by_its_name_with_json() {
    let greeter = "plugin_interface::greeter::Greeter.greet";
    for (arguments, expected) in [
        (&["FILE", "Greeter.greet", "\"my world\""][..], "\"Salve, my world!\"\n"),
        (&["FILE", greeter, "\"\\u00e9\\n\""], "\"Salve, é\\n!\"\n"),
        (&["FILE", "Greeter.name"], "\"latin\"\n"),
        (&["--json", "FILE", "Greeter.name"], "{\"answer\":\"latin\"}\n"),
        (&["--plugin=Latin", "FILE", "Greeter.name"], "\"latin\"\n"),
    ] {
        let answer = call(arguments);
        assert_eq!((answer.code, &*answer.out, &*answer.err), (0, expected, ""), "{answer:?}");
    }
}

#[test]
fn a_call_that_fails_has_an_error_and_an_exit_code() {
    let signature = "fn greet(&self, target: &str) -> String: ";
    for (arguments, code, expected) in [
        (&["FILE", "Greeter.greet"][..], 2, format!("{signature}expected 1 argument, found 0")),
        (
            &["FILE", "Greeter.greet", "7"],
            2,
            format!("{signature}`target`: expected &str, found 7"),
        ),
        (
            &["FILE", "Greeter.greet", "hi"],
            2,
            format!("{signature}expected JSON, such as '\"hi\"' for a text, found `hi`"),
        ),
        (&["FILE", "Greeter.gret", "1"], 2, "has no method `gret`; it has name, greet".to_owned()),
        (&["FILE", "Greter.greet", "1"], 2, "no interface is named Greter".to_owned()),
        (
            &["--plugin=Latn", "FILE", "Greeter.name"],
            2,
            "is named Latn; there are Latin".to_owned(),
        ),
        (&["--deny=greeter-c", "FILE", "Greeter.name"], 4, "greeter-c".to_owned()),
        (
            &["FILE", "Greeter.greet", "\"!\""],
            5,
            "Greeter.greet crashed: the process was killed by SIGSEGV".to_owned(),
        ),
        (
            &["FILE", "Greeter.greet", "\"?\""],
            1,
            "Greeter::greet: the plugin returned an invalid value: text must be UTF-8".to_owned(),
        ),
        (
            &["--timeout=0.5", "FILE", "Greeter.greet", "\"\""],
            6,
            "Greeter.greet did not answer in time".to_owned(),
        ),
    ] {
        let answer = call(arguments);
        assert_eq!(answer.code, code, "{arguments:?}: {answer:?}");
        assert!(answer.err.contains(&expected), "{arguments:?}: {answer:?}");
        assert_eq!(answer.out, "", "{arguments:?}");
    }
}

#[cfg(unix)]
#[test]
fn an_isolated_call_is_that_of_a_host_with_workers() {
    let died = "SIGSEGV (a wild pointer, or a stack overflow) while `greet` ran";
    for (arguments, code, out, expected) in [
        (&["FILE", "Greeter.greet", "\"my world\""][..], 0, "\"Salve, my world!\"\n", ""),
        (&["--json", "--repeat=3", "FILE", "Greeter.name"], 0, "{\"answer\":\"latin\"}\n", ""),
        (&["--memory=4G", "--files=64", "FILE", "Greeter.name"], 0, "\"latin\"\n", ""),
        (&["FILE", "Greeter.greet", "7"], 2, "", "`target`: expected &str, found 7"),
        (&["--plugin=Latn", "FILE", "Greeter.name"], 2, "", "is named Latn; there are Latin"),
        (&["--deny=greeter-c", "FILE", "Greeter.name"], 4, "", "greeter-c"),
        (&["FILE", "Greeter.greet", "\"!\""], 5, "", died),
        (&["FILE", "Greeter.greet", "\"?\""], 1, "", "invalid value: text must be UTF-8"),
        (&["--timeout=2", "FILE", "Greeter.greet", "\"\""], 6, "", "an answer within 2s"),
        (&["--files=3", "FILE", "Greeter.name"], 1, "", "Too many open files"),
        (&["FILE", "f() -> int"], 2, "", "--isolated calls methods of plugins"),
    ] {
        let answer = call(&[&["--isolated"], arguments].concat());
        assert_eq!((answer.code, &*answer.out), (code, out), "{arguments:?}: {answer:?}");
        assert!(answer.err.contains(expected), "{arguments:?}: {answer:?}");
        assert!(code > 0 || answer.err.is_empty(), "{answer:?}");
    }
    let alone = call(&["--memory=1G", "FILE", "Greeter.name"]);
    assert_eq!(alone.code, 2, "{alone:?}");
    assert!(alone.err.contains("--isolated"), "{alone:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn an_isolated_call_is_restricted_as_the_options_say() {
    let refused = "SIGABRT (it aborted) while `greet` ran";
    for (arguments, code, expected) in [
        (&["FILE", "Greeter.greet", "\"/etc/passwd\""][..], 0, ""),
        (&["--sandbox=strict", "FILE", "Greeter.greet", "\"Ann\""], 0, ""),
        (&["--sandbox=strict", "FILE", "Greeter.greet", "\"/etc/passwd\""], 5, refused),
        (&["--sandbox=best-effort", "FILE", "Greeter.greet", "\"/etc/passwd\""], 5, refused),
        (
            &["--sandbox=strict", "--allow-read=/etc", "FILE", "Greeter.greet", "\"/etc/passwd\""],
            0,
            "",
        ),
        (
            &["--sandbox=strict", "--allow-write=/no/such", "FILE", "Greeter.name"],
            1,
            "the sandbox: cannot allow /no/such: No such file",
        ),
        (&["--sandbox=strict", "--allow-connect=65536", "FILE", "Greeter.name"], 2, "65536"),
        (&["--sandbox=loose", "FILE", "Greeter.name"], 2, "strict, best-effort"),
        (&["--allow-read=/etc", "FILE", "Greeter.name"], 2, "--sandbox"),
    ] {
        let answer = call(&[&["--isolated"], arguments].concat());
        assert_eq!(answer.code, code, "{arguments:?}: {answer:?}");
        assert!(answer.err.contains(expected), "{arguments:?}: {answer:?}");
        assert!(code > 0 || answer.err.is_empty(), "{answer:?}");
    }
    let alone = call(&["--sandbox=strict", "FILE", "Greeter.name"]);
    assert_eq!(alone.code, 2, "{alone:?}");
    assert!(alone.err.contains("--isolated"), "{alone:?}");
}
