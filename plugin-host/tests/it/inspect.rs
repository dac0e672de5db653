//! `inspect`: the metadata of a library.

use crate::environment::{Directory, plugin_host};
use crate::records::{Method, library, of};

const GIVE: Method = ("fn give(&self) -> Box<dyn Sink>", "", 1);
const PUT: Method = ("fn put(&self, text: &str) -> Box<dyn Painter>", "", 2);

#[test]
fn interfaces_of_objects_are_listed() {
    let directory = Directory::new();
    let painter = of("art::Painter", "1.0", &[GIVE]);
    let objects = [of("art::Sink", "1.3", &[PUT]), painter];
    let library = library(&directory, "art", &[painter.using(&objects)]);
    let file = library.to_str().unwrap();

    let answer = plugin_host(&["inspect", file]);
    assert_eq!(answer.code, 0, "{answer:?}");
    let (_, shown) = answer.out.split_once("implemented").unwrap();
    let lines: Vec<_> = shown.lines().skip(1).map(str::trim).collect();
    let expected = [GIVE.0, "uses         art::Sink 1.3", PUT.0, "uses         art::Painter 1.0"];
    assert_eq!(lines, expected, "{answer:?}");

    let answer = plugin_host(&["inspect", file, "--json"]);
    let report = answer.json();
    let painter = &report["interfaces"][0];
    assert_eq!(
        (&painter["path"], &painter["methods"][0]),
        (&"art::Painter".into(), &GIVE.0.into())
    );
    let [sink, itself] = &painter["objects"].as_array().unwrap()[..] else { panic!("{answer:?}") };
    assert_eq!((&sink["path"], &sink["version"]), (&"art::Sink".into(), &"1.3".into()));
    assert_eq!(sink["methods"], serde_json::json!([PUT.0]));
    assert_eq!(itself["path"], "art::Painter");
}

#[test]
fn an_error_is_json_too_and_names_its_file_once() {
    let directory = Directory::new();
    let text = directory.library("text");
    std::fs::write(&text, "no library").unwrap();
    let file = text.to_str().unwrap();
    let missing = format!("{file}.gone");
    for (path, code) in [(file, 1), (&missing, 2)] {
        let answer = plugin_host(&["inspect", "--json", path]);
        assert_eq!(answer.code, code, "{answer:?}");
        let report = answer.json();
        let error = report["error"].as_str().unwrap();
        assert_eq!(error.matches(path).count(), 1, "{answer:?}");
        assert_eq!(answer.err, format!("error: {error}\n"));
    }
}

/// A variable of which a process of Linux has one, as GNU C++ makes them.
#[cfg(target_os = "linux")]
const UNIQUE: &str = "
    __asm__(\".globl once\\n.type once, %gnu_unique_object\\n.data\\n\"
            \"once: .long 1\\n.size once, 4\\n.text\");
    extern int once;
    int foo(void) { return once; }";

#[cfg(target_os = "linux")]
#[test]
fn a_library_that_the_linker_keeps_is_told_by_inspect_check_and_watch() {
    let directory = Directory::new();
    let library = directory.compile("unique", &["COUNTER"], UNIQUE);
    let file = library.to_str().unwrap();
    let cure = "compile it with -fno-gnu-unique";
    let shown = plugin_host(&["inspect", file]);
    assert!(shown.code == 0 && shown.out.contains("stays mapped"), "{shown:?}");
    let report = plugin_host(&["inspect", file, "--json"]).json();
    assert!(report["stays_mapped"].as_str().unwrap().contains(cure), "{report}");
    let checked = plugin_host(&["check", file]);
    assert!(checked.code == 1 && checked.out.contains(cure), "{checked:?}");
    let watched = plugin_host(&["watch", file, "--call", "foo() -> int", "--count", "1"]);
    assert!(watched.code == 0 && watched.err.contains(cure), "{watched:?}");
}
