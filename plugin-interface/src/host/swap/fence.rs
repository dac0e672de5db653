//! An asymmetric fence: it costs readers nothing, because the writer pays for
//! both.
//!
//! A reader stores its hazard pointer and then loads the current pointer. A
//! writer stores the current pointer and then loads the hazard pointers. At
//! least one of the two must see the store of the other (Dekker's pattern).
//! Each therefore needs a sequentially consistent fence between its store and
//! its load.
//!
//! Linux 4.14 and later can run a fence on all running threads of the process
//! (`membarrier(2)`, `MEMBARRIER_CMD_PRIVATE_EXPEDITED`). There the writer's
//! [`heavy`] fence does that, and the reader's [`light`] fence only keeps the
//! compiler from reordering the two steps. folly calls the pair
//! `asymmetric_thread_fence_light` and `asymmetric_thread_fence_heavy`. On
//! other systems both sides execute a fence.

use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering, compiler_fence, fence};
use std::time::Duration;

use crate::host::platform;

/// `true` if [`heavy`] fences the readers too. Set once, before there are any.
static IS_ASYMMETRIC: AtomicBool = AtomicBool::new(false);

/// Asks the system for its support. Must be called before the first [`light`].
pub(crate) fn prepare() {
    static PREPARED: Once = Once::new();
    PREPARED.call_once(|| {
        let can = platform::register_fences() && platform::fence_all_threads();
        IS_ASYMMETRIC.store(can, Ordering::SeqCst);
    });
}

/// Returns `true` if [`order`] is enough for a reader.
pub(crate) fn is_asymmetric() -> bool {
    IS_ASYMMETRIC.load(Ordering::Relaxed)
}

/// The light fence of a reader for which `is_asymmetric` returned `true`.
#[inline(always)]
pub(crate) fn order() {
    compiler_fence(Ordering::SeqCst);
}

/// The light fence, between the reader's store and its load.
#[inline(always)]
pub(crate) fn light() {
    if is_asymmetric() {
        order();
    } else {
        fence(Ordering::SeqCst);
    }
}

/// The time after which a store of a reader is visible without a fence.
///
/// A reader that found the old value loaded it before the new one was visible,
/// and stored its announcement before that load. Processors hold a store back
/// for far less than a microsecond, and not across a change of threads.
pub(crate) const VISIBLE_AFTER: Duration = Duration::from_secs(1);

/// The heavy fence, between the writer's store and its loads. Returns `false`
/// if the system refuses although it agreed before, for instance since a filter
/// of system calls was installed: then the loads prove nothing until
/// [`VISIBLE_AFTER`].
#[must_use]
pub(crate) fn heavy() -> bool {
    fence(Ordering::SeqCst);
    // A forked process may have to register again.
    !is_asymmetric()
        || platform::fence_all_threads()
        || (platform::register_fences() && platform::fence_all_threads())
}
