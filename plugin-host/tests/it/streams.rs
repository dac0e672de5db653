//! Plugins that use the standard streams: what a program reads stays readable.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::process::Stdio;

use serde_json::Value;

use crate::environment::{Directory, answer, command, plugin_host};
use crate::watch::Watch;

/// What a plugin does to the streams when it is opened.
const RUDE: &str = r##"
    #define _GNU_SOURCE
    #include <fcntl.h>
    #include <stdio.h>
    #include <stdlib.h>
    #include <string.h>
    #include <unistd.h>

    static void say(int fd, const char *text) { if (write(fd, text, strlen(text))) {} }
    static void at_exit(void) { say(1, "at exit"); }

    __attribute__((constructor)) static void begin(void) {
    #if defined(PRINTS)
        puts("{\"buffered\": 1}");
        say(1, "]{ at once");
        atexit(at_exit);
    #elif defined(FLOODS)
        static char many[1 << 16];
        memset(many, 'x', sizeof many);
        for (int i = 0; i < 32; i++) if (write(1, many, sizeof many)) {}
    #elif defined(READS)
        char byte;
        while (read(0, &byte, 1) == 1) say(2, "it read a byte of stdin\n");
    #elif defined(CLOSES)
        close(0);
        close(1);
    #elif defined(REDIRECTS)
        int null = open("/dev/null", O_RDWR);
        dup2(null, 0);
        dup2(null, 1);
    #elif defined(NEVER_WAITS)
        for (int fd = 0; fd < 3; fd++) fcntl(fd, F_SETFL, O_NONBLOCK | fcntl(fd, F_GETFL));
    #endif
    }
    int four(void) { return 4; }
"##;

const KINDS: [&str; 6] = ["PRINTS", "FLOODS", "READS", "CLOSES", "REDIRECTS", "NEVER_WAITS"];

/// Runs a command with bytes for stdin that nobody may take. Returns its exit code
/// and its stdout.
fn run(arguments: &[&str]) -> (i32, String) {
    let (mut input, mut left) = (stdin_for_others(), String::new());
    let answer = answer(command(arguments).stdin(Stdio::from(input.try_clone().unwrap())));
    input.read_to_string(&mut left).unwrap();
    assert_eq!(left, "for others", "{arguments:?} read stdin");
    assert!(!answer.err.contains("it read a byte"), "{answer:?}");
    (answer.code, answer.out)
}

/// The reading end of a pipe that holds some bytes.
fn stdin_for_others() -> File {
    let (reader, mut writer) = std::io::pipe().unwrap();
    writer.write_all(b"for others").unwrap();
    File::from(OwnedFd::from(reader))
}

#[test]
fn nothing_that_a_plugin_does_to_its_streams_is_in_the_json() {
    for kind in KINDS {
        let directory = Directory::new();
        let library = directory.compile("rude", &["COUNTER", kind], RUDE);
        let (file, folder) = (library.to_str().unwrap(), directory.path().to_str().unwrap());
        for arguments in [
            &["run", "--json", folder][..],
            &["run", "--json", "--no-probe", folder],
            &["check", "--json", file],
            &["check", "--json", "--no-probe", folder],
            &["list", "--json", folder],
            &["inspect", "--json", file],
            &["diff", "--json", file, file],
            &["call", "--json", file, "four() -> int"],
        ] {
            let (code, out) = run(arguments);
            assert_eq!(code, 0, "{kind}, {arguments:?}: {out}");
            let json: Value = serde_json::from_str(&out)
                .unwrap_or_else(|error| panic!("{error}: {kind}, {arguments:?}: {out}"));
            if arguments[0] == "call" {
                assert_eq!(json, serde_json::json!({ "answer": 4 }), "{kind}");
            }
        }
        let (code, out) = run(&["call", file, "four() -> int"]);
        assert!(code == 0 && out.contains('4'), "{kind}: {out}");
    }
}

#[test]
fn each_line_of_a_watch_is_json_whatever_its_plugins_print() {
    // Nobody reads the stderr of a watch here until it ends: no flood fits in.
    for kind in KINDS.into_iter().filter(|kind| *kind != "FLOODS") {
        let directory = Directory::new();
        directory.compile("rude", &["COUNTER", kind], RUDE);
        for more in [&["--json"][..], &["--json", "--no-probe"]] {
            let mut watch = Watch::of(directory.path(), more);
            assert_eq!(watch.json()["event"], "watching", "{kind}");
            assert_eq!(watch.json()["event"], "loaded", "{kind}");
            let (rest, _, code) = watch.interrupt();
            assert_eq!(code, 0, "{kind}: {rest:?}");
            for line in &rest {
                serde_json::from_str::<Value>(line).unwrap();
            }
        }
    }
}

#[test]
fn the_answer_of_a_call_is_json_by_its_type() {
    let directory = Directory::new();
    let library = directory.compile(
        "values",
        &[],
        "
        double half(void) { return 0.5; }
        unsigned long long most(void) { return ~0ull; }
        _Bool yes(void) { return 1; }
        const char *text(void) { return \"a \\\"b\\\" \\033\"; }
        void nothing(void) {}
    ",
    );
    let file = library.to_str().unwrap();
    for (signature, expected) in [
        ("half() -> double", serde_json::json!(0.5)),
        ("most() -> unsigned long long", serde_json::json!(u64::MAX)),
        ("yes() -> bool", serde_json::json!(true)),
        ("text() -> const char *", serde_json::json!("a \"b\" \u{1b}")),
        ("nothing()", Value::Null),
    ] {
        let answer = plugin_host(&["call", "--json", file, signature]);
        assert_eq!(answer.json(), serde_json::json!({ "answer": expected }), "{answer:?}");
    }
    let answer = plugin_host(&["call", "--json", file, "absent() -> int"]);
    assert_eq!(answer.code, 1, "{answer:?}");
    assert!(answer.json()["error"].as_str().unwrap().contains("absent"), "{answer:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_is_an_error_that_says_so() {
    let directory = crate::environment::Directory::new();
    let library = directory.compile("greeter", &[], "");
    for command in [&["check"][..], &["inspect"], &["inspect", "--json"]] {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_plugin-host"))
            .args(command)
            .arg(&library)
            .stdout(std::fs::File::options().write(true).open("/dev/full").unwrap())
            .output()
            .unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{error}");
        assert!(error.starts_with("error: cannot write to stdout: "), "{error}");
    }
}
