//! The plugin that `dev` builds, and the folders of its sources.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package, PackageId, TargetKind};
use plugin_interface::LoadError;

use crate::cargo;
use crate::exit::UsageError;

/// A plugin of a cargo workspace.
pub(super) struct Plugin {
    pub(super) id: PackageId,
    pub(super) name: String,
    /// The manifest of the workspace.
    pub(super) manifest: PathBuf,
    pub(super) target: PathBuf,
    /// The file name of the library.
    pub(super) library: String,
    /// The folders of its package and of the packages in folders that it uses.
    pub(super) folders: BTreeSet<PathBuf>,
    /// The number of packages that a build compiles.
    pub(super) packages: usize,
}

impl Plugin {
    /// Finds the plugin that an argument names: a folder, or a package of the
    /// workspace around the current folder.
    pub(super) fn find(argument: &Path) -> anyhow::Result<Self> {
        if argument.is_dir() {
            let folder = argument.canonicalize()?;
            let metadata = metadata(&folder)?;
            let below = |package: &Package| package.manifest_path.starts_with(&folder);
            return Plugin::chosen(&metadata, below, &argument.display().to_string());
        }
        if argument.exists() {
            return Err(LoadError::NotADirectory { path: argument.to_owned() }.into());
        }
        let Some(name) = argument.to_str().filter(|name| !name.contains(['/', '\\'])) else {
            return Err(LoadError::DirectoryMissing { path: argument.to_owned() }.into());
        };
        let metadata = metadata(Path::new("."))?;
        Plugin::chosen(&metadata, |package| package.name.as_str() == name, name)
    }

    /// Reads its manifests again.
    pub(super) fn again(&self) -> anyhow::Result<Self> {
        let folder = self.manifest.parent().unwrap_or(Path::new("."));
        Plugin::chosen(&metadata(folder)?, |package| package.id == self.id, &self.name)
    }

    fn chosen(
        metadata: &Metadata,
        is_it: impl Fn(&Package) -> bool,
        asked: &str,
    ) -> anyhow::Result<Self> {
        let packages = metadata.workspace_packages();
        let mut cdylibs: Vec<_> = packages.into_iter().filter(|it| library(it).is_some()).collect();
        let names = |packages: &[&Package]| {
            let names: Vec<_> = packages.iter().map(|package| package.name.as_str()).collect();
            names.join(", ")
        };
        let all = names(&cdylibs);
        cdylibs.retain(|package| is_it(package));
        match &cdylibs[..] {
            [package] => Plugin::of(metadata, package),
            [] if all.is_empty() => {
                let error = "no package here is a plugin; one needs crate-type = [\"cdylib\"]";
                Err(UsageError(error.to_owned()).into())
            }
            [] => Err(UsageError(format!("{asked} is no plugin; write one of {all}")).into()),
            several => {
                let error = format!("{asked} has several plugins; write one of {}", names(several));
                Err(UsageError(error).into())
            }
        }
    }

    fn of(metadata: &Metadata, package: &Package) -> anyhow::Result<Self> {
        let Some(resolve) = &metadata.resolve else { bail!("cargo does not say what is used") };
        let nodes: BTreeMap<_, _> = resolve.nodes.iter().map(|node| (&node.id, node)).collect();
        // What is built: no dependencies of tests, except those of nobody.
        let mut used = BTreeSet::from([&package.id]);
        let mut waiting = VecDeque::from([&package.id]);
        while let Some(node) = waiting.pop_front().and_then(|id| nodes.get(id)) {
            for dependency in &node.deps {
                let mut kinds = dependency.dep_kinds.iter();
                let is_built = kinds.any(|kind| kind.kind != DependencyKind::Development);
                if is_built && used.insert(&dependency.pkg) {
                    waiting.push_back(&dependency.pkg);
                }
            }
        }
        let local = metadata.packages.iter().filter(|it| it.source.is_none());
        let local = local.filter(|package| used.contains(&package.id));
        let folder = |package: &Package| package.manifest_path.parent().map(|it| it.into());
        Ok(Plugin {
            id: package.id.clone(),
            name: package.name.to_string(),
            manifest: metadata.workspace_root.join("Cargo.toml").into(),
            target: metadata.target_directory.clone().into(),
            library: library(package).context("it has a library")?,
            folders: local.filter_map(folder).collect(),
            packages: used.len(),
        })
    }
}

/// Returns the file name of the dynamic library of a package.
fn library(package: &Package) -> Option<String> {
    let target = package.targets.iter().find(|target| target.is_kind(TargetKind::CDyLib))?;
    Some(format!("{DLL_PREFIX}{}{DLL_SUFFIX}", target.name.replace('-', "_")))
}

fn metadata(folder: &Path) -> anyhow::Result<Metadata> {
    let mut command = MetadataCommand::new();
    command.cargo_path(cargo::program()).current_dir(folder);
    command.exec().with_context(|| format!("cargo cannot read {}", folder.display()))
}
