//! The libraries that a manager loaded.

use std::path::{Path, PathBuf};
use std::sync::Arc;

#[cfg(feature = "configure")]
use crate::host::configuration::Configuration;
use crate::host::error::LoadError;
use crate::host::error::stage::Stage;
#[cfg(feature = "watch")]
use crate::host::file::compare::Content;
use crate::host::file::identity::FileNames;
use crate::host::library::instance::Instance;
use crate::host::library::loaded::LoadedLibrary;
use crate::host::library::outcome::{CloseRecord, UnloadOutcome};
use crate::host::library::unmap;
use crate::host::load::admit::Wanted;
#[cfg(feature = "trust")]
use crate::host::load::decided::Decided;
use crate::host::load::disabled::DisabledPackages;
use crate::host::load::discover::{self, Candidate};
use crate::host::load::linked::{LinkedPackage, LinkedPlugins};
use crate::host::load::pipeline::Loader;
use crate::host::load::plugins::Plugins;
use crate::host::load::policy::LoadPolicy;
use crate::host::load::probe::Probe;
use crate::host::load::timings::Stopwatch;
use crate::host::manager::handle::PluginHandle;
use crate::host::services::offers::Offers;
#[cfg(feature = "watch")]
use crate::host::services::provided::Provider;
#[cfg(feature = "tasks")]
use crate::host::tasks::Executor;
#[cfg(feature = "trust")]
use crate::host::trust::loaded::LoadedContent;
use crate::metadata::PluginMetadata;

/// Loads libraries, and remembers how each of them was closed.
#[derive(Default)]
pub(super) struct Libraries {
    loader: Loader,
    offers: Arc<Offers>,
    disabled: Arc<DisabledPackages>,
    loaded: Vec<Loaded>,
}

/// A library that was loaded, and its record for when it is closed.
struct Loaded {
    names: FileNames,
    close_record: CloseRecord,
    /// `None` if the policy has no list of what is revoked.
    #[cfg(feature = "trust")]
    content: Option<LoadedContent>,
}

/// A library that was loaded before it was revoked.
#[cfg(feature = "trust")]
pub(super) struct RevokedLibrary {
    pub(super) path: PathBuf,
    pub(super) error: LoadError,
    pub(super) decided: Decided,
}

/// The handles of a library that was loaded.
pub(super) struct LoadedHandles {
    pub(super) handles: Vec<PluginHandle>,
    /// The errors of the registrations that could not be made.
    pub(super) failed: Vec<LoadError>,
    #[cfg(feature = "watch")]
    pub(super) names: FileNames,
    #[cfg(feature = "watch")]
    pub(super) content: Content,
    pub(super) library: Arc<LoadedLibrary>,
}

impl Libraries {
    pub(super) fn new(policy: LoadPolicy) -> Self {
        Libraries { loader: Loader::new(policy, None), ..Self::default() }
    }

    pub(super) fn with_probe(self, probe: Probe) -> Self {
        Libraries { loader: self.loader.with_probe(probe), ..self }
    }

    pub(super) fn loader(&self) -> &Loader {
        &self.loader
    }

    /// Returns what is offered to each library.
    pub(super) fn offers(&self) -> &Arc<Offers> {
        &self.offers
    }

    /// Offers these services to each library.
    #[cfg(feature = "watch")]
    pub(super) fn offer(&mut self, offers: Arc<Offers>) {
        self.offers = offers;
    }

    /// Returns the packages that the host disabled.
    #[cfg(feature = "watch")]
    pub(super) fn disabled(&self) -> Arc<DisabledPackages> {
        Arc::clone(&self.disabled)
    }

    /// Refuses the packages in this list, which others change.
    #[cfg(feature = "watch")]
    pub(super) fn refuse(&mut self, disabled: Arc<DisabledPackages>) {
        self.disabled = disabled;
    }

    /// Runs the tasks of what is loaded from now on.
    #[cfg(feature = "tasks")]
    pub(super) fn execute_on(&mut self, executor: Arc<dyn Executor>) {
        self.loader.execute_on(executor);
    }

