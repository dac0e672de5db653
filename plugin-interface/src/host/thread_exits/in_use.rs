//! A use of a library by the host, which keeps it mapped as an object does.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::idle;
use super::registry::{LibraryId, is_awaited, registry};

/// Keeps a library mapped.
pub(crate) struct InUse {
    library: LibraryId,
    objects: Arc<AtomicUsize>,
}

/// Keeps a library mapped, unless it was released.
pub(crate) fn hold(library: LibraryId) -> Option<InUse> {
    let registry = registry();
    let objects = registry.objects(library)?;
    // Under the lock, so that it is not released meanwhile.
    objects.fetch_add(1, Ordering::Relaxed);
    Some(InUse { library, objects })
}

impl Drop for InUse {
    fn drop(&mut self) {
        if self.objects.fetch_sub(1, Ordering::AcqRel) == 1 && is_awaited(self.library) {
            idle::signal();
        }
    }
}
