//! The kind of library that has plugins.

use std::path::Path;
use std::sync::Arc;

use crate::host::error::{InspectError, LoadError};
use crate::host::file::compare::Content;
use crate::host::file::identity::{FileIdentity, FileNames};
use crate::host::file::paged::PagedFile;
use crate::host::file::private_copy::PrivateCopy;
use crate::host::library::instance::Instance;
use crate::host::library::loaded::LoadedLibrary;
use crate::host::library::mapped::Mapped;
use crate::host::load::admit::Wanted;
use crate::host::load::check::{AnyMachine, check};
use crate::host::load::disabled::DisabledPackages;
use crate::host::load::host_context::HostContext;
use crate::host::load::layers::Above;
use crate::host::load::needs::Needs;
use crate::host::load::pipeline::Kind;
use crate::host::load::policy::LoadPolicy;
use crate::host::load::{admit, layers, make, open};
use crate::host::services::offers::Offers;
use crate::metadata::{PluginMetadata, RegistrationMetadata};

/// Decides whether content is to be loaded.
type IsNew<'a> = dyn FnMut(&Content, &FileIdentity) -> Result<bool, LoadError> + 'a;

/// Chooses the one registration to make, by its name.
type Choose<'a> = dyn Fn(&PluginMetadata) -> Result<Option<String>, LoadError> + 'a;

/// Prepares this process for the copy of a library.
#[cfg(all(unix, feature = "process"))]
pub(crate) type BeforeOpen<'a> = dyn FnMut(&PrivateCopy) + 'a;

/// The plugins of a library for one interface, or for all.
pub(crate) struct Plugins<'a> {
    wanted: Wanted<'a>,
    is_new: Option<&'a mut IsNew<'a>>,
    choose: Option<&'a Choose<'a>>,
    name: Option<String>,
    offers: Option<Arc<Offers>>,
    disabled: Option<Arc<DisabledPackages>>,
    /// The packages of directories with precedence.
    above: Vec<Above>,
    /// The library is not opened before the needs of all its plugins are met.
    waits: bool,
    /// The metadata of a library that needs or provides services.
    related: Option<PluginMetadata>,
    /// What the constructors are told in place of what the policy says.
    #[cfg(all(unix, feature = "process"))]
    told: Option<HostContext>,
    /// What the constructors are told, once the library is admitted.
    context: HostContext,
    /// What is done before anything of the library runs.
    #[cfg(all(unix, feature = "process"))]
    before_open: Option<&'a mut BeforeOpen<'a>>,
}

/// A library whose plugins were made, or some of them.
pub(crate) struct LoadedPlugins {
    /// The names of its file.
    pub(crate) names: FileNames,
    pub(crate) content: Content,
    /// At least one.
    pub(crate) made: Vec<Result<Instance, LoadError>>,
    pub(crate) library: Arc<LoadedLibrary>,
}

impl<'a> Plugins<'a> {
    pub(crate) fn of(wanted: impl Into<Wanted<'a>>) -> Self {
        Plugins {
            wanted: wanted.into(),
            is_new: None,
            choose: None,
            name: None,
            offers: None,
            disabled: None,
            above: Vec::new(),
            waits: false,
            related: None,
            #[cfg(all(unix, feature = "process"))]
            told: None,
            context: HostContext::default(),
            #[cfg(all(unix, feature = "process"))]
            before_open: None,
        }
    }

    /// Calls `prepare` before anything of the library runs.
    #[cfg(all(unix, feature = "process"))]
    pub(crate) fn after(self, prepare: &'a mut BeforeOpen<'a>) -> Self {
        Plugins { before_open: Some(prepare), ..self }
    }

    /// Loads content only if `is_new` says so.
    pub(crate) fn if_new(self, is_new: &'a mut IsNew<'a>) -> Self {
        Plugins { is_new: Some(is_new), ..self }
    }

    /// Makes one registration only, as far as the library can make one without
    /// the others.
    pub(crate) fn one(self, choose: &'a Choose<'a>) -> Self {
        Plugins { choose: Some(choose), ..self }
    }

    /// Tells the constructors what another process says, which has checked it.
    #[cfg(all(unix, feature = "process"))]
    pub(crate) fn telling(self, context: HostContext) -> Self {
        Plugins { told: Some(context), ..self }
    }

    /// Returns what the constructors of the library are told, once it is admitted.
    #[cfg(all(unix, feature = "process"))]
    pub(crate) fn context(&self) -> &HostContext {
        &self.context
    }

