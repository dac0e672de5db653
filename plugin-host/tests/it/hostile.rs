//! A directory with one good plugin and every kind of bad file.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Permissions};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::environment::{Directory, plugin_host};

/// The directory, and the expected error of each bad file.
struct Hostile {
    directory: Directory,
    /// The content of a good plugin, from which bad ones are made.
    good: Vec<u8>,
    elsewhere: Directory,
    expected: BTreeMap<PathBuf, &'static str>,
}

impl Hostile {
    fn new() -> Self {
        let (directory, elsewhere) = (Directory::new(), Directory::new());
        let good = fs::read(elsewhere.compile("good", &["COUNTER"], "")).unwrap();
        fs::write(directory.library("a_good_one"), &good).unwrap();
        Hostile { directory, good, elsewhere, expected: BTreeMap::new() }
    }

    /// Returns the path of a file whose error must contain `reason`.
    fn expect(&mut self, name: &str, reason: &'static str) -> PathBuf {
        let path = self.directory.library(name);
        self.expected.insert(path.clone(), reason);
        path
    }

    fn write(&mut self, name: &str, reason: &'static str, content: &[u8]) {
        fs::write(self.expect(name, reason), content).unwrap();
    }

    /// Writes the good plugin with some bytes changed.
    fn patch(&mut self, name: &str, reason: &'static str, at: usize, bytes: &[u8]) {
        let mut content = self.good.clone();
        content[at..at + bytes.len()].copy_from_slice(bytes);
        self.write(name, reason, &content);
    }

    fn compile(&mut self, name: &str, reason: &'static str, macros: &[&str], more: &str) {
        self.expect(name, reason);
        self.directory.compile(name, macros, more);
    }

    /// Compiles a library whose constructor has that body.
    fn constructor(&mut self, name: &str, reason: &'static str, body: &str) {
        let more = format!(
            "#include <stdlib.h>\n#include <unistd.h>\n\
             __attribute__((constructor)) static void begin(void) {{ {body} }}\n"
        );
        self.compile(name, reason, &[], &more);
    }

    /// Builds a program or an object file with gcc.
    fn gcc(&mut self, name: &str, reason: &'static str, arguments: &[&str]) {
        let path = self.expect(name, reason);
        let source = self.elsewhere.path().join("main.c");
        fs::write(&source, "int main(void) { return 0; }").unwrap();
        let mut gcc = Command::new("gcc");
        gcc.args(arguments).arg(source).arg("-o").arg(path);
        assert!(gcc.status().unwrap().success());
    }
}

fn files(hostile: &mut Hostile) {
    let good = hostile.good.clone();
    hostile.write("truncated", "damaged or incomplete", &good[..good.len() / 2]);
    hostile.write("empty", "it is empty", b"");
    let mut zeros = good.clone();
    zeros[good.len() / 2..].fill(0);
    hostile.write("zero_tailed", "damaged or incomplete", &zeros);
    hostile.write("text", "its header is of no known format", b"#!/bin/sh\nexit 1\n");
    hostile.write("archive", "is not a dynamic library", b"!<arch>\nmember.o/       0");
    hostile.write("pe", "is not a dynamic library", b"MZ\x90\0 a program for another system");
    hostile.write("mach_o", "is not a dynamic library", &[0xcf, 0xfa, 0xed, 0xfe, 7, 0, 0, 1]);
    hostile.patch("other_machine", "is a library for Linux on riscv64", 18, &[0xf3, 0]);
    hostile.patch("other_class", "damaged or incomplete", 4, &[1]);
    hostile.patch("core", "it is a core dump", 16, &[4, 0]);
    hostile.gcc("program", "it is a program", &["-no-pie"]);
    hostile.gcc("object", "it is an object file", &["-c"]);
    // The good one comes first in the directory.
    hostile.write("duplicate", "is the same library as", &good);
}

fn not_files(hostile: &mut Hostile) {
    fs::create_dir(hostile.expect("directory", "found a directory")).unwrap();
    let fifo = hostile.expect("fifo", "found a named pipe");
    assert!(Command::new("mkfifo").arg(fifo).status().unwrap().success());
    drop(UnixListener::bind(hostile.expect("socket", "found a socket")).unwrap());
    symlink("/dev/zero", hostile.expect("device", "found a device")).unwrap();
    symlink("nowhere", hostile.expect("dangling", "cannot be followed")).unwrap();
    let looped = hostile.expect("loop", "cannot be followed");
    symlink(&looped, &looped).unwrap();
    let outside = hostile.elsewhere.library("good");
    symlink(outside, hostile.expect("outside", "is the same library as")).unwrap();
}

