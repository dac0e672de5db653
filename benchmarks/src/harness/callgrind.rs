//! Instructions, counted by callgrind: for each part of a child's work, and in
//! which library they lie.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::child;

/// Ends a part: callgrind writes what was counted since the last one.
#[unsafe(no_mangle)]
#[inline(never)]
pub extern "C" fn callgrind_mark() {
    std::hint::black_box(());
}

/// Instructions by the file of the program or library that has them.
pub type Counts = BTreeMap<String, u64>;

/// Runs `task` in a child under callgrind; gives the counts of each
/// part, of which the first begins with the process.
pub fn run(task: &str, arguments: &[&str], scratch: &Path) -> Result<Vec<Counts>> {
    let this = child::command(task, arguments)?;
    let out = scratch.join("callgrind.out");
    let status = std::process::Command::new("valgrind")
        .args(["--tool=callgrind", "--quiet", "--dump-before=callgrind_mark"])
        .args(["--compress-strings=no", "--compress-pos=no", "--combine-dumps=no"])
        .arg(format!("--callgrind-out-file={}", out.display()))
        .arg(this.get_program())
        .args(this.get_args())
        .stdout(std::process::Stdio::null())
        .status()
        .context("counting instructions needs valgrind")?;
    ensure!(status.success(), "{task} {arguments:?} under callgrind: {status}");
    let mut parts = Vec::new();
    for number in 1.. {
        match fs::read_to_string(format!("{}.{number}", out.display())) {
            Ok(dump) => parts.push(counts(&dump)),
            Err(_) => break,
        }
    }
    ensure!(!parts.is_empty(), "callgrind saw no mark");
    Ok(parts)
}

/// Adds up a dump: lines of `position cost` belong to the last `ob=`, but for
/// those behind `calls=`, which count what was called once more.
fn counts(dump: &str) -> Counts {
    let mut counts = Counts::new();
    let mut object = "";
    let mut lines = dump.lines();
    while let Some(line) = lines.next() {
        if let Some(name) = line.strip_prefix("ob=") {
            object = name;
        } else if line.starts_with("calls=") {
            lines.next();
        } else if line.starts_with(|c: char| c.is_ascii_digit())
            && let Some(cost) = line.split(' ').nth(1).and_then(|cost| cost.parse::<u64>().ok())
        {
            *counts.entry(object.to_owned()).or_default() += cost;
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::counts;

    #[test]
    fn what_is_called_is_counted_once() {
        let dump = "ob=/a\nfn=f\n10 3\ncob=/b\ncfn=g\ncalls=1 0\n10 40\n11 2\nob=/b\nfn=g\n0 40\n";
        let counts = counts(dump);
        assert_eq!((counts["/a"], counts["/b"]), (5, 40));
    }
}
