//! An instance of another library, as generated code calls it.
#![expect(unsafe_code, reason = "calls go through a vtable of another library")]

pub(crate) mod call_error;
pub(crate) mod checked_future;
mod compatible;
mod exclusive;
mod last_call;
pub(crate) mod loan;
pub(crate) mod printed;
pub(crate) mod remote;

use core::alloc::Layout;
use core::marker::PhantomData;
use core::panic::{RefUnwindSafe, UnwindSafe};
use core::ptr::{self, NonNull};

use crate::abi::{
    ABI_VERSION, ObjectTable, Opaque, Outcome, RawBorrowed, RawObject, VTableHeader, words,
};
use crate::boundary::{
    CallerScope, FfiSafe, KeepsCopies, LentMemory, LiftError, Origin, ReturnError,
};
use crate::interface::Interface;
use crate::metadata::{InterfaceDescription, MethodDescription};
use crate::object::call_error::CallError;
use crate::runtime::failure::contain;
use crate::runtime::in_flight::Running;
use crate::runtime::panic_location;

pub use exclusive::ExclusiveProxy;
pub use last_call::LastCall;
use loan::Lent;
pub use remote::OwnedObject;
use remote::{Ownership, RemoteObject, vtable_of};

/// An instance, its vtable, and the owner that keeps both loaded.
///
/// It is the only field of every `<Trait>Proxy`.
#[doc(hidden)]
pub struct Object<I: Interface + ?Sized> {
    vtable: NonNull<I::VTable>,
    instance: *mut Opaque,
    /// The number of methods of this library's interface that it has.
    methods: u32,
    origin: Origin,
    /// Makes this `Send` and `Sync` as the interface is.
    interface: PhantomData<Box<I>>,
    /// What its methods returned by reference.
    copies: I::Copies,
    /// The last field: the instance is destroyed and the library closed after
    /// the last use of the pointers above.
    ownership: Ownership,
}

// SAFETY: the pointer refers to an `I`, and the implementing type had to
// satisfy `I: Send`; the vtable is immutable.
unsafe impl<I: Interface + Send + ?Sized> Send for Object<I> {}
// SAFETY: likewise for `I: Sync`.
unsafe impl<I: Interface + Sync + ?Sized> Sync for Object<I> {}

// A panic of the plugin is contained there; the pointers here stay valid.
impl<I: Interface + ?Sized> UnwindSafe for Object<I> {}
impl<I: Interface + ?Sized> RefUnwindSafe for Object<I> {}

impl<I: Interface + ?Sized> Object<I> {
    /// Creates an object for an instance that a library registered.
    ///
    /// # Safety
    ///
    /// 1. `vtable` and `instance` belong together and stay valid as long as
    ///    `owner` lives.
    /// 2. No other object of this instance exists, unless `I::SHAREABLE`.
    /// 3. `origin` is that of the vtable.
    pub unsafe fn new(
        vtable: NonNull<I::VTable>,
        instance: *mut Opaque,
        origin: Origin,
        owner: std::sync::Arc<dyn core::fmt::Debug + Send + Sync>,
    ) -> Self {
        // SAFETY: every vtable begins with a header.
        let methods = unsafe { (*vtable.as_ptr().cast::<VTableHeader>()).methods };
        Object {
            vtable,
            instance,
            methods,
            origin,
            interface: PhantomData,
            copies: I::Copies::default(),
            ownership: Ownership::Registration(owner),
        }
    }

    /// Creates an object from one that was received, owned or borrowed.
    ///
    /// # Safety
    ///
    /// It is an object of this interface.
    #[inline(always)]
    pub(crate) unsafe fn from_remote(remote: RemoteObject) -> Self {
        let RemoteObject { vtable, instance, methods, origin, ownership } = remote;
        Object {
            // SAFETY: the vtable of an object is not null.
            vtable: unsafe { NonNull::new_unchecked(vtable.cast_mut().cast()) },
            instance,
            methods,
            origin,
            interface: PhantomData,
            copies: I::Copies::default(),
            ownership,
        }
    }

    /// Returns the number of methods that may be called of an object, or an
    /// error if it is not compatible.
    ///
    /// # Safety
    ///
    /// The table belongs to an object, and everything it refers to is mapped.
    #[inline]
    pub(crate) unsafe fn check(table: &ObjectTable) -> Result<u32, LiftError> {
        // SAFETY: the contract of this function.
        match Self::methods_if_same(unsafe { &*vtable_of(table).0 }) {
            Some(methods) => Ok(methods),
            // SAFETY: likewise.
            None => unsafe { methods_of(table, I::FINGERPRINT, I::DESCRIPTION, I::RECORD) },
        }
    }

    /// Returns the number of methods, if the vtable is one of this very interface.
    #[inline(always)]
    pub(crate) fn methods_if_same(vtable: &VTableHeader) -> Option<u32> {
        let methods = const { I::DESCRIPTION.methods.len() as u32 };
        let is_same = vtable.fingerprint == const { words(I::FINGERPRINT) }
            && [vtable.abi_version, vtable.methods] == [ABI_VERSION, methods];
        is_same.then_some(methods)
    }

