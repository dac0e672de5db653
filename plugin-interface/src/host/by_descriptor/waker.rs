//! Wakers whose task is in another process, and wakers for another process.
#![expect(unsafe_code, reason = "wakers are passed as pointers")]

use core::ffi::c_void;
use core::fmt;
use core::ptr::{self, null_mut};
use std::sync::Arc;

use super::own_library;
use crate::abi::{
    ABI_VERSION, Failure, ObjectTable, Opaque, Outcome, RawObject, RawSlice, RawTaskWaker,
    TaskWakerTable, VTableHeader,
};
use crate::boundary::{FfiSafe, LiftError};
use crate::object::OwnedObject;
use crate::runtime::failure::{contain, panicked};

/// Wakes a task of another process.
pub(super) trait Wakes: Send + Sync {
    fn wake(&self);
}

/// A waker that is lent for a poll.
pub(super) struct LentWaker {
    raw: Box<RawTaskWaker>,
    #[expect(dead_code, reason = "the waker has its address")]
    wakes: Box<Arc<dyn Wakes>>,
}

impl LentWaker {
    pub(super) fn new(wakes: Arc<dyn Wakes>) -> Self {
        let wakes = Box::new(wakes);
        let data = ptr::from_ref(&*wakes).cast();
        let library_ref = own_library::current();
        LentWaker { raw: Box::new(RawTaskWaker { table: &TABLE, data, library_ref }), wakes }
    }

    pub(super) fn raw(&self) -> *const RawTaskWaker {
        &raw const *self.raw
    }
}

/// The functions of such wakers. The data is an `Arc` of what they wake, in a box.
static TABLE: TaskWakerTable = TaskWakerTable { clone, wake, wake_by_ref, drop: end };

/// # Safety
///
/// `data` points to such an `Arc`, which lives meanwhile.
unsafe extern "C" fn clone(data: *const c_void) -> Outcome<RawTaskWaker> {
    // SAFETY: the contract of this function.
    let wakes = Arc::clone(unsafe { &*data.cast::<Arc<dyn Wakes>>() });
    let data = Box::into_raw(Box::new(wakes)).cast_const().cast();
    Outcome::ok(RawTaskWaker { table: &TABLE, data, library_ref: own_library::retained() })
}

/// # Safety
///
/// `data` points to such an `Arc` in a box, which is consumed.
unsafe extern "C" fn wake(data: *const c_void) -> *mut Failure {
    // SAFETY: the contract of this function.
    let wakes = unsafe { Box::from_raw(data.cast_mut().cast::<Arc<dyn Wakes>>()) };
    contained(|| wakes.wake())
}

/// # Safety
///
/// `data` points to such an `Arc`, which lives meanwhile.
unsafe extern "C" fn wake_by_ref(data: *const c_void) -> *mut Failure {
    // SAFETY: the contract of this function.
    let wakes = unsafe { &*data.cast::<Arc<dyn Wakes>>() };
    contained(|| wakes.wake())
}

/// # Safety
///
/// `data` points to such an `Arc` in a box, which is consumed.
unsafe extern "C" fn end(data: *const c_void) -> *mut Failure {
    // SAFETY: the contract of this function.
    let wakes = unsafe { Box::from_raw(data.cast_mut().cast::<Arc<dyn Wakes>>()) };
    contained(|| drop(wakes))
}

fn contained(what: impl FnOnce()) -> *mut Failure {
    contain(what).map_or_else(|message| panicked(message, None), |()| null_mut())
}

/// A waker of this process that another one has. Any thread may use it.
struct GivenWaker(RawTaskWaker);

/// Returns a clone of a waker, as an object with the method `wake`.
///
/// # Safety
///
/// `waker` is null or points to a waker, which is borrowed meanwhile.
pub(super) unsafe fn given(waker: *const RawTaskWaker) -> Result<OwnedObject, String> {
    // SAFETY: the contract of this function.
    let waker = unsafe { waker.as_ref() }.ok_or_else(|| LiftError::Null.to_string())?;
    // SAFETY: the waker's own function and data.
    let Outcome { status, value } = unsafe { ((*waker.table).clone)(waker.data) };
    if !status.is_null() {
        // SAFETY: the failure is ours.
        unsafe { ((*status).free)(status) };
        return Err("the waker panicked when it was cloned".to_owned());
    }
    // SAFETY: without a failure there is a value.
    let given = GivenWaker(unsafe { value.assume_init() });
    let instance = Box::into_raw(Box::new(given)).cast::<Opaque>();
    let raw = RawObject { table: &GIVEN.0, instance, library_ref: own_library::retained() };
    // SAFETY: it is new, and has a table of its type.
    Ok(unsafe { OwnedObject::new(raw) })
}

#[repr(C)]
struct GivenTable {
    header: VTableHeader,
    wake: unsafe extern "C" fn(*mut Opaque) -> Outcome<<() as FfiSafe>::Returned>,
}

static VTABLE: GivenTable = GivenTable {
    header: VTableHeader {
        abi_version: ABI_VERSION,
        methods: 1,
        fingerprint: [0; 2],
        drop: drop_given,
    },
    wake: wake_given,
};

struct Table(ObjectTable);

// SAFETY: nothing writes to it; it points to statics.
unsafe impl Sync for Table {}

static GIVEN: Table = Table(ObjectTable {
    vtable: (&raw const VTABLE).cast(),
    record: RawSlice::of::<u8>(&[]),
    share: None,
    is: is_never,
    flags: 0,
    unchecked: ptr::null(),
});

unsafe extern "C" fn is_never(_: *const c_void) -> u8 {
    0
}

/// # Safety
///
/// `this` points to a [`GivenWaker`], which lives meanwhile.
unsafe extern "C" fn wake_given(this: *mut Opaque) -> Outcome<<() as FfiSafe>::Returned> {
    // SAFETY: the contract of this function.
    let GivenWaker(raw) = unsafe { &*this.cast::<GivenWaker>() };
    // SAFETY: the waker's own function and data; it is owned.
    let failure = unsafe { ((*raw.table).wake_by_ref)(raw.data) };
    if failure.is_null() { ().lower_return() } else { Outcome::failed(failure) }
}

/// # Safety
///
/// `this` is a [`GivenWaker`] in a box, which is consumed.
unsafe extern "C" fn drop_given(this: *mut Opaque) -> *mut Failure {
    // SAFETY: the contract of this function.
    let GivenWaker(raw) = *unsafe { Box::from_raw(this.cast::<GivenWaker>()) };
    // SAFETY: the waker's own function and data; it is dropped once.
    let failure = unsafe { ((*raw.table).drop)(raw.data) };
    if !failure.is_null() {
        // SAFETY: the failure is ours. The hook has reported its panic.
        unsafe { ((*failure).free)(failure) };
    }
    // SAFETY: retained by `clone`, and nothing of its library is used after this.
    unsafe { own_library::release(raw.library_ref) };
    null_mut()
}

impl fmt::Debug for LentWaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LentWaker")
    }
}
