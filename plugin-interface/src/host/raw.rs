//! Raw libraries and registration arrays, for hosts that manage them
//! themselves.
#![expect(unsafe_code, reason = "hands out and takes back raw registrations")]

use core::ffi::c_void;
use core::ptr::NonNull;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use libloading::Library;

use crate::abi::{RawFactory, RegistrationArray, RegistrationFactory};
use crate::host::error::{InspectError, LoadError, UnloadError, linker_message};
use crate::host::file::compare::Content;
use crate::host::file::identity::FileIdentity;
use crate::host::file::paged::PagedFile;
use crate::host::file::private_copy::PrivateCopy;
use crate::host::library::instance::ErasedRegistration;
use crate::host::library::mapped::Mapped;
use crate::host::library::symbols;
use crate::host::library::symbols::Symbols;
use crate::host::library::unmap;
use crate::host::load::admit::Wanted;
use crate::host::load::check::{AnyMachine, check, inspect};
use crate::host::load::discover::Candidate;
use crate::host::load::pipeline::{Kind, Loader};
use crate::host::load::policy::LoadPolicy;
use crate::host::load::timings::Stopwatch;
use crate::host::load::{admit, make, open};
use crate::interface::{Interface, PluginTrait};
use crate::metadata::PluginMetadata;

/// The raw libraries that are loaded.
static KEPT: Mutex<Vec<Kept>> = Mutex::new(Vec::new());

/// The record of a raw library until it is unloaded.
struct Kept {
    /// Contains the library a second time: only a library that `unload` closes
    /// may be unmapped.
    mapped: Mapped,
    /// The full paths of its interfaces.
    interfaces: Vec<String>,
    array: Array,
}

/// The registrations of a raw library, by the owner of the array.
enum Array {
    Plugin(*const RegistrationArray),
    Host(Box<HostArray>),
    Factories(Box<FactoryArray>),
}

/// An array of one, created by the host.
struct HostArray {
    array: RegistrationArray,
    registration: *const c_void,
}

/// An array of a library that exports nothing but its entry, created by the host
/// with the library's factories.
struct FactoryArray {
    array: RegistrationArray,
    #[expect(dead_code, reason = "the array points to it")]
    registrations: Vec<*const c_void>,
    #[expect(dead_code, reason = "the array points to it")]
    factories: Vec<*const RegistrationFactory>,
}

// SAFETY: the pointers are only compared here, and used by `unload`, whose
// caller vouches for them.
unsafe impl Send for Kept {}

impl Array {
    fn as_ptr(&self) -> *const RegistrationArray {
        match self {
            Array::Plugin(array) => *array,
            Array::Host(owned) => &raw const owned.array,
            Array::Factories(owned) => &raw const owned.array,
        }
    }

    /// An array of what these factories create.
    ///
    /// # Safety
    ///
    /// The factories are statics of a library that is open.
    unsafe fn made_by(all: Vec<NonNull<RawFactory>>) -> Self {
        let (mut registrations, mut factories) = (Vec::new(), Vec::new());
        for factory in all {
            // SAFETY: the contract of this function.
            let registration = unsafe { ((*factory.as_ptr()).maker)() };
            if !registration.is_null() {
                registrations.push(registration);
                factories.push(factory.as_ptr().cast_const().cast());
            }
        }
        let array = RegistrationArray {
            count: registrations.len(),
            registrations: registrations.as_ptr(),
            factories: factories.as_ptr(),
        };
        Array::Factories(Box::new(FactoryArray { array, registrations, factories }))
    }

    /// An array around one registration.
    fn around(registration: *const c_void) -> Self {
        let array = RegistrationArray {
            count: 1,
            registrations: core::ptr::null(),
            factories: core::ptr::null(),
        };
        let mut owned = Box::new(HostArray { array, registration });
        owned.array.registrations = &raw const owned.registration;
        Array::Host(owned)
    }
}

fn kept_libraries() -> MutexGuard<'static, Vec<Kept>> {
    KEPT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The body of `load_<trait>_from_lib`.
#[doc(hidden)]
pub fn load_from_lib<I: Interface + ?Sized>(
    path: &Path,
) -> Result<(Library, *const RegistrationArray), LoadError> {
    let mut kind = RawLibrary { wanted: PluginTrait::of::<I>() };
    let mut loader = Loader::new(LoadPolicy::new(), None);
    match loader.load(&Candidate::named(path), &mut kind, &mut Stopwatch::start())? {
        Some(loaded) => Ok(loaded),
        None => unreachable!("nothing was loaded before that the content could equal"),
    }
}

