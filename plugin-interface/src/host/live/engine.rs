//! Loads the next version of a library, beside the one that serves.
//!
//! It does not ask who noticed that the file changed: a host's own loop, a
//! watcher or a manager.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::options::LiveOptions;
use crate::host::error::LoadError;
use crate::host::error::stage::Stage;
use crate::host::file::duplicates::Content;
use crate::host::file::private_copy::PrivateCopy;
use crate::host::library::instance::Instance;
use crate::host::load::check::{check_copy, glance};
use crate::host::load::timings::Stopwatch;
use crate::host::load::{admit, make, open};
use crate::interface::PluginTrait;
use crate::metadata::PluginMetadata;

#[derive(Debug)]
pub(super) struct Engine {
    path: PathBuf,
    options: LiveOptions,
    wanted: PluginTrait,
    /// The version that serves, which has a number.
    serving: Option<Content>,
    pub(super) generation: u64,
}

/// A version that was made, and is not in use.
pub(super) struct Candidate {
    pub(super) instance: Instance,
    pub(super) content: Content,
}

impl Engine {
    pub(super) fn new(path: PathBuf, wanted: PluginTrait, options: LiveOptions) -> Self {
        Engine { path, options, wanted, serving: None, generation: 0 }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn options(&self) -> &LiveOptions {
        &self.options
    }

    /// All stages up to the instance; `None` if the file is what serves.
    pub(super) fn load(
        &self,
        patience: Duration,
        watch: &mut Stopwatch,
    ) -> Result<Option<Candidate>, LoadError> {
        let path = &self.path;
        let mut copy = PrivateCopy::timed(path, &self.options.policy, patience, glance, watch)?;
        let content = Content::of(&copy);
        if self.serving.as_ref().is_some_and(|serving| serving.is(&content)) {
            return Ok(None);
        }
        watch.begin(Stage::Check);
        let metadata = check_copy(path, &mut copy)?;
        watch.begin(Stage::Admit);
        admit::admit(path, &metadata, &self.options.policy, Some(self.wanted))?;
        let name = self.choose(&metadata)?;
        if let Some(probe) = &self.options.probe {
            watch.begin(Stage::Probe);
            probe.run(path, copy.path())?;
        }
        let library = Arc::new(open::timed(path, copy, metadata, watch)?);
        watch.begin(Stage::Make);
        let made = make::make_named(&library, Some(self.wanted), name.as_deref());
        let instance = self.only(made)?;
        Ok(Some(Candidate { instance, content }))
    }

    /// Counts a candidate as the version that serves.
    pub(super) fn serve(&mut self, content: Content) -> u64 {
        self.serving = Some(content);
        self.generation += 1;
        self.generation
    }

    /// The registration to make, by what the metadata lists. A library written
    /// by hand need not list what it has.
    fn choose(&self, metadata: &PluginMetadata) -> Result<Option<String>, LoadError> {
        let listed = metadata.registrations.iter().filter(|r| r.interface == self.wanted.path());
        let names: Vec<_> = listed.map(|registration| registration.name.clone()).collect();
        match names.is_empty() {
            true => Ok(self.options.registration.clone()),
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
        match (&self.options.registration, names) {
            (Some(name), _) => names.iter().position(|found| found == name).ok_or_else(|| {
                LoadError::NoSuchRegistration { path, interface, name: name.clone(), names: all() }
            }),
            (None, [_]) => Ok(0),
            (None, _) => Err(LoadError::SeveralRegistrations { path, interface, names: all() }),
        }
    }
}