    /// Configures what is loaded from now on.
    #[cfg(feature = "configure")]
    pub(super) fn configure(&mut self, configuration: Configuration) {
        self.loader.configure(configuration);
    }

    /// Configures what is loaded from now on, or configures nothing any more.
    #[cfg(all(feature = "watch", feature = "configure"))]
    pub(super) fn reconfigure(&mut self, configuration: Option<Configuration>) {
        self.loader.reconfigure(configuration);
    }

    /// Returns the files of a directory that may be plugins, in the order of
    /// their names or of the configuration.
    pub(super) fn candidates(&self, directory: &Path) -> Result<Vec<PathBuf>, LoadError> {
        Ok(self.in_order(discover::candidates(directory)?))
    }

    /// Sorts files: those first that the configuration names.
    pub(super) fn in_order(
        &self,
        #[cfg_attr(not(feature = "configure"), expect(unused_mut))] mut files: Vec<PathBuf>,
    ) -> Vec<PathBuf> {
        #[cfg(feature = "configure")]
        if let Some(configuration) = self.loader.policy().configured() {
            configuration.sort(&mut files);
        }
        files
    }

    /// Returns the real paths of the libraries that were loaded and are not
    /// closed.
    pub(super) fn loaded_paths(&self) -> Vec<&Path> {
        let open = self.loaded.iter().filter(|loaded| !loaded.close_record.is_written());
        open.map(|loaded| loaded.names.real()).collect()
    }

    /// Returns `true` if the policy allows the directory of a file.
    pub(super) fn may_be_in_directory(&self, path: &Path) -> bool {
        self.loader.policy().check_directory(path).is_ok()
    }

    /// Loads the plugins of a library; `None` if its content is not new. Their
    /// services are offered once it is [published](Self::publish).
    pub(super) fn load(
        &mut self,
        candidate: &Candidate<'_>,
        plugins: Plugins<'_>,
    ) -> Result<Option<LoadedHandles>, LoadError> {
        self.load_related(candidate, plugins, &mut None)
    }

    /// Does the same, and stores the metadata of a library that needs or provides
    /// services.
    pub(super) fn load_related(
        &mut self,
        candidate: &Candidate<'_>,
        plugins: Plugins<'_>,
        related: &mut Option<PluginMetadata>,
    ) -> Result<Option<LoadedHandles>, LoadError> {
        let mut watch = Stopwatch::start();
        let mut plugins = plugins.offering(&self.offers).without(&self.disabled);
        let loaded = self.loader.load(candidate, &mut plugins, &mut watch);
        // A panic of the subscriber was printed, and is no reason to load nothing.
        let _ = self.loader.take_decided().emit();
        *related = plugins.take_related();
        let Some(loaded) = loaded? else { return Ok(None) };
        let (handles, failed) = self.handles(loaded.made, watch, &loaded.names, &loaded.library);
        Ok(Some(LoadedHandles {
            handles,
            failed,
            #[cfg(feature = "watch")]
            names: loaded.names,
            #[cfg(feature = "watch")]
            content: loaded.content,
            library: loaded.library,
        }))
    }

    /// Offers the services of plugins to others.
    pub(super) fn publish(&self, handles: &[PluginHandle]) {
        for provider in handles.iter().filter_map(PluginHandle::as_provider) {
            self.offers.of_plugins.add(&provider);
        }
    }

    /// Offers the services of these plugins no more.
    #[cfg(feature = "watch")]
    pub(super) fn withdraw(&self, providers: &[Arc<dyn Provider>]) {
        providers.iter().for_each(|provider| self.offers.of_plugins.remove(provider));
    }

