//! What a call and a load cost, in instructions: none may grow unnoticed.
//!
//! Counted by callgrind in this project's own code, in host and plugin; what the
//! C library and the dynamic linker do differs from system to system and is left
//! out. A debug build is counted always. What is built for release takes most of a
//! minute to build and is counted where `PLUGIN_THOROUGH` asks for it. The
//! committed tables are of one compiler; with another one, more is let pass.
//! After a change that is meant:
//!
//! ```text
//! PLUGIN_THOROUGH=1 INSTRUCTIONS=overwrite cargo test --package plugin-interface --test it -- \
//!     instructions
//! ```

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::builds;
use crate::compilers::is_thorough;

/// How much more is let pass, in hundredths, with the table's compiler and with
/// another one.
const TOLERANCE: [u64; 2] = [5, 50];

/// How many more calls the longer part has.
const MORE: u64 = 100;

type Counts = BTreeMap<String, u64>;

/// How host and plugins are built.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Profile {
    Debug,
    Release,
}

impl Profile {
    fn table(self) -> PathBuf {
        let name = match self {
            Profile::Debug => "instructions-debug.txt",
            Profile::Release => "instructions.txt",
        };
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
    }

    /// Returns the host and its two plugins.
    fn build(self) -> [PathBuf; 3] {
        let packages =
            ["--release", "--package=counted", "--package=counted-types", "--package=counting"];
        let released;
        let built = match self {
            Profile::Debug => builds::built(),
            Profile::Release => {
                released = builds::build("fixtures", "build", &[], &packages);
                &released
            }
        };
        ["counting", "counted", "counted_types"].map(|name| built[name].clone())
    }
}

/// The compiler that builds what is counted.
fn compiler() -> String {
    let rustc = std::env::var_os("RUSTC").unwrap_or("rustc".into());
    let output = Command::new(rustc).arg("--version").output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// The instructions of each way, once.
fn count(profile: Profile) -> Counts {
    let [host, ways, types] = profile.build();
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("out");
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--quiet", "--dump-before=callgrind_mark"])
        .args(["--compress-strings=no", "--compress-pos=no"])
        .arg(format!("--callgrind-out-file={}", out.display()))
        .args([host, ways, types])
        .output()
        .expect("the tests need valgrind");
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}", text(&output.stderr));
    let part =
        |number: usize| ours(&fs::read_to_string(format!("{}.{number}", out.display())).unwrap());
    let names = text(&output.stdout);
    let counts = names.lines().enumerate().map(|(way, name)| {
        // Parts count from 1, and the first one is the start; of each way's
        // three, the first is not counted.
        let first = 3 * way + 2;
        (name.to_owned(), (part(first + 2) - part(first + 1)) / MORE)
    });
    counts.collect()
}

/// Adds up what callgrind counted in the host's and the plugin's own files.
/// Lines of `position count` belong to the last `ob=`, but for those behind
/// `calls=`: they count what was called once more.
fn ours(dump: &str) -> u64 {
    let mut is_ours = false;
    let mut sum = 0;
    let mut lines = dump.lines();
    while let Some(line) = lines.next() {
        if let Some(file) = line.strip_prefix("ob=") {
            is_ours = file.contains("counting") || file.contains("counted");
        } else if line.starts_with("calls=") {
            lines.next();
        } else if is_ours && line.starts_with(|c: char| c.is_ascii_digit()) {
            let count = line.split(' ').nth(1).unwrap_or("0");
            sum += count.parse::<u64>().unwrap();
        }
    }
    sum
}

fn written(counts: &Counts) -> String {
    let mut text = format!("{}\n", compiler());
    for (name, count) in counts {
        let _ = writeln!(text, "{name} {count}");
    }
    text
}

#[test]
fn the_documentation_says_what_the_table_says() {
    let documentation = include_str!("../../../docs/performance.md");
    let (_, rows) = documentation.split_once("| way | how it is passed | instructions |").unwrap();
    let table = fs::read_to_string(Profile::Release.table()).unwrap();
    for row in rows.lines().skip(2).take_while(|row| !row.is_empty()) {
        let cells: Vec<_> = row.split(" | ").collect();
        let line = format!("{} {}", cells[0].trim_matches(['|', ' ', '`']), cells[2]);
        assert!(table.lines().any(|known| known == line), "not in instructions.txt: {line}");
    }
}

#[test]
fn no_path_takes_more_instructions_than_the_table_says() {
    compare(Profile::Debug);
    if is_thorough() {
        compare(Profile::Release);
    } else {
        eprintln!("NOT TESTED for release: PLUGIN_THOROUGH is not set");
    }
}

fn compare(profile: Profile) {
    let counts = count(profile);
    if std::env::var("INSTRUCTIONS").is_ok_and(|value| value == "overwrite") {
        fs::write(profile.table(), written(&counts)).unwrap();
    }
    let table = fs::read_to_string(profile.table()).unwrap();
    let (table_compiler, known) = table.split_once('\n').unwrap();
    let tolerance = TOLERANCE[usize::from(table_compiler != compiler())];
    let known: Counts = known
        .lines()
        .map(|line| line.rsplit_once(' ').unwrap())
        .map(|(name, count)| (name.to_owned(), count.parse().unwrap()))
        .collect();
    assert!(known.keys().eq(counts.keys()), "other paths than in the table: {counts:#?}");
    let grown: Vec<_> = counts
        .iter()
        .filter(|&(name, count)| 100 * count > (100 + tolerance) * known[name])
        .map(|(name, count)| format!("{name}: {count} instructions, {} before", known[name]))
        .collect();
    assert!(
        grown.is_empty(),
        "{profile:?} grown by more than {tolerance} %:\n{}\nif this is meant, run with \
         PLUGIN_THOROUGH=1 INSTRUCTIONS=overwrite",
        grown.join("\n")
    );
}