fn permissions(hostile: &mut Hostile) {
    let good = hostile.good.clone();
    let option = "or allow it by `LoadPolicy::allow_world_writable`; the option of this \
                  program is --allow-world-writable";
    let writable = hostile.expect("world_writable", option);
    fs::write(&writable, [&good[..], b"1"].concat()).unwrap();
    fs::set_permissions(writable, Permissions::from_mode(0o666)).unwrap();
    // The superuser can read it, and finds that it is no library.
    let unreadable = hostile.expect("unreadable", "unreadable");
    fs::write(&unreadable, "no library").unwrap();
    fs::set_permissions(unreadable, Permissions::from_mode(0o000)).unwrap();
}

fn names(hostile: &mut Hostile) {
    let directory = hostile.directory.path().to_owned();
    let mut name = |name: OsString| {
        let path = directory.join(name);
        fs::write(&path, "no library").unwrap();
        hostile.expected.insert(path, "of no known format");
    };
    name("new\nline.so".into());
    name("\u{1b}[2J\u{1b}]0;owned\u{7}.so".into());
    name(OsString::from_vec(b"not \xff utf-8.so".to_vec()));
    name(format!("{}.so", "x".repeat(250)).into());
    name("\u{202e}os.reversed.so".into());
}

fn metadata(hostile: &mut Hostile) {
    let magic = b"PLUGIN\0\x01";
    let good = hostile.good.clone();
    let at = good.windows(magic.len()).position(|window| window == magic).unwrap();
    hostile.patch("future_metadata", "found format 9", at + 7, &[9]);
    hostile.patch("damaged_metadata", "ends before its content", at + 12, &[0xff; 4]);
    hostile.patch("other_records", "expected a record at offset", at, b"other");
    hostile.compile("no_metadata", "is a library, but no plugin", &["NO_METADATA"], "");
    hostile.compile("other_abi", "expected ABI version 1, found 2", &["ABI=2"], "");
    let huge =
        "__attribute__((section(\".plugin\"), used)) static const char huge[17 << 20] = {1};";
    hostile.compile("oversized_metadata", "bytes of metadata", &[], huge);
}

fn code(hostile: &mut Hostile) {
    hostile.compile("lacks_symbols", "which its metadata promises", &["NO_EXPORT"], "");
    hostile.compile("null_maker", "returned null", &["NULL_MAKER"], "");
    hostile.compile("other_vtable", "expected a vtable of ABI version", &["VTABLE_ABI=3"], "");
    let unresolved = "void no_such_function(void); void call(void) { no_such_function(); }";
    hostile.compile("unresolved", "in no library that it links", &[], unresolved);
    hostile.constructor("crashes", "killed by SIGSEGV", "*(volatile int *)8 = 1;");
    hostile.constructor("aborts", "killed by SIGABRT", "abort();");
    hostile.constructor("exits", "ended itself with exit code 0", "exit(0);");
    hostile.constructor("hangs", "did not answer within", "for (;;) sleep(1);");
    hostile.compile("crashes_in_a_call", "killed by SIGABRT", &["CRASH_IN_GREET"], "");
    // A library that needs another one, which is then removed.
    let needed = hostile.elsewhere.path().join("libneeded.so");
    let source = hostile.elsewhere.path().join("needed.c");
    fs::write(&source, "void needed(void) {}").unwrap();
    let mut gcc = Command::new("gcc");
    gcc.args(["-shared", "-fPIC", "-o"]).arg(&needed).arg(&source);
    assert!(gcc.status().unwrap().success());
    let path = hostile.expect("needs_another", "a library that it needs was not found");
    let fixtures = crate::environment::root().join("plugin-interface/tests/fixtures/c");
    let fingerprint = plugin_interface::PluginTrait::Greeter.fingerprint();
    let mut gcc = Command::new("gcc");
    gcc.args(["-shared", "-fPIC", "-Wl,--no-as-needed", "-o"]).arg(path);
    gcc.arg(format!(
        "-DFINGERPRINT={{{:#x}, {:#x}}}",
        fingerprint as u64,
        (fingerprint >> 64) as u64
    ))
    .arg(fixtures.join("greeter.c"))
    .arg(&needed);
    assert!(gcc.status().unwrap().success());
    fs::remove_file(needed).unwrap();
}

