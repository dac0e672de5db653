//! The peers' plugins: built by cargo, found by what cargo says, and copied to
//! a directory of ours, so that nothing but the measurement touches them.

use std::collections::{BTreeMap, BTreeSet};
use std::env::consts::{DLL_EXTENSION, DLL_PREFIX};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use cargo_metadata::{Artifact, CrateType, Message};
use tempfile::TempDir;

use crate::subjects;

/// Where this workspace is.
pub fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every plugin, in a directory of its own that goes with this.
pub struct Plugins {
    directory: TempDir,
    files: BTreeMap<String, PathBuf>,
}

impl Plugins {
    /// Builds the plugins, without what their hosts want of the crates.
    pub fn build() -> Result<Self> {
        let directory = TempDir::with_prefix("benchmarks-")?;
        let loaded = subjects::all().into_iter().map(|subject| subject.plugin);
        let names: BTreeSet<_> = loaded
            .chain([subjects::OURS_PEER, subjects::OURS_PLACED, subjects::CALLBACKS])
            .collect();
        let packages: Vec<_> = names.iter().map(|name| name.replace('_', "-")).collect();
        let packages = packages.iter().flat_map(|package| ["--package", package]);
        let arguments: Vec<_> = ["build", "--release"].into_iter().chain(packages).collect();
        let artifacts = cargo(workspace(), &arguments)?;
        let mut files = BTreeMap::new();
        for name in names {
            let built = artifacts.iter().filter(|artifact| artifact.target.name == name);
            let built = built.flat_map(library).next().context(name)?;
            let file = directory.path().join(built.file_name().context("a file")?);
            fs::copy(&built, &file)?;
            files.insert(name.to_owned(), file);
        }
        Ok(Plugins { directory, files })
    }

    /// The library of a plugin as it is while somebody works on it: not
    /// optimised, with all debug information.
    pub fn debug(&self, plugin: &str) -> Result<PathBuf> {
        let package = plugin.replace('_', "-");
        let whole = "profile.dev.debug=\"full\"";
        let built = cargo(workspace(), &["build", "--config", whole, "--package", &package])?;
        let built = built.iter().filter(|artifact| artifact.target.name == plugin);
        built.flat_map(library).next().context("a debug build")
    }

    /// The library of a plugin that is built by itself, since the features of what it
    /// depends on are more than those of the others.
    pub fn apart(&self, plugin: &str) -> Result<PathBuf> {
        let package = plugin.replace('_', "-");
        let built = cargo(workspace(), &["build", "--release", "--package", &package])?;
        let built = built.iter().filter(|artifact| artifact.target.name == plugin);
        built.flat_map(library).next().context("a plugin that is built by itself")
    }

    /// The library of a plugin.
    pub fn file(&self, plugin: &str) -> &Path {
        &self.files[plugin]
    }

    /// A directory beside the libraries, for what a group makes of them.
    pub fn scratch(&self, name: &str) -> Result<PathBuf> {
        let path = self.directory.path().join(name);
        fs::create_dir_all(&path)?;
        Ok(path)
    }

    /// So many copies of a library, each another build to anyone who looks: the
    /// build-ids differ.
    pub fn copies(&self, plugin: &str, count: usize) -> Result<PathBuf> {
        let directory = self.scratch(&format!("{plugin}-{count}"))?;
        let mut bytes = fs::read(self.file(plugin))?;
        let note = bytes.windows(4).position(|four| four == b"GNU\0");
        let id = note.context("a library with a build-id")? + 4;
        for number in 0..count {
            bytes[id..id + 8].copy_from_slice(&(number as u64).to_le_bytes());
            let name = format!("{DLL_PREFIX}{plugin}_{number:05}.{DLL_EXTENSION}");
            fs::write(directory.join(name), &bytes)?;
        }
        // Not while something else is measured.
        // SAFETY: writes what is to be written.
        unsafe { libc::sync() };
        Ok(directory)
    }
}

/// The libraries in a directory, in order, without the copies that a peer puts
/// beside them.
pub fn libraries(directory: &Path) -> Vec<PathBuf> {
    let is_library = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        path.extension().is_some_and(|it| it == DLL_EXTENSION) && !name.contains('-')
    };
    let entries = directory.read_dir().unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<_> = entries.filter(is_library).collect();
    found.sort();
    found
}

/// Runs cargo and gives what it built.
pub fn cargo(directory: &Path, arguments: &[&str]) -> Result<Vec<Artifact>> {
    let output = Command::new("cargo")
        .current_dir(directory)
        .args(arguments)
        .args(["--quiet", "--message-format=json-render-diagnostics"])
        .stderr(Stdio::inherit())
        .output()?;
    ensure!(output.status.success(), "cargo {arguments:?}: {}", output.status);
    let mut artifacts = Vec::new();
    for message in Message::parse_stream(&output.stdout[..]) {
        if let Message::CompilerArtifact(artifact) = message? {
            artifacts.push(artifact);
        }
    }
    Ok(artifacts)
}

/// The dynamic library of an artifact.
pub fn library(artifact: &Artifact) -> Option<PathBuf> {
    let types = &artifact.target.crate_types;
    let is_dynamic = types.contains(&CrateType::CDyLib) || types.contains(&CrateType::DyLib);
    let file = artifact.filenames.iter().find(|file| file.extension() == Some(DLL_EXTENSION));
    file.filter(|_| is_dynamic).map(|file| file.clone().into_std_path_buf())
}
