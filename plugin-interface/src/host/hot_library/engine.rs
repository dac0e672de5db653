//! Loads the next version of a library, beside the current one.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::error::HotError;
use super::options::HotOptions;
use super::version::{HotVersion, OpenLibrary};
use crate::host::crash_notes;
use crate::host::error::{InspectError, LoadError};
use crate::host::file::compare::Content;
use crate::host::file::identity::FileIdentity;
use crate::host::file::paged::PagedFile;
use crate::host::file::private_copy::PrivateCopy;
use crate::host::hot_library::change_detection::KnownFile;
use crate::host::library::mapped::Mapped;
use crate::host::library::own_threads::OwnThreads;
use crate::host::load::check_plain::PlainLibrary;
use crate::host::load::decided::Decided;
use crate::host::load::discover::Candidate;
use crate::host::load::pipeline::{Kind, Loader};
use crate::host::load::policy::LoadPolicy;
use crate::host::load::timings::Stopwatch;
use crate::host::load::{check_plain, open};
#[cfg(feature = "trust")]
use crate::host::trust::loaded::LoadedContent;
#[cfg(feature = "trust")]
use crate::host::trust::revoked_later::RevokedLater;
#[cfg(feature = "trust")]
use crate::metadata::PluginMetadata;
use crate::runtime::failure::contain;

pub(super) struct Engine {
    pub(super) path: PathBuf,
    pub(super) names: Arc<[String]>,
    pub(super) options: HotOptions,
    pub(super) generation: u64,
    pub(super) is_unloaded: bool,
    loader: Loader,
    /// The file of the current version.
    serving: Option<KnownFile>,
    /// The file that was refused last. It is not tried again until it changes.
    refused: Option<KnownFile>,
    #[cfg(feature = "trust")]
    revoked: RevokedLater,
}

impl Engine {
    pub(super) fn new(path: PathBuf, names: Arc<[String]>, options: HotOptions) -> Self {
        let loader = Loader::new(options.policy.clone(), None);
        let (serving, refused, is_unloaded) = (None, None, false);
        Engine {
            path,
            names,
            options,
            generation: 0,
            is_unloaded,
            loader,
            serving,
            refused,
            #[cfg(feature = "trust")]
            revoked: RevokedLater::default(),
        }
    }

    /// Returns the decision on the last load, for when the engine is given back.
    pub(super) fn take_decided(&mut self) -> Decided {
        self.loader.take_decided()
    }

    /// Forgets the file that was refused last, and that the library was revoked: the
    /// next try says so again.
    pub(super) fn forget_refused(&mut self) {
        self.refused = None;
        #[cfg(feature = "trust")]
        self.revoked.forget();
    }

    /// Runs all stages up to the validation. Returns `None` if the file is the
    /// current version, or was refused already.
    pub(super) fn next(&mut self, patience: Duration) -> Result<Option<HotVersion>, HotError> {
        let how = self.options.detection;
        let seen = self.serving.iter().chain(&self.refused);
        if seen.into_iter().any(|seen| seen.is_at(&self.path, how)) {
            #[cfg(feature = "trust")]
            self.revoked.check(&mut self.loader)?;
            return Ok(None);
        }
        let number = self.generation + 1;
        let Engine { path, names, options, loader, serving, refused, .. } = self;
        let mut plain = Plain {
            path,
            names,
            options,
            number,
            serving,
            refused,
            seen: None,
            #[cfg(feature = "trust")]
            approved: None,
        };
        let candidate = Candidate::named(plain.path).patient(patience);
        let loaded = loader.load(&candidate, &mut plain, &mut Stopwatch::start());
        let seen = plain.seen;
        #[cfg(feature = "trust")]
        let approved = plain.approved;
        match loaded {
            Ok(None) => Ok(None),
            Ok(Some(version)) => {
                #[cfg(feature = "trust")]
                self.revoked.watch(approved);
                self.generation = number;
                (self.serving, self.refused) = (seen, None);
                Ok(Some(version))
            }
            Err(error) => {
                // A file that could not even be copied is tried again.
                self.refused = seen.or(self.refused.take());
                Err(error)
            }
        }
    }
}

