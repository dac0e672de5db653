//! `list`: every file is reported, none is run.

use crate::environment::{Directory, plugin_host};

/// Returns the source of a constructor that creates a file.
fn canary(file: &std::path::Path) -> String {
    format!(
        "#include <stdio.h>\n__attribute__((constructor)) static void sing(void) {{\n\
         FILE *f = fopen(\"{}\", \"w\");\nif (f) fclose(f);\n}}\n",
        file.display()
    )
}

#[test]
fn listing_executes_nothing_and_running_does() {
    let directory = Directory::new();
    let song = directory.path().join("song");
    directory.compile("canary", &[], &canary(&song));
    for arguments in [&["list"][..], &["list", "--json"]] {
        let answer = plugin_host(&directory.arguments(arguments));
        assert_eq!(answer.code, 0, "{answer:?}");
        assert!(answer.out.contains("plugin_interface::greeter::Greeter"), "{answer:?}");
        assert!(!song.exists());
    }
    let library = directory.library("canary");
    for more in [&[][..], &["--json"]] {
        let answer = plugin_host(&[&["inspect", library.to_str().unwrap()], more].concat());
        assert_eq!(answer.code, 0, "{answer:?}");
        assert!(answer.out.contains("plugin_interface::greeter::Greeter"), "{answer:?}");
        assert!(!song.exists());
    }
    assert_eq!(plugin_host(&directory.arguments(&["run"])).code, 0);
    assert!(song.exists(), "the canary sings when it is loaded");
}

#[test]
fn a_library_that_is_rejected_before_it_is_opened_never_runs() {
    let directory = Directory::new();
    let song = directory.path().join("song");
    directory.compile("canary", &["ABI=2"], &canary(&song));
    let answer = plugin_host(&directory.arguments(&["run"]));
    assert_eq!(answer.code, 3, "{answer:?}");
    assert!(answer.err.contains("expected ABI version 1, found 2"), "{answer:?}");
    assert!(!song.exists());
}

#[test]
fn every_file_has_a_verdict_and_a_reason() {
    let directory = Directory::new();
    directory.compile("good", &[], "");
    directory.compile("older", &["ABI=9"], "");
    std::fs::write(directory.library("text"), "hello").unwrap();
    let answer = plugin_host(&directory.arguments(&["list", "--json"]));
    assert_eq!(answer.code, 3, "the worst of them: {answer:?}");
    let rows = answer.json();
    let [good, older, text] = &rows.as_array().unwrap()[..] else { panic!("{answer:?}") };
    assert_eq!(good["verdict"], "ok");
    assert_eq!(good["interfaces"][0]["path"], "plugin_interface::greeter::Greeter");
    assert_eq!(older["verdict"], "refused");
    assert!(older["reason"].as_str().unwrap().contains("found 9"), "{older}");
    assert!(text["reason"].as_str().unwrap().contains("not a dynamic library"), "{text}");

    let table = plugin_host(&directory.arguments(&["list"]));
    assert_eq!(table.code, 3);
    assert_eq!(table.out.lines().count(), 4, "a header and three files: {table:?}");
    assert_eq!(table.err.lines().count(), 2, "a reason for each rejected file: {table:?}");
}

#[test]
fn names_and_texts_are_printed_escaped() {
    let directory = Directory::new();
    let evil = directory.path().join("lib\u{1b}[31m\nred.so");
    std::fs::rename(directory.compile("good", &["NAME=\"\\x1b]0;owned\\a\""], ""), &evil).unwrap();
    for command in [&["list"][..], &["list", "--json"], &["run"], &["run", "--json"]] {
        let answer = plugin_host(&directory.arguments(command));
        assert_eq!(answer.code, 0, "{answer:?}");
        for printed in [&answer.out, &answer.err] {
            assert!(!printed.contains('\u{1b}') && !printed.contains('\u{7}'), "{answer:?}");
        }
    }
}

#[test]
fn several_directories_are_listed_together() {
    let (first, second) = (Directory::new(), Directory::new());
    first.compile("one", &[], "");
    second.compile("two", &[], "");
    let mut arguments = first.arguments(&["list", "--json"]);
    arguments.push(second.path().as_os_str());
    let answer = plugin_host(&arguments);
    assert_eq!((answer.code, answer.json().as_array().unwrap().len()), (0, 2), "{answer:?}");
}

#[test]
fn a_directory_without_plugins_is_a_fine_answer_of_list_only() {
    let directory = Directory::new();
    std::fs::write(directory.path().join("README"), "no library").unwrap();
    let list = plugin_host(&directory.arguments(&["list"]));
    assert_eq!((list.code, list.err.as_str()), (0, ""), "{list:?}");
    assert!(list.out.starts_with("no plugins in "), "{list:?}");
    let json = plugin_host(&directory.arguments(&["list", "--json"]));
    assert_eq!((json.code, json.json(), json.err.as_str()), (0, serde_json::json!([]), ""));
    for command in ["run", "check"] {
        let answer = plugin_host(&directory.arguments(&[command]));
        assert_eq!((answer.code, answer.out.as_str()), (1, ""), "{answer:?}");
        assert!(answer.err.contains("no plugins in "), "{answer:?}");
    }
}
