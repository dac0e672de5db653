//! Wakers that a poll passes to the library of the future, which may call them
//! from any thread.
#![expect(unsafe_code, reason = "wakers are built from pointers")]

use core::ffi::c_void;
use core::mem::ManuallyDrop;
use core::ptr;
use core::task::{RawWaker, RawWakerVTable, Waker};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::abi::{Failure, Outcome, RawTaskWaker, TaskWakerTable};
use crate::boundary::ReturnError;
use crate::object::call_error::CallError;
use crate::object::raise;
use crate::runtime::{failure, library_ref};

/// Borrows a `Waker` for a poll. If it came from another library, that one is
/// passed on. Otherwise it is of this library's executor, and is the data.
pub(crate) fn borrow(waker: &Waker) -> RawTaskWaker {
    if ptr::eq(waker.vtable(), &OF_BORROWED) || ptr::eq(waker.vtable(), &OF_OWNED) {
        // SAFETY: both vtables have this data, which lives as long as the waker.
        return unsafe { *waker.data().cast::<RawTaskWaker>() };
    }
    RawTaskWaker {
        table: &BORROWED,
        data: ptr::from_ref(waker).cast(),
        library_ref: library_ref::current(),
    }
}

static BORROWED: TaskWakerTable =
    TaskWakerTable { clone, wake: wake_by_ref, wake_by_ref, drop: nothing };

/// The data is a boxed `Waker`. Like each static, it has an address of its own.
static OWNED: TaskWakerTable = TaskWakerTable { clone, wake, wake_by_ref, drop: end };

/// # Safety
///
/// `data` points to a waker that is alive meanwhile.
unsafe extern "C" fn clone(data: *const c_void) -> Outcome<RawTaskWaker> {
    // SAFETY: the contract of this function.
    let waker = unsafe { &*data.cast::<Waker>() };
    match catch_unwind(AssertUnwindSafe(|| waker.clone())) {
        Ok(waker) => {
            let (data, library_ref) =
                (Box::into_raw(Box::new(waker)).cast_const().cast(), library_ref::current());
            // SAFETY: this library is in use, since it runs.
            unsafe { library_ref::retain(library_ref) };
            Outcome::ok(RawTaskWaker { table: &OWNED, data, library_ref })
        }
        Err(payload) => Outcome::failed(failure::of_panic(payload)),
    }
}

fn contained(what: impl FnOnce()) -> *mut Failure {
    match catch_unwind(AssertUnwindSafe(what)) {
        Ok(()) => ptr::null_mut(),
        Err(payload) => failure::of_panic(payload),
    }
}

/// # Safety
///
/// `data` points to a boxed waker, which is consumed.
unsafe extern "C" fn wake(data: *const c_void) -> *mut Failure {
    // SAFETY: the contract of this function.
    let waker = unsafe { Box::from_raw(data.cast_mut().cast::<Waker>()) };
    contained(|| waker.wake())
}

/// # Safety
///
/// `data` points to a waker that is alive meanwhile.
unsafe extern "C" fn wake_by_ref(data: *const c_void) -> *mut Failure {
    // SAFETY: the contract of this function.
    let waker = unsafe { &*data.cast::<Waker>() };
    contained(|| waker.wake_by_ref())
}

/// # Safety
///
/// `data` points to a boxed waker, which is consumed.
unsafe extern "C" fn end(data: *const c_void) -> *mut Failure {
    // SAFETY: the contract of this function.
    let waker = unsafe { Box::from_raw(data.cast_mut().cast::<Waker>()) };
    contained(|| drop(waker))
}

unsafe extern "C" fn nothing(_: *const c_void) -> *mut Failure {
    ptr::null_mut()
}

/// Runs `poll` with a waker that another library lends.
///
/// # Safety
///
/// `borrowed` points to a waker of [`borrow`], of any library, as long as this
/// runs.
pub(crate) unsafe fn with<R>(borrowed: *const RawTaskWaker, poll: impl FnOnce(&Waker) -> R) -> R {
    // SAFETY: the contract of this function.
    let RawTaskWaker { table, data, .. } = unsafe { *borrowed };
    if ptr::eq(table, &BORROWED) || ptr::eq(table, &OWNED) {
        // SAFETY: the data of both is a waker of this library, which came back.
        return poll(unsafe { &*data.cast::<Waker>() });
    }
    // SAFETY: the functions of this table take a pointer to such a waker. Those
    // that would consume it are not called, since it is never dropped.
    let waker = ManuallyDrop::new(unsafe { Waker::new(borrowed.cast(), &OF_BORROWED) });
    poll(&waker)
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
