//! The workspace that a new folder joins.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};
use toml_edit::{Array, DocumentMut, Item, Table, Value};

use super::source::{real, relative, text};

/// The manifest of a workspace, before anything was added.
pub(crate) struct Workspace {
    /// The folder of the manifest, without links.
    pub(crate) root: PathBuf,
    before: String,
    manifest: DocumentMut,
}

impl Workspace {
    /// Returns the workspace that cargo finds for a package in a folder, which need
    /// not exist yet.
    pub(crate) fn around(folder: &Path) -> anyhow::Result<Option<Self>> {
        let folder = real(folder)?;
        for root in folder.ancestors().skip(1) {
            let path = root.join("Cargo.toml");
            let Ok(before) = fs::read_to_string(&path) else { continue };
            let manifest: DocumentMut = before
                .parse()
                .with_context(|| format!("cannot add to {}, mend it first", path.display()))?;
            let Some(workspace) = manifest.get("workspace") else { continue };
            if excludes(workspace, root, &folder) {
                return Ok(None);
            }
            return Ok(Some(Workspace { root: root.to_owned(), before, manifest }));
        }
        Ok(None)
    }

    /// Adds a package in a folder, unless a pattern of the members fits it.
    pub(crate) fn add_member(&mut self, folder: &Path) -> anyhow::Result<()> {
        let path = relative(&self.root, &real(folder)?);
        let all = path.parent().map(|parent| parent.join("*"));
        let workspace = self.table()?;
        let members = workspace.entry("members").or_insert(Array::new().into());
        let members = members.as_array_mut().context("`workspace.members` is no array")?;
        let is_member =
            |member: &str| Path::new(member) == path || all.as_deref() == Some(Path::new(member));
        if !members.iter().filter_map(Value::as_str).any(is_member) {
            members.push(text(&path)?);
        }
        Ok(())
    }

    /// Adds a dependency that members inherit, unless there is one of that name.
    pub(crate) fn add_dependency(&mut self, name: &str, value: Value) -> anyhow::Result<()> {
        let dependencies = self.table()?.entry("dependencies").or_insert(Item::Table(Table::new()));
        let dependencies = dependencies.as_table_like_mut();
        let dependencies = dependencies.context("`workspace.dependencies` is no table")?;
        if !dependencies.contains_key(name) {
            dependencies.insert(name, Item::Value(value));
        }
        Ok(())
    }

    /// Returns `true` if members can inherit a dependency of that name.
    pub(crate) fn shares(&self, name: &str) -> bool {
        let dependencies = self.manifest["workspace"].get("dependencies");
        let dependencies = dependencies.and_then(Item::as_table_like);
        dependencies.is_some_and(|table| table.contains_key(name))
    }

    fn table(&mut self) -> anyhow::Result<&mut Table> {
        self.manifest["workspace"].as_table_mut().context("`workspace` is no table")
    }

    /// Writes the manifest, and takes it back if cargo does not accept it.
    pub(crate) fn save(&self) -> anyhow::Result<()> {
        let path = self.root.join("Cargo.toml");
        let write = |content: &str| {
            fs::write(&path, content).with_context(|| format!("cannot write {}", path.display()))
        };
        let checked = write(&self.manifest.to_string()).and_then(|()| check(&path));
        if checked.is_err() {
            write(&self.before)?;
        }
        checked
    }
}

/// Returns `true` if a workspace leaves a folder out.
fn excludes(workspace: &Item, root: &Path, folder: &Path) -> bool {
    let excluded = workspace.get("exclude").and_then(Item::as_array);
    let mut excluded = excluded.into_iter().flatten().filter_map(Value::as_str);
    excluded.any(|path| folder.starts_with(root.join(path)))
}

/// Asks cargo to read the workspace, without network and without a lock file.
fn check(manifest: &Path) -> anyhow::Result<()> {
    let cargo = std::env::var_os("CARGO").unwrap_or("cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--no-deps", "--offline", "--format-version=1", "--manifest-path"])
        .arg(manifest)
        .output()
        .context("cannot start cargo; is it installed?")?;
    if !output.status.success() {
        let error = String::from_utf8_lossy(&output.stderr);
        bail!("cargo refuses the workspace with the new packages: {}", error.trim());
    }
    Ok(())
}
