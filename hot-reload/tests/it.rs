//! The header is up to date, and a host written in C works with it.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use tempfile::TempDir;

#[path = "../../plugin-interface/tests/it/deadline.rs"]
mod deadline;

use deadline::{Run, within};

fn crate_folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// With `BLESS=1`, writes the header again.
#[test]
fn the_header_is_up_to_date() {
    let config = cbindgen::Config::from_file(crate_folder().join("cbindgen.toml")).unwrap();
    let bindings = cbindgen::Builder::new()
        .with_config(config)
        .with_src(crate_folder().join("src/value.rs"))
        .with_src(crate_folder().join("src/lib.rs"))
        .generate()
        .unwrap();
    let mut expected = Vec::new();
    bindings.write(&mut expected);
    let expected = String::from_utf8(expected).unwrap();
    let path = crate_folder().join("include/hot_reload.h");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &expected).unwrap();
    }
    let found = fs::read_to_string(path).unwrap();
    assert_eq!(found, expected, "run this test with BLESS=1");
}

/// Returns the folder with the library that C hosts link: cargo builds it with
/// the tests.
fn built() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| std::env::current_exe().unwrap().parent().unwrap().into())
}

/// Copies the example to a temporary folder.
fn example() -> TempDir {
    let folder = TempDir::new().unwrap();
    let source = crate_folder().parent().unwrap().join("example-plugins/c-host");
    for file in ["Makefile", "host.c", "library1.c", "library2.c"] {
        fs::copy(source.join(file), folder.path().join(file)).unwrap();
    }
    folder
}

fn make(folder: &Path, arguments: &[String]) {
    let make = Command::new("make").arg("--silent").arg("-C").arg(folder).args(arguments).status();
    assert!(make.expect("the tests need make").success());
}

fn edit(file: &Path, from: &str, to: &str) {
    let source = fs::read_to_string(file).unwrap();
    assert!(source.contains(from), "{source}");
    fs::write(file, source.replace(from, to)).unwrap();
}

