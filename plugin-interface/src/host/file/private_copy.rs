//! Copy: a private file that nobody else writes, made once.
//!
//! What is checked and mapped is this copy. A library that others write to
//! while it is mapped would take the host with it; and the dynamic linker
//! knows a library by its path, so that each load needs a path of its own.

use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::host::error::LoadError;
use crate::host::error::stage::Stage;
use crate::host::file::duplicates::Head;
use crate::host::file::paged::PagedFile;
use crate::host::file::private_directory;
use crate::host::file::private_directory::PrivateDirectory;
use crate::host::file::sparse_copy;
use crate::host::library::unmap;
use crate::host::load::check;
use crate::host::load::check::InspectError;
use crate::host::load::policy::LoadPolicy;
use crate::host::load::settle;
use crate::host::load::settle::Settled;
use crate::host::load::timings::Stopwatch;

/// From here on a copy costs more than to look first whether it is worth it.
const LARGE: u64 = 1 << 20;

/// What is known of a library before it is copied.
pub(crate) type Glance = fn(&Path, &PagedFile) -> Result<(), InspectError>;

/// A copy that nobody else writes, removed when dropped.
#[derive(Debug)]
pub(crate) struct PrivateCopy {
    path: PathBuf,
    /// The file, as long as nobody has checked it.
    pages: Option<PagedFile>,
    head: Head,
    origin: FileIdentity,
    real: PathBuf,
    directory: Arc<PrivateDirectory>,
}

impl PrivateCopy {
    /// Copies `source`, which must be a regular file that does not change, and
    /// that the policy trusts.
    pub(crate) fn of(source: &Path, policy: &LoadPolicy) -> Result<Self, LoadError> {
        let watch = &mut Stopwatch::start();
        Self::timed(source, policy, settle::PATIENCE, check::glance, watch)
    }

    /// The same for a library that need not be a plugin, with so much patience for
    /// a writer.
    #[cfg(feature = "hot-library")]
    pub(crate) fn of_plain(
        source: &Path,
        policy: &LoadPolicy,
        patience: Duration,
    ) -> Result<Self, LoadError> {
        Self::timed(
            source,
            policy,
            patience,
            crate::host::load::check_plain::glance,
            &mut Stopwatch::start(),
        )
    }

    /// As `of`, and does not wait for a writer: for those who are told when it
    /// is done.
    #[cfg(feature = "watch")]
    pub(crate) fn at_once(source: &Path, policy: &LoadPolicy) -> Result<Self, LoadError> {
        Self::timed(source, policy, Duration::ZERO, check::glance, &mut Stopwatch::start())
    }

    /// The same, timed, with so much patience for a writer, and a first look at
    /// what is large.
    pub(crate) fn timed(
        source: &Path,
        policy: &LoadPolicy,
        patience: Duration,
        glance: Glance,
        watch: &mut Stopwatch,
    ) -> Result<Self, LoadError> {
        let unreadable = |error| LoadError::Read { path: source.to_owned(), source: error };
        regular(source, &source.metadata().map_err(unreadable)?)?;
        let original = open_without_waiting(source).map_err(unreadable)?;
        let written = || LoadError::StillWritten { path: source.to_owned() };
        let settled =
            Settled::begin(&original, patience).map_err(unreadable)?.ok_or_else(written)?;
        // Once more: it may be another file by now.
        let metadata = settled.before();
        regular(source, metadata)?;
        policy.check_file(source, metadata)?;
        let real = policy.check_directory(source)?;
        unmap::check_room(source, &real, policy)?;
        watch.begin(Stage::Copy);
        if metadata.len() > LARGE {
            let pages = PagedFile::new(original.try_clone().map_err(unreadable)?, metadata.len());
            glance(source, &pages)?;
            // Where there is no reading but from where one is.
            #[cfg(not(unix))]
            io::Seek::rewind(&mut &original).map_err(unreadable)?;
        }
        let copy = Self::write(source, &original, metadata, real)?;
        if copy.len() != metadata.len() || !settled.is_unchanged().map_err(unreadable)? {
            return Err(written());
        }
        policy.check_content(source, &copy.path)?;
        Ok(copy)
    }

