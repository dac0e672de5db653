//! The services that a library gets from its host, by their interfaces.
#![expect(unsafe_code, reason = "calls back into the host")]

use core::cell::Cell;
use core::ffi::c_void;
use core::fmt;
use core::mem::{MaybeUninit, offset_of};
use core::ptr;
use core::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};
use std::sync::Arc;

use crate::abi::{
    CountChanges, FailureKind, FindService, HostServices, RawObject, RawSlice, ServiceTable,
};
use crate::boundary::{FfiSafe, LiftError, Origin};
use crate::interface::Interface;
use crate::runtime::reported::take_message;

static HOST: AtomicPtr<HostServices> = AtomicPtr::new(ptr::null_mut());

/// Makes the host's services those of this library.
///
/// # Safety
///
/// `services` is valid up to `services`, and both stay so for as long as this
/// library is mapped.
pub(super) unsafe fn attach(services: *const HostServices) {
    HOST.store(services.cast_mut(), Ordering::Release);
}

thread_local! {
    /// What this thread offers to plugins that are linked into this program.
    static LINKED: Cell<Option<Offered>> = const { Cell::new(None) };
}

/// Offers services to what `make` creates, for plugins that are linked into this
/// program: no host connects them.
///
/// # Safety
///
/// Any thread may call the functions of the table with this context, at any time.
pub unsafe fn offer_linked<R>(
    table: &'static ServiceTable,
    context: *mut c_void,
    make: impl FnOnce() -> R,
) -> R {
    struct Restore(Option<Offered>);
    impl Drop for Restore {
        fn drop(&mut self) {
            LINKED.set(self.0);
        }
    }
    let _restore = Restore(LINKED.replace(Some(Offered::of(table, context))));
    make()
}

/// An interface whose objects a host can offer as a service.
///
/// It is implemented for each `dyn Trait` of a trait under
/// `#[plugin_interface]` that has the supertraits `Send + Sync`. Its methods
/// must take `&self`.
///
/// ```
/// fn can_be_a_service<I: plugin_interface::Service + ?Sized>() {}
/// can_be_a_service::<dyn plugin_interface::Greeter>();
/// ```
///
/// # Safety
///
/// `lower` and `lift` are those of `Arc<Self>`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a service",
    label = "not a service",
    note = "a service is a `dyn Trait` of a trait under `#[plugin_interface]`, with the supertraits `Send + Sync`, since any thread may call it"
)]
pub unsafe trait Service: Interface + Send + Sync {
    #[doc(hidden)]
    fn lower(service: Arc<Self>) -> RawObject;

    /// # Safety
    ///
    /// As for [`FfiSafe::lift`] of `Arc<Self>`.
    #[doc(hidden)]
    unsafe fn lift(wire: RawObject) -> Result<Arc<Self>, LiftError>;

    /// Does not compile for an interface that has one user at a time.
    #[doc(hidden)]
    const CHECKED: () = assert!(
        Self::SHAREABLE,
        "a service has many users at once, so its methods must take `&self`"
    );
}

// SAFETY: they are those of `Arc<I>`.
unsafe impl<I> Service for I
where
    I: Interface + Send + Sync + ?Sized,
    Arc<I>: for<'a> FfiSafe<Wire = RawObject, At<'a> = Arc<I>>,
{
    fn lower(service: Arc<Self>) -> RawObject {
        FfiSafe::lower(service)
    }

    unsafe fn lift(wire: RawObject) -> Result<Arc<Self>, LiftError> {
        // SAFETY: the contract of this function; the object's own table says
        // whether its results are validated.
        unsafe { <Arc<I> as FfiSafe>::lift(wire, Origin::Foreign) }
    }
}

/// The services of a host, for a plugin that asks for them later than in its
/// constructor.
///
/// [`PluginContext::services`](crate::PluginContext::services) returns it. It
/// can be copied, stored, and used on any thread.
///
/// ```
/// use plugin_interface::{Greeter, PluginContext};
///
/// let services = PluginContext::empty().services();
/// let error = services.get::<dyn Greeter>().err().unwrap();
/// assert_eq!(
///     error.to_string(),
///     "no service plugin_interface::greeter::Greeter (version 1.0): the plugin was \
///      created without a host that offers services",
/// );
/// ```
#[derive(Clone, Copy)]
pub struct Services(Option<Offered>);

/// What the table of the host has, and its first argument.
#[derive(Clone, Copy)]
struct Offered {
    find: FindService,
    context: *mut c_void,
    /// The first hosts have no such function.
    changes: Option<CountChanges>,
}

// SAFETY: any thread may call the functions of the table with this context.
unsafe impl Send for Offered {}
// SAFETY: as above.
unsafe impl Sync for Offered {}

impl Offered {
    fn of(table: &'static ServiceTable, context: *mut c_void) -> Self {
        // SAFETY: a whole table of this version.
        unsafe { Self::read(table, context) }
    }

