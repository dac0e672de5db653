//! Each bad lock file has an error of its own.

use std::fs;
use std::path::Path;

use plugin_interface::{LockError, PluginLock};

use crate::fixtures::Directory;

const GOOD: &str = "version = 1

[[plugin]]
file = \"a.so\"
name = \"a\"
size = 1
sha256 = \"abababababababababababababababababababababababababababababababab\"
";

const SIZE: &str = "size = 1\n";

/// What is replaced in a good lock, by what, and the error.
const BAD: &[(&str, &str, &str)] = &[
    (GOOD, "", " is empty: expected a lock"),
    (GOOD, " \n", " is empty"),
    ("version = 1", "version = 2", ":1: expected version = 1, found 2; use the"),
    ("version = 1", "version = \"1\"", ":1: expected version = 1, found \"1\""),
    ("version = 1\n", "", ":1: expected a key `version` in the lock, found none"),
    (
        "\n[[",
        "keys = 2\n[[",
        ":2: expected in the lock one of version, plugin, found the key `keys`",
    ),
    (SIZE, "size = 1\nsizes = 2\n", ":7: expected in a plugin one of file,"),
    (SIZE, "", ":3: expected a key `size` in a plugin, found none"),
    (SIZE, "size = -1\n", ":6: expected `size` to be a number that is not negative, found -1"),
    (SIZE, "size = 1\nabi = 4294967296\n", ":7: expected `abi` to be a number of 32 bits"),
    (
        "a.so",
        "../a.so",
        ":4: expected `file` to be the name of a file, without a directory, found \"../a.so\"",
    ),
    (
        "ab\"\n",
        "AB\"\n",
        ":7: expected `sha256` to be 64 lower-case hexadecimal digits, found \"ab",
    ),
    (SIZE, "size = 1\nblake3 = \"\"\n", ":7: expected `blake3` to be 64 lower-case hexadecimal"),
    ("name = \"a\"", "name = 3", ":5: expected `name` to be a text, found 3"),
    (
        "name = \"a\"",
        "name = []",
        ":5: expected `name` to be a text, found a value of the type array",
    ),
    ("name", "name = \"b\"\nname", ":6: expected TOML: duplicate key; found `name = \"a\"`"),
    ("[[plugin]]", "[[plugin", ":3: expected TOML: "),
    ("[[plugin]]", "[plugin]", ":3: expected `plugin` to be an array of tables"),
    (SIZE, "size = 1\ninterfaces = [{}]\n", ":7: expected a key `fingerprint` in an interface"),
    (
        SIZE,
        "size = 1\ninterfaces = [{fingerprint = \"0x1\"}]\n",
        ":7: expected `fingerprint` to be 0x and 32",
    ),
    (SIZE, "size = 1\nbuild-id = \"\"\n", ":7: expected `build-id` to be lower-case"),
    (
        SIZE,
        "size = 1\nkey = \"E7\"\n",
        ":7: expected `key` to be the 16 upper-case hexadecimal digits",
    ),
];

fn parse(text: &str) -> LockError {
    PluginLock::parse("p.lock", text.as_bytes()).unwrap_err()
}

#[test]
fn each_bad_lock_has_an_error_of_its_own_with_its_line() {
    PluginLock::parse("p.lock", GOOD.as_bytes()).unwrap();
    for (from, to, expected) in BAD {
        assert!(GOOD.contains(from), "{from}");
        let found = parse(&GOOD.replacen(from, to, 1)).to_string();
        let expected = format!("p.lock{expected}");
        assert!(found.starts_with(&expected), "expected: {expected}\nfound: {found}");
    }
    let twice = parse(&format!("{GOOD}{}", &GOOD["version = 1\n".len()..])).to_string();
    let expected = "p.lock:10: expected each file once, found a.so again, which line 4 locks";
    assert!(twice.starts_with(expected), "{twice}");
    let binary = PluginLock::parse("p.lock", b"version = 1\nx = \"\xff\"").unwrap_err();
    assert!(matches!(binary, LockError::NotText { line: 2, byte: 0xff, .. }), "{binary}");
    let (table, key) = ("{a=".repeat(100_000), "a.".repeat(100_000));
    for deep in [
        format!("version = {}", "[".repeat(100_000)),
        format!("version = {table}"),
        format!("version = 1\n{key}b = 1"),
        format!("[{key}b]\nc = 1"),
        format!("[[plugin]]\nname = {{ {key}b = 1 }}"),
    ] {
        let error = parse(&deep);
        let text = error.to_string();
        assert!(text.len() < 1000, "{text}");
    }
}

#[test]
fn what_is_no_lock_file_is_refused_before_it_is_read_whole() {
    let directory = Directory::new();
    let huge = directory.path().join("huge");
    fs::File::create(&huge).unwrap().set_len(1 << 40).unwrap();
    let error = PluginLock::read(&huge).unwrap_err();
    assert!(matches!(error, LockError::TooLarge { found: 1_099_511_627_776, .. }), "{error}");
    for path in [directory.path(), Path::new("/dev/zero")] {
        let error = PluginLock::read(path).unwrap_err();
        assert!(matches!(error, LockError::Read { .. }), "{error}");
    }
    let error = PluginLock::default().write(directory.path().join("no/where")).unwrap_err();
    assert!(matches!(error, LockError::Write { .. }), "{error}");
}
