//! The order in which one notification of a watch loads files: providers before their
//! users, and the users again if the providers were replaced.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::batch::{Batch, How, LoadedFile};
use super::held::Held;
use super::session::Session;
use crate::host::compare::fit;
use crate::host::error::LoadError;
use crate::host::manager::handle::PluginHandle;
use crate::host::services::offers::Found;
use crate::host::services::provided::Provider;
use crate::host::watch::{Attempt, ManagerNotification};
use crate::metadata::InterfaceMetadata;

impl<F: FnMut(ManagerNotification) -> bool> Session<'_, F> {
    /// Loads files, each after those whose services it needs.
    pub(super) fn load_in_order(&mut self, paths: Vec<PathBuf>, how: How) -> Batch {
        let mut batch = Batch::default();
        for path in paths {
            self.load_into(&path, how, &mut batch);
            self.load_dependents(&mut batch);
        }
        // Nothing that they need comes any more: each plugin by itself, as far as its
        // needs are met.
        while let Some(path) = self.dependencies.take_waiting() {
            self.load_into(&path, How::InPart, &mut batch);
            self.load_dependents(&mut batch);
        }
        self.start_created(&mut batch);
        if !batch.again.is_empty() {
            // Users are closed before those whose services they used.
            batch.replaced.reverse();
        }
        batch
    }

    fn load_into(&mut self, path: &Path, how: How, batch: &mut Batch) {
        let is_first = self.held(path).is_none();
        if !is_first {
            // A new version is started at once, so those that it may use come before.
            self.start_created(batch);
        }
        let attempt = Attempt::begin(path);
        match self.load_one(path, how) {
            Ok(LoadedFile::New(_)) if is_first => {
                batch.created.push_back((path.to_owned(), attempt));
            }
            result => self.take_in(path, attempt, result, batch),
        }
    }

    /// Starts the plugins that were created, each after those whose services it needs.
    fn start_created(&mut self, batch: &mut Batch) {
        while let Some((path, attempt)) = batch.created.pop_front() {
            let result = self.start_file(&path, &attempt, batch);
            self.take_in(&path, attempt, result, batch);
        }
    }

    /// Starts the plugins of a file. A file of which none starts is not held any more.
    fn start_file(
        &mut self,
        path: &Path,
        attempt: &Attempt,
        batch: &mut Batch,
    ) -> Result<LoadedFile, LoadError> {
        let interface = self.interface;
        let held = &mut self.manager.watching.held;
        let Some(at) = held.iter().rposition(|held| held.is_of(path, interface)) else {
            return Ok(LoadedFile::Same);
        };
        let handles = core::mem::take(&mut held[at].handles);
        let (started, mut failed) = batch.starting.start(&self.manager.libraries, handles);
        let refusal = failed.pop_if(|_| started.is_empty());
        held[at].handles = started;
        if refusal.is_some() {
            let Held { close_record, .. } = held.remove(at);
            self.manager.libraries.forget_record(&close_record);
        }
        for error in failed {
            self.dependencies.fail(path, &error);
            self.fail_finally(path, attempt, error, false, false);
        }
        refusal.map_or(Ok(LoadedFile::New(None)), Err)
    }

    /// Loads what can be loaded now, and what uses services that were replaced.
    fn load_dependents(&mut self, batch: &mut Batch) {
        loop {
            let offers = self.manager.libraries.offers();
            if let Some(path) = self.dependencies.take_ready(offers) {
                self.load_into(&path, How::Whole, batch);
            } else if let Some(path) = self.dependencies.take_completed(offers) {
                self.load_into(&path, How::Again, batch);
            } else if let Some(path) = self.outdated_user(&batch.again) {
                batch.again.insert(path.clone());
                self.load_into(&path, How::Again, batch);
            } else {
                return;
            }
        }
    }

    /// Returns a file that uses the services of a plugin that was replaced.
    fn outdated_user(&self, but: &BTreeSet<PathBuf>) -> Option<PathBuf> {
        let held = &self.manager.watching.held;
        let newest = |path: &Path| held.iter().rfind(|held| held.path == path);
        let is_replaced = |used: &Arc<dyn Provider>| {
            newest(used.path()).is_some_and(|newest| {
                !newest.providers().iter().any(|provider| Arc::ptr_eq(provider, used))
            })
        };
        let is_outdated = |user: &&Held| {
            !but.contains(&user.path)
                && newest(&user.path).is_some_and(|newest| core::ptr::eq(newest, *user))
                && user.used().iter().any(is_replaced)
        };
        held.iter().find(is_outdated).map(|user| user.path.clone())
    }

    /// Returns the plugins that use services of a file and, as the host chose, must not
    /// lose them.
    pub(super) fn kept_users(&self, path: &Path) -> Vec<String> {
        if self.manager.libraries.loader().policy().replaces_providers() {
            return Vec::new();
        }
        let users = self.manager.watching.held.iter().filter(|held| held.uses(path));
        let plugins = users.flat_map(|held| &held.handles).filter(|it| !it.needs().is_empty());
        plugins.map(|it| format!("{} in {}", it.name(), it.path().display())).collect()
    }

    /// Returns the refusal of a new version that lacks a service that a plugin of
    /// another file uses. One whose file has a newer version that waits for this is
    /// none.
    pub(super) fn refuse_lost_service(
        &self,
        path: &Path,
        new: &[PluginHandle],
    ) -> Option<LoadError> {
        let held = &self.manager.watching.held;
        let users = held.iter().filter(|held| held.path != path && held.uses(path));
        let current = users.filter(|user| !self.failures.contains_key(&user.path));
        current.flat_map(|user| &user.handles).find_map(|user| {
            user.needs().iter().find_map(|needed| self.lost_service(path, new, user, needed))
        })
    }

    fn lost_service(
        &self,
        path: &Path,
        new: &[PluginHandle],
        user: &PluginHandle,
        needed: &InterfaceMetadata,
    ) -> Option<LoadError> {
        match self.manager.libraries.offers().offer(needed) {
            // Of the version that is to be replaced.
            Ok(Found::OfPlugin(service)) if service.provider.path() == path => {}
            _ => return None,
        }
        let provided = new.iter().filter_map(PluginHandle::as_provider);
        let mut mismatch = None;
        for provider in provided {
            for service in provider.services() {
                if service.interface.path == needed.path {
                    mismatch = Some(Box::new(fit::mismatch(&service.interface, needed)?));
                }
            }
        }
        Some(LoadError::ServiceInUse {
            path: path.to_owned(),
            user: user.name().to_owned(),
            user_path: user.path().into(),
            interface: (*needed.path).into(),
            mismatch,
        })
    }

    /// Unloads the libraries of a file, after those that use their services. These are
    /// loaded again if others provide the services.
    pub(super) fn unload_with_users(&mut self, path: &Path) {
        let users = self.unload_after_users(path);
        if !users.is_empty() {
            self.load(users);
        }
    }

    /// Unloads the libraries of a file, after those that use their services. Returns
    /// the files of these.
    pub(super) fn unload_after_users(&mut self, path: &Path) -> Vec<PathBuf> {
        let mut users = Vec::new();
        self.collect_users(path, &mut users);
        // Those that were found last use those that were found first.
        users.iter().rev().for_each(|user: &PathBuf| self.unload_file(user));
        self.unload_file(path);
        users
    }

    /// Adds the files that use services of a file, directly or not.
    fn collect_users(&self, path: &Path, users: &mut Vec<PathBuf>) {
        let held = &self.manager.watching.held;
        for user in held.iter().filter(|held| held.uses(path)) {
            // Moved to the end, since it is used by none of the others before.
            users.retain(|other| *other != user.path);
            users.push(user.path.clone());
            self.collect_users(&user.path, users);
        }
    }
}