    fn write(
        source: &Path,
        original: &File,
        metadata: &Metadata,
        real: PathBuf,
    ) -> Result<Self, LoadError> {
        let failed = |to: &Path| {
            let (path, to) = (source.to_owned(), to.to_owned());
            move |source| LoadError::Copy { path, to, source }
        };
        // Under its own name and a number, by which debuggers and backtraces
        // show it.
        let name = source.file_name().unwrap_or_default();
        let (mut file, path, directory) =
            private_directory::file(name).map_err(failed(&std::env::temp_dir()))?;
        let (origin, head) = (FileIdentity::of(metadata), Head::default());
        let mut copy = PrivateCopy { path, pages: None, head, origin, real, directory };
        // No further than it was: one that grew is refused afterwards.
        let len = sparse_copy::copy(original, metadata, &mut file).map_err(failed(&copy.path))?;
        let pages = PagedFile::new(file, len);
        copy.head = pages.head().map_err(failed(&copy.path))?;
        copy.pages = Some(pages);
        Ok(copy)
    }

    /// The content, for the one who checks it: what is open for writing cannot
    /// be copied once more by a probe.
    pub(crate) fn pages(&mut self) -> io::Result<PagedFile> {
        match self.pages.take() {
            Some(pages) => Ok(pages),
            None => Ok(PagedFile::new(File::open(&self.path)?, self.len())),
        }
    }

    /// Where the copy is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// How many bytes it has.
    pub(crate) fn len(&self) -> u64 {
        self.head.len
    }

    /// How it begins.
    pub(crate) fn head(&self) -> Head {
        self.head
    }

    /// The path of the file that was copied, without links.
    pub(crate) fn real(&self) -> &Path {
        &self.real
    }

    /// The directory that it is in.
    pub(crate) fn directory(&self) -> Arc<PrivateDirectory> {
        Arc::clone(&self.directory)
    }

    /// The file that was copied, as it was.
    pub(crate) fn origin(&self) -> &FileIdentity {
        &self.origin
    }
}

impl Drop for PrivateCopy {
    fn drop(&mut self) {
        // What is left of it harms nobody, and goes with the process.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// By what a file that was not changed is known again: which one it is, its
/// size, and when it was written and changed otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct FileIdentity {
    file: (u64, u64),
    len: u64,
    written: Option<SystemTime>,
    changed: (i64, i64),
}

impl FileIdentity {
    pub(crate) fn of(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        let (file, changed) = {
            use std::os::unix::fs::MetadataExt;
            ((metadata.dev(), metadata.ino()), (metadata.ctime(), metadata.ctime_nsec()))
        };
        #[cfg(not(unix))]
        let (file, changed) = ((0, 0), (0, 0));
        FileIdentity { file, len: metadata.len(), written: metadata.modified().ok(), changed }
    }

    /// Whether nobody wrote the file since it was that one, whatever else
    /// became of it.
    #[cfg(feature = "watch")]
    pub(crate) fn is_written_as(&self, other: &Self) -> bool {
        (self.file, self.len, self.written) == (other.file, other.len, other.written)
    }

    /// One that differs from those of other numbers.
    #[cfg(all(test, feature = "watch"))]
    pub(crate) fn numbered(number: u64) -> Self {
        FileIdentity { file: (0, number), len: 0, written: None, changed: (0, 0) }
    }
}

#[cfg(feature = "hot-library")]
impl FileIdentity {
    /// When its content was written last, or is said to have been.
    pub(crate) fn written(&self) -> Option<SystemTime> {
        self.written
    }

    /// When anything of it was changed last, where the system knows that.
    pub(crate) fn changed(&self) -> Option<SystemTime> {
        let (seconds, nanoseconds) = self.changed;
        let since = Duration::new(seconds.try_into().ok()?, nanoseconds.try_into().ok()?);
        (!since.is_zero()).then(|| SystemTime::UNIX_EPOCH + since)
    }
}

pub(crate) fn regular(path: &Path, metadata: &Metadata) -> Result<(), LoadError> {
    if metadata.is_file() {
        return Ok(());
    }
    Err(LoadError::NotAFile { path: path.to_owned(), found: kind_of(metadata) })
}

/// Opens a file for reading, and returns at once if it is a pipe that nobody
/// writes to.
pub(crate) fn open_without_waiting(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags(libc::O_NONBLOCK);
    }
    options.open(path)
}

fn kind_of(metadata: &Metadata) -> &'static str {
    let kind = metadata.file_type();
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if kind.is_fifo() {
            return "a named pipe";
        }
        if kind.is_socket() {
            return "a socket";
        }
        if kind.is_block_device() || kind.is_char_device() {
            return "a device";
        }
    }
    if kind.is_dir() { "a directory" } else { "something else" }
}