/// The load of the next version of a plain library.
struct Plain<'e> {
    path: &'e Path,
    names: &'e Arc<[String]>,
    options: &'e HotOptions,
    number: u64,
    serving: &'e mut Option<KnownFile>,
    refused: &'e mut Option<KnownFile>,
    /// The file that is loaded, once it is copied.
    seen: Option<KnownFile>,
    /// Its content, if the policy has a list of what is revoked.
    #[cfg(feature = "trust")]
    approved: Option<LoadedContent>,
}

impl Kind for Plain<'_> {
    type Checked = PlainLibrary;
    type Opened = (OpenLibrary, PlainLibrary);
    type Connected = (OpenLibrary, PlainLibrary);
    type Made = HotVersion;
    type Error = HotError;

    const KEEPS_SHARED_STD: bool = false;

    fn is_new(&mut self, content: &Content, origin: &FileIdentity) -> Result<bool, LoadError> {
        let how = self.options.detection;
        if let Some(serving) = self.serving
            && serving.is_same(content.path(), how)
        {
            serving.found_again(origin);
            *self.refused = None;
            return Ok(false);
        }
        self.seen = Some(how.known_file(origin, content.path()));
        Ok(true)
    }

    fn check_first(&self, path: &Path, file: &PagedFile) -> Result<(), InspectError> {
        check_plain::check_sound(path, file)
    }

    fn check(&self, path: &Path, file: &PagedFile) -> Result<PlainLibrary, InspectError> {
        let constant = self.options.signatures.as_ref().map(|(name, _)| name.as_str());
        check_plain::check_plain_library(path, file, constant)
    }

    #[cfg(feature = "trust")]
    fn metadata(_: &PlainLibrary) -> Option<&PluginMetadata> {
        None
    }

    fn admit(
        &mut self,
        path: &Path,
        plain: &PlainLibrary,
        _policy: &LoadPolicy,
    ) -> Result<(), HotError> {
        let path = || path.to_owned();
        if let Some((constant, expected)) = &self.options.signatures
            && plain.constant != Some(*expected)
        {
            let (constant, expected) = (constant.clone(), *expected);
            let found = plain.constant;
            return Err(HotError::Signatures { path: path(), constant, expected, found });
        }
        match self.names.iter().find(|name| plain.variables.contains(*name)) {
            Some(name) => Err(HotError::NotAFunction { path: path(), name: name.clone() }),
            None => Ok(()),
        }
    }

    fn open(
        &mut self,
        path: &Path,
        copy: PrivateCopy,
        plain: PlainLibrary,
    ) -> Result<(OpenLibrary, PlainLibrary), HotError> {
        #[cfg(feature = "trust")]
        {
            self.approved = copy.approved().cloned();
        }
        let threads = OwnThreads::of(&copy);
        let (library, image) = open::map(path, &copy)?;
        crash_notes::add_library(&image, path);
        let mapped = Mapped::plain(library, image, threads, copy);
        Ok((OpenLibrary::new(mapped, self.options.is_retained), plain))
    }

    /// A plain library takes no services.
    fn connect(&mut self, opened: Self::Opened) -> Result<Self::Connected, HotError> {
        Ok(opened)
    }

    fn make(&mut self, (mapped, plain): Self::Connected) -> Result<HotVersion, HotError> {
        let is_defined = |name: &str| plain.defined.contains(name);
        let version = HotVersion::new(self.number, Arc::clone(self.names), mapped, is_defined);
        if let Some(validate) = &self.options.validation {
            let refused = |source| HotError::Refused { path: self.path.to_owned(), source };
            contain(|| validate(&version))
                .unwrap_or_else(|message| Err(format!("it panicked: {message}").into()))
                .map_err(refused)?;
        }
        Ok(version)
    }
}
