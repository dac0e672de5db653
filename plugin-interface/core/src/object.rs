//! An instance of another library, and how generated code calls it.
#![expect(unsafe_code, reason = "calls go through a vtable of another library")]

use core::any::Any;
use core::marker::PhantomData;
use core::panic::{RefUnwindSafe, UnwindSafe};
use core::ptr::NonNull;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::abi::{Opaque, Outcome, VTableHeader};
use crate::boundary::{Fault, FfiSafe, Origin};
use crate::call_error::CallError;
use crate::interface::Interface;
use crate::runtime::failure::{discard, message_of};

/// An instance, its vtable, and what keeps both mapped.
///
/// The inside of every `<Trait>Proxy`.
#[doc(hidden)]
pub struct Object<I: Interface + ?Sized> {
    vtable: NonNull<I::VTable>,
    instance: *mut Opaque,
    origin: Origin,
    /// As `Send` and `Sync` as the interface says.
    interface: PhantomData<Box<I>>,
    /// Last: the instance is unmade and the library closed after the pointers
    /// above are of no more use.
    #[expect(dead_code, reason = "owned for its drop")]
    keep: Arc<dyn Any + Send + Sync>,
}

// SAFETY: the instance behind the pointer is an `I`, and `I: Send` is what the
// implementing type had to satisfy; the vtable is immutable.
unsafe impl<I: Interface + Send + ?Sized> Send for Object<I> {}
// SAFETY: likewise for `I: Sync`.
unsafe impl<I: Interface + Sync + ?Sized> Sync for Object<I> {}

// A panic of the plugin is contained on its side; the pointers here stay true.
impl<I: Interface + ?Sized> UnwindSafe for Object<I> {}
impl<I: Interface + ?Sized> RefUnwindSafe for Object<I> {}

impl<I: Interface + ?Sized> Object<I> {
    /// Puts an object together.
    ///
    /// # Safety
    ///
    /// 1. `vtable` and `instance` belong together and stay valid as long as
    ///    `keep` lives.
    /// 2. No other object of this instance exists, unless `I::SHAREABLE`.
    /// 3. `origin` tells who made the vtable.
    pub unsafe fn new(
        vtable: NonNull<I::VTable>,
        instance: *mut Opaque,
        origin: Origin,
        keep: Arc<dyn Any + Send + Sync>,
    ) -> Self {
        Object { vtable, instance, origin, interface: PhantomData, keep }
    }

    /// The methods. The plugin may have been built when there were fewer: a
    /// later one may only be read if [`has`](Self::has) says so, and the whole
    /// is never to be a reference.
    #[inline]
    pub fn vtable(&self) -> *const I::VTable {
        self.vtable.as_ptr()
    }

    /// Whether the method that lies at `offset` is one of the plugin's.
    #[inline]
    pub fn has(&self, offset: usize) -> bool {
        let index = (offset - size_of::<VTableHeader>()) / size_of::<fn()>();
        index < self.methods()
    }

    /// How many methods the plugin has.
    #[inline]
    fn methods(&self) -> usize {
        // SAFETY: every vtable begins with a header, and is valid as long as
        // `keep` lives, by the contract of `new`.
        unsafe { (*self.vtable.as_ptr().cast::<VTableHeader>()).methods as usize }
    }

    /// Whether the plugin has the method of this name itself.
    pub fn supports(&self, method: &str) -> bool {
        let methods = I::DESCRIPTION.methods.iter().take(self.methods());
        methods.into_iter().any(|known| known.name == method)
    }

    /// The instance that the methods take.
    #[inline]
    pub fn instance(&self) -> *mut Opaque {
        self.instance
    }

    /// Turns what a method returned into its value, borrowing from `self`.
    ///
    /// # Safety
    ///
    /// 1. `outcome` is the return of a method of this object's vtable whose
    ///    return type is `R`.
    /// 2. If `R` holds an exclusive borrow, the proxy is borrowed exclusively
    ///    for as long.
    #[inline]
    pub unsafe fn finish<'s, R: FfiSafe>(
        &'s self,
        outcome: Outcome<R::Returned>,
    ) -> Result<R::At<'s>, Fault> {
        // SAFETY: the caller vouches for the outcome. What it borrows is the
        // instance's or an argument's, for which the method was given the
        // borrow of `self`, or one that is as long.
        unsafe { R::lift_return(outcome, self.origin) }
    }

    /// The value that `method` gave.
    ///
    /// # Panics
    ///
    /// With the plugin's message if the method panicked, without a second
    /// report; with a message of its own if the value is invalid.
    #[inline]
    pub fn value<T>(method: &'static str, called: Result<T, Fault>) -> T {
        match called {
            Ok(value) => value,
            Err(fault) => raise(I::NAME, method, fault),
        }
    }

    /// The value that `method` gave, or why there is none.
    #[inline]
    pub fn checked<T>(method: &'static str, called: Result<T, Fault>) -> Result<T, CallError> {
        called.map_err(|fault| CallError::of(I::NAME, method, fault))
    }
}

/// Runs the default body of a method that the plugin lacks, on this side, and
/// makes an error of its panic.
#[doc(hidden)]
pub fn contain_default<R>(
    interface: &'static str,
    method: &'static str,
    body: impl FnOnce() -> R,
) -> Result<R, CallError> {
    // What it leaves behind is the plugin's, as after any caught panic.
    catch_unwind(AssertUnwindSafe(body)).map_err(|payload| {
        let message = message_of(&*payload).to_owned();
        discard(payload);
        CallError::Panicked { interface, method, message, location: None }
    })
}

impl<I: Interface + ?Sized> core::fmt::Debug for Object<I> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct(I::NAME).field("origin", &self.origin).finish_non_exhaustive()
    }
}

/// Continues a plugin's panic on this side of the boundary.
#[cold]
#[inline(never)]
fn raise(interface: &'static str, method: &'static str, fault: Fault) -> ! {
    match CallError::of(interface, method, fault) {
        // Reported when it happened: unwind without a second report.
        CallError::Panicked { message, .. } => std::panic::resume_unwind(Box::new(message)),
        invalid => panic!("{invalid}"),
    }
}
