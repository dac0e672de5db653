//! `diff`: changes, compatibility and the exit code.

use crate::environment::{Answer, Directory, plugin_host};
use crate::records::{Interface, Method, library, of, package};

const NAME: Method = ("fn name(&self) -> &str", "", 11);
const SIZE: Method = ("fn size(&self) -> u32", "1.1", 12);
const PUT: Method = ("fn put(&self, text: &str)", "", 22);
const PUT_OWNED: Method = ("fn put(&self, text: String)", "", 23);
const FLUSH: Method = ("fn flush(&self)", "1.1", 24);
const TOOL: &str = "tools::Tool";

fn diff(old: &[Interface<'_>], new: &[Interface<'_>], more: &[&str]) -> Answer {
    let directory = Directory::new();
    let old = library(&directory, "old", old);
    let new = library(&directory, "new", new);
    plugin_host(&[&["diff", old.to_str().unwrap(), new.to_str().unwrap()], more].concat())
}

const COMPATIBLE: &str = "compatible: everything built before still works\n";
const TOO_LOW: &str =
    "compatible, but a version is too low: raise it, then everything built before still works\n";
const BROKEN: &str = "incompatible: some of what was built before is rejected\n";

#[test]
fn each_change_has_its_verdict_and_exit_code() {
    let one: &[Method] = &[NAME];
    let grown: &[Method] = &[NAME, SIZE];
    let retyped: &[Method] = &[("fn name(&self) -> String", "", 13)];
    let cases: &[(&[Interface<'_>], i32, String)] = &[
        (&[of(TOOL, "1.0", one)], 0, format!("tools::Tool, version 1.0: the same\n{COMPATIBLE}")),
        (
            &[of(TOOL, "1.1", grown)],
            0,
            format!(
                "tools::Tool, version 1.0 to 1.1: compatible\n  method size:\n    old (none)\n    new fn size(&self) -> u32, since 1.1\n{COMPATIBLE}"
            ),
        ),
        (
            &[of(TOOL, "1.0", grown)],
            1,
            format!(
                "tools::Tool, version 1.0: compatible\n  method size:\n    old (none)\n    new fn size(&self) -> u32, since 1.1\n  tools::Tool needs at least version 1.1\n{TOO_LOW}"
            ),
        ),
        (
            &[of(TOOL, "1.1", retyped)],
            3,
            format!(
                "tools::Tool, version 1.0 to 1.1: incompatible\n  method name:\n    old fn name(&self) -> &str\n    new fn name(&self) -> String\n  tools::Tool needs at least version 2.0\n{BROKEN}"
            ),
        ),
        (
            &[of(TOOL, "2.0", one)],
            3,
            format!(
                "tools::Tool, version 1.0 to 2.0: incompatible only because of its version\n{BROKEN}"
            ),
        ),
        (
            &[of("tools::Other", "1.0", one), of(TOOL, "1.0", one)],
            0,
            format!("tools::Tool, version 1.0: the same\ntools::Other, new\n{COMPATIBLE}"),
        ),
        (
            &[of("tools::Other", "1.0", one)],
            3,
            format!(
                "tools::Tool, removed: hosts that need it reject the new library\ntools::Other, new\n{BROKEN}"
            ),
        ),
    ];
    for (new, code, expected) in cases {
        let answer = diff(&[of(TOOL, "1.0", one)], new, &[]);
        assert_eq!((answer.code, &answer.out), (*code, expected), "{answer:?}");
    }
}

#[test]
fn a_comparison_is_available_as_json() {
    let answer = diff(&[of(TOOL, "1.0", &[NAME])], &[of(TOOL, "1.1", &[NAME, SIZE])], &["--json"]);
    assert_eq!(answer.code, 0, "{answer:?}");
    let report = answer.json();
    assert_eq!(report["compatible"], true);
    let interface = &report["interfaces"][0];
    assert_eq!((&interface["path"], &interface["needs"]), (&TOOL.into(), &"minor".into()));
    assert_eq!(interface["changes"].as_array().unwrap().len(), 1);
    let answer = diff(&[of(TOOL, "1.0", &[NAME])], &[of(TOOL, "1.0", &[SIZE])], &["--json"]);
    assert_eq!(answer.code, 3, "{answer:?}");
    let interface = &answer.json()["interfaces"][0];
    assert_eq!((&interface["compatible"], &interface["needs"]), (&false.into(), &"major".into()));
    assert_eq!(interface["missing_version"], "2.0");
}

#[test]
fn interfaces_of_one_path_are_paired_by_what_they_are() {
    let one: &[Method] = &[NAME];
    let grown: &[Method] = &[NAME, SIZE];
    let two: &[Method] = &[PUT];
    let (first, grown, second) =
        (of(TOOL, "1.0", one), of(TOOL, "1.1", grown), of(TOOL, "2.0", two));
    let same = |version: &str| format!("{TOOL}, version {version}: the same\n");
    let more = format!("{TOOL}, version 1.0 to 1.1: compatible\n");
    type Case<'a> = ([&'a [Interface<'a>]; 2], i32, &'a [String]);
    let cases: &[Case<'_>] = &[
        ([&[first, second], &[second, first]], 0, &[same("1.0"), same("2.0")]),
        ([&[first, second], &[second, grown]], 0, &[more, same("2.0")]),
        ([&[second], &[first, second]], 0, &[same("2.0"), format!("{TOOL}, new\n")]),
        ([&[first, second], &[second]], 3, &[format!("{TOOL}, removed: "), same("2.0")]),
        ([&[first, grown], &[grown, first]], 0, &[same("1.0"), same("1.1")]),
    ];
    for ([old, new], code, expected) in cases {
        let answer = diff(old, new, &[]);
        assert_eq!(answer.code, *code, "{answer:?}");
        for line in *expected {
            assert!(answer.out.contains(line.as_str()), "{line} {answer:?}");
        }
    }
}

const PAINTER: &str = "art::Painter";
const BRUSH: Method = ("fn brush(&self) -> Box<dyn Brush>", "", 31);
const DIP: Method = ("fn dip(&self, into: Arc<dyn Sink>) -> Box<dyn Painter>", "", 32);

/// Compares libraries with a painter that returns brushes. Brushes take sinks and
/// refer to the painter.
fn diff_objects(old: [Interface<'_>; 2], new: [Interface<'_>; 2], more: &[&str]) -> Answer {
    let brush = of("art::Brush", "1.0", &[DIP]);
    let (before, now) = ([brush, old[1], old[0]], [brush, new[1], new[0]]);
    diff(&[old[0].using(&before)], &[new[0].using(&now)], more)
}

#[test]
fn interfaces_of_objects_are_compared_and_each_has_its_own_version() {
    let old = [of(PAINTER, "1.0", &[BRUSH]), of("art::Sink", "1.0", &[PUT])];
    let sink =
        |version: &'static str, methods: &'static [Method]| of("art::Sink", version, methods);
    let retyped = |versions: &str| {
        format!(
            "  interface art::Sink, version {versions}\n  method put:\n    old fn put(&self, text: &str)\n    new fn put(&self, text: String)\n"
        )
    };
    let grown = |versions: &str| {
        format!(
            "  interface art::Sink, version {versions}\n  method flush:\n    old (none)\n    new fn flush(&self), since 1.1\n"
        )
    };
    let because = "incompatible because of an interface that it uses";
    let cases = [
        ("1.0", sink("1.0", &[PUT]), 0, format!("1.0: the same\n{COMPATIBLE}")),
        (
            "1.0",
            sink("1.0", &[PUT_OWNED]),
            3,
            format!(
                "1.0: {because}\n{}  art::Sink needs at least version 2.0\n{BROKEN}",
                retyped("1.0")
            ),
        ),
        (
            "1.0",
            sink("2.0", &[PUT_OWNED]),
            3,
            format!("1.0: {because}\n{}{BROKEN}", retyped("1.0 to 2.0")),
        ),
        (
            "2.0",
            sink("1.1", &[PUT_OWNED]),
            3,
            format!(
                "1.0 to 2.0: {because}\n{}  art::Sink needs at least version 2.0\n{BROKEN}",
                retyped("1.0 to 1.1")
            ),
        ),
        (
            "1.0",
            sink("2.0", &[PUT]),
            3,
            format!(
                "1.0: {because}\n  interface art::Sink:\n    old version 1.0\n    new version 2.0\n{BROKEN}"
            ),
        ),
        (
            "1.0",
            sink("1.0", &[PUT, FLUSH]),
            1,
            format!(
                "1.0: compatible\n{}  art::Sink needs at least version 1.1\n{TOO_LOW}",
                grown("1.0")
            ),
        ),
        (
            "1.0",
            sink("1.1", &[PUT, FLUSH]),
            0,
            format!("1.0: compatible\n{}{COMPATIBLE}", grown("1.0 to 1.1")),
        ),
    ];
    for (version, sink, code, expected) in cases {
        let answer = diff_objects(old, [of(PAINTER, version, &[BRUSH]), sink], &[]);
        let expected = format!("art::Painter, version {expected}");
        assert_eq!((answer.code, answer.out.as_str()), (code, &*expected), "{answer:?}");
    }
}

#[test]
fn a_change_in_an_interface_that_refers_to_itself_is_reported_once() {
    let sink = of("art::Sink", "1.0", &[PUT]);
    let old = [of(PAINTER, "1.0", &[BRUSH]), sink];
    let answer = diff_objects(old, [of(PAINTER, "1.1", &[BRUSH, FLUSH]), sink], &[]);
    let expected = format!(
        "art::Painter, version 1.0 to 1.1: compatible\n  method flush:\n    old (none)\n    new fn flush(&self), since 1.1\n{COMPATIBLE}"
    );
    assert_eq!((answer.code, answer.out.as_str()), (0, &*expected), "{answer:?}");
}

#[test]
fn an_interface_that_only_one_library_uses_is_reported() {
    let sink = [of("art::Sink", "1.3", &[PUT])];
    let answer = diff(
        &[of(PAINTER, "1.0", &[NAME])],
        &[of(PAINTER, "1.1", &[NAME, ("fn sink(&self) -> Option<Box<dyn Sink>>", "1.1", 41)])
            .using(&sink)],
        &[],
    );
    let expected = format!(
        "art::Painter, version 1.0 to 1.1: compatible\n  method sink:\n    old (none)\n    new fn sink(&self) -> Option<Box<dyn Sink>>, since 1.1\n  interface art::Sink:\n    old (none)\n    new version 1.3\n{COMPATIBLE}"
    );
    assert_eq!((answer.code, answer.out.as_str()), (0, &*expected), "{answer:?}");
}

#[test]
fn changes_in_the_interfaces_of_objects_are_available_as_json() {
    let painter = of(PAINTER, "1.0", &[BRUSH]);
    let old = [painter, of("art::Sink", "1.0", &[PUT])];
    let report = |sink: Interface<'_>, code| {
        let answer = diff_objects(old, [painter, sink], &["--json"]);
        assert_eq!(answer.code, code, "{answer:?}");
        answer.json()
    };
    let broken = report(of("art::Sink", "1.0", &[PUT_OWNED]), 3);
    let expected = serde_json::json!([{
        "path": "art::Painter",
        "old_version": "1.0",
        "new_version": "1.0",
        "compatible": false,
        "needs": "nothing",
        "missing_version": null,
        "changes": [
            "  interface art::Sink, version 1.0\n  method put:\n    old fn put(&self, text: &str)\n    new fn put(&self, text: String)"
        ],
        "objects": [
            {
                "path": "art::Brush", "old_version": "1.0", "new_version": "1.0",
                "compatible": true, "needs": "nothing", "missing_version": null
            },
            {
                "path": "art::Sink", "old_version": "1.0", "new_version": "1.0",
                "compatible": false, "needs": "major", "missing_version": "2.0"
            },
        ],
    }]);
    assert_eq!(broken["interfaces"], expected);
    let grown = report(of("art::Sink", "1.1", &[PUT, FLUSH]), 0);
    let painter = &grown["interfaces"][0];
    assert_eq!(
        (&painter["needs"], &painter["objects"][1]["needs"]),
        (&"nothing".into(), &"minor".into())
    );
    assert_eq!(painter["changes"].as_array().unwrap().len(), 1);
}

#[test]
fn the_file_that_is_no_plugin_is_named() {
    let directory = Directory::new();
    let library = library(&directory, "new", &[]);
    for arguments in
        [["Cargo.toml", library.to_str().unwrap()], [library.to_str().unwrap(), "Cargo.toml"]]
    {
        let answer = plugin_host(&["diff", arguments[0], arguments[1]]);
        assert_eq!(answer.code, 1, "{answer:?}");
        assert!(answer.err.contains("Cargo.toml is not a dynamic library"), "{answer:?}");
    }
}

/// A package of Rust whose panics unwind, and one whose panics abort.
const UNWINDS: u8 = 3;
const ABORTS: u8 = 2;

#[test]
fn the_verdict_is_that_of_a_load_and_of_a_reload() {
    let directory = Directory::new();
    let tool = || [of(TOOL, "1.0", &[NAME])];
    let two = || [of(TOOL, "1.0", &[NAME]), of("tools::Other", "1.0", &[NAME])];
    let (a, b, other) = ((TOOL, "A"), (TOOL, "B"), ("tools::Other", "O"));
    let mut number = 0;
    let mut library = |flags, interfaces: &[Interface<'_>], registrations: &[_]| {
        number += 1;
        let path = package(&directory, &format!("l{number}"), flags, interfaces, registrations);
        path.to_str().unwrap().to_owned()
    };
    let old = library(UNWINDS, &two(), &[a, other]);
    let old_two = library(UNWINDS, &tool(), &[a, b]);
    let by_hand = library(0, &tool(), &[]);
    let cases = [
        (&old, library(UNWINDS, &two(), &[other, a]), 0, ""),
        (&old, library(UNWINDS, &two(), &[b, other]), 3, "has no tools::Tool named A; it has B"),
        (&old, library(UNWINDS, &two(), &[a, b, other]), 3, "implements tools::Tool several times"),
        (&old, library(UNWINDS, &two(), &[a]), 3, "implements nothing; put #[plugin_impl(Other)]"),
        (&old, library(UNWINDS, &two(), &[]), 3, "implements nothing; put #[plugin_impl("),
        (&old, library(ABORTS, &two(), &[a, other]), 3, "panic = \"abort\""),
        (&old, library(UNWINDS, &[], &[]), 3, "offers no interface"),
        (&old_two, library(UNWINDS, &tool(), &[a]), 3, "has no tools::Tool named B; it has A"),
        (&old_two, library(UNWINDS, &tool(), &[b, (TOOL, "C"), a]), 0, ""),
        (&by_hand, library(UNWINDS, &tool(), &[a, b]), 0, ""),
        (&by_hand, library(ABORTS, &tool(), &[a]), 3, "panic = \"abort\""),
        (&old_two, by_hand.clone(), 0, ""),
    ];
    for (old, new, code, reason) in cases {
        let answer = plugin_host(&["diff", old, &new]);
        assert_eq!(answer.code, code, "{reason} {answer:?}");
        let refused: Vec<_> =
            answer.out.lines().filter_map(|line| line.strip_prefix("refused: ")).collect();
        assert_eq!(refused.is_empty(), reason.is_empty(), "{answer:?}");
        assert!(
            refused.iter().all(|line| line.contains(&new) && line.contains(reason)),
            "{answer:?}"
        );
        let report = plugin_host(&["diff", old, &new, "--json"]).json();
        assert_eq!(report["compatible"], code == 0, "{report}");
        assert_eq!(report["errors"].as_array().unwrap().len(), refused.len(), "{report}");
    }
}

// The C library of Windows has no versions.
#[cfg(target_os = "linux")]
#[test]
fn what_no_host_of_this_system_can_link_is_incompatible() {
    use std::path::Path;
    use std::process::Command;

    let directory = Directory::new();
    let old = directory.compile("old", &[], "");
    let new = directory.compile("new", &[], "");
    let versions = directory.path().join("versions");
    std::fs::write(&versions, "GLIBC_2.99 { global: newest; local: *; };").unwrap();
    let source = directory.path().join("stub.c");
    std::fs::write(&source, "int newest(void) { return 1; }").unwrap();
    let calling = |library: &str, soname: &str, versions: Option<&Path>| {
        let stub = directory.path().join(format!("lib{library}-stub.so"));
        let mut gcc = Command::new("gcc");
        gcc.args(["-shared", "-fPIC", "-nostdlib", &format!("-Wl,-soname,{soname}")]);
        gcc.args(versions.map(|it| format!("-Wl,--version-script={}", it.display())));
        assert!(gcc.arg("-o").args([&stub, &source]).status().unwrap().success());
        let calls = "int newest(void);\n\
            __attribute__((constructor)) static void begin(void) { newest(); }";
        directory.compile_with(library, calls, &stub)
    };
    let with_newer = calling("with_newer", "libc.so.6", Some(&versions));
    let with_std = calling("with_std", "libstd-0123456789abcdef.so", None);
    for (new, code, text) in [
        (&new, 0, "compatible"),
        (&with_std, 3, "libstd-0123456789abcdef.so"),
        (&with_newer, 3, "needs GLIBC_2.99"),
    ] {
        let answer = plugin_host(&["diff".as_ref(), old.as_os_str(), new.as_os_str()]);
        assert_eq!(answer.code, code, "{answer:?}");
        assert!(answer.out.contains(text), "{answer:?}");
    }
}
