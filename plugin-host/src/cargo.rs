//! Builds plugins from the sources below a directory.

use std::collections::{BTreeMap, BTreeSet};
use std::env::consts::DLL_EXTENSION;
use std::ffi::OsString;
use std::io::{BufReader, IsTerminal};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail};
use cargo_metadata::{Message, MetadataCommand, PackageId, TargetKind};
use plugin_interface::LoadError;
use walkdir::{DirEntry, WalkDir};

/// The result of a build.
#[derive(Default)]
pub(crate) struct Built {
    pub(crate) libraries: BTreeSet<PathBuf>,
    pub(crate) failures: Vec<String>,
}

/// Builds the cdylib crates below `directory` with cargo and the folders with
/// a `Makefile` with make.
pub(crate) fn build(directory: &Path, release: bool) -> anyhow::Result<Built> {
    if !directory.exists() {
        return Err(LoadError::DirectoryMissing { path: directory.to_owned() }.into());
    }
    if !directory.is_dir() {
        return Err(LoadError::NotADirectory { path: directory.to_owned() }.into());
    }
    let (manifests, makefiles) = sources(directory);
    let mut built = Built::default();
    for (root, packages) in cdylibs(&manifests, directory)? {
        cargo(&root, &packages, release, &mut built)?;
    }
    for makefile in makefiles {
        make(&makefile, &mut built)?;
    }
    Ok(built)
}

/// The manifests and makefiles below a directory, outside build output.
fn sources(directory: &Path) -> (Vec<PathBuf>, Vec<PathBuf>) {
    let is_source = |entry: &DirEntry| {
        let name = entry.file_name().to_string_lossy();
        entry.depth() == 0 || !(name == "target" || name.starts_with('.'))
    };
    let (mut manifests, mut makefiles) = (Vec::new(), Vec::new());
    let entries = WalkDir::new(directory).sort_by_file_name().into_iter();
    for entry in entries.filter_entry(is_source).flatten() {
        match entry.file_name().to_str() {
            Some("Cargo.toml") => manifests.push(entry.into_path()),
            Some("Makefile") => makefiles.push(entry.into_path()),
            _ => {}
        }
    }
    (manifests, makefiles)
}

/// The packages below `directory` that have a cdylib target, by workspace.
fn cdylibs(
    manifests: &[PathBuf],
    directory: &Path,
) -> anyhow::Result<BTreeMap<PathBuf, Vec<PackageId>>> {
    let directory = directory.canonicalize()?;
    let mut seen = BTreeSet::new();
    let mut workspaces: BTreeMap<PathBuf, Vec<PackageId>> = BTreeMap::new();
    for manifest in manifests {
        if seen.contains(&manifest.canonicalize()?) {
            continue;
        }
        let metadata = MetadataCommand::new()
            .manifest_path(manifest)
            .no_deps()
            .exec()
            .with_context(|| format!("cargo cannot read {}", manifest.display()))?;
        for package in metadata.packages {
            let path = package.manifest_path.as_std_path().canonicalize()?;
            let is_cdylib = package.targets.iter().any(|t| t.is_kind(TargetKind::CDyLib));
            if path.starts_with(&directory) && is_cdylib && !seen.contains(&path) {
                let root = metadata.workspace_root.join("Cargo.toml").into_std_path_buf();
                workspaces.entry(root).or_default().push(package.id);
            }
            seen.insert(path);
        }
    }
    Ok(workspaces)
}

/// Returns the cargo to run: the one that started this program, if any.
pub(crate) fn program() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"))
}

/// Builds packages of one workspace and adds the libraries that cargo reports.
fn cargo(
    manifest: &Path,
    packages: &[PackageId],
    release: bool,
    built: &mut Built,
) -> anyhow::Result<()> {
    let mut command = Command::new(program());
    command
        .args(["build", "--keep-going", "--message-format=json-render-diagnostics"])
        .arg("--manifest-path")
        .arg(manifest)
        .stdout(Stdio::piped());
    if release {
        command.arg("--release");
    }
    if !std::io::stderr().is_terminal() {
        command.arg("--quiet");
    }
    for package in packages {
        command.args(["--package", &package.repr]);
    }
    let mut child = command.spawn().context("cannot start cargo; is it installed?")?;
    let output = child.stdout.take().context("cargo has no output")?;
    for message in Message::parse_stream(BufReader::new(output)) {
        let Message::CompilerArtifact(artifact) = message? else { continue };
        if packages.contains(&artifact.package_id) && artifact.target.is_kind(TargetKind::CDyLib) {
            let files = artifact.filenames.into_iter().map(|file| file.into_std_path_buf());
            built.libraries.extend(files.filter(|file| is_library(file)));
        }
    }
    if !child.wait()?.success() {
        built.failures.push(format!("cargo could not build all plugins of {}", manifest.display()));
    }
    Ok(())
}

/// Runs make in a folder and adds the libraries that the folder then contains.
fn make(makefile: &Path, built: &mut Built) -> anyhow::Result<()> {
    let folder = makefile.parent().unwrap_or(Path::new("."));
    let status = Command::new("make")
        .arg("-C")
        .arg(folder)
        // Only the report goes to stdout.
        .stdout(Stdio::null())
        .status()
        .context("cannot start make; is it installed?")?;
    if !status.success() {
        built.failures.push(format!("make could not build {}", folder.display()));
    }
    let Ok(entries) = folder.read_dir() else { bail!("cannot read {}", folder.display()) };
    built.libraries.extend(entries.flatten().map(|e| e.path()).filter(|path| is_library(path)));
    Ok(())
}

fn is_library(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == DLL_EXTENSION)
}
