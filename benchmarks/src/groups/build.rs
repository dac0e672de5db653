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
use crate::subjects;

const TEXT: &str = "Seconds that `cargo build` takes for the plugin of each peer in this folder, its interface included; `ours` is one with the seven \
methods that all of them have. Debug, offline, with an empty target \
directory and after a change of one line of the plugin. This project's crates are found by a path, which cargo builds incrementally, at a price; \
*from a registry* is without that, as it builds the peers' crates anyway. A plain cdylib is the one of `extern \"C\"` functions. Crates are those from \
elsewhere that the build compiles, build scripts and macros included. Size is that of the stripped release library, over the \
baseline's.";

const PLAIN: &str = "extern_c_plugin";

/// As cargo builds what it has from a registry.
const PUBLISHED: [&str; 2] = ["--config", "build.incremental=false"];

/// Those that are compared closely; the others are built once.
const CLOSELY: [&str; 3] = [PLAIN, subjects::OURS_PEER, "vtable_plugin"];

/// What is built, and how it is called.
struct Built {
    name: &'static str,
    plugin: &'static str,
}

/// Each plugin once; ours without what only it has.
fn built() -> Vec<Built> {
    let mut built: Vec<Built> = Vec::new();
    for subject in subjects::all() {
        let ours = [subjects::OURS, subjects::OURS_SHARING];
        let plugin = match subject.name.starts_with(subjects::OURS) {
            true if ours.contains(&subject.name) => subjects::OURS_PEER,
            true => continue,
            false => subject.plugin,
        };
        if built.iter().all(|other| other.plugin != plugin) {
            built.push(Built { name: subject.name, plugin });
        }
    }
    built
}

pub fn run(plugins: &Plugins) -> Result<Section> {
    let tree = plugins.scratch("tree")?;
    copy_workspace(&tree)?;
    let (closely, others): (Vec<Built>, Vec<Built>) =
        built().into_iter().partition(|built| CLOSELY.contains(&built.plugin));
    let timed = |built: &Built| clean(&tree, built.plugin, &[]).map(|time| vec![time]);
    let mut times = interleave(&closely, 5, timed)?;
    let others_times = interleave(&others, 1, timed)?;
    let as_published = interleave(&closely, 5, |built| {
        clean(&tree, built.plugin, &PUBLISHED).map(|time| vec![time])
    })?;
    let line = std::cell::Cell::new(0);
    let rebuilds = interleave(&closely, 7, |built| {
        line.set(line.get() + 1);
        rebuild(&tree, built.plugin, line.get()).map(|time| vec![time])
    })?;
    times.extend(others_times);

    let columns = [
        "",
        "clean build, s",
        "from a registry, s",
        "crates",
        "one line, s",
        "one line / plain",
        "over the baseline, KB",
    ];
    let mut table = Table::new("A plugin's build", &columns);
    let mut groups =
        vec![("clean debug build".to_owned(), vec![]), ("one line".to_owned(), vec![])];
    let baseline = stripped(plugins, "dyn_trait_plugin")?;
    let plain = closely.iter().position(|built| built.plugin == PLAIN);
    let plain = rebuilds[plain.context("a plain cdylib")?].median();
    for (number, built) in closely.iter().chain(&others).enumerate() {
        let shown =
            |samples: &Samples| format!("{:.2} ± {:.0} %", samples.median(), samples.spread());
        let (time, line) = (&times[number], rebuilds.get(number));
        table.row([
            built.name.to_owned(),
            shown(time),
            as_published.get(number).map_or("-".to_owned(), shown),
            clean_crates(&tree, built.plugin)?.to_string(),
            line.map_or("-".to_owned(), shown),
            line.map_or("-".to_owned(), |line| format!("{:.2}", line.median() / plain)),
            format!("{:.1}", (stripped(plugins, built.plugin)? - baseline) / 1024.0),
        ]);
        let bar = |s: &Samples| Bar::new(built.name, s.median(), format!("{:.2} s", s.median()));
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
fn timed(tree: &Path, plugin: &str, options: &[&str]) -> Result<(f64, usize)> {
    let package = plugin.replace('_', "-");
    let target = target(tree, plugin);
    let target = target.to_str().context("a path in UTF-8")?;
    let start = Instant::now();
    let build = ["build", "--offline", "--package", &package, "--target-dir", target];
    let artifacts = cargo(tree, &[&build, options].concat())?;
    let time = start.elapsed().as_secs_f64();
    let inside = |artifact: &&cargo_metadata::Artifact| !artifact.manifest_path.starts_with(tree);
    let crates: BTreeSet<_> = artifacts.iter().filter(inside).map(|a| &a.package_id).collect();
    Ok((time, crates.len()))
}

fn clean(tree: &Path, plugin: &str, options: &[&str]) -> Result<f64> {
    let target = target(tree, plugin);
    if target.exists() {
        fs::remove_dir_all(&target)?;
    }
    timed(tree, plugin, options).map(|(time, _)| time)
}

/// Crates of a build that is up to date.
fn clean_crates(tree: &Path, plugin: &str) -> Result<usize> {
    timed(tree, plugin, &[]).map(|(_, crates)| crates)
}

/// Changes one line and builds.
fn rebuild(tree: &Path, plugin: &str, number: u32) -> Result<f64> {
    let source = match plugin {
        PLAIN => "extern-c/plugin/src/lib.rs",
        subjects::OURS_PEER => "ours/peer-plugin/src/lib.rs",
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
    timed(tree, plugin, &[]).map(|(time, _)| time)
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
