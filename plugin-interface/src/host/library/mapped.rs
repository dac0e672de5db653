//! A library that is mapped, and how it is unmapped.

use std::path::PathBuf;

use libloading::Library;

use crate::host::crash_notes;
use crate::host::file::private_copy::PrivateCopy;
#[cfg(feature = "in-flight")]
use crate::host::in_flight;
use crate::host::library::outcome::{self, CloseRecord, CloseState, LINKED, UnloadOutcome};
use crate::host::library::own_threads::OwnThreads;
use crate::host::library::{brought, handlers};
use crate::host::platform::Image;
use crate::host::services::Services;
use crate::host::thread_exits;

/// A library that is mapped, with everything that it needs.
pub(crate) struct Mapped {
    pub(crate) path: PathBuf,
    pub(crate) close_record: CloseRecord,
    /// The number of destroyed registrations.
    pub(crate) count: u64,
    /// Closed before the fields that follow are dropped. If it stays mapped,
    /// these are not dropped at all.
    pub(crate) library: Library,
    pub(crate) image: Image,
    pub(crate) threads: OwnThreads,
    pub(crate) services: Services,
    pub(crate) copy: PrivateCopy,
}

/// A library that was closed, and that the dynamic linker keeps mapped.
pub(crate) struct Linked {
    pub(crate) path: PathBuf,
    pub(crate) close_record: CloseRecord,
    count: u64,
    pub(crate) reason: String,
    image: Image,
    #[expect(dead_code, reason = "the library may run on, and uses them")]
    services: Services,
    pub(crate) copy: PrivateCopy,
}

impl Mapped {
    /// Takes over a plain library, which knows nothing of its host.
    #[cfg(feature = "hot-library")]
    pub(crate) fn plain(
        library: Library,
        image: Image,
        threads: OwnThreads,
        copy: PrivateCopy,
    ) -> Self {
        let (path, close_record) = (copy.names().real().to_owned(), CloseRecord::default());
        let must_report = thread_exits::keep_mapped(copy.linkage());
        let label = format!("library {}", path.display());
        let services = Services::new(label, "", must_report, None);
        Mapped { path, close_record, count: 0, library, image, threads, services, copy }
    }

    /// Returns the size in memory, or else that of the file.
    pub(crate) fn bytes(&self) -> u64 {
        self.image.size().unwrap_or(self.copy.len())
    }

    /// Returns the reason why it is still mapped.
    pub(crate) fn outcome(&self) -> UnloadOutcome {
        outcome::outcome(thread_exits::held(self.services.library()).unwrap_or_default())
    }

    /// Returns `true` if it will become idle when threads end.
    pub(crate) fn may_go(&self) -> bool {
        thread_exits::held(self.services.library()).is_none_or(|held| held.is_passing())
    }

    /// Returns `true` if nobody tells that it has become idle.
    pub(crate) fn becomes_idle_unheard(&self) -> bool {
        self.threads.end_unheard()
    }

    /// Forgets it in the registry if nothing of it is left to run, so that it
    /// may be unmapped.
    pub(crate) fn release(&self) -> bool {
        let library = self.services.library();
        let mut reasons = handlers::reasons(&self.image);
        reasons.extend(self.threads.reason(&self.image));
        reasons.extend(self.services.tasks_left());
        thread_exits::keep(library, reasons);
        thread_exits::release(library).is_ok()
    }

    /// Closes the library, which nothing in this process uses any more. Returns
    /// what is left if the linker keeps it.
    pub(crate) fn unmap(self) -> Result<Option<Linked>, libloading::Error> {
        let Mapped { path, close_record, count, library, image, services, copy, .. } = self;
        brought::keep(&copy);
        crash_notes::remove_library(&image);
        #[cfg(feature = "in-flight")]
        in_flight::remove_library(&image);
        #[cfg(feature = "log")]
        services.stop_logs();
        #[cfg(feature = "tracing")]
        services.stop_traces();
        let closed = crash_notes::during(&path, "was closed", || library.close());
        if closed.is_ok() && !image.is_mapped() {
            close_record.write(count, CloseState::Unmapped);
            return Ok(None);
        }
        let reason = copy.linkage().stays().unwrap_or_else(|| LINKED.to_owned());
        close_record.write(count, CloseState::Linked(reason.clone()));
        let linked = Linked { path, close_record, count, reason, image, services, copy };
        match closed {
            Ok(()) => Ok(Some(linked)),
            Err(error) => {
                core::mem::forget(linked);
                Err(error)
            }
        }
    }
}

impl Linked {
    /// Returns the size in memory, or else that of the file.
    pub(crate) fn bytes(&self) -> u64 {
        self.image.size().unwrap_or(self.copy.len())
    }

    /// Returns `true` if the linker has unmapped it in the meantime.
    pub(crate) fn is_gone(&mut self) -> bool {
        let is_gone = !self.image.is_mapped();
        if is_gone {
            self.close_record.write(self.count, CloseState::Unmapped);
        }
        is_gone
    }
}
