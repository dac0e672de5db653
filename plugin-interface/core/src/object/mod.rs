//! An instance of another library, and how generated code calls it.
#![expect(unsafe_code, reason = "calls go through a vtable of another library")]

pub(crate) mod call_error;
mod compatible;
pub(crate) mod remote;

use core::alloc::Layout;
use core::marker::PhantomData;
use core::panic::{RefUnwindSafe, UnwindSafe};
use core::ptr::{self, NonNull};
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::abi::{ABI_VERSION, ObjectTable, Opaque, Outcome, RawBorrowed, RawObject, VTableHeader};
use crate::boundary::{FfiSafe, LiftError, Origin, ReturnError};
use crate::interface::Interface;
use crate::metadata::InterfaceDescription;
use crate::object::call_error::CallError;
use crate::runtime::failure::{discard, message_of};
use crate::runtime::{library_ref, panic_location};

use remote::{Ownership, RemoteObject};

/// An instance, its vtable, and what keeps both mapped.
///
/// The inside of every `<Trait>Proxy`, and all of it.
#[doc(hidden)]
pub struct Object<I: Interface + ?Sized> {
    vtable: NonNull<I::VTable>,
    instance: *mut Opaque,
    /// How many methods it has, of those that are known here.
    methods: u32,
    origin: Origin,
    /// As `Send` and `Sync` as the interface says.
    interface: PhantomData<Box<I>>,
    /// Last: the instance is unmade and the library closed after the pointers
    /// above are of no more use.
    ownership: Ownership,
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
    /// An instance that a library registered.
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
        keep: std::sync::Arc<dyn core::any::Any + Send + Sync>,
    ) -> Self {
        // SAFETY: every vtable begins with a header.
        let methods = unsafe { (*vtable.as_ptr().cast::<VTableHeader>()).methods };
        Object {
            vtable,
            instance,
            methods,
            origin,
            interface: PhantomData,
            ownership: Ownership::Registration(keep),
        }
    }

    /// An object that came as a value, or is lent.
    ///
    /// # Safety
    ///
    /// It is one of this interface.
    pub(crate) unsafe fn from_remote(remote: RemoteObject) -> Self {
        let RemoteObject { vtable, instance, methods, origin, ownership } = remote;
        Object {
            // SAFETY: the vtable of an object is not null.
            vtable: unsafe { NonNull::new_unchecked(vtable.cast_mut().cast()) },
            instance,
            methods,
            origin,
            interface: PhantomData,
            ownership,
        }
    }

    /// How many methods of an object may be called, or that it does not fit.
    ///
    /// # Safety
    ///
    /// The table is that of an object, and what it leads to is mapped.
    pub(crate) unsafe fn check(table: &ObjectTable) -> Result<u32, LiftError> {
        // SAFETY: the contract of this function.
        unsafe { methods_of(table, I::FINGERPRINT, I::DESCRIPTION, I::RECORD) }
    }

    /// The object that `value` is, if it is a proxy. An author who overrides the
    /// method that says so can only answer with a proxy that is a part of it.
    fn of_proxy(value: &I) -> Option<&Self> {
        let object = I::object(value)?;
        let is_all_of_it =
            ptr::addr_eq(object, value) && Layout::for_value(value) == Layout::new::<Self>();
        is_all_of_it.then_some(object)
    }

    /// The proxy that this is the inside of.
    pub fn as_proxy(&self) -> &I::Proxy {
        // SAFETY: a proxy is laid out as its object, and is nothing else.
        unsafe { &*ptr::from_ref(self).cast() }
    }

    /// The proxy that `value` is, if `object` says that it is one.
    ///
    /// # Safety
    ///
    /// The proxy stays where it is: it may be lent for less than it says.
    pub unsafe fn proxy_of_mut<V: ?Sized>(
        value: &mut V,
        object: impl FnOnce(&V) -> Option<&Self>,
    ) -> Option<&mut I::Proxy> {
        let object = ptr::from_ref(object(value)?);
        let is_all_of_it =
            ptr::addr_eq(object, value) && Layout::for_value(value) == Layout::new::<Self>();
        // SAFETY: as for `as_proxy`; borrowed exclusively, as `value` is.
        is_all_of_it.then(|| unsafe { &mut *ptr::from_mut(value).cast() })
    }

    /// The object behind a proxy that owns one, to be handed on as it is.
    pub(crate) fn take_remote(value: Box<I>) -> Result<RawObject, Box<I>> {
        if !Self::of_proxy(&value)
            .is_some_and(|object| matches!(object.ownership, Ownership::Owned(_)))
        {
            return Err(value);
        }
        // SAFETY: a proxy is its object and nothing else, as was seen above.
        let object = unsafe { Box::from_raw(Box::into_raw(value).cast::<Self>()) };
        match object.ownership {
            Ownership::Owned(owned) => Ok(owned.into_raw()),
            _ => unreachable!("it owned one a moment ago"),
        }
    }

    /// Another owner of the object behind a proxy, if it may have several.
    pub(crate) fn share_remote(value: &I) -> Option<RawObject> {
        let Ownership::Owned(owned) = &Self::of_proxy(value)?.ownership else { return None };
        let (share, raw) = (owned.table().share?, owned.raw());
        // SAFETY: the object is alive, and so is its library, which is kept once
        // more for the new owner.
        unsafe {
            library_ref::retain(raw.library_ref);
            Some(RawObject { instance: share(raw.instance), ..*raw })
        }
    }

    /// The object behind a proxy, lent on for as long as `value` is borrowed.
    pub(crate) fn borrow_remote(value: &I) -> Option<RawBorrowed> {
        match &Self::of_proxy(value)?.ownership {
            Ownership::Registration(_) => None,
            Ownership::Borrowed(borrowed) => Some(*borrowed),
            Ownership::Owned(owned) => {
                let RawObject { table, instance, library_ref } = *owned.raw();
                Some(RawBorrowed { table, instance, data: [ptr::null_mut(); 2], library_ref })
            }
        }
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
        index < self.methods as usize
    }

    /// Whether the plugin has the method of this name itself.
    pub fn supports(&self, method: &str) -> bool {
        let methods = I::DESCRIPTION.methods.iter().take(self.methods as usize);
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
    ) -> Result<R::At<'s>, ReturnError> {
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
    pub fn value<T>(method: &'static str, called: Result<T, ReturnError>) -> T {
        match called {
            Ok(value) => value,
            Err(error) => raise(CallError::of(I::NAME, method, error)),
        }
    }

    /// The value that `method` gave, or why there is none.
    #[inline]
    pub fn checked<T>(
        method: &'static str,
        called: Result<T, ReturnError>,
    ) -> Result<T, CallError> {
        called.map_err(|error| CallError::of(I::NAME, method, error))
    }
}