/// A library whose registrations the host gets raw.
struct RawLibrary {
    wanted: PluginTrait,
}

/// A raw library, open twice.
struct Opened {
    /// For the host.
    library: Library,
    mapped: Mapped,
    metadata: PluginMetadata,
}

impl Opened {
    /// Closes a library that cannot be used. The error that says why matters,
    /// not one of closing.
    fn close(self) {
        let _ = self.library.close();
        let _ = unmap::close(self.mapped);
    }
}

impl Kind for RawLibrary {
    type Checked = PluginMetadata;
    type Opened = Opened;
    type Connected = Opened;
    type Made = (Library, *const RegistrationArray);
    type Error = LoadError;

    const KEEPS_SHARED_STD: bool = true;

    fn is_new(&mut self, _: &Content, _: &FileIdentity) -> Result<bool, LoadError> {
        Ok(true)
    }

    fn check_first(&self, path: &Path, file: &PagedFile) -> Result<(), InspectError> {
        self.check(path, file).map(drop)
    }

    fn check(&self, path: &Path, file: &PagedFile) -> Result<PluginMetadata, InspectError> {
        check(path, file, AnyMachine::Refused)
    }

    #[cfg(feature = "trust")]
    fn metadata(metadata: &PluginMetadata) -> Option<&PluginMetadata> {
        Some(metadata)
    }

    fn admit(
        &mut self,
        path: &Path,
        metadata: &PluginMetadata,
        policy: &LoadPolicy,
    ) -> Result<(), LoadError> {
        admit::admit(path, metadata, policy, Wanted::Interface(self.wanted))?;
        admit::same(path, metadata, self.wanted)
    }

    fn open(
        &mut self,
        path: &Path,
        copy: PrivateCopy,
        metadata: PluginMetadata,
    ) -> Result<Opened, LoadError> {
        let mapped = open::open(path, copy, &metadata, None)?;
        let (library, _) = open::map(path, &mapped.copy)?;
        Ok(Opened { library, mapped, metadata })
    }

    fn connect(&mut self, opened: Opened) -> Result<Opened, LoadError> {
        let Mapped { path, library, services, .. } = &opened.mapped;
        let connected =
            open::entry(path, library, &opened.metadata).and_then(|entry| match entry {
                // SAFETY: the library is open, and its services go after it.
                Some(entry) => unsafe { open::hand_over(path, entry, services.offered()) },
                None => Ok(()),
            });
        match connected {
            Ok(()) => Ok(opened),
            Err(error) => {
                opened.close();
                Err(error)
            }
        }
    }

    fn make(&mut self, opened: Opened) -> Result<Self::Made, LoadError> {
        match register_checked(&opened.mapped, &opened.metadata, self.wanted) {
            Ok(array) => {
                let registrations = array.as_ptr();
                let interfaces = paths_of(&opened.metadata);
                kept_libraries().push(Kept { mapped: opened.mapped, interfaces, array });
                Ok((opened.library, registrations))
            }
            Err(error) => {
                opened.close();
                Err(error)
            }
        }
    }
}

fn register_checked(
    mapped: &Mapped,
    metadata: &PluginMetadata,
    wanted: PluginTrait,
) -> Result<Array, LoadError> {
    let Mapped { path, library, .. } = mapped;
    // SAFETY: the metadata was admitted, and the library is open.
    let exported = unsafe { Symbols::of(library) };
    let array = match open::entry(path, library, metadata)? {
        Some(entry) if metadata.package.rust && exported.register_all(wanted.name()).is_none() => {
            // SAFETY: the library is open.
            unsafe { Array::made_by(make::factories(entry, wanted.path(), wanted.fingerprint())) }
        }
        _ => register(path, exported, wanted)?,
    };
    if let Err(error) = check_all(path, metadata, wanted, array.as_ptr()) {
        // SAFETY: made a moment ago, and nobody has seen it.
        unsafe { take_back(exported, wanted.name(), array) };
        return Err(error);
    }
    Ok(array)
}

