//! Where and with what it was measured.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use cargo_metadata::MetadataCommand;

use crate::harness::plugins::workspace;
use crate::subjects;

/// The head of the results.
pub fn head(seconds: u64) -> Result<String> {
    let processors = fs::read_to_string("/proc/cpuinfo")?;
    let model = value(&processors, "model name").unwrap_or("unknown processor");
    let count = processors.lines().filter(|line| line.starts_with("processor")).count();
    let memory = fs::read_to_string("/proc/meminfo")?;
    let memory = value(&memory, "MemTotal").context("no MemTotal")?;
    let memory: f64 = memory.trim_end_matches(" kB").parse()?;
    let load = fs::read_to_string("/proc/loadavg")?;
    let load: Vec<_> = load.split(' ').take(3).collect();
    Ok(format!(
        "# Results\n\n\
         Output of `cargo run --release --manifest-path benchmarks/Cargo.toml`, unedited. A ratio is to the baseline, \
         a `dyn Trait` made in a cdylib of the same compiler, in the same run; smaller is better. ± is half the distance \
         between the quartiles.\n\n\
         | | |\n|---|---|\n\
         | date | {}, {seconds} s |\n\
         | machine | {model}, {count} threads, {:.0} GB, {} on temporary files |\n\
         | system | Linux {}, {} |\n\
         | load average at the end | {} |\n\
         | compilers | {}; {} |\n\
         | peers | {} |\n",
        text("date", &["--utc", "+%F %H:%M UTC"])?,
        memory / 1024.0 / 1024.0,
        file_system(&std::env::temp_dir())?,
        text("uname", &["--kernel-release", "--machine"])?,
        text("getconf", &["GNU_LIBC_VERSION"])?,
        load.join(" "),
        text("rustc", &["--version"])?,
        text("valgrind", &["--version"])?,
        versions()?,
    ))
}

fn value<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let line = text.lines().find(|line| line.starts_with(key))?;
    line.split_once(':').map(|(_, value)| value.trim())
}

fn text(program: &str, arguments: &[&str]) -> Result<String> {
    let output = Command::new(program).args(arguments).output().context(program.to_owned())?;
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

fn file_system(path: &Path) -> Result<String> {
    let path = path.to_str().context("a path in UTF-8")?;
    text("stat", &["--file-system", "--format=%T", path])
}

/// The crates that are measured, as cargo chose them.
fn versions() -> Result<String> {
    let metadata = MetadataCommand::new().manifest_path(workspace().join("Cargo.toml")).exec()?;
    let mut found = Vec::new();
    for krate in subjects::all().iter().filter_map(|subject| subject.krate) {
        let package = metadata.packages.iter().find(|package| package.name.as_str() == krate);
        let text = format!("{krate} {}", package.context(krate)?.version);
        if !found.contains(&text) {
            found.push(text);
        }
    }
    Ok(found.join(", "))
}
