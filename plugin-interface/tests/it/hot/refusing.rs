//! Bad input: an error that says what is wrong, and the old code serves.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;

use plugin_interface::{HotError, HotLibrary, HotOptions, HotReload};

use super::sources::{FIRST, Number, SECOND, Sources, number};
use crate::deadline::Run;
use crate::fixtures::fixture;
use crate::patient_fs as fs;

/// The file is no longer as it should be: that is said, and `foo` serves on
/// until it is rebuilt.
fn refuses(how: &str, expected: &[&str], break_it: impl FnOnce(&Path)) {
    let sources = Sources::of(FIRST);
    let library = HotLibrary::open(sources.library(), &["foo"]).unwrap();
    let foo = library.function::<Number>("foo").unwrap();
    let told = std::sync::Arc::new(Mutex::new(Vec::new()));
    let tell = std::sync::Arc::clone(&told);
    library.on_reload(move |event| tell.lock().unwrap().push(format!("{event:?}")));
    break_it(&sources.library());
    let text = format!("{:?}", library.check_and_reload().expect_err(how));
    for part in expected.iter().chain([&"libfoo.so"]) {
        assert!(text.contains(part), "{how}: {text}");
    }
    assert_eq!(number(&foo), Some(4), "{how}");
    assert!(told.lock().unwrap()[0].starts_with("Refused { generation: 1"), "{how}: {told:?}");
    let _ = fs::remove_dir(sources.library()).or_else(|_| fs::remove_file(sources.library()));
    fs::create_dir_all(sources.path()).unwrap();
    sources.build(SECOND);
    assert!(matches!(library.check_and_reload(), Ok(HotReload::Reloaded { .. })), "{how}");
    assert_eq!(number(&foo), Some(5), "{how}");
}

fn alter(path: &Path, alter: impl FnOnce(&mut Vec<u8>)) {
    let mut content = fs::read(path).unwrap();
    alter(&mut content);
    fs::write(path, content).unwrap();
}

/// What the system says of a file that is not there.
const NOT_FOUND: &str = if cfg!(windows) { "(os error " } else { "No such file" };

/// A machine that this one is not.
const OTHER: &str = if cfg!(target_arch = "aarch64") { "x86_64" } else { "aarch64" };

/// Makes it a library for that machine, as far as its header says.
fn change_machine(content: &mut [u8]) {
    let number = match (OTHER, cfg!(windows)) {
        ("aarch64", true) => 0xaa64_u16,
        ("aarch64", false) => 183,
        (_, true) => 0x8664,
        (_, false) => 62,
    };
    let [low, high] = number.to_le_bytes();
    let at = match cfg!(windows) {
        true => content[0x3c] as usize + 4,
        false => 18,
    };
    content[at..at + 2].copy_from_slice(&[low, high]);
}

#[test]
fn a_bad_file_is_refused_and_the_old_code_serves() {
    refuses("missing", &["cannot read", NOT_FOUND], |path| fs::remove_file(path).unwrap());
    refuses("vanished", &["cannot read", NOT_FOUND], |path| {
        fs::remove_dir_all(path.parent().unwrap()).unwrap();
    });
    refuses("text", &["is not a dynamic library", "build it again"], |path| {
        fs::write(path, "int foo(void);").unwrap();
    });
    refuses("empty", &["it is empty"], |path| fs::write(path, "").unwrap());
    // Windows loads a program as it does a library.
    #[cfg(unix)]
    refuses("program", &["cannot open"], |path| {
        fs::copy("/bin/true", path).unwrap();
    });
    refuses("object", &["it is an object file"], |path| {
        let source = path.with_file_name("source.c");
        let gcc = Command::new("gcc").args(["-c", "-o"]).args([path, &source]).status();
        assert!(gcc.unwrap().success());
    });
    refuses("cut", &["is damaged or incomplete", "build or copy it again"], |path| {
        alter(path, |content| content.truncate(content.len() * 2 / 3));
    });
    // A file of Windows ends with the names of its functions, which nobody loads.
    #[cfg(unix)]
    refuses("blank at its end", &["is damaged or incomplete"], |path| {
        alter(path, |content| {
            let half = content.len() / 2;
            content[half..].fill(0);
        });
    });
    refuses("another machine", &[OTHER, "build it for this machine"], |path| {
        alter(path, |content| change_machine(content));
    });
    refuses("directory", &["expected a regular file, found a directory"], |path| {
        fs::remove_file(path).unwrap();
        fs::create_dir(path).unwrap();
    });
    #[cfg(unix)]
    refuses("pipe", &["found a named pipe"], |path| {
        fs::remove_file(path).unwrap();
        assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
    });
    #[cfg(unix)]
    refuses("open for everybody", &["can be written by everybody", "chmod o-w"], |path| {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(0o666)).unwrap();
        alter(path, |content| content.push(0));
    });
    // The linker of Windows refuses it.
    #[cfg(unix)]
    refuses("lacks a function", &["cannot open", "link it"], |path| {
        compile(path, "int missing(void); int foo(void) { return missing(); }");
    });
    refuses("variable", &["has a variable `foo`, expected a function"], |path| {
        compile(path, "int foo = 3;");
    });
}

