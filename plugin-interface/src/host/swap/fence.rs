//! A fence that costs readers nothing, because the writer pays for both.
//!
//! A reader writes one place and then reads another; a writer does so the
//! other way round. At least one of them must see what the other wrote, for
//! which each needs a full fence between its two steps. Where the system can
//! run a fence on all threads of this process at once (`membarrier`, Linux 4.14),
//! the writer asks for it, and to the reader the order in which the compiler
//! left the two steps is enough, and that is settled once for each thread. Elsewhere both fence.
#![expect(unsafe_code, reason = "asks the system for a fence on all threads")]

use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering, compiler_fence, fence};

/// Whether `heavy` fences the readers too; settled before there are any.
static IS_ASYMMETRIC: AtomicBool = AtomicBool::new(false);

/// To be called before the first `light`.
pub(crate) fn prepare() {
    static PREPARED: Once = Once::new();
    PREPARED.call_once(|| {
        let can = membarrier::register() && membarrier::run();
        IS_ASYMMETRIC.store(can, Ordering::SeqCst);
    });
}

/// Whether `order` is enough for a reader.
pub(crate) fn is_asymmetric() -> bool {
    IS_ASYMMETRIC.load(Ordering::Relaxed)
}

/// Between the two steps of a reader that asked `is_asymmetric` before.
#[inline(always)]
pub(crate) fn order() {
    compiler_fence(Ordering::SeqCst);
}

/// Between the reader's two steps.
#[inline(always)]
pub(crate) fn light() {
    if is_asymmetric() {
        order();
    } else {
        fence(Ordering::SeqCst);
    }
}

/// Between the writer's two steps. `false` if the system refused, against its
/// word: then nothing is known of the readers.
#[must_use]
pub(crate) fn heavy() -> bool {
    fence(Ordering::SeqCst);
    // A process that was forked may have to register once more.
    !is_asymmetric() || membarrier::run() || (membarrier::register() && membarrier::run())
}

#[cfg(target_os = "linux")]
mod membarrier {
    /// `linux/membarrier.h`
    const PRIVATE_EXPEDITED: libc::c_int = 1 << 3;
    const REGISTER_PRIVATE_EXPEDITED: libc::c_int = 1 << 4;

    pub(crate) fn register() -> bool {
        ask(REGISTER_PRIVATE_EXPEDITED)
    }

    pub(crate) fn run() -> bool {
        ask(PRIVATE_EXPEDITED)
    }

    fn ask(command: libc::c_int) -> bool {
        // SAFETY: the call takes three numbers and touches no memory.
        unsafe { libc::syscall(libc::SYS_membarrier, command, 0, 0) == 0 }
    }
}

#[cfg(not(target_os = "linux"))]
mod membarrier {
    pub(crate) fn register() -> bool {
        false
    }

    pub(crate) fn run() -> bool {
        false
    }
}
