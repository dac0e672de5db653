//! Measures this project beside its peers.
//!
//! `cargo run --release` runs every group and writes `RESULTS.md`;
//! `cargo run --release -- calls loads` runs these groups, prints what they
//! found, and leaves the results as they are.

mod groups;
mod harness;
mod report;
mod subjects;

use std::env;
use std::process::Command;
use std::time::Instant;

use anyhow::{Result, ensure};

use harness::child::CHILD;
use harness::plugins::Plugins;

fn main() -> Result<()> {
    // The workers of `placements` are this program too.
    plugin_interface::process::serve_if_asked();
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        [] => all(),
        [CHILD, task, ref arguments @ ..] => {
            groups::child(task, arguments);
            Ok(())
        }
        ref names => names.iter().try_for_each(|name| one(name)),
    }
}

/// Each group in a process of its own, so that none finds what another left.
fn all() -> Result<()> {
    let start = Instant::now();
    let names = groups::names();
    for name in &names {
        let status = Command::new(env::current_exe()?).arg(name).status()?;
        ensure!(status.success(), "the group {name} failed: {status}");
    }
    report::assemble(&names, start.elapsed().as_secs())
}

fn one(name: &str) -> Result<()> {
    let start = Instant::now();
    let section = groups::run(name, &Plugins::build()?)?;
    print!("{}", report::write(name, &section)?);
    eprintln!("\n{name}: {} s", start.elapsed().as_secs());
    Ok(())
}
