//! The order of the stages, for every way of loading.
//!
//! discover → settle → copy → check → admit → probe → open → connect → make
//!
//! Nothing of a library runs before `open`. A scan that only reads takes the
//! same way as far as `admit`, on the files themselves.

use std::collections::HashMap;
use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

#[cfg(feature = "configure")]
use crate::host::configuration::Configuration;
use crate::host::error::inspect::{damaged, unreadable};
use crate::host::error::stage::Stage;
use crate::host::error::{InspectError, LoadError};
use crate::host::file::compare::{Content, Head};
use crate::host::file::digest::EachPart;
use crate::host::file::identity::{FileIdentity, FileNames};
use crate::host::file::linkage::Linkage;
use crate::host::file::paged::PagedFile;
use crate::host::file::private_copy::PrivateCopy;
use crate::host::file::private_directory::PrivateDirectory;
use crate::host::library::{unique, unmap};
use crate::host::load::companions;
use crate::host::load::decided::Decided;
use crate::host::load::discover::Candidate;
use crate::host::load::policy::{Approval, LoadPolicy};
use crate::host::load::probe::Probe;
use crate::host::load::regular::check_regular;
use crate::host::load::settle::SettledFile;
use crate::host::load::subject::{OriginalFile, Subject};
use crate::host::load::timings::Stopwatch;
#[cfg(feature = "tasks")]
use crate::host::tasks::Executor;
#[cfg(feature = "trust")]
use crate::host::trust::loaded::LoadedContent;
#[cfg(feature = "trust")]
use crate::metadata::PluginMetadata;

/// A larger file is checked before it is copied: a copy in vain costs more.
const LARGE: u64 = 1 << 20;

/// Loads libraries. Keeps from one load to the next what saves work.
#[derive(Debug, Default)]
pub(crate) struct Loader {
    policy: LoadPolicy,
    probe: Option<Probe>,
    /// The files that survived their probe, by their paths without links.
    survivors: HashMap<PathBuf, (FileIdentity, Head)>,
    /// The directory of the first copy, kept for the next ones.
    copies: OnceLock<Arc<PrivateDirectory>>,
    /// The decision on the last load, until it is emitted.
    decided: Decided,
}

/// A kind of library: what the stages do where kinds differ.
pub(crate) trait Kind {
    /// The result of *check*.
    type Checked;
    /// The library after *open*.
    type Opened;
    /// The library after *connect*.
    type Connected;
    /// The result of *make*, and of the load.
    type Made;
    type Error: From<LoadError>;

    /// `true` if a library that has the standard library in common with this
    /// host is never unmapped.
    const KEEPS_SHARED_STD: bool;

    /// Returns `false` if this content need not be loaded.
    fn is_new(&mut self, content: &Content, origin: &FileIdentity) -> Result<bool, LoadError>;

    /// Checks the content before a copy or a digest, which cost more than the
    /// check.
    fn check_first(&self, path: &Path, file: &PagedFile) -> Result<(), InspectError>;

    /// Checks the content, without running it.
    fn check(&self, path: &Path, file: &PagedFile) -> Result<Self::Checked, InspectError>;

    /// Returns the metadata that was checked; `None` for a plain library.
    #[cfg(feature = "trust")]
    fn metadata(checked: &Self::Checked) -> Option<&PluginMetadata>;

    /// Compares the library with the policy and with what the host asks for.
    fn admit(
        &mut self,
        path: &Path,
        checked: &Self::Checked,
        policy: &LoadPolicy,
    ) -> Result<(), Self::Error>;

    /// Maps the library: from here on its code runs.
    fn open(
        &mut self,
        path: &Path,
        copy: PrivateCopy,
        checked: Self::Checked,
    ) -> Result<Self::Opened, Self::Error>;

    /// Hands over the host's services.
    fn connect(&mut self, opened: Self::Opened) -> Result<Self::Connected, Self::Error>;

    /// Creates what the host asks for.
    fn make(&mut self, connected: Self::Connected) -> Result<Self::Made, Self::Error>;
}

/// A library that may be opened.
struct Admitted<S, C> {
    subject: S,
    checked: C,
    linkage: Linkage,
    origin: FileIdentity,
    #[cfg(feature = "trust")]
    content: Option<LoadedContent>,
}

impl Loader {
    pub(crate) fn new(policy: LoadPolicy, probe: Option<Probe>) -> Self {
        Loader { policy, probe, ..Self::default() }
    }

    /// The same, with a probe.
    pub(crate) fn with_probe(self, probe: Probe) -> Self {
        Loader { probe: Some(probe), ..self }
    }

    /// Runs the tasks of what is loaded from now on.
    #[cfg(feature = "tasks")]
    pub(crate) fn execute_on(&mut self, executor: Arc<dyn Executor>) {
        let policy = core::mem::take(&mut self.policy);
        self.policy = policy.executor(executor);
    }

    /// Configures what is loaded from now on.
    #[cfg(feature = "configure")]
    pub(crate) fn configure(&mut self, configuration: Configuration) {
        let policy = core::mem::take(&mut self.policy);
        self.policy = policy.configuration(configuration);
    }

