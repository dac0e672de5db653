//! Makers, unmakers, counters, and the arrays of registrations.
#![expect(unsafe_code, reason = "registrations are passed as pointers")]

use core::ffi::c_void;
use core::fmt::Display;
use core::marker::PhantomData;
use core::ptr;
use core::sync::atomic::{AtomicUsize, Ordering};
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::abi::{
    Failure, FailureKind, ProvideServices, RawContext, RawFactory, RawLifecycle, RawSlice,
    RawState, Registration, RegistrationArray, RegistrationFactory, words,
};
use crate::interface::{Interface, VTableFor};
use crate::runtime::context::PluginContext;
use crate::runtime::failure;
use crate::runtime::panic_location::SourceLocation;
use crate::runtime::provided::Provided;

/// Counts the runs of the unmakers of interface `I` in this library.
#[doc(hidden)]
pub struct Counter<I: ?Sized>(AtomicUsize, PhantomData<fn(&I)>);

impl<I: ?Sized> Counter<I> {
    #[expect(clippy::new_without_default, reason = "created once, by a macro, as a static")]
    pub const fn new() -> Self {
        Counter(AtomicUsize::new(0), PhantomData)
    }

    /// Returns the count so far.
    pub fn get(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }

    pub(super) const fn count(&self) -> &AtomicUsize {
        &self.0
    }
}

impl<I: ?Sized> core::fmt::Debug for Counter<I> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_tuple("Counter").field(&self.0).finish()
    }
}

/// One `#[plugin_impl]`. Generated code implements it for a type of its own.
///
/// # Safety
///
/// 1. `RECORD` is the record of a registration of `Interface` with that `NAME`,
///    perhaps with one of its settings behind it, and `PACKAGE` that of the
///    package.
/// 2. `STATE` is `RawState::NONE` or [`state`](crate::runtime::state::state) of
///    this type.
/// 3. `PROVIDE` is `None` or [`provide`](crate::runtime::provide::provide) of this
///    type.
/// 4. `LIFECYCLE` is `None` or [`lifecycle`](crate::runtime::lifecycle::lifecycle) of
///    this type.
#[doc(hidden)]
pub unsafe trait Plugin: 'static {
    type Interface: VTableFor<Self::Instance> + ?Sized;
    type Instance: 'static;
    const NAME: &'static str;
    const RECORD: &'static [u8];
    /// The record of the package.
    const PACKAGE: &'static [u8];

    fn construct(context: &PluginContext<'_>) -> Result<Self::Instance, String>;
    fn counter() -> &'static Counter<Self::Interface>;

    /// The functions that pass the state to the next version of the library.
    const STATE: RawState = RawState::NONE;

    /// The fingerprint of the settings that it declares, which are in `RECORD`.
    #[cfg(feature = "config")]
    const SETTINGS: Option<u128> = None;

    /// Its [`provide`](crate::runtime::provide), or `None` if it provides no
    /// services.
    const PROVIDE: Option<ProvideServices> = None;

    /// Its [`lifecycle`](crate::runtime::lifecycle), or `None` if it has none.
    const LIFECYCLE: Option<&'static RawLifecycle> = None;

    /// Passes on the services that the instance provides.
    fn provide(_instance: &Self::Instance, _services: &mut Provided) {}

    /// Runs before the instance is dropped. Nothing else uses it any more.
    fn stop(_instance: &mut Self::Instance) {}

    /// Runs before an instance is constructed, to start what is the library's.
    fn begin() {}

    /// Runs for each `begin`, after the instance was dropped or was not constructed.
    fn end() {}
}

pub(super) type RegistrationOf<P> = Registration<<<P as Plugin>::Interface as Interface>::VTable>;

