//! Variables of C++ of which the process has one each: a new version never runs
//! on the object of the old one.

use std::path::PathBuf;
use std::process::Command;

use plugin_interface::{HotLibrary, HotOptions, HotReload, UnloadOutcome, retained};

use super::sources::{Number, Sources, number};

/// A variable in an inline function, which lies behind another one from the
/// second version on.
const SOURCE: &str = "
    struct Settings {
    #if VERSION > 1
        long more = 77;
    #endif
        int version = VERSION;
    };
    inline Settings &settings() { static Settings settings; return settings; }
    extern \"C\" int foo() { return settings().version; }";

/// A constant, which every library with this header has.
const CONSTANT: &str = "
    template <int N> struct Table { static const int all[2]; };
    template <int N> const int Table<N>::all[2] = { CONSTANT, 1 };
    const int *volatile table = Table<1>::all;
    extern \"C\" int foo() { return table[0] + VERSION; }";

fn build(sources: &Sources, name: &str, source: &str, arguments: &[&str]) -> PathBuf {
    let (file, path) = (sources.path().join("source.cc"), sources.path().join(name));
    std::fs::write(&file, source).unwrap();
    let _ = std::fs::remove_file(&path);
    let mut compiler = Command::new("g++");
    compiler.args(["-shared", "-fPIC", "-o"]).arg(&path).arg(file).args(arguments);
    assert!(compiler.status().expect("the tests need g++").success());
    path
}

#[test]
fn a_version_with_a_variable_of_the_one_before_is_refused_and_the_old_one_serves() {
    let sources = Sources::new();
    let path = build(&sources, "libunique.so", SOURCE, &["-DVERSION=1"]);
    let library = HotLibrary::open(&path, &["foo"]).unwrap();
    let foo = library.function::<Number>("foo").unwrap();
    assert_eq!(number(&foo), Some(1));
    build(&sources, "libunique.so", SOURCE, &["-DVERSION=2"]);
    let error = library.check_and_reload().unwrap_err().to_string();
    assert!(error.contains("-fno-gnu-unique") && error.contains("settings"), "{error}");
    assert_eq!((number(&foo), library.generation()), (Some(1), 1));
    // As the error says.
    build(&sources, "libunique.so", SOURCE, &["-DVERSION=3", "-fno-gnu-unique"]);
    let reloaded = library.check_and_reload().unwrap();
    assert!(matches!(reloaded, HotReload::Reloaded { .. }), "{reloaded:?}");
    assert_eq!(number(&foo), Some(3));
    assert_eq!(library.unload().unwrap(), UnloadOutcome::Unmapped);
}

#[test]
fn a_library_that_the_linker_keeps_says_why_and_counts_in_the_budget() {
    // If a library of another test has the variable already, this one may go.
    let own = SOURCE.replace("settings", "kept");
    for (name, source, arguments, word) in [
        ("libkept_unique.so", &*own, &["-DVERSION=1"][..], "-fno-gnu-unique"),
        (
            "libkept_flag.so",
            "extern \"C\" int foo() { return 4; }",
            &["-Wl,-z,nodelete"][..],
            "-z nodelete",
        ),
    ] {
        let sources = Sources::new();
        let path = build(&sources, name, source, arguments);
        let stays = plugin_interface::stays_mapped(&path).unwrap().unwrap();
        assert!(stays.contains(word), "{stays}");
        let open = || {
            let policy = plugin_interface::LoadPolicy::new().retain(1, u64::MAX);
            HotOptions::new().policy(policy).open(&path, &["foo"])
        };
        let outcome = open().unwrap().unload().unwrap();
        assert!(outcome.to_string().contains(word), "{outcome}");
        let kept: Vec<_> = retained().into_iter().filter(|r| r.path == path).collect();
        assert!(kept.len() == 1 && kept[0].outcome == outcome, "{kept:?}");
        let error = open().unwrap_err().to_string();
        assert!(error.contains("1 earlier version ") && error.contains(word), "{error}");
    }
}

#[test]
fn constants_that_are_equal_are_no_reason_and_others_are() {
    let sources = Sources::new();
    let arguments =
        |version, constant| [format!("-DVERSION={version}"), format!("-DCONSTANT={constant}")];
    let build = |name: &str, version, constant| {
        let arguments = arguments(version, constant);
        build(&sources, name, CONSTANT, &arguments.each_ref().map(String::as_str))
    };
    let path = build("libconstant.so", 1, 30);
    let library = HotLibrary::open(&path, &["foo"]).unwrap();
    let foo = library.function::<Number>("foo").unwrap();
    build("libconstant.so", 2, 30);
    library.check_and_reload().unwrap();
    assert_eq!(number(&foo), Some(32));
    build("libconstant.so", 3, 40);
    let error = library.check_and_reload().unwrap_err().to_string();
    assert!(error.contains("-fno-gnu-unique"), "{error}");
    assert_eq!(number(&foo), Some(32));
    // Another library too.
    let other = build("libother_constant.so", 1, 50);
    let error = HotLibrary::open(other, &["foo"]).unwrap_err().to_string();
    assert!(error.contains("libconstant.so has it already"), "{error}");
}