#[test]
fn a_host_in_c_calls_two_libraries_by_name_reloads_each_and_unloads_them() {
    let folder = example();
    let path = folder.path();
    let include = crate_folder().join("include");
    let places =
        [format!("HOT_RELOAD={}", built().display()), format!("INCLUDE={}", include.display())];
    make(path, &[&["all".to_owned(), "host".to_owned()][..], &places].concat());
    let mut host = Command::new(path.join("build/host"))
        .current_dir(path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(host.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut expect = |expected: &[&str]| {
        let take = || lines.by_ref().take(expected.len()).collect::<Vec<_>>();
        let found = within("lines of the host", take);
        assert_eq!(found, expected);
    };
    let mut stdin = host.stdin.take().unwrap();
    expect(&["area(3, 4) -> 12", "scale(1.5, 2) -> 3", "greet(\"C\") is not defined"]);
    edit(&path.join("library1.c"), "width * height", "width * height / 2");
    make(path, &places);
    stdin.write_all(b"\n").unwrap();
    let first = "reloaded build/library1.so";
    expect(&[first, "area(3, 4) -> 6", "scale(1.5, 2) -> 3", "greet(\"C\") is not defined"]);
    edit(&path.join("library2.c"), "value * factor", "value + factor");
    edit(&path.join("library2.c"), "#if 0", "#if 1");
    make(path, &places);
    stdin.write_all(b"\n").unwrap();
    let (second, greeting) = ("reloaded build/library2.so", "greet(\"C\") -> Hello, C!");
    expect(&[second, "area(3, 4) -> 6", "scale(1.5, 2) -> 3.5", greeting]);
    // A damaged file is reported, and the old code keeps running.
    fs::write(path.join("build/library1.so"), "no library").unwrap();
    stdin.write_all(b"\n").unwrap();
    let message = lines.next().unwrap();
    assert!(message.starts_with("error: ") && message.contains("is not a dynamic library"));
    assert_eq!(lines.next().unwrap(), "area(3, 4) -> 6");
    lines.next();
    lines.next();
    drop(stdin);
    let rest = within("the host ends", || lines.collect::<Vec<_>>());
    assert_eq!(rest, ["unloaded both"]);
    assert!(host.wait().unwrap().success());
}

#[test]
fn mistakes_of_a_host_have_a_status_and_a_message() {
    let folder = example();
    let path = folder.path();
    fs::write(
        path.join("host.c"),
        r#"
        #include <hot_reload.h>
        #include <hot_reload.h>
        #include <stdio.h>
        #include <string.h>
        static void check(int line, hr_status found, hr_status wanted, const char *text) {
            if (found != wanted || !strstr(hr_last_error(), text))
                printf("line %d: %d, %s\n", line, found, hr_last_error());
        }
        #define CHECK(call, wanted, text) check(__LINE__, call, wanted, text)
        int main(void) {
            const char *names[] = {"area", "absent"};
            hr_library *library = NULL;
            hr_function function;
            hr_hold *hold = NULL;
            hr_value result, values[] = {hr_int(3), hr_int(4)}, wrong[] = {hr_int(3), hr_text("x")};
            CHECK(hr_open("absent.so", names, 2, &library), HR_NOT_LOADED, "absent.so");
            CHECK(hr_open("build/library1.so", names, 0, &library), HR_BAD_ARGUMENT, "no functions");
            CHECK(hr_open(NULL, names, 2, &library), HR_BAD_ARGUMENT, "`path` is null");
            CHECK(hr_open("build/library1.so", NULL, 2, &library), HR_BAD_ARGUMENT, "`names` is null");
            CHECK(hr_open("build/library1.so", names, 2, NULL), HR_BAD_ARGUMENT, "`library` is null");
            CHECK(hr_open_with("build/library1.so", names, 2, 2, &library), HR_BAD_ARGUMENT, "HR_RETAIN");
            CHECK(hr_open_with("build/library1.so", names, 2, HR_RETAIN, &library), HR_OK, "");
            CHECK(hr_unload(library), HR_STILL_MAPPED, "its options keep its versions mapped");
            CHECK(hr_open("build/library1.so", names, 2, &library), HR_OK, "");
            CHECK(hr_call(NULL, "area(int, int)", values, 2, NULL), HR_BAD_ARGUMENT, "`library`");
            CHECK(hr_call(library, "area(int, int) -> int", values, 2, NULL), HR_OK, "");
            CHECK(hr_call(library, "area(int, int) -> int", values, 1, &result), HR_BAD_ARGUMENT, "takes 2");
            CHECK(hr_call(library, "area(int, int) -> int", wrong, 2, &result), HR_BAD_ARGUMENT, "argument 2");
            CHECK(hr_call(library, "area(int, int) -> int", NULL, 2, &result), HR_BAD_ARGUMENT, "is null");
            CHECK(hr_call(library, "area", values, 2, &result), HR_BAD_ARGUMENT, "not a signature");
            CHECK(hr_call(library, "absent() -> int", NULL, 0, &result), HR_NOT_DEFINED, "absent() is");
            CHECK(hr_hold_function(library, "absent", &function, &hold), HR_NOT_DEFINED, "absent()");
            CHECK(hr_hold_function(library, "other", &function, &hold), HR_BAD_ARGUMENT, "`other`");
            CHECK(hr_hold_function(library, "area", &function, &hold), HR_OK, "");
            if (((int (*)(int, int))function)(3, 4) != 12) puts("area");
            CHECK(hr_unload(library), HR_STILL_MAPPED, "in use by 1");
            hr_release(hold);
            hr_release(NULL);
            CHECK(hr_unload(NULL), HR_BAD_ARGUMENT, "`library` is null");
            CHECK(hr_check_and_reload(NULL), HR_BAD_ARGUMENT, "`library` is null");
            puts("done");
            return 0;
        }"#,
    )
    .unwrap();
    let include = crate_folder().join("include");
    let places =
        [format!("HOT_RELOAD={}", built().display()), format!("INCLUDE={}", include.display())];
    make(path, &[&["all".to_owned(), "host".to_owned()][..], &places].concat());
    let output = Command::new(path.join("build/host")).current_dir(path).run("the host ends");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "done\n");
    assert!(output.status.success());
}
