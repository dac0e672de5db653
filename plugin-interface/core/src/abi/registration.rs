//! Registrations: instances that a plugin passes to its host.
#![expect(unsafe_code, reason = "a table of pointers into statics is shared between threads")]

use core::ffi::c_void;

use super::{
    Failure, Fingerprint, Opaque, RawBuffer, RawObject, RawSlice, RawTasks, assert_layout,
};

const WORD: usize = size_of::<usize>();

/// One instance with its vtable: the result of a maker.
///
/// `<Trait>Registration` is this type with the vtable of that interface. The
/// maker allocates it, and the matching unmaker frees it.
#[repr(C)]
#[derive(Debug)]
pub struct Registration<V> {
    /// The methods; begins with a [`VTableHeader`](super::VTableHeader).
    pub vtable: *const V,
    /// The first argument of the methods.
    pub instance: *mut Opaque,
}

assert_layout!(Registration<u8> { size: 2 * WORD, align: WORD, vtable: 0, instance: WORD });

/// All registrations of one interface in one library.
///
/// If `factories` is not null, the array belongs to the plugin:
/// `plugin_register_all_<Trait>_v1` created it and
/// `plugin_unregister_all_<Trait>_v1` frees it. Then `factories[i]` created
/// `registrations[i]`. If `factories` is null, the host built the array around
/// a single `plugin_register_<Trait>_v1`, and frees it.
#[repr(C)]
#[derive(Debug)]
pub struct RegistrationArray {
    /// The number of registrations.
    pub count: usize,
    /// `count` pointers to `<Trait>Registration`.
    pub registrations: *const *const c_void,
    /// `count` pointers to the factories, or null.
    pub factories: *const *const RegistrationFactory,
}

assert_layout!(RegistrationArray {
    size: 3 * WORD,
    align: WORD,
    count: 0,
    registrations: WORD,
    factories: 2 * WORD,
});

/// The context of a constructor, in its C form.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct RawContext {
    /// `size_of::<RawContext>()` of the host; fields beyond it do not exist.
    pub size: usize,
    /// The path at which the host found the library, in the platform's encoding
    /// (bytes on Unix, UTF-8 elsewhere); empty if unknown.
    pub library_path: RawSlice,
    /// The settings of the plugin, as `docs/abi.md` describes them; empty
    /// without a configuration. Contexts of the first hosts end before this
    /// field.
    pub settings: RawSlice,
    /// The path of the plugin's folder for its data, encoded as `library_path`;
    /// empty if the host offers none.
    pub data_dir: RawSlice,
    /// The same for what it can make again.
    pub cache_dir: RawSlice,
    /// The tasks of the instance, lent for the call; null if the host runs none.
    /// Contexts of earlier hosts end before this field.
    pub tasks: *const RawTasks,
}

assert_layout!(RawContext {
    size: 10 * WORD,
    align: WORD,
    size: 0,
    library_path: WORD,
    settings: 3 * WORD,
    data_dir: 5 * WORD,
    cache_dir: 7 * WORD,
    tasks: 9 * WORD,
});

impl RawContext {
    /// The size of a context without the fields that were appended later.
    pub const FIRST_SIZE: usize = core::mem::offset_of!(RawContext, settings);

    /// The context without information.
    pub const EMPTY: Self = {
        let empty = RawSlice::of::<u8>(&[]);
        RawContext {
            size: size_of::<RawContext>(),
            library_path: empty,
            settings: empty,
            data_dir: empty,
            cache_dir: empty,
            tasks: core::ptr::null(),
        }
    };
}

/// The functions that pass the state of instances from one version of a library
/// to the next.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct RawState {
    /// The version of the bytes that `save` writes.
    pub version: u32,
    /// Writes the state of a registration to the buffer, as `Vec<u8>`. Returns
    /// null, or the panic. `None` if no state is saved.
    pub save: Option<unsafe extern "C" fn(*const c_void, *mut RawBuffer) -> *mut Failure>,
    /// Passes a state and its version to a registration that is not in use yet.
    /// Returns null, or the reason why the state was refused.
    pub restore: Option<unsafe extern "C" fn(*const c_void, u32, RawSlice) -> *mut Failure>,
}

impl RawState {
    /// The value for instances without state.
    #[doc(hidden)]
    pub const NONE: Self = RawState { version: 0, save: None, restore: None };
}

assert_layout!(RawState { size: 3 * WORD, align: WORD, version: 0, save: WORD, restore: 2 * WORD });

/// The functions that start, stop and examine an instance.
///
/// A static of the plugin. New fields are only appended; `size` tells which
/// exist. Each function takes a registration, borrows it for the call, and may be
/// called on any thread.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct RawLifecycle {
    /// `size_of::<RawLifecycle>()` of the plugin.
    pub size: usize,
    /// Starts the instance, once. Returns null, or why it cannot be used.
    pub start: unsafe extern "C" fn(*const c_void) -> *mut Failure,
    /// Stops an instance that was started, once. It has that many nanoseconds.
    /// Returns null, or what went wrong.
    pub stop: unsafe extern "C" fn(*const c_void, nanoseconds: u64) -> *mut Failure,
    /// Returns null if the instance is healthy, else what is wrong with it.
    pub health: unsafe extern "C" fn(*const c_void) -> *mut Failure,
}

