//! One registration: created by a library, destroyed by it, exactly once.
#![expect(unsafe_code, reason = "owns a registration of another library")]

use core::ffi::c_void;
use core::fmt;
use core::mem::MaybeUninit;
use core::ptr::NonNull;
use std::path::Path;
use std::sync::Arc;

use crate::abi::{
    Failure, ProvideServices, RawBuffer, RawFactory, RawObject, RawSlice, RawState, Registration,
    RegistrationArray, VTableHeader, words,
};
use crate::boundary::{FfiSafe, Origin};
use crate::host::compare::fit::difference;
use crate::host::error::{LoadError, ProxyError};
use crate::host::library::holders::Holders;
use crate::host::library::lifecycle::Lifecycle;
use crate::host::library::loaded::LoadedLibrary;
use crate::host::library::symbols::{Unregister, UnregisterAll};
use crate::host::services::provided::{ProvidedService, Provider};
use crate::host::tasks::PluginTasks;
use crate::interface::{Interface, PluginTrait};
use crate::metadata::{InterfaceMetadata, RegistrationMetadata};
use crate::object::{Object, OwnedObject};
use crate::runtime::reported::take_message;
#[cfg(feature = "dynamic")]
use crate::{abi::Opaque, metadata::MethodMetadata};

mod life;

/// A registration as it is before its interface is known by type.
pub(crate) type ErasedRegistration = Registration<VTableHeader>;

/// The function that destroys a registration.
pub(crate) enum Unmaker {
    /// The factory that created it.
    Factory(NonNull<RawFactory>),
    /// The library, together with the others of its array.
    Array(#[expect(dead_code, reason = "unmakes when the last one drops")] Arc<PluginArray>),
    /// The unregister function of a single registration, if there is one.
    /// Without it, the vtable drops the instance.
    Single(Option<Unregister>),
}

/// A plugin-owned array, released when its last registration is dropped.
pub(crate) struct PluginArray {
    array: *const RegistrationArray,
    unregister: UnregisterAll,
    /// Last: the function above is in this library.
    library: Arc<LoadedLibrary>,
}

// SAFETY: an array is released where its last registration is dropped, as
// `Instance` says of each of them.
unsafe impl Send for PluginArray {}
// SAFETY: `&PluginArray` gives nothing away.
unsafe impl Sync for PluginArray {}

impl PluginArray {
    /// # Safety
    ///
    /// `array` came from `library`, `unregister` is its counterpart there, and
    /// nothing else releases the array.
    pub(crate) unsafe fn new(
        array: *const RegistrationArray,
        unregister: UnregisterAll,
        library: Arc<LoadedLibrary>,
    ) -> Self {
        PluginArray { array, unregister, library }
    }
}

impl Drop for PluginArray {
    fn drop(&mut self) {
        // SAFETY: the array is alive until it is released, below.
        let count = unsafe { (*self.array).count };
        // SAFETY: the contract of `new`; the registrations hold this array, so
        // none of them is left.
        unsafe { (self.unregister)(self.array) };
        self.library.count_unmade(count);
    }
}

/// One registration, and everything to call and to destroy it.
pub(crate) struct Instance {
    registration: NonNull<ErasedRegistration>,
    pub(crate) interface: PluginInterface,
    pub(crate) name: String,
    holders: Holders,
    /// The services that it provides to other plugins. Dropped before it is
    /// destroyed.
    services: Vec<ProvidedService>,
    unmaker: Option<Unmaker>,
    /// `None` if it is neither started nor stopped.
    lifecycle: Option<Lifecycle>,
    /// They end before it is destroyed.
    tasks: Option<PluginTasks>,
    /// Last: the library outlives its registration.
    pub(crate) library: Arc<LoadedLibrary>,
}

impl fmt::Debug for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plugin")
            .field("name", &self.name)
            .field("interface", &self.interface.path)
            .field("path", &self.library.path)
            .finish()
    }
}

/// The function of a factory that saves the state of an instance.
type Save = unsafe extern "C" fn(*const c_void, *mut RawBuffer) -> *mut Failure;

/// Keeps an instance alive for a proxy.
type Owner = Arc<dyn fmt::Debug + Send + Sync>;

/// An instance whose interface is known by the metadata of its library only.
#[cfg(feature = "dynamic")]
pub(crate) struct Described {
    pub(crate) interface: InterfaceMetadata,
    /// Has as many methods as the interface.
    pub(crate) vtable: *const VTableHeader,
    pub(crate) instance: *mut Opaque,
    /// Keeps the two above, and the library. Alone, unless the interface can be
    /// shared.
    pub(crate) owner: Owner,
}