fn compile(path: &Path, source: &str) {
    let file = path.with_file_name("source.c");
    fs::write(&file, source).unwrap();
    let mut gcc = Command::new("gcc");
    assert!(gcc.args(["-shared", "-fPIC", "-o"]).args([path, &file]).status().unwrap().success());
}

fn text(error: &HotError) -> String {
    format!("{error:?}")
}

#[test]
fn names_that_no_function_can_have_are_refused() {
    let sources = Sources::of(FIRST);
    let open = |names: &[&str]| HotLibrary::open(sources.library(), names).unwrap_err();
    let none = open(&[]);
    assert!(matches!(none, HotError::NoNames { .. }), "{none:?}");
    assert!(text(&none).contains("name the functions to call"), "{none:?}");
    for name in ["", "fo\0o"] {
        let error = open(&["foo", name]);
        assert!(matches!(error, HotError::Name { .. }), "{error:?}");
        assert!(text(&error).contains(&format!("{name:?}")), "{error:?}");
    }
    let library = HotLibrary::open(sources.library(), &["foo"]).unwrap();
    let error = library.function::<Number>("bar").unwrap_err();
    assert!(text(&error).contains("`bar` is not among the functions"), "{error:?}");
    assert!(text(&error).contains("(foo)"), "{error:?}");
}

#[test]
fn a_library_that_is_not_there_is_named() {
    for path in ["no/such/libfoo.so", ""] {
        let error = HotLibrary::open(path, &["foo"]).unwrap_err();
        assert!(text(&error).contains("cannot read"), "{error:?}");
    }
}

#[test]
fn paths_may_have_spaces_and_need_not_be_text() {
    let sources = Sources::new();
    #[cfg(unix)]
    let no_text = std::os::unix::ffi::OsStrExt::from_bytes(b"\xff\xfe.so");
    // A name of Windows is text but for single surrogates, which gcc cannot name.
    #[cfg(not(unix))]
    let no_text = OsStr::new("\u{fc}.so");
    for name in [OsStr::new("a library.so"), no_text] {
        let path = sources.build_as(name, FIRST);
        let library = HotLibrary::open(&path, &["foo"]).unwrap();
        assert_eq!(library.path(), path);
        sources.build_as(name, SECOND);
        assert!(matches!(library.check_and_reload(), Ok(HotReload::Reloaded { .. })));
        assert_eq!(number(&library.function("foo").unwrap()), Some(5));
    }
}