#[test]
fn every_bad_file_of_a_directory_is_reported_and_the_good_one_runs() {
    let mut hostile = Hostile::new();
    files(&mut hostile);
    not_files(&mut hostile);
    permissions(&mut hostile);
    names(&mut hostile);
    metadata(&mut hostile);
    code(&mut hostile);
    let written = hostile.expect("still_written", "is still being written");
    fs::write(&written, [&hostile.good[..], b"2"].concat()).unwrap();
    let writer = File::options().append(true).open(&written).unwrap();
    assert!(hostile.expected.len() >= 30, "{}", hostile.expected.len());

    let start = Instant::now();
    let answer =
        plugin_host(&hostile.directory.arguments(&["run", "--json", "--probe-timeout", "3"]));
    println!("{} bad files in {:?}", hostile.expected.len(), start.elapsed());
    drop(writer);
    assert_eq!(answer.code, 6, "the worst of them: {answer:?}");
    let report = answer.json();
    assert_eq!(report["libraries"][0]["registrations"][0]["greeting"], "HEY world");
    assert_eq!(report["libraries"].as_array().unwrap().len(), 1, "{report:#}");
    let rejected = report["rejected"].as_array().unwrap();
    assert_eq!(rejected.len(), hostile.expected.len(), "{report:#}");
    for (path, reason) in &hostile.expected {
        let name = path.display().to_string();
        let found = rejected.iter().find(|rejected| rejected["file"] == name.as_str());
        let error =
            found.unwrap_or_else(|| panic!("{name}: {report:#}"))["error"].as_str().unwrap();
        assert!(error.contains(reason), "{name}: {error}");
    }

    for command in [&["run", "--probe-timeout", "3"][..], &["list"]] {
        let answer = plugin_host(&hostile.directory.arguments(command));
        assert!(answer.code == 6 || answer.code == 4, "{answer:?}");
        for printed in [&answer.out, &answer.err] {
            let is_control = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
            assert!(!printed.contains(is_control), "{printed}");
        }
    }
}

/// Returns a sequence of numbers that is the same in every run.
fn sequence() -> impl FnMut(usize) -> usize {
    let mut state = 3u64;
    move |limit| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((state >> 33) % limit as u64) as usize
    }
}

/// Changes some bytes in the headers, tables or code.
fn damage(whole: &[u8], below: &mut impl FnMut(usize) -> usize) -> Vec<u8> {
    let mut bytes = whole.to_vec();
    for _ in 0..=below(3) {
        let at = match below(3) {
            0 => below(0x1000),
            1 => whole.len() - 1 - below(0x1800),
            _ => below(whole.len()),
        };
        bytes[at] = if below(2) == 0 { bytes[at] ^ (1 << below(8)) } else { below(256) as u8 };
    }
    bytes
}

#[test]
fn no_damaged_library_crashes_the_host() {
    let elsewhere = Directory::new();
    let good = fs::read(elsewhere.compile("good", &["COUNTER"], "")).unwrap();
    let soak = std::env::var_os("PLUGIN_SOAK").is_some_and(|value| value == "1");
    let mut below = sequence();
    let (mut rejected, mut ran) = (0, 0);
    for _ in 0..if soak { 120 } else { 2 } {
        let directory = Directory::new();
        for i in 0..100 {
            let path = directory.path().join(OsStr::from_bytes(format!("m{i:02}.so").as_bytes()));
            fs::write::<&Path, _>(&path, damage(&good, &mut below)).unwrap();
        }
        let answer = plugin_host(&directory.arguments(&["run", "--json", "--probe-timeout", "10"]));
        let report = answer.json();
        let files = |what: &str| {
            let all = report[what].as_array().unwrap().iter();
            all.map(|one| one["file"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let mut all = files("rejected");
        rejected += all.len();
        ran += files("libraries").len();
        all.extend(files("libraries"));
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 100, "each is reported: {report:#}");
    }
    println!("{rejected} rejected, {ran} ran");
    assert!(rejected > 0 && ran > 0);
}

#[test]
fn a_line_break_in_a_name_begins_no_line_of_output() {
    let directory = Directory::new();
    let path = directory.path().join("a.so\nerror: forged\rtwice.so");
    fs::write(&path, "no library").unwrap();
    let (file, folder) = (path.to_str().unwrap(), directory.path().to_str().unwrap());
    for arguments in [
        &["inspect", file][..],
        &["check", file],
        &["check", folder],
        &["diff", file, file],
        &["header", file, "Tool"],
        &["call", file, "foo()"],
        &["list", folder],
        &["run", folder],
        &["run", "--no-probe", folder],
    ] {
        let answer = plugin_host(arguments);
        assert_eq!(answer.code, 1, "{arguments:?} {answer:?}");
        for line in answer.out.lines().chain(answer.err.lines()) {
            assert!(!line.trim_start().starts_with("error: forged"), "{arguments:?} {answer:?}");
        }
    }
}
