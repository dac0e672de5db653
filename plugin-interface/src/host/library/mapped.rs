//! A library that is mapped, and how it is unmapped.

use std::path::PathBuf;

use libloading::Library;

use crate::host::file::private_copy::PrivateCopy;
use crate::host::library::outcome;
use crate::host::library::outcome::{CloseRecord, CloseState, UnloadOutcome};
use crate::host::platform::Image;
use crate::host::services::Services;
use crate::host::thread_exits;
use crate::host::thread_exits::Held;

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
    pub(crate) services: Services,
    pub(crate) copy: PrivateCopy,
}

impl Mapped {
    /// Returns the reason why it is still mapped.
    pub(crate) fn outcome(&self) -> UnloadOutcome {
        outcome::outcome(thread_exits::held(self.services.library()).unwrap_or_default())
    }

    /// Returns `true` if it will become idle when threads end.
    pub(crate) fn may_go(&self) -> bool {
        thread_exits::held(self.services.library()).is_none_or(Held::is_passing)
    }

    /// Closes the library, which nothing in this process uses any more.
    pub(crate) fn unmap(self) -> Result<(), libloading::Error> {
        let Mapped { close_record, count, library, image, services, copy, .. } = self;
        let closed = library.close();
        if closed.is_err() || image.is_mapped() {
            // The library may run on, and uses its services and its file.
            core::mem::forget((services, copy));
            close_record.write(count, CloseState::Linked);
        } else {
            close_record.write(count, CloseState::Unmapped);
        }
        closed
    }
}
