//! The plugins of a directory as a page shows them.

use core::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use super::plugin::Plugin;
use super::table::Table;
use crate::host::error::LoadError;
use crate::host::library::lifecycle::LifecycleState;
use crate::host::live::LiveInterface;
use crate::host::load::check::inspect;
use crate::host::watch::WatchError;
use crate::metadata::PluginMetadata;

/// A plugin of a directory, in use or not, for a page that shows all of them.
///
/// It prints as a line. See [`Plugins::list`](crate::Plugins::list).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ListedPlugin {
    /// Its name. That of the file, if the file cannot be read as a plugin.
    pub name: String,
    /// The file.
    pub path: PathBuf,
    /// The name and the version of its package, if they are known.
    pub package: Option<(String, String)>,
    /// The number of the version that is in use, counted from 1.
    pub generation: Option<u64>,
    /// Whether it is in use.
    pub standing: PluginStanding,
    /// The last error of its file, as it is now: why the plugin is not in use, or why an
    /// older version is.
    pub error: Option<Arc<WatchError>>,
}

/// Whether a plugin of a directory is in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PluginStanding {
    /// It is in use, or will be in a moment: this is how far it came.
    Loaded(LifecycleState),
    /// It is not loaded, since a configuration or the host disabled it.
    Disabled,
    /// It is not loaded, since a directory with precedence has its package.
    Shadowed,
    /// It could not be loaded or started, or failed later.
    Failed,
}

impl PluginStanding {
    /// The standing of a plugin that is not in use for that reason.
    pub(super) fn of(error: &WatchError) -> Self {
        let WatchError::Load { error, .. } = error else { return PluginStanding::Failed };
        match error {
            LoadError::Disabled { .. } | LoadError::DisabledByHost { .. } => {
                PluginStanding::Disabled
            }
            LoadError::Shadowed { .. } => PluginStanding::Shadowed,
            _ => PluginStanding::Failed,
        }
    }
}

impl fmt::Display for PluginStanding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PluginStanding::Loaded(state) => state.fmt(f),
            PluginStanding::Disabled => f.write_str("disabled"),
            PluginStanding::Shadowed => f.write_str("shadowed"),
            PluginStanding::Failed => f.write_str("failed"),
        }
    }
}

impl fmt::Display for ListedPlugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.name)?;
        if let Some((package, version)) = &self.package {
            write!(f, " of {package} {version}")?;
        }
        write!(f, ": {}", self.standing)?;
        match &self.error {
            Some(error) => write!(f, ": {error}"),
            None => Ok(()),
        }
    }
}

impl<I: LiveInterface + ?Sized> Table<I> {
    /// Returns all plugins, and those that are not in use.
    pub(super) fn list(&self) -> Vec<ListedPlugin> {
        let (current, mut rejected) = self.all_and_rejections();
        let package = |metadata: &PluginMetadata| {
            Some((metadata.package.name.clone(), metadata.package.version.clone()))
        };
        let of_current = |plugin: &Plugin<I>| ListedPlugin {
            name: Plugin::name(plugin).to_owned(),
            path: Plugin::path(plugin).to_owned(),
            package: package(&plugin.version().instance.library.metadata),
            generation: Some(Plugin::generation(plugin)),
            standing: PluginStanding::Loaded(Plugin::state(plugin)),
            error: rejected.get(Plugin::path(plugin)).cloned(),
        };
        let mut listed: Vec<_> = current.iter().map(of_current).collect();
        rejected.retain(|path, _| !path.is_dir());
        for (path, error) in rejected {
            let loaded = current.iter().find(|it| Plugin::path(it) == path);
            let metadata = match loaded {
                Some(plugin) => Some(plugin.version().instance.library.metadata.clone()),
                None => inspect(&path).ok(),
            };
            let others =
                |name: &&str| !listed.iter().any(|it| it.path == path && it.name == **name);
            let names: Vec<_> = match &metadata {
                Some(metadata) => {
                    let all = metadata.registrations.iter();
                    let names = all.filter(|it| it.interface == I::DESCRIPTION.path);
                    names.map(|it| &*it.name).filter(others).map(str::to_owned).collect()
                }
                None => vec![path.file_name().unwrap_or_default().display().to_string()],
            };
            listed.extend(names.into_iter().map(|name| ListedPlugin {
                name,
                path: path.clone(),
                package: metadata.as_ref().and_then(package),
                generation: None,
                standing: PluginStanding::of(&error),
                error: Some(Arc::clone(&error)),
            }));
        }
        listed
    }
}
