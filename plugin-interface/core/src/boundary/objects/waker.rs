//! Wakers that a poll passes to the library of the future, which may call them
//! from any thread.
#![expect(unsafe_code, reason = "wakers are built from pointers")]

use core::ffi::c_void;
use core::ptr;
use core::task::{RawWaker, RawWakerVTable, Waker};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::abi::{Failure, Outcome, RawTaskWaker, TaskWakerTable};
use crate::boundary::objects::remote_waker;
use crate::runtime::{failure, library_ref};

/// Borrows a `Waker` for a poll. If it came from another library, that one is
/// passed on. Otherwise it is of this library's executor, and is the data.
pub(crate) fn borrow(waker: &Waker) -> RawTaskWaker {
    if let Some(raw) = remote_waker::raw(waker) {
        return raw;
    }
    let library_ref = library_ref::current();
    if ptr::eq(waker.vtable(), &OF_SHARED) {
        return RawTaskWaker { table: &SHARED, data: waker.data().cast(), library_ref };
    }
    RawTaskWaker { table: &BORROWED, data: ptr::from_ref(waker).cast(), library_ref }
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
    if [&raw const BORROWED, &raw const OWNED, &raw const SHARED].contains(&table) {
        // SAFETY: the data of each is a waker of this library, which came back.
        return poll(unsafe { &*data.cast::<Waker>() });
    }
    // SAFETY: the contract of this function.
    let waker = unsafe { remote_waker::borrowed(borrowed) };
    poll(&waker)
}

/// Returns a waker whose clones allocate nothing here when a library makes them.
///
/// It is for who polls one task often: it allocates once, and wakes the other one.
#[doc(hidden)]
pub fn shared(waker: Waker) -> Waker {
    let data = Arc::into_raw(Arc::new(waker));
    // SAFETY: the data that the functions of this table take.
    unsafe { Waker::new(data.cast(), &OF_SHARED) }
}

/// The data is that of an `Arc` of a `Waker`, here and below.
static OF_SHARED: RawWakerVTable =
    RawWakerVTable::new(clone_here, wake_here, wake_here_by_ref, drop_here);

static SHARED: TaskWakerTable =
    TaskWakerTable { clone: clone_shared, wake: wake_shared, wake_by_ref, drop: drop_shared };

/// # Safety
///
/// `data` is that of an `Arc` that is alive meanwhile. So do all below.
unsafe fn clone_here(data: *const ()) -> RawWaker {
    // SAFETY: the contract of this function.
    unsafe { Arc::increment_strong_count(data.cast::<Waker>()) };
    RawWaker::new(data, &OF_SHARED)
}

unsafe fn wake_here(data: *const ()) {
    // SAFETY: the contract of this function; consumed here.
    unsafe { Arc::from_raw(data.cast::<Waker>()) }.wake_by_ref();
}

unsafe fn wake_here_by_ref(data: *const ()) {
    // SAFETY: the contract of this function.
    unsafe { &*data.cast::<Waker>() }.wake_by_ref();
}

unsafe fn drop_here(data: *const ()) {
    // SAFETY: as in `wake_here`.
    drop(unsafe { Arc::from_raw(data.cast::<Waker>()) });
}

unsafe extern "C" fn clone_shared(data: *const c_void) -> Outcome<RawTaskWaker> {
    let library_ref = library_ref::current();
    // SAFETY: the contract of `clone_here`; this library is in use, since it runs.
    unsafe {
        Arc::increment_strong_count(data.cast::<Waker>());
        library_ref::retain(library_ref);
    }
    Outcome::ok(RawTaskWaker { table: &SHARED, data, library_ref })
}

unsafe extern "C" fn wake_shared(data: *const c_void) -> *mut Failure {
    // SAFETY: as in `wake_here`.
    let waker = unsafe { Arc::from_raw(data.cast::<Waker>()) };
    contained(move || waker.wake_by_ref())
}

unsafe extern "C" fn drop_shared(data: *const c_void) -> *mut Failure {
    // SAFETY: as in `wake_here`.
    let waker = unsafe { Arc::from_raw(data.cast::<Waker>()) };
    contained(move || drop(waker))
}