/// Returns the factory of a plugin, for `inventory`, with the record that is in the
/// metadata section.
#[doc(hidden)]
pub const fn factory<P: Plugin>(record: &'static [u8]) -> RegistrationFactory {
    RegistrationFactory(RawFactory {
        size: size_of::<RawFactory>(),
        interface: RawSlice::of(P::Interface::DESCRIPTION.path.as_bytes()),
        name: RawSlice::of(P::NAME.as_bytes()),
        fingerprint: words(P::Interface::FINGERPRINT),
        maker: maker::<P>,
        unmaker: unmaker::<P>,
        make: make::<P>,
        unmake: unmake::<P>,
        record: RawSlice::of(record),
        state: P::STATE,
        package: RawSlice::of(P::PACKAGE),
        provide: P::PROVIDE,
        lifecycle: match P::LIFECYCLE {
            Some(lifecycle) => lifecycle,
            None => ptr::null(),
        },
    })
}

/// The body of `plugin_register_<Trait>_<Type>_v1`.
#[doc(hidden)]
pub extern "C" fn maker<P: Plugin>() -> *const c_void {
    let mut registration = ptr::null();
    // SAFETY: a null context is an empty one; the output is a local variable.
    let failure = unsafe { make::<P>(ptr::null(), &mut registration) };
    if !failure.is_null() {
        // SAFETY: the caller owns the failure. This maker cannot pass it on, so
        // it returns null.
        unsafe { ((*failure).free)(failure) };
    }
    registration
}

/// The body of `plugin_unregister_<Trait>_<Type>_v1`.
///
/// # Safety
///
/// `registration` is null, or came from the maker of `P` and is not used again.
#[doc(hidden)]
pub unsafe extern "C" fn unmaker<P: Plugin>(registration: *const c_void) {
    // SAFETY: the contract of this function.
    let failure = unsafe { unmake::<P>(registration) };
    if !failure.is_null() {
        // SAFETY: as in `maker`; the hook reported the panic to the host.
        unsafe { ((*failure).free)(failure) };
    }
}

unsafe extern "C" fn make<P: Plugin>(
    context: *const RawContext,
    out: *mut *const c_void,
) -> *mut Failure {
    // SAFETY: the host lends the context for the duration of the call.
    let context = unsafe { PluginContext::from_raw(context) };
    #[cfg(feature = "config")]
    let context = context.declaring(P::SETTINGS);
    P::begin();
    let made = catch_unwind(AssertUnwindSafe(|| {
        let instance = Box::new(P::construct(&context)?);
        let vtable: *const _ = <P::Interface as VTableFor<P::Instance>>::VTABLE;
        let registration: RegistrationOf<P> =
            Registration { vtable, instance: Box::into_raw(instance).cast() };
        Ok(Box::into_raw(Box::new(registration)).cast_const().cast())
    }));
    if !matches!(made, Ok(Ok(_))) {
        P::end();
    }
    match made {
        Ok(Ok(registration)) => {
            // SAFETY: the host passes a pointer that is valid for writes.
            unsafe { out.write(registration) };
            ptr::null_mut()
        }
        Ok(Err(error)) => failure::new(FailureKind::ERROR, error, SourceLocation::UNKNOWN),
        Err(payload) => failure::of_panic(payload),
    }
}

unsafe extern "C" fn unmake<P: Plugin>(registration: *const c_void) -> *mut Failure {
    if registration.is_null() {
        return ptr::null_mut();
    }
    // SAFETY: created by `make` for this `P`, and destroyed once.
    let registration =
        unsafe { Box::from_raw(registration.cast_mut().cast::<RegistrationOf<P>>()) };
    // SAFETY: the instance was boxed by `make`, and its registration owns it.
    let mut instance = unsafe { Box::from_raw(registration.instance.cast::<P::Instance>()) };
    let stopped = catch_unwind(AssertUnwindSafe(|| P::stop(&mut instance)));
    let dropped = catch_unwind(AssertUnwindSafe(|| drop(instance)));
    P::end();
    P::counter().0.fetch_add(1, Ordering::SeqCst);
    match (stopped, dropped) {
        (Ok(()), Ok(())) => ptr::null_mut(),
        (Err(payload), Ok(())) | (Ok(()), Err(payload)) => failure::of_panic(payload),
        (Err(first), Err(second)) => {
            // The hook reported both.
            failure::discard(second);
            failure::of_panic(first)
        }
    }
}

