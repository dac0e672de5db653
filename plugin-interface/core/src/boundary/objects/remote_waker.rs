//! Wakers of another library, as those of this one.
#![expect(unsafe_code, reason = "wakers are built from pointers")]

use core::mem::ManuallyDrop;
use core::ptr;
use core::task::{RawWaker, RawWakerVTable, Waker};
use std::sync::Arc;

use crate::abi::{Failure, RawTaskWaker};
use crate::boundary::ReturnError;
use crate::object::call_error::CallError;
use crate::object::raise;
use crate::runtime::library_ref;

/// Returns what another library lent or gave, if the waker is of such.
pub(super) fn raw(waker: &Waker) -> Option<RawTaskWaker> {
    let is_remote = ptr::eq(waker.vtable(), &OF_BORROWED) || ptr::eq(waker.vtable(), &OF_OWNED);
    // SAFETY: both vtables have this data, which lives as long as the waker.
    is_remote.then(|| unsafe { *waker.data().cast::<RawTaskWaker>() })
}

/// Returns a waker that another library lends.
///
/// # Safety
///
/// `borrowed` points to a waker of another library, for as long as the result is used.
pub(super) unsafe fn borrowed(borrowed: *const RawTaskWaker) -> ManuallyDrop<Waker> {
    // SAFETY: the functions of this table take a pointer to such a waker. Those
    // that would consume it are not called, since it is never dropped.
    ManuallyDrop::new(unsafe { Waker::new(borrowed.cast(), &OF_BORROWED) })
}

/// A waker that a task keeps while its host lends it the same one for each poll. So what
/// the task clones is counted here, and the host is not asked.
#[cfg(feature = "tasks")]
#[derive(Default)]
pub(crate) enum KeptWaker {
    #[default]
    Untried,
    Kept(Waker),
    /// Each waker of the host has an address of its own.
    Impossible,
}

#[cfg(feature = "tasks")]
impl KeptWaker {
    /// Returns the one to poll with: the kept one if it is the same.
    pub(crate) fn of<'a>(&'a mut self, lent: &'a Waker) -> &'a Waker {
        let Some(raw_lent) = raw(lent) else { return lent };
        let is_same = |waker: &Waker| {
            raw(waker).is_some_and(|it| {
                ptr::eq(it.table, raw_lent.table) && ptr::eq(it.data, raw_lent.data)
            })
        };
        let is_kept = match self {
            KeptWaker::Impossible => return lent,
            KeptWaker::Kept(waker) => is_same(waker),
            KeptWaker::Untried => false,
        };
        if !is_kept {
            // The same functions with the same argument are the same waker, as long as
            // one of the two is alive.
            let clone = lent.clone();
            *self = match is_same(&clone) {
                true => KeptWaker::Kept(clone),
                false => KeptWaker::Impossible,
            };
        }
        match self {
            KeptWaker::Kept(waker) => waker,
            _ => lent,
        }
    }
}

/// The data is a borrowed [`RawTaskWaker`].
static OF_BORROWED: RawWakerVTable =
    RawWakerVTable::new(clone_borrowed, wake_remote_by_ref, wake_remote_by_ref, drop_nothing);

/// The data is that of an `Arc` of an [`OwnedWaker`]: so it is cloned without the
/// other library.
static OF_OWNED: RawWakerVTable =
    RawWakerVTable::new(clone_owned, wake_owned, wake_remote_by_ref, drop_owned);

/// An owned waker of another library.
#[repr(transparent)]
struct OwnedWaker(RawTaskWaker);

// SAFETY: any thread may call the functions of a waker.
unsafe impl Send for OwnedWaker {}
// SAFETY: as above.
unsafe impl Sync for OwnedWaker {}

impl OwnedWaker {
    fn wake(self) {
        let OwnedWaker(raw) = *ManuallyDrop::new(self);
        // SAFETY: the waker's own function, called once: `self` is not dropped.
        let reported = unsafe { panic_of("wake", ((*raw.table).wake)(raw.data)) };
        // SAFETY: retained by `clone`, and nothing of its library is used after
        // this.
        unsafe { library_ref::release(raw.library_ref) };
        continue_panic(reported);
    }
}

impl Drop for OwnedWaker {
    fn drop(&mut self) {
        let raw = self.0;
        // SAFETY: the waker's own function, called once. The hook reported its
        // panic.
        let _ = unsafe { panic_of("drop", ((*raw.table).drop)(raw.data)) };
        // SAFETY: as in `wake`.
        unsafe { library_ref::release(raw.library_ref) };
    }
}

/// # Safety
///
/// `data` points to a `RawTaskWaker` as its table requires.
unsafe fn clone_borrowed(data: *const ()) -> RawWaker {
    // SAFETY: the contract of this function.
    let raw = unsafe { &*data.cast::<RawTaskWaker>() };
    // SAFETY: the waker's own function; the waker is alive.
    let outcome = unsafe { ((*raw.table).clone)(raw.data) };
    // SAFETY: the call above returned it.
    continue_panic(unsafe { panic_of("clone", outcome.status) });
    // SAFETY: without a failure the value is initialised.
    let owned = OwnedWaker(unsafe { outcome.value.assume_init() });
    RawWaker::new(Arc::into_raw(Arc::new(owned)).cast(), &OF_OWNED)
}

/// # Safety
///
/// `data` is that of an `Arc`; so do the two below, which consume it.
unsafe fn clone_owned(data: *const ()) -> RawWaker {
    // SAFETY: the contract of this function.
    unsafe { Arc::increment_strong_count(data.cast::<OwnedWaker>()) };
    RawWaker::new(data, &OF_OWNED)
}

unsafe fn wake_owned(data: *const ()) {
    // SAFETY: the contract of this function.
    let owned = unsafe { Arc::from_raw(data.cast::<OwnedWaker>()) };
    match Arc::try_unwrap(owned) {
        Ok(owned) => owned.wake(),
        // SAFETY: alive until the end of this.
        Err(shared) => unsafe { wake_remote_by_ref(Arc::as_ptr(&shared).cast()) },
    }
}

unsafe fn drop_owned(data: *const ()) {
    // SAFETY: the contract of this function.
    drop(unsafe { Arc::from_raw(data.cast::<OwnedWaker>()) });
}

/// # Safety
///
/// As for [`clone_borrowed`].
unsafe fn wake_remote_by_ref(data: *const ()) {
    // SAFETY: the contract of this function.
    let raw = unsafe { &*data.cast::<RawTaskWaker>() };
    // SAFETY: the waker's own function; the waker is alive.
    continue_panic(unsafe { panic_of("wake", ((*raw.table).wake_by_ref)(raw.data)) });
}

unsafe fn drop_nothing(_: *const ()) {}

/// Returns the panic of a status, if any.
///
/// # Safety
///
/// The status was just returned, and is not used again.
unsafe fn panic_of(function: &'static str, status: *mut Failure) -> Option<CallError> {
    if status.is_null() {
        return None;
    }
    // SAFETY: the contract of this function.
    Some(CallError::of("Waker", function, unsafe { ReturnError::from_status(status) }))
}

fn continue_panic(panic: Option<CallError>) {
    if let Some(error) = panic {
        raise(error);
    }
}