/// Returns all registrations: the plugin's own array, or ours around a single
/// one.
fn register(path: &Path, exported: Symbols<'_>, wanted: PluginTrait) -> Result<Array, LoadError> {
    let path = || path.to_owned();
    if let Some(register) = exported.register_all(wanted.name()) {
        let array = register();
        if array.is_null() {
            let symbol = symbols::register_all_name(wanted.name());
            return Err(LoadError::MakerReturnedNull { path: path(), symbol });
        }
        return Ok(Array::Plugin(array));
    }
    let symbol = symbols::register_name(wanted.name());
    let Some(register) = exported.register(wanted.name()) else {
        return Err(LoadError::MissingSymbol { path: path(), symbol });
    };
    let registration = register();
    if registration.is_null() {
        return Err(LoadError::MakerReturnedNull { path: path(), symbol });
    }
    Ok(Array::around(registration))
}

/// Refuses an array with something that is no registration of the interface.
fn check_all(
    path: &Path,
    metadata: &PluginMetadata,
    wanted: PluginTrait,
    array: *const RegistrationArray,
) -> Result<(), LoadError> {
    let interfaces = &metadata.interfaces;
    let Some(interface) = interfaces.iter().find(|i| i.path == wanted.path()) else {
        return Ok(());
    };
    let symbol = symbols::register_name(wanted.name());
    // SAFETY: the array was made by the library or by us, and is alive.
    let content = unsafe { &*array };
    for i in 0..content.count {
        // SAFETY: `i` is within the count, and the library made what is there.
        unsafe { make::check(path, &symbol, interface, *content.registrations.add(i)) }?;
    }
    Ok(())
}

/// The body of `unload_<trait>`.
///
/// # Safety
///
/// 1. Both came from one call of [`load_from_lib`] for this `I`, and are not
///    used again; or the array is null, and was given back otherwise.
/// 2. Nothing of the library is in use.
#[doc(hidden)]
pub unsafe fn unload<I: Interface + ?Sized>(
    library: Library,
    registrations: *const RegistrationArray,
) -> Result<(), UnloadError> {
    let path = symbols::file_of(&library, I::NAME).unwrap_or_default();
    let mut all = kept_libraries();
    let found = all.iter().position(|kept| {
        let is_it = registrations.is_null() && kept.mapped.copy.path() == path;
        is_it || kept.array.as_ptr() == registrations
    });
    let found = found.map(|at| all.swap_remove(at));
    drop(all);
    let mapped = found.map(|Kept { mapped, array, .. }| {
        if !registrations.is_null() {
            // SAFETY: the caller loaded both together, after its metadata was
            // admitted, and gives them back now.
            unsafe { unregister(Symbols::of(&library), I::NAME, array) };
        }
        mapped
    });
    let closed = library.close().and_then(|()| mapped.map_or(Ok(()), unmap::close));
    closed.map_err(|error| {
        let source = linker_message(&error, &path);
        UnloadError::Close { path, source }
    })
}

/// Lets the library take a refused array back, if it has a function for that.
/// The array is not read: it may contain anything.
///
/// # Safety
///
/// The symbols are those of the library that made the array.
unsafe fn take_back(exported: Symbols<'_>, interface: &str, array: Array) {
    match array {
        Array::Plugin(array) => {
            if let Some(unregister) = exported.unregister_all(interface) {
                // SAFETY: the library takes its own array back, once.
                unsafe { unregister(array) };
            }
        }
        // SAFETY: its factories made each, just now.
        Array::Factories(owned) => unsafe { unmake_each(&raw const owned.array) },
        Array::Host(owned) => {
            if let Some(unregister) = exported.unregister(interface) {
                // SAFETY: the library takes its own registration back, once.
                unsafe { unregister(owned.registration) };
            }
        }
    }
}

/// Destroys every registration of an array, and frees the array.
///
/// # Safety
///
/// The symbols are those of the library that created the registrations of the
/// interface of that name. These were checked, and are not used again.
unsafe fn unregister(exported: Symbols<'_>, interface: &str, array: Array) {
    match array {
        Array::Plugin(array) => match exported.unregister_all(interface) {
            // SAFETY: the library takes its own array back, once.
            Some(unregister) => unsafe { unregister(array) },
            // SAFETY: the contract of this function.
            None => unsafe { unmake_each(array) },
        },
        // SAFETY: the contract of this function.
        Array::Factories(owned) => unsafe { unmake_each(&raw const owned.array) },
        Array::Host(owned) => match exported.unregister(interface) {
            // SAFETY: the library takes its own registration back, once.
            Some(unregister) => unsafe { unregister(owned.registration) },
            // SAFETY: a registration begins with its vtable, whose header drops
            // the instance; a failure is ours to free.
            None => unsafe {
                let registration = &*owned.registration.cast::<ErasedRegistration>();
                let failure = ((*registration.vtable).drop)(registration.instance);
                if !failure.is_null() {
                    ((*failure).free)(failure);
                }
            },
        },
    }
}