#[test]
fn the_new_function_is_tried_before_it_serves_and_a_failing_try_keeps_the_old() {
    let sources = Sources::of(FIRST);
    let options = HotOptions::new().validate(|version| {
        let foo = version.function::<Number>("foo")?;
        // SAFETY: this is its signature.
        match unsafe { foo() } {
            0.. => Ok(()),
            answer => Err(format!("foo() -> {answer}").into()),
        }
    });
    let library = options.open(sources.library(), &["foo"]).unwrap();
    let foo = library.function::<Number>("foo").unwrap();
    sources.build("int foo(void) { return -1; }");
    let error = library.check_and_reload().unwrap_err();
    assert!(matches!(error, HotError::Refused { .. }), "{error:?}");
    assert!(text(&error).ends_with("was refused by the validation: foo() -> -1"), "{error:?}");
    sources.build("int other(void) { return 1; }");
    let error = library.check_and_reload().unwrap_err();
    assert!(text(&error).ends_with("foo() is not defined"), "{error:?}");
    assert_eq!((number(&foo), library.generation()), (Some(4), 1));
    sources.build(SECOND);
    let reloaded = library.check_and_reload().unwrap();
    assert!(matches!(reloaded, HotReload::Reloaded { generation: 2, .. }), "{reloaded:?}");
    assert_eq!(number(&foo), Some(5));
}

#[test]
fn a_validation_that_reloads_is_told_so() {
    let sources = Sources::of(FIRST);
    let itself = std::sync::Arc::new(Mutex::new(None::<HotLibrary>));
    let known = std::sync::Arc::clone(&itself);
    let options = HotOptions::new().validate(move |_| match &*known.lock().unwrap() {
        Some(library) => Ok(library.check_and_reload().map(|_| ())?),
        None => Ok(()),
    });
    let library = options.open(sources.library(), &["foo"]).unwrap();
    *itself.lock().unwrap() = Some(library.clone());
    sources.build(SECOND);
    let error = library.check_and_reload().unwrap_err();
    assert!(text(&error).contains("already being reloaded by this thread"), "{error:?}");
    *itself.lock().unwrap() = None;
}

#[test]
fn a_constant_tells_of_signatures_that_changed_before_anything_runs() {
    let source = |version: u32, ran: &Path| {
        format!(
            "#include <stdio.h>
             const unsigned foo_signatures = {version};
             __attribute__((constructor)) static void ran(void) {{ fclose(fopen({ran:?}, \"w\")); }}
             int foo({}) {{ return {version}; }}",
            if version == 3 { "void" } else { "double first" }
        )
    };
    let sources = Sources::new();
    let ran = sources.path().join("ran");
    sources.build(&source(3, &ran));
    let options = || HotOptions::new().signatures("foo_signatures", 3);
    let library = options().open(sources.library(), &["foo"]).unwrap();
    let foo = library.function::<Number>("foo").unwrap();
    fs::remove_file(&ran).unwrap();
    sources.build(&source(4, &ran));
    let error = library.check_and_reload().unwrap_err();
    let expected = "expected `const unsigned foo_signatures = 3;`, found `foo_signatures = 4`";
    assert!(text(&error).contains(expected), "{error:?}");
    assert!(!ran.exists(), "its constructor did not run");
    assert_eq!(number(&foo), Some(3));

    // The libraries of Windows do not tell the size of a constant.
    let of_another_size = (!cfg!(windows)).then_some("const long foo_signatures = 3;");
    let function = "int foo_signatures(void) { return 3; }";
    for other in [FIRST, function].into_iter().chain(of_another_size) {
        sources.build(other);
        let error = options().open(sources.library(), &["foo"]).unwrap_err();
        assert!(text(&error).contains("found none"), "{error:?}");
    }
}

/// What a program does whose files may not grow beyond some 64 KB: a limit that
/// Unix has.
#[cfg(unix)]
#[test]
fn a_disk_that_is_full_keeps_the_old_code() {
    let sources = Sources::of(FIRST);
    let large = "int foo(void) { return 5; }\nint data[50000] = {1};";
    let large = sources.build_as("large.so", large);
    let small = sources.build_as("small.so", SECOND);
    let output = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 100; exec \"$@\"", "sh"])
        .arg(fixture("driver"))
        .arg("full")
        .args([&sources.library(), &large, &small])
        .run("the driver ends");
    let out = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{output:?}");
    let lines: Vec<_> = out.lines().collect();
    assert!(lines[0].contains("cannot make a private copy of"), "{out}");
    assert!(lines[0].contains("File too large"), "{out}");
    assert_eq!(lines[1..], ["foo() -> 4", "copies: 1", "foo() -> 5", "copies: 1"], "{out}");
}
