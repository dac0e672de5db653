//! The crate of an interface: where its sources are, and what they declare.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use cargo_metadata::{Dependency, DependencyKind, MetadataCommand, Package, Target};
use tempfile::TempDir;
use toml_edit::{DocumentMut, InlineTable, Item};

use crate::cli::InterfaceCrate;
use crate::commands::interface_name::find;
use crate::exit::UsageError;
use crate::interface_source::{Found, Sources};

/// An interface crate whose sources are at hand.
pub(super) struct Located {
    pub(super) source: InterfaceCrate,
    pub(super) package: Package,
}

impl Located {
    /// Finds a crate, without network.
    pub(super) fn find(source: &InterfaceCrate) -> anyhow::Result<Self> {
        let package = match source {
            InterfaceCrate::Path(path) => in_folder(path)?,
            InterfaceCrate::Git { url, package, checkout } => {
                let mut table = InlineTable::new();
                table.insert("git", url.as_str().into());
                if let Some((kind, value)) = checkout {
                    table.insert(kind, value.as_str().into());
                }
                downloaded(package, table)?
            }
            InterfaceCrate::Version { package, version } => {
                let mut table = InlineTable::new();
                table.insert("version", version.as_str().into());
                downloaded(package, table)?
            }
        };
        Ok(Located { source: source.clone(), package })
    }

    /// Returns the folder of its manifest, without links.
    pub(super) fn folder(&self) -> anyhow::Result<PathBuf> {
        let folder = self.package.manifest_path.parent().context("a manifest without a folder")?;
        Ok(folder.as_std_path().canonicalize()?)
    }

    /// Reads its sources.
    pub(super) fn sources(&self) -> anyhow::Result<Sources> {
        let is_library = |target: &&Target| target.is_lib() || target.is_rlib();
        let library = self.package.targets.iter().find(is_library).ok_or_else(|| {
            UsageError(format!(
                "expected an interface crate, found no library in {}",
                self.package.manifest_path
            ))
        })?;
        Sources::read(&library.name.replace('-', "_"), library.src_path.as_std_path())
    }

    /// Returns the dependency that code knows by a name.
    pub(super) fn dependency(&self, name: &str) -> Option<&Dependency> {
        let mut dependencies = self.package.dependencies.iter();
        dependencies.find(|dependency| {
            let known_as = dependency.rename.as_ref().unwrap_or(&dependency.name);
            dependency.kind == DependencyKind::Normal
                && known_as.replace('-', "_") == name.replace('-', "_")
        })
    }
}

/// Returns the interface that is named, or the only one.
pub(super) fn interface<'s>(sources: &'s Sources, name: Option<&str>) -> anyhow::Result<Found<'s>> {
    let mut found = sources.interfaces();
    let paths: Vec<_> = found.iter().map(|found| found.full_path(sources)).collect();
    let krate = &sources.name;
    let all: Vec<_> = paths.iter().map(String::as_str).collect();
    let of_plugins = found.iter().zip(&all).filter(|(found, _)| found.consuming().is_none());
    let of_plugins: Vec<_> = of_plugins.map(|(_, path)| *path).collect();
    let choice = if name.is_some() || of_plugins.is_empty() { all } else { of_plugins };
    let path = match (name, &choice[..]) {
        (None, [only]) => only,
        (None, []) => {
            return Err(UsageError(format!(
                "expected an interface, found no public trait under `#[plugin_interface]` in the \
                 sources of {krate}; name another crate"
            ))
            .into());
        }
        (None, several) => {
            return Err(UsageError(format!(
                "{krate} has several interfaces; add --trait with one of {}",
                several.join(", ")
            ))
            .into());
        }
        (Some(name), paths) => {
            find(paths, name).map_err(|error| UsageError(format!("{krate}: {error}")))?
        }
    };
    let number = paths.iter().position(|known| known == path).context("an interface")?;
    let found = found.swap_remove(number);
    if let Some(method) = found.consuming() {
        return Err(UsageError(format!(
            "{path} is an interface of objects: a plugin cannot have its method `{method}`, which \
             takes `self: Box<Self>`; name another interface"
        ))
        .into());
    }
    Ok(found)
}

fn in_folder(path: &Path) -> anyhow::Result<Package> {
    let manifest = path.join("Cargo.toml");
    if !manifest.is_file() {
        return Err(UsageError(format!(
            "expected the folder of an interface crate, found no Cargo.toml in {}",
            path.display()
        ))
        .into());
    }
    let manifest = manifest.canonicalize()?;
    let metadata = MetadataCommand::new()
        .manifest_path(&manifest)
        .no_deps()
        .other_options(["--offline".to_owned()])
        .exec()
        .with_context(|| format!("cargo cannot read {}", manifest.display()))?;
    let package = metadata.packages.into_iter().find(|package| {
        package.manifest_path.as_std_path().canonicalize().is_ok_and(|path| path == manifest)
    });
    let package = package.ok_or_else(|| {
        UsageError(format!("expected an interface crate, found a workspace in {}", path.display()))
    })?;
    Ok(package)
}

/// Returns a package that cargo has downloaded before.
fn downloaded(name: &str, dependency: InlineTable) -> anyhow::Result<Package> {
    let folder = TempDir::new()?;
    let mut manifest: DocumentMut = "[package]\nname = \"lookup\"\nedition = \"2024\"\n\
                                     [lib]\npath = \"lib.rs\"\n[dependencies]\n[workspace]\n"
        .parse()
        .context("the manifest")?;
    manifest["dependencies"][name] = Item::Value(dependency.clone().into());
    fs::write(folder.path().join("Cargo.toml"), manifest.to_string())?;
    fs::write(folder.path().join("lib.rs"), "")?;
    let metadata = MetadataCommand::new()
        .manifest_path(folder.path().join("Cargo.toml"))
        .other_options(["--offline".to_owned()])
        .exec();
    let metadata = match metadata {
        Ok(metadata) => metadata,
        Err(cargo_metadata::Error::CargoMetadata { stderr }) => bail!(
            "cargo does not have {name} = {dependency}, and `new` uses no network; build a crate \
             that depends on it first, or clone it and name its folder. Cargo says: {}",
            stderr.trim()
        ),
        Err(error) => return Err(error).context("cannot start cargo; is it installed?"),
    };
    let root = metadata.root_package().map(|package| package.id.clone());
    let mut packages = metadata.packages.into_iter();
    packages
        .find(|package| package.name == name && Some(&package.id) != root.as_ref())
        .with_context(|| format!("cargo does not list {name}"))
}