    /// The same; configures nothing without a configuration.
    #[cfg(all(feature = "watch", feature = "configure"))]
    pub(crate) fn reconfigure(&mut self, configuration: Option<Configuration>) {
        self.policy.reconfigure(configuration);
    }

    pub(crate) fn policy(&self) -> &LoadPolicy {
        &self.policy
    }

    #[cfg(feature = "watch")]
    pub(crate) fn probe(&self) -> Option<&Probe> {
        self.probe.as_ref()
    }

    /// Loads a library; `None` if its content is not new.
    pub(crate) fn load<K: Kind>(
        &mut self,
        candidate: &Candidate<'_>,
        kind: &mut K,
        watch: &mut Stopwatch,
    ) -> Result<Option<K::Made>, K::Error> {
        let mut decided = Decided::default();
        let admitted = self.admit::<PrivateCopy, K>(candidate, kind, watch, &mut decided);
        self.decided = decided;
        let Some(admitted) = admitted? else { return Ok(None) };
        let Admitted { subject: mut copy, checked, linkage, origin, .. } = admitted;
        copy.set_linkage(linkage);
        #[cfg(feature = "trust")]
        copy.set_approved(admitted.content);
        unique::check(candidate.path, &copy)?;
        self.try_in_child(candidate.path, &copy, origin, watch)?;
        watch.begin(Stage::Open);
        let opened = kind.open(candidate.path, copy, checked)?;
        watch.begin(Stage::Connect);
        let connected = kind.connect(opened)?;
        watch.begin(Stage::Make);
        kind.make(connected).map(Some)
    }

    /// Reads a library where it is, in the stages of a load as far as *admit*;
    /// `None` if its content is not new.
    pub(crate) fn examine<K: Kind>(
        &self,
        candidate: &Candidate<'_>,
        kind: &mut K,
    ) -> Result<Option<K::Checked>, K::Error> {
        let (mut watch, mut decided) = (Stopwatch::start(), Decided::default());
        let admitted = self.admit::<OriginalFile, K>(candidate, kind, &mut watch, &mut decided)?;
        Ok(admitted.map(|admitted| admitted.checked))
    }

    /// Takes down the decision on a library that was loaded before.
    #[cfg(all(feature = "trust", feature = "tracing", feature = "hot-library"))]
    pub(crate) fn revoked_later(&mut self, loaded: &LoadedContent, error: &LoadError) {
        self.decided = Decided::on_loaded(loaded, self.policy.asked_approval(), error);
    }

    /// Returns the decision on the last load. It is emitted where no lock is held.
    pub(crate) fn take_decided(&mut self) -> Decided {
        core::mem::take(&mut self.decided)
    }

    /// Copies a library, as far as *admit*, for another process that opens it. No
    /// lock may be held.
    #[cfg(all(unix, feature = "process"))]
    pub(crate) fn copy_for_worker<K: Kind>(
        &self,
        candidate: &Candidate<'_>,
        kind: &mut K,
    ) -> Result<Option<(PrivateCopy, K::Checked)>, K::Error> {
        let (mut watch, mut decided) = (Stopwatch::start(), Decided::default());
        let admitted = self.admit::<PrivateCopy, K>(candidate, kind, &mut watch, &mut decided);
        let _ = decided.emit();
        Ok(admitted?.map(|admitted| (admitted.subject, admitted.checked)))
    }

    /// The stages before anything of the library runs.
    fn admit<S: Subject, K: Kind>(
        &self,
        candidate: &Candidate<'_>,
        kind: &mut K,
        watch: &mut Stopwatch,
        decided: &mut Decided,
    ) -> Result<Option<Admitted<S, K::Checked>>, K::Error> {
        let (path, source) = (candidate.path, candidate.file);
        let found = candidate.find()?;
        watch.begin(Stage::Settle);
        let is_in_checked_directory = candidate.is_in_checked_directory(found.as_ref());
        let is_link = candidate.is_link(found.as_ref());
        let file = settle::<S>(candidate, found)?;
        self.policy.check_file(source, file.metadata())?;
        let real = match is_in_checked_directory {
            true => source.to_owned(),
            false => self.policy.check_directory(source)?,
        };
        if is_link {
            self.policy.check_link(source, &real, file.metadata())?;
        }
        let names = FileNames::new(source, real);
        self.check_room::<S>(source, &names)?;

        watch.begin(Stage::Copy);
        #[cfg_attr(not(feature = "trust"), expect(unused_variables))]
        let (mut subject, approval) = self.copy::<S>(candidate, names, &file, kind, decided)?;
        let origin = file.identity().clone();
        // Writers need not wait for the following stages.
        drop(file);
        if !kind.is_new(subject.content(), &origin)? {
            return Ok(None);
        }

        watch.begin(Stage::Check);
        let pages = subject.pages().map_err(|error| LoadError::from(unreadable(path, error)))?;
        let checked = kind.check(path, &pages).map_err(LoadError::from)?;
        watch.begin(Stage::Admit);
        #[cfg(feature = "trust")]
        {
            let metadata = K::metadata(&checked);
            let described = self.policy.gate.check_described(path, &pages, metadata, &approval);
            #[cfg(feature = "tracing")]
            described.as_ref().err().into_iter().for_each(|error| decided.refuse(error));
            described?;
        }
        kind.admit(path, &checked, &self.policy)?;
        let linkage = linkage(path, &pages)?;
        companions::check(path, &linkage, K::KEEPS_SHARED_STD)?;
        if !S::IS_COPY {
            // Of a copy, the dynamic linker says so before anything runs.
            let versions = Linkage::versions(&pages).map_err(|reason| damaged(path, reason));
            companions::check_versions(path, &versions.map_err(LoadError::from)?)?;
        }
        Ok(Some(Admitted {
            subject,
            checked,
            linkage,
            origin,
            #[cfg(feature = "trust")]
            content: approval.content,
        }))
    }