    /// Does not open the library before the needs of all its plugins are met.
    pub(crate) fn waiting(self, waits: bool) -> Self {
        Plugins { waits, ..self }
    }

    /// Takes the metadata of a library that needs or provides services, once it was
    /// read.
    pub(crate) fn take_related(&mut self) -> Option<PluginMetadata> {
        self.related.take()
    }

    /// Refuses the packages that the host disabled.
    pub(crate) fn without(self, disabled: &Arc<DisabledPackages>) -> Self {
        Plugins { disabled: Some(Arc::clone(disabled)), ..self }
    }

    /// Refuses the packages that directories with precedence have.
    pub(crate) fn beneath(self, above: Vec<Above>) -> Self {
        Plugins { above, ..self }
    }

    /// Offers services to the plugins.
    pub(crate) fn offering(self, offers: &Arc<Offers>) -> Self {
        Plugins { offers: Some(Arc::clone(offers)), ..self }
    }
}

impl Kind for Plugins<'_> {
    type Checked = PluginMetadata;
    type Opened = (Mapped, PluginMetadata);
    type Connected = Arc<LoadedLibrary>;
    type Made = LoadedPlugins;
    type Error = LoadError;

    const KEEPS_SHARED_STD: bool = true;

    fn is_new(&mut self, content: &Content, origin: &FileIdentity) -> Result<bool, LoadError> {
        self.is_new.as_mut().map_or(Ok(true), |is_new| is_new(content, origin))
    }

    fn check_first(&self, path: &Path, file: &PagedFile) -> Result<(), InspectError> {
        self.check(path, file).map(drop)
    }

    fn check(&self, path: &Path, file: &PagedFile) -> Result<PluginMetadata, InspectError> {
        check(path, file, AnyMachine::Refused)
    }

    #[cfg(feature = "trust")]
    fn metadata(metadata: &PluginMetadata) -> Option<&PluginMetadata> {
        Some(metadata)
    }

    fn admit(
        &mut self,
        path: &Path,
        metadata: &PluginMetadata,
        policy: &LoadPolicy,
    ) -> Result<(), LoadError> {
        admit::admit(path, metadata, policy, self.wanted)?;
        if let Some(disabled) = &self.disabled {
            disabled.check(path, metadata)?;
        }
        layers::check(path, metadata, &self.above)?;
        self.context = policy.host_context(path, metadata)?;
        #[cfg(all(unix, feature = "process"))]
        if let Some(told) = self.told.take() {
            self.context = told;
        }
        self.name = self.choose.map_or(Ok(None), |choose| choose(metadata))?;
        if let Some(offers) = &self.offers {
            let is_related =
                |it: &RegistrationMetadata| !it.needs.is_empty() || !it.provides.is_empty();
            if metadata.registrations.iter().any(is_related) {
                self.related = Some(metadata.clone());
                let (wanted, name) = (self.wanted.path(), self.name.as_deref());
                self.context.needs = Needs::of(path, metadata, wanted, name, offers, self.waits)?;
            }
        }
        Ok(())
    }

    fn open(
        &mut self,
        path: &Path,
        copy: PrivateCopy,
        metadata: PluginMetadata,
    ) -> Result<(Mapped, PluginMetadata), LoadError> {
        #[cfg(all(unix, feature = "process"))]
        if let Some(prepare) = self.before_open.take() {
            prepare(&copy);
        }
        Ok((open::open(path, copy, &metadata, self.offers.take())?, metadata))
    }

    fn connect(
        &mut self,
        (mapped, metadata): (Mapped, PluginMetadata),
    ) -> Result<Arc<LoadedLibrary>, LoadError> {
        let mut library = open::connect(mapped, metadata)?;
        library.providers = core::mem::take(&mut self.context.needs.providers);
        Ok(Arc::new(library))
    }

    fn make(&mut self, library: Arc<LoadedLibrary>) -> Result<LoadedPlugins, LoadError> {
        let name = self.name.as_deref();
        let made = make::make(&library, self.wanted, name, &mut self.context);
        match library.copy() {
            Some(copy) if !made.is_empty() => {
                let (names, content) = (copy.names().clone(), copy.content().clone());
                Ok(LoadedPlugins { names, content, made, library })
            }
            _ => Err(LoadError::NothingMade { path: library.path.clone() }),
        }
    }
}
