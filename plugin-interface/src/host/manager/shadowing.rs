//! Packages that several watched directories have: that of the last one is used.

use std::path::{Path, PathBuf};

use super::held::Held;
use super::session::Session;
use crate::host::error::LoadError;
use crate::host::load::layers::Above;
use crate::host::manager::handle::PluginHandle;
use crate::host::watch::ManagerNotification;
use crate::metadata::PluginMetadata;

impl<F: FnMut(ManagerNotification) -> bool> Session<'_, F> {
    /// Returns the packages that directories with precedence over that of a file have.
    pub(super) fn above(&self, path: &Path) -> Vec<Above> {
        if !self.layers.are_several() {
            return Vec::new();
        }
        let mut files = self.held_files();
        files.retain(|(file, _)| self.layers.is_above(file, path));
        files.iter().map(|(file, metadata)| Above::new(file, metadata)).collect()
    }

    /// Hands over the state of those that a new library shadows, as to a new version.
    /// Refuses it as long as they have to stay.
    pub(super) fn succeed_shadowed(
        &self,
        path: &Path,
        new: &mut [PluginHandle],
    ) -> Result<(), LoadError> {
        let Some(first) = new.first().filter(|_| self.layers.are_several()) else { return Ok(()) };
        let package = first.metadata().package.name.clone();
        let held = &self.manager.watching.held;
        let is_shadowed = |held: &&Held| {
            held.handles.first().is_some_and(|it| {
                let other = &it.metadata().package.name;
                self.layers.shadows((path, &package), (&held.path, other))
            })
        };
        for shadowed in held.iter().filter(is_shadowed) {
            let users = self.kept_users(&shadowed.path);
            if !users.is_empty() {
                return Err(LoadError::ProviderInUse { path: path.to_owned(), users });
            }
            shadowed.hand_over(new)?;
        }
        Ok(())
    }

    /// Unloads the libraries whose packages a later directory has now, and reports each
    /// as refused. Those that use their services are loaded again.
    pub(super) fn unload_shadowed(&mut self) {
        if !self.layers.are_several() {
            return;
        }
        let mut again = Vec::new();
        for path in self.shadowed() {
            let users = self.unload_after_users(&path);
            again.push(path);
            again.extend(users);
        }
        if !again.is_empty() {
            self.load(again);
        }
    }

    fn shadowed(&self) -> Vec<PathBuf> {
        let files = self.held_files();
        let is_shadowed = |(path, metadata): &&(PathBuf, PluginMetadata)| {
            files.iter().any(|(other, others)| {
                let upper = (&**other, &*others.package.name);
                self.layers.shadows(upper, (path, &metadata.package.name))
            })
        };
        files.iter().filter(is_shadowed).map(|(path, _)| path.clone()).collect()
    }
}