    /// Loads the plugins of one package of this program.
    pub(super) fn load_linked(
        &mut self,
        path: &Path,
        package: LinkedPackage,
        wanted: Wanted<'_>,
    ) -> Result<(Vec<PluginHandle>, Vec<LoadError>), LoadError> {
        let mut watch = Stopwatch::start();
        watch.begin(Stage::Make);
        match package.load(path, self.loader.policy(), wanted, &self.offers)? {
            Some(LinkedPlugins { made, library }) => {
                let (handles, failed) = self.handles(made, watch, &FileNames::of(path), &library);
                self.publish(&handles);
                Ok((handles, failed))
            }
            None => Ok(Default::default()),
        }
    }

    /// Returns the handles of what was made, and the errors. Remembers the library
    /// if there is a handle.
    fn handles(
        &mut self,
        all: Vec<Result<Instance, LoadError>>,
        watch: Stopwatch,
        names: &FileNames,
        library: &LoadedLibrary,
    ) -> (Vec<PluginHandle>, Vec<LoadError>) {
        let times = Arc::new(watch.stop());
        let (mut handles, mut failed) = (Vec::new(), Vec::new());
        for made in all {
            match made {
                Ok(instance) => handles.push(PluginHandle::new(instance, Arc::clone(&times))),
                Err(error) => failed.push(error),
            }
        }
        if !handles.is_empty() {
            let (names, close_record) = (names.clone(), library.close_record());
            // A library that was closed since is of no interest.
            self.loaded.retain(|old| !old.close_record.is_written() || !old.names.is(&names));
            #[cfg(feature = "trust")]
            let content = library.copy().and_then(|copy| copy.approved().cloned());
            self.loaded.push(Loaded {
                names,
                close_record,
                #[cfg(feature = "trust")]
                content,
            });
        }
        (handles, failed)
    }

    /// Returns the libraries that are loaded and were revoked since.
    #[cfg(feature = "trust")]
    pub(super) fn revoked(&self) -> Vec<RevokedLibrary> {
        let policy = self.loader.policy();
        let open = self.loaded.iter().filter(|loaded| !loaded.close_record.is_written());
        let contents = open.filter_map(|loaded| loaded.content.as_ref());
        let revoked = contents.filter_map(|content| {
            let error = policy.gate.check_loaded(content).err()?;
            Some(RevokedLibrary {
                path: content.path.clone(),
                #[cfg(feature = "tracing")]
                decided: Decided::on_loaded(content, policy.asked_approval(), &error),
                #[cfg(not(feature = "tracing"))]
                decided: Decided::default(),
                error,
            })
        });
        revoked.collect()
    }

    /// Reads the metadata of a library that would be loaded.
    pub(super) fn examine(
        &self,
        candidate: &Candidate<'_>,
        mut plugins: Plugins<'_>,
    ) -> Result<PluginMetadata, LoadError> {
        match self.loader.examine(candidate, &mut plugins)? {
            Some(metadata) => Ok(metadata),
            None => unreachable!("nothing was read before that the content could equal"),
        }
    }

    /// Forgets the libraries that were loaded from there. Returns the sum of
    /// the counters of those that are closed, or `None` if there was no
    /// library.
    pub(super) fn forget(&mut self, names: &FileNames) -> Option<Option<u64>> {
        let forgotten: Vec<_> =
            self.loaded.extract_if(.., |loaded| loaded.names.is(names)).collect();
        let counters = || forgotten.iter().map(|loaded| loaded.close_record.count());
        (!forgotten.is_empty()).then(|| counters().sum())
    }

    /// Forgets one library.
    #[cfg(feature = "watch")]
    pub(super) fn forget_record(&mut self, close_record: &CloseRecord) {
        self.loaded.retain(|loaded| !loaded.close_record.is_same(close_record));
    }

    /// Returns the outcome of closing the library that was loaded from there
    /// last.
    pub(super) fn outcome(&self, names: &FileNames) -> Option<UnloadOutcome> {
        let last = self.loaded.iter().rfind(|loaded| loaded.names.is(names))?;
        unmap::sweep(|mapped| mapped.copy.names().is(names));
        last.close_record.outcome()
    }
}
