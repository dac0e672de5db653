//! `check --record` and `--replay`: which answers changed between two builds.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::environment::{Answer, Directory, plugin_host};
use crate::fuzz::greeter;

fn check(library: &Path, options: &[&str]) -> Answer {
    plugin_host(&[&["check"], options, &[library.to_str().unwrap()]].concat())
}

/// Records the calls of a greeter with more in its `greet`.
fn recorded(directory: &Directory, more: &str, options: &[&str]) -> (Answer, String) {
    let library = greeter(directory, more);
    let calls = directory.path().join("calls.json").to_str().unwrap().to_owned();
    (check(&library, &[&["--record", &calls], options].concat()), calls)
}

/// Replays calls with a greeter of another kind.
fn replayed(directory: &Directory, more: &str, calls: &str) -> (i32, Value) {
    let answer = check(&greeter(directory, more), &["--json", "--replay", calls]);
    (answer.code, answer.json())
}

const KILLED: &str = "the process was killed by SIGSEGV (a wild pointer, or a stack overflow)";

const CALL: [&str; 2] = ["--call", "Greeter.greet \"you!\""];

#[test]
fn the_answers_of_another_build_are_compared_call_by_call() {
    let directory = Directory::new();
    let (answer, calls) = recorded(&directory, "", &[]);
    assert_eq!((answer.code, answer.err.as_str()), (0, ""), "{answer:?}");
    let written: Value = serde_json::from_str(&fs::read_to_string(&calls).unwrap()).unwrap();
    let number = written["plugins"][0]["calls"].as_array().unwrap().len();
    assert!(number > 8, "{written:#}");
    let expected = format!("plugin_interface::greeter::Greeter, Latin: {number} calls\n");
    assert!(answer.out.ends_with(&expected), "{answer:?}");

    let (code, report) = replayed(&directory, "", &calls);
    assert_eq!((code, &report["same"], &report["changes"]), (0, &json!(number), &json!([])));
    // A build that cuts long names off.
    let (code, report) = replayed(&directory, "if (target.len > 9) target.len = 9;", &calls);
    let changes = report["changes"].as_array().unwrap();
    assert_eq!((code, report["same"].as_u64().unwrap() as usize + changes.len()), (1, number));
    assert!(!changes.is_empty() && changes.len() < number, "{report:#}");

    // The same seed gives the same calls.
    let before = fs::read(&calls).unwrap();
    recorded(&directory, "", &["--seed", "1"]);
    assert_eq!(fs::read(&calls).unwrap(), before);
    recorded(&directory, "", &["--seed", "2"]);
    assert_ne!(fs::read(&calls).unwrap(), before);
}

#[test]
fn a_change_names_the_call_and_both_answers() {
    let directory = Directory::new();
    let (answer, calls) = recorded(&directory, "", &CALL);
    assert_eq!(answer.code, 0, "{answer:?}");
    let library = greeter(&directory, "target.len = 3;");
    let answer = check(&library, &["--replay", &calls]);
    assert_eq!((answer.code, answer.err.as_str()), (1, ""));
    let expected = format!(
        "{}: 0 answers as recorded, 1 changed\n\
         plugin_interface::greeter::Greeter, Latin: greet \"you!\"\n    \
         was \"Salve, you!!\"\n    is  \"Salve, you!\"\n",
        library.display()
    );
    assert_eq!(answer.out, expected);

    let panics = "Greeter_Outcome_String bad = { plugin_panic(\"no\", \"greeter.c\", 7) };\n\
                  return bad;";
    for (more, code, is) in [
        (panics, 1, "a panic: no"),
        ("*(volatile int *)8 = 1;", 5, KILLED),
        ("for (;;) pause();", 6, "no answer in 1s"),
    ] {
        let library = greeter(&directory, more);
        let replay = ["--json", "--probe-timeout", "1", "--replay", &calls];
        let answer = check(&library, &replay);
        assert_eq!(answer.code, code, "{answer:?}");
        assert_eq!(answer.json()["changes"][0]["is"], is, "{answer:?}");
    }
    // A panic that stays the same is no change.
    recorded(&directory, panics, &CALL);
    assert_eq!(replayed(&directory, panics, &calls).0, 0);
}

#[test]
fn answers_that_differ_from_time_to_time_are_not_compared() {
    let directory = Directory::new();
    let random = "char own[16];
                  extern int sprintf(char *, const char *, ...);
                  target.ptr = (const unsigned char *)own;
                  target.len = (size_t)sprintf(own, \"%d\", getpid());";
    let (answer, calls) = recorded(&directory, random, &CALL);
    assert_eq!(answer.code, 0, "{answer:?}");
    assert!(answer.out.contains("1 answer of two runs differed"), "{answer:?}");
    let (code, report) = replayed(&directory, random, &calls);
    assert_eq!((code, &report["same"]), (0, &json!(1)), "{report:#}");
    assert_eq!(replayed(&directory, "*(volatile int *)8 = 1;", &calls).0, 5);
}

#[test]
fn a_method_that_crashes_is_left_out_and_said() {
    let directory = Directory::new();
    let crashes = "if (target.len > 3) *(volatile int *)8 = 1;";
    let (answer, calls) = recorded(&directory, crashes, &CALL);
    assert_eq!(answer.code, 5, "{answer:?}");
    let line = format!("greet \"you!\": {KILLED}; the method is left out");
    assert!(answer.out.contains(&line), "{answer:?}");
    assert!(Path::new(&calls).exists());
}

#[test]
fn what_cannot_be_replayed_is_refused_with_what_was_expected() {
    let directory = Directory::new();
    let library = greeter(&directory, "");
    let calls = directory.path().join("calls.json");
    let text = calls.to_str().unwrap();
    for (content, part) in [
        ("{", "expected calls of format 1 that `check --record` wrote, found EOF"),
        ("[]", "found no format"),
        ("{\"format\": 9}", "found format 9"),
        ("{\"format\": 1}", "found missing field `plugins`"),
    ] {
        fs::write(&calls, content).unwrap();
        let answer = check(&library, &["--replay", text]);
        assert_eq!(answer.code, 2, "{answer:?}");
        assert!(answer.err.contains(part), "{answer:?}");
    }
    let plugin = json!({
        "interface": "other::Tool", "plugin": "Shout",
        "calls": [{ "method": "f", "arguments": [], "outcome": { "failed": "" } }],
    });
    fs::write(&calls, json!({ "format": 1, "plugins": [plugin] }).to_string()).unwrap();
    let answer = check(&library, &["--replay", text]);
    assert_eq!(answer.code, 3, "{answer:?}");
    assert!(answer.out.contains("other::Tool, Shout: no such plugin, for 1 call\n"), "{answer:?}");

    let wrong = check(&library, &["--record", text, "--call", "Greeter.greet 7"]);
    assert_eq!(wrong.code, 2, "{wrong:?}");
    let folder = check(directory.path(), &["--replay", text]);
    assert!(folder.code == 2 && folder.err.contains("expected a library, found a directory"));
}
