//! Plugins that the host disables and enables while their directory is watched.

use std::path::PathBuf;

use super::held::Held;
use super::session::Session;
use crate::host::watch::ManagerNotification;
use crate::metadata::PluginMetadata;

impl<F: FnMut(ManagerNotification) -> bool> Session<'_, F> {
    /// Unloads what was disabled, and loads what was enabled. Returns `false` if
    /// nothing changed.
    pub(super) fn disable_and_enable(&mut self) -> bool {
        let disabled = self.manager.libraries.disabled();
        if !disabled.take_changed() {
            return false;
        }
        let is_disabled =
            |(path, metadata): &(PathBuf, PluginMetadata)| disabled.check(path, metadata).is_err();
        let files: Vec<_> = self.held_files().into_iter().filter(is_disabled).collect();
        let mut users = Vec::new();
        files.iter().for_each(|(path, _)| users.extend(self.unload_after_users(path)));
        self.load_others(users);
        true
    }

    /// Loads the files that are not held: those that are enabled now, and those that
    /// are not, with their reasons. With them those that used their services, whose
    /// reason is another's.
    pub(super) fn load_others(&mut self, mut users: Vec<PathBuf>) {
        let mut files = self.manager.libraries.in_order(self.layers.readable_candidates());
        users.retain(|user| !files.contains(user));
        files.extend(users);
        let held: Vec<_> = self.held_files().into_iter().map(|(path, _)| path).collect();
        files.retain(|path| !held.contains(path));
        self.load(files);
    }

    /// Returns the files whose plugins are held, with their metadata.
    pub(super) fn held_files(&self) -> Vec<(PathBuf, PluginMetadata)> {
        let is_newest =
            |held: &&Held| self.held(&held.path).is_some_and(|newest| core::ptr::eq(newest, *held));
        let newest = self.manager.watching.held.iter().filter(is_newest);
        let described =
            |held: &Held| Some((held.path.clone(), held.handles.first()?.metadata().clone()));
        newest.filter_map(described).collect()
    }
}