/// The state that an instance saved for the next version.
pub(crate) struct SavedState {
    /// The registration's name.
    name: String,
    version: u32,
    bytes: Vec<u8>,
}

/// An interface of a library, by path and shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PluginInterface {
    pub(crate) path: String,
    pub(crate) fingerprint: u128,
}

// SAFETY: an instance is only called through proxies, which are as `Send` and
// `Sync` as their interface says, and is dropped where the last holder drops
// it: a proxy, or a `PluginHandle`, which stays on the thread that made it.
unsafe impl Send for Instance {}
// SAFETY: `&Instance` gives away nothing but proxies, see above.
unsafe impl Sync for Instance {}

impl Instance {
    /// # Safety
    ///
    /// `registration` was made by `library` for `interface`, was checked, is
    /// unmade by `unmaker`, and belongs to nobody else.
    pub(crate) unsafe fn new(
        registration: NonNull<ErasedRegistration>,
        interface: PluginInterface,
        name: String,
        unmaker: Unmaker,
        library: Arc<LoadedLibrary>,
    ) -> Self {
        let lifecycle = match &unmaker {
            // SAFETY: the contract of this function: the factory made the registration;
            // both are there as long as the instance, which has the library.
            Unmaker::Factory(factory) => unsafe { Lifecycle::of(*factory, registration.cast()) },
            Unmaker::Array(_) | Unmaker::Single(_) => None,
        };
        let (holders, services, unmaker) = (Holders::new(), Vec::new(), Some(unmaker));
        Instance {
            registration,
            interface,
            name,
            holders,
            services,
            unmaker,
            lifecycle,
            tasks: None,
            library,
        }
    }

    /// Takes over the tasks that its constructor was lent.
    pub(crate) fn set_tasks(&mut self, tasks: PluginTasks) {
        self.tasks = Some(tasks);
    }

    /// Takes the services that a new instance provides, of those that its metadata
    /// lists. Returns the message if it panics.
    pub(crate) fn take_services(&mut self) -> Result<(), String> {
        unsafe extern "C" fn take(context: *mut c_void, service: RawObject) {
            // SAFETY: the context is the vector below, for the duration of the call.
            let taken = unsafe { &mut *context.cast::<Vec<OwnedObject>>() };
            // SAFETY: a factory of the macros passes objects by value.
            taken.push(unsafe { OwnedObject::new(service) });
        }
        let registrations = &self.library.metadata.registrations;
        let is_own = |it: &&RegistrationMetadata| {
            (&it.interface, &it.name) == (&self.interface.path, &self.name)
        };
        let listed = match registrations.iter().find(is_own) {
            Some(own) if !own.provides.is_empty() => own.provides.clone(),
            _ => return Ok(()),
        };
        let Some(provide) = self.provide_function() else { return Ok(()) };
        let mut taken: Vec<OwnedObject> = Vec::new();
        // SAFETY: the registration lives as long as this, and nobody has a proxy of
        // it yet; the visitor takes the context that it is given here.
        let failure =
            unsafe { provide(self.registration.as_ptr().cast(), take, (&raw mut taken).cast()) };
        if !failure.is_null() {
            // SAFETY: a failure that is returned is ours.
            return Err(unsafe { take_message(failure) });
        }
        for object in taken {
            // SAFETY: the vtable of an object begins with its header.
            let fingerprint = unsafe { (*object.table().vtable).fingerprint };
            let interface = listed.iter().find(|it| words(it.fingerprint) == fingerprint);
            let service = interface.cloned().map(|interface| ProvidedService { interface, object });
            self.services.extend(service);
        }
        Ok(())
    }

    /// Returns the function that passes on the services.
    fn provide_function(&self) -> Option<ProvideServices> {
        let Some(Unmaker::Factory(factory)) = &self.unmaker else { return None };
        let factory = factory.as_ptr();
        // SAFETY: a static of the library, which is open; it begins with its size,
        // which says whether it has the field.
        unsafe { ((*factory).size >= RawFactory::SIZE_WITH_PROVIDE).then(|| (*factory).provide)? }
    }