/// Destroys each registration with the factory beside it. The array itself
/// stays with the plugin, which has no function to take it back.
///
/// # Safety
///
/// The array is a plugin's, and its registrations are not used again.
unsafe fn unmake_each(array: *const RegistrationArray) {
    // SAFETY: the array is alive.
    let content = unsafe { &*array };
    if content.factories.is_null() {
        return;
    }
    for i in 0..content.count {
        // SAFETY: both arrays have `count` elements, and a factory unmakes
        // what it made.
        unsafe {
            if let Some(factory) = (*content.factories.add(i)).as_ref() {
                (factory.unmaker())(*content.registrations.add(i));
            }
        }
    }
}

/// Returns the number of registrations of an interface that the library's
/// unmakers destroyed.
///
/// For tests and tools, to assert that everything was released. The library may
/// come from [`load_greeter_from_lib`](crate::load_greeter_from_lib), or the
/// caller may have opened it. Its metadata is read first, and the symbol is
/// called only if the library is a plugin with that interface.
///
/// # Errors
///
/// If the library has no such counter, or no metadata for the interface.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let path = std::path::Path::new("libgreeter.so");
/// let (library, registrations) = plugin_interface::load_greeter_from_lib(path)?;
/// assert_eq!(plugin_interface::get_unmaker_counter(&library, "Greeter")?, 0);
/// # let _ = registrations;
/// # Ok(())
/// # }
/// ```
pub fn get_unmaker_counter(library: &Library, trait_name: &str) -> Result<u64, String> {
    counter(library, trait_name, |path| path.rsplit("::").next() == Some(trait_name))
}

/// Returns the number of registrations of an interface that the library's
/// unmakers destroyed.
///
/// As [`get_unmaker_counter`], but for an interface and not for a name.
///
/// # Errors
///
/// If the library has no such counter, or no metadata for the interface.
///
/// ```no_run
/// use plugin_interface::{PluginTrait, get_unmaker_counter_for, load_greeter_from_lib};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let path = std::path::Path::new("libgreeter.so");
/// let (library, registrations) = load_greeter_from_lib(path)?;
/// assert_eq!(get_unmaker_counter_for(&library, PluginTrait::Greeter)?, 0);
/// # let _ = registrations;
/// # Ok(())
/// # }
/// ```
pub fn get_unmaker_counter_for(library: &Library, trait_id: PluginTrait) -> Result<u64, String> {
    counter(library, trait_id.name(), |path| path == trait_id.path())
}

fn paths_of(metadata: &PluginMetadata) -> Vec<String> {
    metadata.interfaces.iter().map(|interface| interface.path.clone()).collect()
}

/// Returns the full paths of the interfaces of an open library. Its file may be
/// gone: it is read only if the library was not loaded here.
fn interfaces_at(path: &Path) -> Result<Vec<String>, InspectError> {
    let all = kept_libraries();
    if let Some(kept) = all.iter().find(|kept| kept.mapped.copy.path() == path) {
        return Ok(kept.interfaces.clone());
    }
    drop(all);
    inspect(path).map(|metadata| paths_of(&metadata))
}

fn counter(
    library: &Library,
    name: &str,
    is_interface: impl Fn(&str) -> bool,
) -> Result<u64, String> {
    let symbol = symbols::counter_name(name);
    let path = symbols::file_of(library, name).ok_or_else(|| {
        format!("the library does not export {symbol}; it is no plugin built with #[plugin_aggregates({name})]")
    })?;
    let offered = interfaces_at(&path).map_err(|error| error.to_string())?;
    if !offered.iter().any(|path| is_interface(path)) {
        return Err(format!(
            "{} does not export {symbol}, as it has no interface {name}; it offers {}",
            path.display(),
            offered.join(", ")
        ));
    }
    // SAFETY: the file that the library is mapped from has the metadata.
    let counter = unsafe { Symbols::of(library) }.counter(name);
    counter
        .map(|counter| counter as u64)
        .ok_or_else(|| format!("{} does not export {symbol}", path.display()))
}