    /// Returns `true` if this is the proxy's object that the loan is about, so that a
    /// drop of it would do nothing but tell the loan.
    #[inline(always)]
    pub(crate) fn has_still(&self, loan: *const ()) -> bool {
        let is_of = |lent: &Lent| lent.is_of(loan);
        !const { core::mem::needs_drop::<I::Copies>() }
            && matches!(&self.ownership, Ownership::Borrowed(lent) if is_of(lent))
    }

    /// Returns the object of `value`, if that is a proxy.
    ///
    /// An author may override `Interface::object`. But that method can only
    /// return an object that is a part of `value`, and so the size tells the
    /// difference.
    fn of_proxy(value: &I) -> Option<&Self> {
        let object = I::object(value)?;
        let is_all_of_it =
            ptr::addr_eq(object, value) && Layout::for_value(value) == Layout::new::<Self>();
        is_all_of_it.then_some(object)
    }

    /// Returns the proxy that contains this object.
    pub fn as_proxy(&self) -> &I::Proxy {
        // SAFETY: a proxy has the layout of its object, its only field.
        unsafe { &*ptr::from_ref(self).cast() }
    }

    /// Returns the object of a proxy.
    #[inline(always)]
    pub(crate) fn of_adopted(proxy: &I::Proxy) -> &Self {
        // SAFETY: a proxy has the layout of its object, its only field.
        unsafe { &*ptr::from_ref(proxy).cast() }
    }

    /// Takes the object out of a proxy that owns one, to pass it on unchanged.
    pub(crate) fn take_remote(value: Box<I>) -> Result<RawObject, Box<I>> {
        if !Self::of_proxy(&value)
            .is_some_and(|object| matches!(object.ownership, Ownership::Owned(_)))
        {
            return Err(value);
        }
        // SAFETY: a proxy has the layout of its object, as checked above.
        let object = unsafe { Box::from_raw(Box::into_raw(value).cast::<Self>()) };
        match object.ownership {
            Ownership::Owned(owned) => Ok(owned.into_raw()),
            _ => unreachable!("it owned one a moment ago"),
        }
    }

    /// Returns `value` as its proxy, if it is one.
    pub fn boxed_proxy(value: Box<I>) -> Result<Box<I::Proxy>, Box<I>> {
        if Self::of_proxy(&value).is_none() {
            return Err(value);
        }
        // SAFETY: a proxy has the layout of its object, which fills the value.
        Ok(unsafe { Box::from_raw(Box::into_raw(value).cast()) })
    }

    /// Creates another owner of the object of a proxy, if it may have several.
    pub(crate) fn share_remote(value: &I) -> Option<RawObject> {
        match &Self::of_proxy(value)?.ownership {
            Ownership::Owned(owned) => owned.share(),
            _ => None,
        }
    }

    /// Borrows the object of a proxy, for as long as `value` is borrowed.
    pub(crate) fn borrow_remote(value: &I) -> Option<RawBorrowed> {
        match &Self::of_proxy(value)?.ownership {
            Ownership::Registration(_) => None,
            Ownership::Borrowed(lent) => Some(*lent.wire()),
            Ownership::Owned(owned) => {
                let RawObject { table, instance, library_ref } = *owned.raw();
                Some(RawBorrowed { table, instance, data: [ptr::null_mut(); 2], library_ref })
            }
        }
    }

    /// Returns the vtable.
    ///
    /// The plugin may have been built with fewer methods. So read a later one
    /// only if [`has`](Self::has) returns `true`, and never create a reference
    /// to the whole vtable.
    #[inline]
    pub fn vtable(&self) -> *const I::VTable {
        self.vtable.as_ptr()
    }

    /// Returns `true` if the plugin has the method at `offset`.
    #[inline]
    pub fn has(&self, offset: usize) -> bool {
        let index = (offset - size_of::<VTableHeader>()) / size_of::<fn()>();
        index < self.methods as usize
    }

    /// Returns `true` if the plugin itself has the method of this name.
    ///
    /// # Panics
    ///
    /// If the interface has no such method: the answer for a plugin that is too
    /// old must not be that for a name with a mistake.
    #[track_caller]
    pub fn supports(&self, method: &str) -> bool {
        let methods = I::DESCRIPTION.methods;
        match methods.iter().position(|known| known.name == method) {
            Some(index) => index < self.methods as usize,
            None => no_such_method(I::NAME, method, methods),
        }
    }

    /// Returns the instance, the first argument of the methods.
    #[inline]
    pub fn instance(&self) -> *mut Opaque {
        self.instance
    }

    /// Creates the scope of a call of one of the methods.
    #[inline]
    pub fn caller_scope(&self, method: &'static str) -> CallerScope {
        let running = Running::begin(I::NAME, method, self.vtable.addr().get());
        CallerScope::new(self.origin, running)
    }