/// An array and the memory that it points to.
#[repr(C)]
struct OwnedArray {
    array: RegistrationArray,
    registrations: Vec<*const c_void>,
    factories: Vec<*const RegistrationFactory>,
}

/// The body of `plugin_register_all_<Trait>_v1`.
///
/// It creates one registration of each plugin of `I` in this library. It omits
/// plugins that cannot be created.
#[doc(hidden)]
pub fn register_all<I: Interface + ?Sized>() -> *const RegistrationArray {
    let mut registrations = Vec::new();
    let mut factories = Vec::new();
    for factory in inventory::iter::<RegistrationFactory> {
        if !is_of::<I>(factory) {
            continue;
        }
        let registration = (factory.0.maker)();
        if !registration.is_null() {
            registrations.push(registration);
            factories.push(ptr::from_ref(factory));
        }
    }
    let array = RegistrationArray {
        count: registrations.len(),
        registrations: registrations.as_ptr(),
        factories: factories.as_ptr(),
    };
    Box::into_raw(Box::new(OwnedArray { array, registrations, factories })).cast_const().cast()
}

/// The body of `plugin_unregister_all_<Trait>_v1`.
///
/// # Safety
///
/// `array` is null, or came from `register_all` and is not used again.
#[doc(hidden)]
pub unsafe fn unregister_all(array: *const RegistrationArray) {
    if array.is_null() {
        return;
    }
    // SAFETY: `register_all` returned the address of the first field.
    let owned = unsafe { Box::from_raw(array.cast_mut().cast::<OwnedArray>()) };
    for (&registration, &factory) in owned.registrations.iter().zip(&owned.factories) {
        // SAFETY: each registration is passed to the unmaker of the factory
        // that created it, once.
        unsafe { ((*factory).0.unmaker)(registration) };
    }
}

/// Returns `true` if a factory creates instances of `I`, not merely of a trait
/// of the same name.
fn is_of<I: Interface + ?Sized>(factory: &RegistrationFactory) -> bool {
    let RawSlice { ptr, len } = factory.0.interface;
    // SAFETY: the path in a factory of this library is a static text.
    let path: &[u8] = unsafe { core::slice::from_raw_parts(ptr.cast(), len) };
    path == I::DESCRIPTION.path.as_bytes() && factory.0.fingerprint == words(I::FINGERPRINT)
}

/// Returns the records of the package and of the registration, of all factories of
/// this library or program.
pub fn records() -> impl Iterator<Item = (&'static [u8], &'static [u8])> {
    inventory::iter::<RegistrationFactory>.into_iter().map(|RegistrationFactory(factory)| {
        // SAFETY: the records of a factory of this library are statics.
        let record =
            |RawSlice { ptr, len }| unsafe { core::slice::from_raw_parts(ptr.cast::<u8>(), len) };
        (record(factory.package), record(factory.record))
    })
}

/// A type that a maker can create without a constructor.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "a plugin of type `{Self}` has no constructor",
    label = "has no `Default`",
    note = "implement or derive `Default`, or name a constructor: `#[plugin_impl(Trait, new = Type::open)]`"
)]
pub trait MadeByDefault: Sized {
    fn make() -> Self;
}

impl<T: Default> MadeByDefault for T {
    fn make() -> Self {
        T::default()
    }
}

/// Calls the constructor that the author named.
#[doc(hidden)]
pub fn construct<T, E: Display>(
    constructor: impl FnOnce(&PluginContext<'_>) -> Result<T, E>,
    context: &PluginContext<'_>,
) -> Result<T, String> {
    // The alternate form shows the causes of errors that have them.
    constructor(context).map_err(|error| format!("{error:#}"))
}

/// Calls the hook that the author named.
#[doc(hidden)]
pub fn stop<T>(hook: impl FnOnce(&mut T), instance: &mut T) {
    hook(instance);
}