/// How many methods of an object may be called as those of this interface, or
/// that it does not fit.
///
/// # Safety
///
/// As for [`Object::check`].
unsafe fn methods_of(
    table: &ObjectTable,
    fingerprint: u64,
    interface: &'static InterfaceDescription,
    record: &[u8],
) -> Result<u32, LiftError> {
    // SAFETY: the vtable of an object begins with its header.
    let header = unsafe { &*table.vtable };
    let methods = if header.fingerprint == fingerprint {
        Some(interface.methods.len() as u32)
    } else {
        let theirs = match table.record.len {
            0 => &[],
            // SAFETY: the record of an interface is a static of the maker's.
            len => unsafe { core::slice::from_raw_parts(table.record.ptr.cast(), len) },
        };
        compatible::common_methods(record, theirs)
    };
    let is_whole = |methods: &u32| header.abi_version == ABI_VERSION && *methods <= header.methods;
    methods.filter(is_whole).ok_or(LiftError::Object { interface: interface.path })
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
pub(crate) fn raise(error: CallError) -> ! {
    // No hook is told of what follows: it has no place in this library's source.
    panic_location::take();
    match error {
        // Reported when it happened: unwind without a second report.
        CallError::Panicked { message, .. } => std::panic::resume_unwind(Box::new(message)),
        invalid => panic!("{invalid}"),
    }
}