    /// Converts the outcome of a method to its value, which borrows from
    /// `self`.
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
        // SAFETY: the contract of this function. The value borrows from the
        // instance or from an argument, and the method received the borrow of
        // `self`, or one that is as long.
        unsafe { R::lift_return(outcome, self.copies.of_return(self.origin)) }
    }

    /// Converts the outcome of a method to its value, which borrows from arguments
    /// only. It may outlive `self`.
    ///
    /// # Safety
    ///
    /// As for [`finish`](Self::finish), the outcome is that of such a method.
    #[inline]
    pub unsafe fn finish_of_arguments<'a, R: FfiSafe>(
        &self,
        outcome: Outcome<R::Returned>,
        memory: &LentMemory<'a>,
    ) -> Result<R::At<'a>, ReturnError> {
        // SAFETY: the contract of this function. The value borrows what the memory
        // has, and copies that are never freed.
        unsafe { R::lift_return(outcome, Origin::of_arguments(memory)) }
    }

    /// Drops the copies behind references that methods returned, for a call that
    /// borrows exclusively: nothing uses them any more.
    #[inline]
    pub fn forget_copies(&mut self) {
        self.copies.clear();
    }

    /// Returns the value of `method`.
    ///
    /// # Panics
    ///
    /// With the plugin's message if the method panicked, without a second
    /// report. With a message of its own if the value is invalid.
    #[inline]
    pub fn value<T>(method: &'static str, called: Result<T, ReturnError>) -> T {
        match called {
            Ok(value) => value,
            Err(error) => raise(CallError::of(I::NAME, method, error)),
        }
    }

    /// Returns the value of a method that consumed its object.
    ///
    /// # Panics
    ///
    /// As for [`value`](Self::value).
    #[inline]
    pub fn value_of_last<T>(called: Result<T, CallError>) -> T {
        called.unwrap_or_else(|error| raise(error))
    }

    /// Returns the value of `method`, or the error.
    #[inline]
    pub fn checked<T>(
        method: &'static str,
        called: Result<T, ReturnError>,
    ) -> Result<T, CallError> {
        called.map_err(|error| CallError::of(I::NAME, method, error))
    }
}

/// Returns the number of methods that may be called of an object, or an error
/// if it is not compatible with this interface.
///
/// # Safety
///
/// As for [`Object::check`].
#[cold]
#[inline(never)]
unsafe fn methods_of(
    table: &ObjectTable,
    fingerprint: u128,
    interface: &'static InterfaceDescription,
    record: &[u8],
) -> Result<u32, LiftError> {
    // SAFETY: the vtable of an object begins with its header.
    let header = unsafe { &*table.vtable };
    let methods = if header.fingerprint == words(fingerprint) {
        Some(interface.methods.len() as u32)
    } else {
        let theirs = match table.record.len {
            0 => &[],
            // SAFETY: the record of an interface is a static of its library.
            len => unsafe { core::slice::from_raw_parts(table.record.ptr.cast(), len) },
        };
        compatible::common_methods(record, theirs)
    };
    let is_whole = |methods: &u32| header.abi_version == ABI_VERSION && *methods <= header.methods;
    methods.filter(is_whole).ok_or(LiftError::Object { interface: interface.path })
}

/// Runs the default body of a method that the plugin lacks, in this library,
/// and converts its panic to an error.
#[doc(hidden)]
pub fn contain_default<R>(
    interface: &'static str,
    method: &'static str,
    body: impl FnOnce() -> R,
) -> Result<R, CallError> {
    contain(body).map_err(|message| CallError::Panicked {
        interface,
        method,
        message,
        location: None,
    })
}

impl<I: Interface + ?Sized> core::fmt::Debug for Object<I> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let whose = match &self.ownership {
            Ownership::Registration(owner) => return owner.fmt(f),
            Ownership::Owned(_) => "Owned",
            Ownership::Borrowed(_) => "Borrowed",
        };
        f.debug_struct(whose).field("interface", &I::DESCRIPTION.path).finish()
    }
}

#[cold]
#[track_caller]
fn no_such_method(interface: &str, method: &str, methods: &[MethodDescription]) -> ! {
    let names: Vec<_> = methods.iter().map(|method| method.name).collect();
    panic!(
        "the interface {interface} has no method `{method}`; it has {}",
        if names.is_empty() { "none".to_owned() } else { names.join(", ") }
    )
}

/// Continues a plugin's panic in this library.
#[cold]
#[inline(never)]
pub(crate) fn raise(error: CallError) -> ! {
    // This panic has no location in this library's source.
    panic_location::take();
    checked_future::remember(&error);
    match error {
        // The hook reported it: unwind without a second report.
        CallError::Panicked { message, .. } => std::panic::resume_unwind(Box::new(message)),
        // The checked poll around it makes it an error again.
        invalid if checked_future::is_checked() => {
            std::panic::resume_unwind(Box::new(invalid.to_string()))
        }
        invalid => panic!("{invalid}"),
    }
}
