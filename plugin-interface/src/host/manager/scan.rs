//! One load of a directory: each library once, those that provide services before
//! those that need them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::dependencies::Dependencies;
use super::libraries::Libraries;
use super::starting::Starting;
use crate::host::error::LoadError;
use crate::host::file::compare::Content;
use crate::host::file::duplicates::Duplicates;
use crate::host::file::identity::FileIdentity;
use crate::host::library::loaded::LoadedLibrary;
use crate::host::load::discover::Candidate;
use crate::host::load::plugins::Plugins;
use crate::host::manager::handle::PluginHandle;
use crate::interface::PluginTrait;

/// A load of a directory that is under way.
pub(super) struct Scan {
    wanted: Option<PluginTrait>,
    duplicates: Duplicates,
    pub(super) dependencies: Dependencies,
    /// Each file's, in the order in which they were loaded.
    handles: Vec<(PathBuf, Vec<PluginHandle>)>,
    /// Kept until the end, so that their copies can be compared with.
    libraries: Vec<Arc<LoadedLibrary>>,
    rejected: Vec<(PathBuf, LoadError)>,
    /// Is `true` if a file was put aside.
    is_reordered: bool,
}

impl Scan {
    pub(super) fn new(wanted: Option<PluginTrait>) -> Self {
        Scan {
            wanted,
            duplicates: Duplicates::default(),
            dependencies: Dependencies::default(),
            handles: Vec::new(),
            libraries: Vec::new(),
            rejected: Vec::new(),
            is_reordered: false,
        }
    }

    /// Loads a file, or puts it aside if it waits for what others may provide.
    pub(super) fn load(&mut self, loading: &mut Libraries, path: &Path, waits: bool) {
        let duplicates = &mut self.duplicates;
        let mut seen = None;
        let mut is_new = |content: &Content, _: &FileIdentity| {
            let is_new = duplicates.check(path, content)?;
            seen = Some(content.clone());
            Ok(is_new)
        };
        let plugins = Plugins::of(self.wanted).if_new(&mut is_new).waiting(waits);
        let mut related = None;
        let loaded = loading.load_related(&Candidate::found(path), plugins, &mut related);
        let is_related = related.is_some();
        if let Some(metadata) = related {
            self.dependencies.describe(path, metadata);
        }
        if waits && is_related && loaded.as_ref().is_err_and(Dependencies::may_wait) {
            self.is_reordered = true;
            return self.dependencies.wait(path);
        }
        if let Some(content) = seen {
            // A rejected file leaves no copy that could be equal to another.
            self.duplicates.remember(path, content);
        }
        match loaded {
            Ok(None) => {}
            Ok(Some(loaded)) => {
                loading.publish(&loaded.handles);
                self.handles.push((path.to_owned(), loaded.handles));
                self.libraries.push(loaded.library);
                loaded.failed.iter().for_each(|error| self.dependencies.fail(path, error));
                self.reject(path, loaded.failed);
            }
            Err(error) => {
                self.dependencies.fail(path, &error);
                self.reject(path, [error]);
            }
        }
    }

    /// Starts what was loaded, in that order.
    pub(super) fn start(&mut self, loading: &Libraries) {
        let mut starting = Starting::default();
        for (path, handles) in core::mem::take(&mut self.handles) {
            let (started, failed) = starting.start(loading, handles);
            failed.iter().for_each(|error| self.dependencies.fail(&path, error));
            self.reject(&path, failed);
            self.handles.push((path, started));
        }
    }

    fn reject(&mut self, path: &Path, errors: impl IntoIterator<Item = LoadError>) {
        self.rejected.extend(errors.into_iter().map(|error| (path.to_owned(), error)));
    }

    /// Returns all handles and all errors, in the order of the files.
    pub(super) fn finish(
        mut self,
        paths: &[PathBuf],
    ) -> (Vec<PluginHandle>, Vec<(PathBuf, LoadError)>) {
        for (_, error) in &mut self.rejected {
            self.dependencies.explain(error);
        }
        if self.is_reordered {
            let place = |path: &Path| paths.iter().position(|other| other == path);
            self.handles.sort_by_key(|(path, _)| place(path));
            self.rejected.sort_by_key(|(path, _)| place(path));
        }
        let handles = self.handles.into_iter().flat_map(|(_, handles)| handles).collect();
        (handles, self.rejected)
    }
}