    /// Refuses a vtable that is not that of `wanted`, method by method.
    fn is_of(&self, wanted: PluginTrait) -> Result<(), ProxyError> {
        let name = || self.name.clone();
        if self.interface.path != wanted.path() {
            let (wanted, found) = (wanted.path().to_owned(), self.interface.path.clone());
            return Err(ProxyError::OtherInterface { name: name(), wanted, found });
        }
        let interfaces = &self.library.metadata.interfaces;
        let is_own = |i: &&InterfaceMetadata| {
            (&i.path, i.fingerprint) == (&self.interface.path, self.interface.fingerprint)
        };
        let plugin = interfaces.iter().find(is_own);
        if let Some(mismatch) = plugin.and_then(|plugin| difference(wanted, plugin)) {
            return Err(ProxyError::Mismatch { name: name(), mismatch: Box::new(mismatch) });
        }
        // A hand-written library need not list its methods: then they are those
        // of the host.
        let expected = match plugin.map_or(0, |plugin| plugin.methods.len()) {
            // Our own record, written by this build: it is always readable.
            0 => wanted.metadata().map_or(0, |host| host.methods.len()),
            listed => listed,
        };
        // SAFETY: the registration and its vtable live as long as this.
        let found = unsafe { (*self.registration.as_ref().vtable).methods } as usize;
        if found != expected {
            return Err(ProxyError::VTable { name: name(), expected, found });
        }
        Ok(())
    }

    /// Returns a proxy: any number where the interface can be shared, else one
    /// at a time.
    pub(crate) fn proxy<I: Interface + ?Sized>(self: Arc<Self>) -> Result<I::Proxy, ProxyError> {
        self.is_of(PluginTrait::of::<I>())?;
        let keep = Arc::clone(&self).lease(I::SHAREABLE)?;
        let origin = match self.library.metadata.package.rust {
            true => Origin::Rust,
            false => Origin::Foreign,
        };
        // SAFETY: the registration is alive as long as this instance.
        let registration = unsafe { self.registration.as_ref() };
        // SAFETY: the interface is that of the registration, whose vtable was
        // checked to be of its shape; `keep` holds the instance and with it
        // the library; and only shareable interfaces get a second object.
        Ok(I::proxy(unsafe {
            Object::new(
                NonNull::new_unchecked(registration.vtable.cast_mut().cast()),
                registration.instance,
                origin,
                keep,
            )
        }))
    }

    /// Returns what keeps the instance for one proxy, of an interface that any
    /// number of them may share, or only one at a time.
    ///
    /// One instance may be asked for both: a later version of the interface has a
    /// method with `&mut self`, and the host knows an earlier one by type, and this
    /// one by its descriptor.
    fn lease(self: Arc<Self>, is_shareable: bool) -> Result<Owner, ProxyError> {
        match is_shareable {
            true if self.holders.share() => Ok(self),
            false if self.holders.take() => Ok(Arc::new(Lease(self))),
            _ => Err(ProxyError::Taken { name: self.name.clone() }),
        }
    }

    /// Returns the instance for a caller that knows its interface by the library's
    /// metadata only.
    #[cfg(feature = "dynamic")]
    pub(crate) fn described(self: Arc<Self>) -> Result<Described, ProxyError> {
        let is_own = |i: &&InterfaceMetadata| {
            (&i.path, i.fingerprint) == (&self.interface.path, self.interface.fingerprint)
        };
        let interface = self.library.metadata.interfaces.iter().find(is_own).cloned();
        let expected = interface.as_ref().map_or(0, |interface| interface.methods.len());
        // SAFETY: the registration is alive as long as this instance.
        let Registration { vtable, instance } = *unsafe { self.registration.as_ref() };
        // SAFETY: the vtable was checked when the registration was made.
        let found = unsafe { (*vtable).methods } as usize;
        let interface = match interface {
            Some(interface) if found == expected => interface,
            _ => return Err(ProxyError::VTable { name: self.name.clone(), expected, found }),
        };
        let is_exclusive = |m: &MethodMetadata| m.syntax().is_none_or(|m| m.exclusive);
        let has_exclusive = interface.methods.iter().any(is_exclusive);
        let is_shareable = !has_exclusive && (interface.sync || !interface.send);
        let owner = self.lease(is_shareable)?;
        Ok(Described { interface, vtable, instance, owner })
    }

    /// Returns the functions that save and restore the instance's state.
    fn state_functions(&self) -> RawState {
        let Some(Unmaker::Factory(factory)) = &self.unmaker else {
            return RawState::NONE;
        };
        let factory = factory.as_ptr();
        // SAFETY: a static of the library, which is open; it begins with its
        // size.
        let size = unsafe { (*factory).size };
        if size < RawFactory::SIZE_WITH_STATE {
            return RawState::NONE;
        }
        // SAFETY: as above, and the size says that it has the field.
        unsafe { (*factory).state }
    }

    pub(crate) fn keeps_state(&self) -> bool {
        self.state_functions().save.is_some()
    }

