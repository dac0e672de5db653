//! What a plugin's author waits for, and ships.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, ensure};

use crate::harness::plugins::{Plugins, cargo, workspace};
use crate::harness::rounds::interleave;
use crate::harness::statistics::Samples;
use crate::report::{Bar, Chart, Section, Table};
use crate::subjects::{self, Subject};

const TEXT: &str = "Seconds that `cargo build` takes for the plugin of each peer in this folder, its interface included: debug, offline, with an empty target \
directory and after a change of one line of the plugin. A plain cdylib is the one of `extern \"C\"` functions. Crates are those from \
elsewhere that the build compiles, build scripts and macros included. Size is that of the stripped release library, over the \
baseline's.";

const PLAIN: &str = "extern_c_plugin";

/// Those that are compared closely; the others are built once.
const CLOSELY: [&str; 3] = [PLAIN, "ours_plugin", "vtable_plugin"];

pub fn run(plugins: &Plugins) -> Result<Section> {
    let tree = plugins.scratch("tree")?;
    copy_workspace(&tree)?;
    let all = subjects::all();
    let subjects: Vec<_> = all
        .iter()
        .filter(|subject| {
            subject.name != "dlsym per call" && subject.name != subjects::OURS_SHARING
        })
        .collect();
    let (closely, others): (Vec<&Subject>, Vec<&Subject>) =
        subjects.iter().copied().partition(|subject| CLOSELY.contains(&subject.plugin));
    let clean = |subject: &&Subject| clean(&tree, subject.plugin).map(|(time, _)| vec![time]);
    let mut times = interleave(&closely, 3, clean)?;
    let others_times = interleave(&others, 1, clean)?;
    let line = std::cell::Cell::new(0);
    let rebuilds = interleave(&closely, 7, |subject| {
        line.set(line.get() + 1);
        rebuild(&tree, subject.plugin, line.get()).map(|time| vec![time])
    })?;
    times.extend(others_times);

    let columns = [
        "",
        "clean build, s",
        "crates",
        "one line, s",
        "one line / plain",
        "over the baseline, KB",
    ];
    let mut table = Table::new("A plugin's build", &columns);
    let mut groups =
        vec![("clean debug build".to_owned(), vec![]), ("one line".to_owned(), vec![])];
    let baseline = stripped(plugins, "dyn_trait_plugin")?;
    let plain = closely.iter().position(|subject| subject.plugin == PLAIN);
    let plain = rebuilds[plain.context("a plain cdylib")?].median();
    for (number, subject) in closely.iter().chain(&others).enumerate() {
        let shown =
            |samples: &Samples| format!("{:.2} ± {:.0} %", samples.median(), samples.spread());
        let (time, line) = (&times[number], rebuilds.get(number));
        table.row([
            subject.name.to_owned(),
            shown(time),
            clean_crates(&tree, subject.plugin)?.to_string(),
            line.map_or("-".to_owned(), shown),
            line.map_or("-".to_owned(), |line| format!("{:.2}", line.median() / plain)),
            format!("{:.1}", (stripped(plugins, subject.plugin)? - baseline) / 1024.0),
        ]);
        let bar = |s: &Samples| Bar::new(subject.name, s.median(), format!("{:.2} s", s.median()));
        groups[0].1.push(bar(time));
        groups[1].1.extend(line.map(bar));
    }
    let title = "Building a plugin: seconds".to_owned();
    Ok(Section {
        title: "Build",
        text: TEXT.to_owned(),
        tables: vec![table],
        chart: Some(Chart { title, groups }),
    })
}

/// A copy of this workspace, whose sources may be changed.
fn copy_workspace(to: &Path) -> Result<()> {
    for name in ["peers", "workload", "src"] {
        copy_tree(&workspace().join(name), &to.join(name))?;
    }
    fs::copy(workspace().join("Cargo.lock"), to.join("Cargo.lock"))?;
    let manifest = fs::read_to_string(workspace().join("Cargo.toml"))?;
    let repository = workspace().parent().and_then(Path::to_str).context("a path in UTF-8")?;
    let manifest = manifest.replace("path = \"../", &format!("path = \"{repository}/"));
    fs::write(to.join("Cargo.toml"), manifest)?;
    Ok(())
}

fn copy_tree(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in from.read_dir()? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_tree(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}

fn target(tree: &Path, plugin: &str) -> PathBuf {
    tree.join("target").join(plugin)
}

/// Builds in the target directory of that plugin: seconds, and the crates.
fn timed(tree: &Path, plugin: &str) -> Result<(f64, usize)> {
    let package = plugin.replace('_', "-");
    let target = target(tree, plugin);
    let target = target.to_str().context("a path in UTF-8")?;
    let start = Instant::now();
    let artifacts =
        cargo(tree, &["build", "--offline", "--package", &package, "--target-dir", target])?;
    let time = start.elapsed().as_secs_f64();
    let inside = |artifact: &&cargo_metadata::Artifact| !artifact.manifest_path.starts_with(tree);
    let crates: BTreeSet<_> = artifacts.iter().filter(inside).map(|a| &a.package_id).collect();
    Ok((time, crates.len()))
}

fn clean(tree: &Path, plugin: &str) -> Result<(f64, usize)> {
    let target = target(tree, plugin);
    if target.exists() {
        fs::remove_dir_all(&target)?;
    }
    timed(tree, plugin)
}

/// Crates of a build that is up to date.
fn clean_crates(tree: &Path, plugin: &str) -> Result<usize> {
    timed(tree, plugin).map(|(_, crates)| crates)
}

/// Changes one line and builds.
fn rebuild(tree: &Path, plugin: &str, number: u32) -> Result<f64> {
    let source = match plugin {
        PLAIN => "extern-c/plugin/src/lib.rs",
        "ours_plugin" => "ours/plugin/src/workload.rs",
        _ => "vtable/plugin/src/lib.rs",
    };
    let source = tree.join("peers").join(source);
    let text = fs::read_to_string(&source)?;
    let changed: Vec<_> = text
        .lines()
        .map(|line| match line.trim_start().starts_with("workload::add(") {
            true => format!("        workload::add(a, b).wrapping_add({number})"),
            false => line.to_owned(),
        })
        .collect();
    let changed = changed.join("\n");
    ensure!(changed.contains(&format!("wrapping_add({number})")), "no line to change");
    fs::write(&source, changed)?;
    timed(tree, plugin).map(|(time, _)| time)
}

/// The bytes of the release library without symbols.
fn stripped(plugins: &Plugins, plugin: &str) -> Result<f64> {
    let file = plugins.scratch("stripped")?.join(plugin);
    let status = Command::new("strip")
        .arg("-o")
        .arg(&file)
        .arg(plugins.file(plugin))
        .status()
        .context("sizes need strip, of binutils")?;
    ensure!(status.success(), "strip: {status}");
    Ok(fs::metadata(file)?.len() as f64)
}
