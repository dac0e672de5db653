//! The manifest of a package that stands alone, and its dependencies.

use anyhow::Context as _;
use cargo_metadata::Dependency;
use toml_edit::{Array, DocumentMut, InlineTable, Item, Value};

use super::draft::Place;
use super::interface_crate::Located;
use super::source;
use crate::cli::InterfaceCrate;

/// A dependency without its features.
#[derive(Clone)]
pub(super) struct Needed(InlineTable);

impl Needed {
    /// The framework, as the option or the workspace or this program names it.
    pub(super) fn framework(place: &Place<'_>) -> anyhow::Result<Self> {
        match place.around.is_some_and(|workspace| workspace.shares("plugin-interface")) {
            true => Ok(Needed::inherited()),
            false => Needed::chosen_framework(place),
        }
    }

    fn chosen_framework(place: &Place<'_>) -> anyhow::Result<Self> {
        match source::dependency(place.framework, place.folder)? {
            Value::InlineTable(table) => Ok(Needed(table)),
            _ => anyhow::bail!("the framework is no table"),
        }
    }

    fn inherited() -> Self {
        Needed([("workspace", Value::from(true))].into_iter().collect())
    }

    /// The framework as an interface crate has it: both must have the same one.
    pub(super) fn framework_of(place: &Place<'_>, located: &Located) -> anyhow::Result<Self> {
        if place.is_framework_given {
            return Needed::chosen_framework(place);
        }
        let mut needed = Needed::like(place, located, "plugin-interface", "plugin-interface")?;
        if needed.0.get("workspace").is_none() {
            needed.0.insert("default-features", false.into());
        }
        Ok(needed)
    }

    /// A version.
    pub(super) fn version(version: &str) -> Self {
        Needed([("version", Value::from(version))].into_iter().collect())
    }

    /// An interface crate.
    pub(super) fn interface(place: &Place<'_>, located: &Located) -> anyhow::Result<Self> {
        let mut table = InlineTable::new();
        match &located.source {
            InterfaceCrate::Path(path) => {
                let folder = located.folder()?;
                let shared = place.around.is_some_and(|workspace| {
                    folder.starts_with(&workspace.root) && workspace.shares(&located.package.name)
                });
                if shared {
                    return Ok(Needed::inherited());
                }
                let path = place.path_to(&folder, path.is_relative())?;
                table.insert("path", path.into());
            }
            InterfaceCrate::Git { url, checkout, .. } => {
                table.insert("git", url.as_str().into());
                if let Some((kind, value)) = checkout {
                    table.insert(kind, value.as_str().into());
                }
            }
            InterfaceCrate::Version { version, .. } => {
                table.insert("version", version.as_str().into());
            }
        }
        Ok(Needed(table))
    }

    /// A crate that an interface crate depends on, found by its name in the code.
    pub(super) fn like(
        place: &Place<'_>,
        located: &Located,
        name: &str,
        shared_as: &str,
    ) -> anyhow::Result<Self> {
        let dependency = located.dependency(name).with_context(|| {
            format!(
                "expected a dependency on {name}, found none in {}",
                located.package.manifest_path
            )
        })?;
        if let InterfaceCrate::Path(_) = located.source
            && let Some(workspace) = place.around
            && located.folder()?.starts_with(&workspace.root)
            && workspace.shares(shared_as)
        {
            return Ok(Needed::inherited());
        }
        let mut table = of_source(place, located, dependency)?;
        if let Some(name) = &dependency.rename {
            table.insert("package", dependency.name.as_str().into());
            let _ = name;
        }
        if !dependency.uses_default_features {
            table.insert("default-features", false.into());
        }
        if !dependency.features.is_empty() {
            let features: Array = dependency.features.iter().map(String::as_str).collect();
            table.insert("features", features.into());
        }
        Ok(Needed(table))
    }

    /// Adds a feature.
    pub(super) fn with_feature(mut self, feature: &str) -> Self {
        let features = self.0.entry("features").or_insert(Array::new().into());
        if let Some(features) = features.as_array_mut() {
            features.push(feature);
        }
        self
    }

    /// Writes it into a table of a manifest.
    pub(super) fn add_to(self, manifest: &mut DocumentMut, table: &str, name: &str) {
        manifest[table][name] = Item::Value(self.0.into());
    }
}

/// Returns where a dependency comes from.
fn of_source(
    place: &Place<'_>,
    located: &Located,
    dependency: &Dependency,
) -> anyhow::Result<InlineTable> {
    let mut table = InlineTable::new();
    match (&dependency.path, &dependency.source, &located.source) {
        (Some(path), _, InterfaceCrate::Path(own)) => {
            let path = place.path_to(path.as_std_path(), own.is_relative())?;
            table.insert("path", path.into());
        }
        // It lies in the same repository.
        (Some(_), _, InterfaceCrate::Git { url, checkout, .. }) => {
            table.insert("git", url.as_str().into());
            if let Some((kind, value)) = checkout {
                table.insert(kind, value.as_str().into());
            }
        }
        (None, Some(source), _) if source.repr.starts_with("git+") => {
            let source = source.repr["git+".len()..].split('#').next().unwrap_or_default();
            let (url, checkout) = source.split_once('?').unwrap_or((source, ""));
            table.insert("git", url.into());
            if let Some((kind, value)) = checkout.split_once('=') {
                table.insert(kind, value.into());
            }
        }
        _ => {
            let version = dependency.req.to_string();
            table.insert("version", version.trim_start_matches('^').into());
        }
    }
    Ok(table)
}

/// Parses the manifest of a template.
pub(super) fn parse(template: &str) -> anyhow::Result<DocumentMut> {
    template.parse().context("the template")
}