    /// Saves the state for the next version, if this instance keeps any.
    ///
    /// Meanwhile nobody may have the only proxy: its methods change the state,
    /// maybe on another thread.
    pub(crate) fn save(&self) -> Result<Option<SavedState>, LoadError> {
        let RawState { version, save: Some(save), .. } = self.state_functions() else {
            return Ok(None);
        };
        let Some(_kept) = self.holders.keep() else {
            let (path, name) = (self.library.path.clone(), self.name.clone());
            return Err(LoadError::StateInUse { path, name });
        };
        self.save_by(version, save)
    }

    /// Calls the function that saves the state. Nobody has the only proxy.
    fn save_by(&self, version: u32, save: Save) -> Result<Option<SavedState>, LoadError> {
        let mut saved = MaybeUninit::<RawBuffer>::uninit();
        // SAFETY: the registration lives as long as this, and is only shared:
        // proxies that exist call it as a shared one; the place to write to
        // lives across the call.
        let failure = unsafe { save(self.registration.as_ptr().cast(), saved.as_mut_ptr()) };
        let (path, name) = (self.library.path.clone(), self.name.clone());
        if !failure.is_null() {
            // SAFETY: a failure that is returned is ours.
            let message = unsafe { take_message(failure) };
            return Err(LoadError::Save { path, name, message });
        }
        // SAFETY: without a failure it was written, and is ours; only the
        // macros make factories, so it came from `lower`.
        match unsafe { <Vec<u8> as FfiSafe>::lift(saved.assume_init(), Origin::Rust) } {
            Ok(bytes) => Ok(Some(SavedState { name, version, bytes })),
            Err(invalid) => Err(LoadError::Save { path, name, message: invalid.to_string() }),
        }
    }

    /// Restores a state, if this instance keeps any. It has no proxy yet.
    pub(crate) fn restore(&mut self, state: &SavedState) -> Result<(), LoadError> {
        let RawState { version: expected, restore: Some(restore), .. } = self.state_functions()
        else {
            return Ok(());
        };
        let refused = |message| LoadError::Restore {
            path: self.library.path.clone(),
            name: self.name.clone(),
            expected,
            found: state.version,
            message,
        };
        if state.name != self.name {
            let (old, new) = (&state.name, &self.name);
            return Err(refused(format!(
                "it is that of `{old}`; if `{new}` is the same thing, say `name = \"{old}\"`"
            )));
        }
        let (registration, bytes) = (self.registration.as_ptr().cast(), RawSlice::of(&state.bytes));
        // SAFETY: the registration lives as long as this, which nobody shares;
        // the bytes live across the call.
        let failure = unsafe { restore(registration, state.version, bytes) };
        if failure.is_null() {
            return Ok(());
        }
        // SAFETY: a failure that is returned is ours.
        Err(refused(unsafe { take_message(failure) }))
    }

    /// Destroys the registration. Returns the message if its drop panicked.
    pub(crate) fn unmake(&mut self) -> Option<String> {
        self.services.clear();
        let registration = self.registration.as_ptr().cast_const().cast::<c_void>();
        let failure: *mut Failure = match self.unmaker.take()? {
            // SAFETY: the factory made this registration, and this is the only
            // place that unmakes it: the unmaker was taken.
            Unmaker::Factory(factory) => unsafe { ((*factory.as_ptr()).unmake)(registration) },
            Unmaker::Array(_) => return None,
            Unmaker::Single(Some(unregister)) => {
                // SAFETY: as above, for the library's own function.
                unsafe { unregister(registration) };
                core::ptr::null_mut()
            }
            Unmaker::Single(None) => {
                // SAFETY: the vtable was checked when the registration was
                // made; its drop takes the instance, once.
                unsafe {
                    let registration = self.registration.as_ref();
                    ((*registration.vtable).drop)(registration.instance)
                }
            }
        };
        self.library.count_unmade(1);
        // SAFETY: a failure that is returned is ours.
        (!failure.is_null()).then(|| unsafe { take_message(failure) })
    }
}

/// An instance that provides services is of a `Send` type, as the macros check.
impl Provider for Instance {
    fn path(&self) -> &Path {
        &self.library.path
    }

    fn linked_package(&self) -> Option<&str> {
        self.library.linked_package()
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn of_interface(&self) -> &str {
        &self.interface.path
    }

    fn services(&self) -> &[ProvidedService] {
        &self.services
    }

    fn providers(&self) -> &[Arc<dyn Provider>] {
        &self.library.providers
    }
}

/// Marks an instance as taken while its only proxy exists.
struct Lease(Arc<Instance>);

impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.0.holders.end();
    }
}
