//! Loads the next version of a library, beside the current one.
//!
//! The caller noticed that the file changed: a host's own loop, a watcher or a
//! manager.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::options::LiveOptions;
use crate::host::error::LoadError;
use crate::host::file::compare::{Content, Head};
use crate::host::file::identity::FileIdentity;
use crate::host::library::instance::Instance;
use crate::host::load::decided::Decided;
use crate::host::load::discover::Candidate;
use crate::host::load::pipeline::Loader;
use crate::host::load::plugins::Plugins;
use crate::host::load::replacement::{names, pick};
use crate::host::load::timings::Stopwatch;
use crate::host::services::offers::Offers;
use crate::interface::PluginTrait;
use crate::metadata::PluginMetadata;

#[derive(Debug)]
pub(super) struct Engine {
    choice: Choice,
    deadline: Duration,
    loader: Loader,
    offers: Arc<Offers>,
    /// The content of the current version.
    serving: Option<Content>,
    pub(super) generation: u64,
}

/// The choice among the registrations of the library at a path.
#[derive(Debug)]
struct Choice {
    path: PathBuf,
    wanted: PluginTrait,
    /// The name; `None` for the only registration of the interface.
    registration: Option<String>,
}

/// A version that was created, and is not in use yet.
pub(super) struct NewVersion {
    pub(super) instance: Instance,
    pub(super) content: Content,
}

impl Engine {
    pub(super) fn new(path: PathBuf, wanted: PluginTrait, options: LiveOptions) -> Self {
        let LiveOptions { policy, probe, registration, deadline, offers, .. } = options;
        let choice = Choice { path, wanted, registration };
        let loader = Loader::new(policy, probe);
        Engine { choice, deadline, loader, offers, serving: None, generation: 0 }
    }

    pub(super) fn path(&self) -> &Path {
        &self.choice.path
    }

    /// Returns the size of the current version and a hash of its first bytes.
    pub(super) fn head(&self) -> Option<Head> {
        self.serving.as_ref().map(Content::head)
    }

    /// Returns the time for which a replaced version may be in use without an
    /// event.
    pub(super) fn deadline(&self) -> Duration {
        self.deadline
    }

    /// Returns the time that an instance has to stop.
    pub(super) fn time_to_stop(&self) -> Duration {
        self.loader.policy().time_to_stop()
    }

    /// Runs all stages up to the instance. Returns `None` if the file is the
    /// current version.
    pub(super) fn load(
        &mut self,
        patience: Duration,
        watch: &mut Stopwatch,
    ) -> Result<Option<NewVersion>, LoadError> {
        let Engine { choice, loader, offers, serving, .. } = self;
        let mut is_new = |content: &Content, _: &FileIdentity| {
            Ok(!serving.as_ref().is_some_and(|serving| serving.is(content)))
        };
        let choose = |metadata: &PluginMetadata| choice.choose(metadata);
        let plugins = Plugins::of(Some(choice.wanted)).if_new(&mut is_new).one(&choose);
        let mut plugins = plugins.offering(offers);
        let candidate = Candidate::named(&choice.path).patient(patience);
        let Some(loaded) = loader.load(&candidate, &mut plugins, watch)? else { return Ok(None) };
        let instance = choice.only(loaded.made)?;
        Ok(Some(NewVersion { instance, content: loaded.content }))
    }

    /// Returns the decision on the last load, for when the engine is given back.
    pub(super) fn take_decided(&mut self) -> Decided {
        self.loader.take_decided()
    }

    /// Makes a new version the current one, and returns its number.
    pub(super) fn serve(&mut self, content: Content) -> u64 {
        self.serving = Some(content);
        self.generation += 1;
        self.generation
    }
}

impl Choice {
    /// Chooses the registration by the metadata. A hand-written library need
    /// not list its registrations there.
    fn choose(&self, metadata: &PluginMetadata) -> Result<Option<String>, LoadError> {
        let names = names(metadata, self.wanted.path());
        match names.is_empty() {
            true => Ok(self.registration.clone()),
            false => self.pick(&names).map(|at| Some(names[at].clone())),
        }
    }

    /// Returns the chosen instance, and destroys the others.
    fn only(&self, made: Vec<Result<Instance, LoadError>>) -> Result<Instance, LoadError> {
        let mut made = made.into_iter().collect::<Result<Vec<_>, _>>()?;
        if made.is_empty() {
            return Err(LoadError::NothingMade { path: self.path.clone() });
        }
        let names: Vec<_> = made.iter().map(|instance| instance.name.clone()).collect();
        self.pick(&names).map(|at| made.swap_remove(at))
    }

    /// Returns the index of the requested name, or of the only one.
    fn pick(&self, names: &[String]) -> Result<usize, LoadError> {
        pick(&self.path, self.wanted.path(), self.registration.as_ref(), names)
    }
}
