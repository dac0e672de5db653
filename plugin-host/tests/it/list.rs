//! `list`: every file is reported, none is run.

use crate::environment::{Answer, Directory, file_name, plugin_host};
use crate::records::{Interface, Method, of, package};

/// Returns the source of a constructor that creates a file.
fn canary(file: &std::path::Path) -> String {
    format!(
        "#include <stdio.h>\n__attribute__((constructor)) static void sing(void) {{\n\
         FILE *f = fopen({file:?}, \"w\");\nif (f) fclose(f);\n}}\n"
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

// Names on Windows have no control characters.
#[cfg(unix)]
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

const NAME: Method = ("fn name(&self) -> &str", "", 11);
const SIZE: Method = ("fn size(&self) -> u32", "", 12);
/// A package of Rust whose panics unwind, and one whose panics abort.
const UNWINDS: u8 = 3;
const ABORTS: u8 = 2;

/// A directory with plugins for `tools::Tool`, `other::Tool` and `tools::Part`.
fn tools() -> Directory {
    let directory = Directory::new();
    let methods: &[Method] = &[NAME];
    let tool = of("tools::Tool", "1.0", methods);
    let library = |name, flags, interfaces: &[Interface<'_>], registrations: &[(&str, &str)]| {
        package(&directory, name, flags, interfaces, registrations);
    };
    library("a", UNWINDS, &[tool], &[("tools::Tool", "A")]);
    let hidden = of("tools::Hidden", "1.0", methods);
    library("aborts", ABORTS, &[hidden], &[("tools::Hidden", "B")]);
    library("other", UNWINDS, &[of("other::Tool", "1.0", methods)], &[("other::Tool", "O")]);
    library("part", UNWINDS, &[of("tools::Part", "1.0", methods), tool], &[("tools::Part", "P")]);
    library("z", UNWINDS, &[of("tools::Tool", "1.0", &[SIZE])], &[("tools::Tool", "Z")]);
    std::fs::write(directory.library("text"), "hello").unwrap();
    directory
}

fn list_for(directory: &Directory, interface: &str, more: &[&str]) -> Answer {
    let mut arguments = directory.arguments(&["list"]);
    arguments.extend(
        ["--interface", interface]
            .into_iter()
            .chain(more.iter().copied())
            .map(std::ffi::OsStr::new),
    );
    plugin_host(&arguments)
}

#[test]
fn a_list_for_an_interface_says_what_a_load_would_refuse() {
    let directory = tools();
    let answer = list_for(&directory, "tools::Tool", &["--json"]);
    assert_eq!(answer.code, 3, "{answer:?}");
    let rows = answer.json();
    let expected = [
        ("a", ""),
        ("aborts", "panic = \"abort\""),
        ("other", "has no plugin for tools::Tool; it offers other::Tool; if it only moved"),
        ("part", "implements nothing; put #[plugin_impl(Tool)]"),
        ("text", "is not a dynamic library"),
        ("z", ""),
    ];
    assert_eq!(rows.as_array().unwrap().len(), expected.len(), "{rows:#}");
    for (row, (name, reason)) in rows.as_array().unwrap().iter().zip(expected) {
        assert_eq!(row["file"], directory.library(name).display().to_string());
        match reason {
            "" => assert_eq!((&row["verdict"], row["reason"].is_null()), (&"ok".into(), true)),
            _ => assert!(row["reason"].as_str().unwrap().contains(reason), "{row}"),
        }
    }
    let note = answer.err.lines().find(|line| line.starts_with("note: ")).unwrap();
    assert!(
        note.contains(&format!("{} and ", file_name("a"))) && note.contains("no host loads both"),
        "{note}"
    );
    let text = list_for(&directory, "tools::Tool", &[]);
    assert_eq!((text.code, text.err.matches("error: ").count()), (3, 4), "{text:?}");
}

#[test]
fn an_interface_is_named_by_its_name_if_that_is_unique() {
    let directory = tools();
    let part = list_for(&directory, "Part", &["--json"]);
    assert_eq!((part.code, &part.json()[3]["verdict"]), (3, &"ok".into()), "{part:?}");
    // One that only a refused library has.
    let hidden = list_for(&directory, "Hidden", &["--json"]);
    let reason = hidden.json()[1]["reason"].to_string();
    assert!(hidden.code == 3 && reason.contains("panic = "), "{hidden:?}");
    for (name, expected) in [
        ("Tool", "several interfaces are named Tool; write one of other::Tool, tools::Tool"),
        ("Tol", "no interface is named Tol; write one of other::Tool, tools::Hidden, tools::Part"),
        ("tools::Tol", "no interface is named tools::Tol; write one of other::Tool"),
    ] {
        let answer = list_for(&directory, name, &[]);
        assert_eq!((answer.code, answer.out.as_str()), (2, ""), "{answer:?}");
        assert!(answer.err.starts_with(&format!("error: {expected}")), "{answer:?}");
        let json = list_for(&directory, name, &["--json"]);
        assert!(json.json()["error"].as_str().unwrap().starts_with(expected), "{json:?}");
    }
}

#[test]
fn whatever_is_asked_for_an_empty_directory_is_fine_and_a_bad_file_is_not() {
    let directory = Directory::new();
    let empty = list_for(&directory, "Tool", &[]);
    assert_eq!((empty.code, empty.err.as_str()), (0, ""), "{empty:?}");
    std::fs::write(directory.library("text"), "hello").unwrap();
    let text = list_for(&directory, "Tool", &[]);
    assert!(text.code == 1 && text.err.contains("is not a dynamic library"), "{text:?}");
}

#[test]
fn of_several_layers_the_last_directory_has_precedence() {
    let [system, project] = [Directory::new(), Directory::new()];
    system.compile("both", &[], "");
    system.compile("one", &[], "int one;");
    project.compile("both", &[], "int more;");
    let missing = project.path().join("missing");
    let directories = [system.path(), &missing, project.path()].map(|it| it.to_str().unwrap());
    let answer = plugin_host(&[&["list", "--json", "--layers"], &directories[..]].concat());
    assert_eq!(answer.code, 0, "{answer:?}");
    let rows = answer.json();
    let rows: Vec<_> = rows.as_array().unwrap().iter().collect();
    let files = rows.iter().map(|row| row["file"].as_str().unwrap()).collect::<Vec<_>>();
    let of = |directory: &Directory, name| directory.library(name).display().to_string();
    assert_eq!(files, [of(&project, "both"), of(&system, "both"), of(&system, "one")]);
    let verdicts: Vec<_> = rows.iter().map(|row| row["verdict"].as_str().unwrap()).collect();
    assert_eq!(verdicts, ["ok", "shadowed", "ok"]);
    assert!(rows[1]["reason"].as_str().unwrap().contains(files[0]), "{answer:?}");
    // `run` runs the others, and a plain list has no precedence.
    let answer = plugin_host(&[&["run", "--json"], &directories[..]].concat());
    assert_eq!(answer.code, 0, "{answer:?}");
    assert!(answer.err.contains("directory with precedence"), "{answer:?}");
    let run: Vec<_> = answer.json()["libraries"].as_array().unwrap().clone();
    let run: Vec<_> = run.iter().map(|library| library["file"].as_str().unwrap()).collect();
    assert_eq!(run, [files[0], files[2]]);
    let present = [directories[0], directories[2]];
    let answer = plugin_host(&[&["list", "--json"], &present[..]].concat());
    assert!(answer.json().as_array().unwrap().iter().all(|row| row["verdict"] == "ok"));
    let nothing = plugin_host(&["list", "--layers", directories[1]]);
    assert_eq!(nothing.code, 2, "{nothing:?}");
}