    /// Refuses a load while more earlier versions are mapped than the policy
    /// allows.
    fn check_room<S: Subject>(&self, path: &Path, names: &FileNames) -> Result<(), LoadError> {
        match S::IS_COPY.then(|| unmap::earlier_versions(names)).flatten() {
            Some(earlier) => self.policy.check_room(path, earlier),
            None => Ok(()),
        }
    }

    /// Copies a file that nobody writes meanwhile. Its content is checked beside
    /// that, if the policy asks for it.
    fn copy<S: Subject>(
        &self,
        candidate: &Candidate<'_>,
        names: FileNames,
        file: &SettledFile,
        kind: &impl Kind,
        decided: &mut Decided,
    ) -> Result<(S, Approval), LoadError> {
        let source = candidate.file;
        let unreadable = |error| LoadError::Read { path: source.to_owned(), source: error };
        let size = file.metadata().len();
        let needs_content = self.policy.needs_content();
        let is_work = if S::IS_COPY { size > LARGE } else { needs_content };
        if is_work {
            kind.check_first(source, &file.pages().map_err(unreadable)?)?;
        }
        if !needs_content {
            return Ok((self.copy_to::<S>(source, names, file, None)?, Approval::default()));
        }
        let mut copied = None;
        let checked = self.policy.check_content(candidate.path, size, decided, |each| {
            let result = self.copy_to::<S>(source, names, file, Some(each));
            let is_copied = result.is_ok();
            copied = Some(result);
            // The error is in the result.
            if is_copied { Ok(()) } else { Err(io::ErrorKind::Other.into()) }
        });
        match copied {
            Some(Err(error)) => {
                // There is no content on which anything was decided.
                *decided = Decided::default();
                Err(error)
            }
            Some(Ok(subject)) => checked.map(|approval| (subject, approval)),
            // It was refused before that.
            None => checked.and(Err(LoadError::StillWritten { path: source.to_owned() })),
        }
    }

    /// Copies a file, and hands over its parts.
    fn copy_to<S: Subject>(
        &self,
        path: &Path,
        names: FileNames,
        file: &SettledFile,
        each: Option<EachPart<'_>>,
    ) -> Result<S, LoadError> {
        let subject = S::of(path, names, file, self.policy.place_of_copies(), each)?;
        if let Some(directory) = subject.directory() {
            self.copies.get_or_init(|| directory);
        }
        let unreadable = |source| LoadError::Read { path: path.to_owned(), source };
        if S::IS_COPY && !file.is_unchanged().map_err(unreadable)? {
            return Err(LoadError::StillWritten { path: path.to_owned() });
        }
        Ok(subject)
    }

    /// Tries a copy in a child process, unless its file survived that before.
    fn try_in_child(
        &mut self,
        path: &Path,
        copy: &PrivateCopy,
        origin: FileIdentity,
        watch: &mut Stopwatch,
    ) -> Result<(), LoadError> {
        let Some(probe) = &self.probe else { return Ok(()) };
        // The head too: two writes within a tick of the clock have one identity.
        let file = (origin, copy.content().head());
        if self.survivors.get(copy.names().real()) == Some(&file) {
            return Ok(());
        }
        watch.begin(Stage::Probe);
        probe.run(path, copy.path())?;
        self.survivors.insert(copy.names().real().to_owned(), file);
        Ok(())
    }
}

/// Reads the demands of a library on the dynamic linker.
fn linkage(path: &Path, pages: &PagedFile) -> Result<Linkage, LoadError> {
    Linkage::read(pages).map_err(|reason| damaged(path, reason).into())
}

/// Opens a regular file, and waits for its writer if it is to be copied.
fn settle<S: Subject>(
    candidate: &Candidate<'_>,
    found: Option<Metadata>,
) -> Result<SettledFile, LoadError> {
    let path = candidate.file;
    let unreadable = |source| LoadError::Read { path: path.to_owned(), source };
    let found = found.map_or_else(|| path.metadata(), Ok).map_err(unreadable)?;
    check_regular(path, &found)?;
    let patience = S::IS_COPY.then_some(candidate.patience);
    let file = SettledFile::open(path, patience)?;
    // Once more: it may be another file by now.
    check_regular(path, file.metadata())?;
    Ok(file)
}
