//! Loads the next version of a library, beside the one that serves.
//!
//! It does not ask who noticed that the file changed: a host's own loop, a
//! watcher or a manager.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::options::LiveOptions;
use crate::host::error::LoadError;
use crate::host::file::compare::Content;
use crate::host::file::identity::FileIdentity;
use crate::host::library::instance::Instance;
use crate::host::load::discover::Candidate;
use crate::host::load::pipeline::Loader;
use crate::host::load::plugins::Plugins;
use crate::host::load::timings::Stopwatch;
use crate::interface::PluginTrait;
use crate::metadata::PluginMetadata;

#[derive(Debug)]
pub(super) struct Engine {
    choice: Choice,
    deadline: Duration,
    loader: Loader,
    /// The version that serves, which has a number.
    serving: Option<Content>,
    pub(super) generation: u64,
}

/// The registration to make, of the library at a path.
#[derive(Debug)]
struct Choice {
    path: PathBuf,
    wanted: PluginTrait,
    /// Its name; the only one of the interface if there is none.
    registration: Option<String>,
}

/// A version that was made, and is not in use.
pub(super) struct NewVersion {
    pub(super) instance: Instance,
    pub(super) content: Content,
}

impl Engine {
    pub(super) fn new(path: PathBuf, wanted: PluginTrait, options: LiveOptions) -> Self {
        let LiveOptions { policy, probe, registration, deadline, .. } = options;
        let choice = Choice { path, wanted, registration };
        let loader = Loader::new(policy, probe);
        Engine { choice, deadline, loader, serving: None, generation: 0 }
    }

    pub(super) fn path(&self) -> &Path {
        &self.choice.path
    }

    /// How long a version that was replaced may be used before that is an event.
    pub(super) fn deadline(&self) -> Duration {
        self.deadline
    }

    /// All stages up to the instance; `None` if the file is what serves.
    pub(super) fn load(
        &mut self,
        patience: Duration,
        watch: &mut Stopwatch,
    ) -> Result<Option<NewVersion>, LoadError> {
        let Engine { choice, loader, serving, .. } = self;
        let mut is_new = |content: &Content, _: &FileIdentity| {
            Ok(!serving.as_ref().is_some_and(|serving| serving.is(content)))
        };
        let choose = |metadata: &PluginMetadata| choice.choose(metadata);
        let mut plugins = Plugins::of(Some(choice.wanted)).if_new(&mut is_new).one(&choose);
        let candidate = Candidate::named(&choice.path).patient(patience);
        let Some(loaded) = loader.load(&candidate, &mut plugins, watch)? else { return Ok(None) };
        let instance = choice.only(loaded.made)?;
        Ok(Some(NewVersion { instance, content: loaded.content }))
    }

    /// Counts a candidate as the version that serves.
    pub(super) fn serve(&mut self, content: Content) -> u64 {
        self.serving = Some(content);
        self.generation += 1;
        self.generation
    }
}

impl Choice {
    /// The registration to make, by what the metadata lists. A library written
    /// by hand need not list what it has.
    fn choose(&self, metadata: &PluginMetadata) -> Result<Option<String>, LoadError> {
        let listed = metadata.registrations.iter().filter(|r| r.interface == self.wanted.path());
        let names: Vec<_> = listed.map(|registration| registration.name.clone()).collect();
        match names.is_empty() {
            true => Ok(self.registration.clone()),
            false => self.pick(&names).map(|at| Some(names[at].clone())),
        }
    }

    /// The one that was made; the others are unmade again.
    fn only(&self, made: Vec<Result<Instance, LoadError>>) -> Result<Instance, LoadError> {
        let mut made = made.into_iter().collect::<Result<Vec<_>, _>>()?;
        if made.is_empty() {
            return Err(LoadError::NothingMade { path: self.path.clone() });
        }
        let names: Vec<_> = made.iter().map(|instance| instance.name.clone()).collect();
        self.pick(&names).map(|at| made.swap_remove(at))
    }

    /// The name that is asked for, or the only one.
    fn pick(&self, names: &[String]) -> Result<usize, LoadError> {
        let (path, interface) = (self.path.clone(), self.wanted.path().to_owned());
        let all = || {
            let mut all = names.to_vec();
            all.sort();
            all
        };
        match (&self.registration, names) {
            (Some(name), _) => names.iter().position(|found| found == name).ok_or_else(|| {
                LoadError::NoSuchRegistration { path, interface, name: name.clone(), names: all() }
            }),
            (None, [_]) => Ok(0),
            (None, _) => Err(LoadError::SeveralRegistrations { path, interface, names: all() }),
        }
    }
}