assert_layout!(RawLifecycle {
    size: 4 * WORD,
    align: WORD,
    size: 0,
    start: WORD,
    stop: 2 * WORD,
    health: 3 * WORD,
});

/// The functions that create and destroy the instances of one `#[plugin_impl]`.
///
/// A static of the plugin, collected by `inventory`. Only the macros create
/// one. Hosts rely on that, so its fields are private.
#[repr(transparent)]
#[derive(Clone, Copy, Debug)]
pub struct RegistrationFactory(pub(crate) RawFactory);

/// The content of a [`RegistrationFactory`]. New fields are only appended;
/// `size` tells which exist.
#[doc(hidden)]
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct RawFactory {
    /// `size_of::<RawFactory>()` of the plugin.
    pub size: usize,
    /// The interface's full path, UTF-8.
    pub interface: RawSlice,
    /// The name of the registration, UTF-8: the type's, or `name = ".."`.
    pub name: RawSlice,
    /// The interface's fingerprint.
    pub fingerprint: Fingerprint,
    /// The body of `plugin_register_<Trait>_<Type>_v1`: null on failure.
    pub maker: extern "C" fn() -> *const c_void,
    /// The body of `plugin_unregister_<Trait>_<Type>_v1`.
    pub unmaker: unsafe extern "C" fn(*const c_void),
    /// Creates one instance and stores its registration. Returns null, or the
    /// failure.
    pub make: unsafe extern "C" fn(*const RawContext, *mut *const c_void) -> *mut Failure,
    /// Destroys one registration. Returns null, or the panic of the instance's
    /// drop.
    pub unmake: unsafe extern "C" fn(*const c_void) -> *mut Failure,
    /// The metadata record of this registration.
    pub record: RawSlice,
    /// The functions for the state. Factories of the first plugins end before
    /// this field.
    pub state: RawState,
    /// The metadata record of the package that has the plugin. A library may
    /// have plugins of several.
    pub package: RawSlice,
    /// Passes the services that the instance provides; null if it provides none.
    pub provide: Option<ProvideServices>,
    /// Null if the instance is neither started nor stopped.
    pub lifecycle: *const RawLifecycle,
}

/// Passes each service that an instance provides to `visit`, with the `context`:
/// an object, of which the receiver is the owner. Returns null, or the panic. The
/// objects that were passed before it are the receiver's all the same.
pub type ProvideServices = unsafe extern "C" fn(
    registration: *const c_void,
    visit: VisitService,
    context: *mut c_void,
) -> *mut Failure;

/// Takes a service.
pub type VisitService = unsafe extern "C" fn(context: *mut c_void, service: RawObject);

assert_layout!(RawFactory {
    size: (18 * WORD + 16).next_multiple_of(8),
    align: 8,
    size: 0,
    interface: WORD,
    name: 3 * WORD,
    fingerprint: 5 * WORD.next_multiple_of(8),
    maker: 5 * WORD + 16,
    unmaker: 6 * WORD + 16,
    make: 7 * WORD + 16,
    unmake: 8 * WORD + 16,
    record: 9 * WORD + 16,
    state: 11 * WORD + 16,
    package: 14 * WORD + 16,
    provide: 16 * WORD + 16,
    lifecycle: 17 * WORD + 16,
});

impl RawFactory {
    /// The size of a factory without the fields that were appended later.
    pub const FIRST_SIZE: usize = core::mem::offset_of!(RawFactory, state);

    /// The size of a factory with the functions for the state.
    pub const SIZE_WITH_STATE: usize = core::mem::offset_of!(RawFactory, package);

    /// The size of a factory that names its package.
    pub const SIZE_WITH_PACKAGE: usize = core::mem::offset_of!(RawFactory, provide);

    /// The size of a factory that passes on services.
    pub const SIZE_WITH_PROVIDE: usize = core::mem::offset_of!(RawFactory, lifecycle);
}

impl RegistrationFactory {
    /// The body of `plugin_register_<Trait>_<Type>_v1`.
    ///
    /// It creates an instance and returns its `<Trait>Registration`, or null on
    /// failure.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let path = std::path::Path::new("libgreeter.so");
    /// let (library, array) = plugin_interface::load_greeter_from_lib(path)?;
    /// // SAFETY: the array and its factories live until it is unloaded.
    /// let factory = unsafe { &**(*array).factories };
    /// let registration = (factory.maker())();
    /// // SAFETY: created by this very factory.
    /// unsafe { (factory.unmaker())(registration) };
    /// # let _ = library;
    /// # Ok(())
    /// # }
    /// ```
    pub fn maker(&self) -> extern "C" fn() -> *const c_void {
        self.0.maker
    }

    /// The body of `plugin_unregister_<Trait>_<Type>_v1`.
    ///
    /// It destroys a registration of the [`maker`](Self::maker), once.
    pub fn unmaker(&self) -> unsafe extern "C" fn(*const c_void) {
        self.0.unmaker
    }
}

// SAFETY: a factory is plain data that nothing writes after it is built; its
// pointers refer to statics of the same library.
unsafe impl Sync for RawFactory {}
// SAFETY: as above.
unsafe impl Send for RawFactory {}