    /// # Safety
    ///
    /// The table is valid up to its size, and has `find`. Its functions stay so for as
    /// long as this library is mapped.
    unsafe fn read(table: *const ServiceTable, context: *mut c_void) -> Self {
        // SAFETY: every table has both.
        let (size, find) = unsafe { ((*table).size, (*table).find) };
        let has_changes = size >= offset_of!(ServiceTable, changes) + size_of::<CountChanges>();
        // SAFETY: the table has it.
        let changes = has_changes.then(|| unsafe { (*table).changes });
        Offered { find, context, changes }
    }
}

impl Services {
    /// The services of no host.
    pub(crate) const NONE: Self = Services(None);

    /// Returns the services of the host that loaded this library, or that has linked
    /// it and is making a plugin of it.
    pub(crate) fn of_host() -> Self {
        if let Some(linked) = LINKED.get() {
            return Services(Some(linked));
        }
        let services = HOST.load(Ordering::Acquire);
        // SAFETY: null, or valid as long as this code is mapped.
        let Some(services) = (unsafe { services.as_ref() }) else { return Self::NONE };
        let table = services.services;
        if table.is_null() {
            return Self::NONE;
        }
        // SAFETY: a static of the host, valid up to its size.
        Services(Some(unsafe { Offered::read(table, services.context) }))
    }

    /// Returns the number that changes with what the host offers. An older host has none.
    pub(super) fn changes(&self) -> Option<&'static AtomicUsize> {
        let Offered { changes, context, .. } = self.0?;
        // SAFETY: a function of the host with its context; the number is valid for as
        // long as this library is mapped.
        unsafe { changes?(context).as_ref() }
    }

    /// Returns the host's service of the interface `I`.
    ///
    /// The plugin owns it together with the host, and calls it like any object.
    /// Get it once and store it, or ask [`latest`](Self::latest) for one that follows
    /// what the host offers. The host and the plugin may have different
    /// versions of the interface, by the same rules as a host and a plugin of
    /// it.
    ///
    /// # Errors
    ///
    /// If the host offers no such service, or an incompatible version. The
    /// error names the interface, both versions, and what the host offers.
    pub fn get<I: Service + ?Sized>(&self) -> Result<Arc<I>, ServiceError> {
        let () = I::CHECKED;
        let (interface, version) = (I::DESCRIPTION.path, I::DESCRIPTION.version);
        let Some(Offered { find, context, .. }) = self.0 else {
            return Err(ServiceError::NoHost { interface, version });
        };
        let mut service = MaybeUninit::uninit();
        // SAFETY: a function of the host with its context; the record is a
        // static, and the place to write to lives across the call.
        let failure = unsafe { find(context, RawSlice::of(I::RECORD), service.as_mut_ptr()) };
        if failure.is_null() {
            // SAFETY: without a failure it was written, and is ours; the host
            // compared its interface with the record of `I`.
            return unsafe { I::lift(service.assume_init()) }.map_err(|error| {
                let message = error.to_string();
                ServiceError::Incompatible { interface, version, message }
            });
        }
        // SAFETY: a failure begins with its kind, and is ours.
        let (kind, message) = unsafe { ((*failure).kind, take_message(failure)) };
        Err(match kind {
            FailureKind::NOT_OFFERED => ServiceError::NotOffered { interface, version, message },
            _ => ServiceError::Incompatible { interface, version, message },
        })
    }
}

impl fmt::Debug for Services {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Services").field("of_a_host", &self.0.is_some()).finish()
    }
}

/// The error of a plugin that asked for a [service](Services::get).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ServiceError {
    /// The plugin was created without a host, as in a unit test, or by a host
    /// that is older than services.
    NoHost {
        /// The full path of the interface.
        interface: &'static str,
        /// Its version in the plugin.
        version: &'static str,
    },
    /// The host offers no service of that interface.
    NotOffered {
        /// The full path of the interface.
        interface: &'static str,
        /// Its version in the plugin.
        version: &'static str,
        /// The services that the host offers.
        message: String,
    },
    /// The host offers a service whose interface is incompatible.
    Incompatible {
        /// The full path of the interface.
        interface: &'static str,
        /// Its version in the plugin.
        version: &'static str,
        /// The difference.
        message: String,
    },
}

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (ServiceError::NoHost { interface, version }
        | ServiceError::NotOffered { interface, version, .. }
        | ServiceError::Incompatible { interface, version, .. }) = self;
        write!(f, "no service {interface} (version {version}): ")?;
        match self {
            ServiceError::NoHost { .. } => {
                f.write_str("the plugin was created without a host that offers services")
            }
            ServiceError::NotOffered { message, .. }
            | ServiceError::Incompatible { message, .. } => f.write_str(message),
        }
    }
}

impl core::error::Error for ServiceError {}
