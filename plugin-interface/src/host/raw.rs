//! Libraries and registration arrays by hand, for hosts that want them raw.
#![expect(unsafe_code, reason = "hands out and takes back raw registrations")]

use core::ffi::c_void;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use libloading::Library;

use super::error::{LoadError, UnloadError};
use super::instance::{ErasedRegistration, Unregister, UnregisterAll};
use super::library::{symbol, unmaker_counter};
use super::panics::Services;
use super::policy::LoadPolicy;
use super::stages::check::{AnyMachine, check, inspect};
use super::stages::copy::PrivateCopy;
use super::stages::{admit, make, open};
use crate::abi::RegistrationArray;
use crate::interface::{Interface, PluginTrait};
use crate::metadata::PluginMetadata;

/// The services of every raw library: they must outlive it, and only its user
/// knows when that is.
static SERVICES: OnceLock<Box<Services>> = OnceLock::new();

/// The copies that raw libraries are mapped from: `unload` removes them.
/// Backtraces and [`get_unmaker_counter`] read them until then.
static KEPT: Mutex<Vec<PrivateCopy>> = Mutex::new(Vec::new());

/// The body of `load_<trait>_from_lib`.
#[doc(hidden)]
pub fn load_from_lib<I: Interface + ?Sized>(
    path: &Path,
) -> Result<(Library, *const RegistrationArray), LoadError> {
    let (wanted, policy) = (PluginTrait::of::<I>(), LoadPolicy::new());
    let copy = PrivateCopy::of(path, &policy)?;
    let metadata = check(path, copy.path(), AnyMachine::Refused)?;
    admit::admit(path, &metadata, &policy, Some(wanted))?;
    let library = open::map(path, &copy)?;
    if let Some(entry) = open::entry(path, &library, &metadata)? {
        let services = SERVICES.get_or_init(|| Services::new("a plugin".to_owned()));
        // SAFETY: a static is never dropped.
        unsafe { open::connect(path, entry, services) }?;
    }
    let registrations = register(path, &library, &metadata, wanted)?;
    KEPT.lock().unwrap_or_else(PoisonError::into_inner).push(copy);
    Ok((library, registrations))
}

/// All registrations: the plugin's own array, or ours around a single one.
fn register(
    path: &Path,
    library: &Library,
    metadata: &PluginMetadata,
    wanted: PluginTrait,
) -> Result<*const RegistrationArray, LoadError> {
    let interface = metadata.interfaces.iter().find(|i| i.path == wanted.path());
    let checked = |symbol: &str, registration| match interface {
        // SAFETY: the library's own function returned it.
        Some(interface) => unsafe { make::check(path, symbol, interface, registration) }.map(drop),
        None => Ok(()),
    };
    let all = format!("plugin_register_all_{}_v1", wanted.name());
    if let Some(address) = symbol(library, &all) {
        // SAFETY: a plugin's symbol of this name has this type (docs/abi.md),
        // and the metadata has the interface.
        let register: extern "C" fn() -> *const RegistrationArray =
            unsafe { core::mem::transmute(address) };
        let array = register();
        // SAFETY: an array is null, or lives until it is unregistered.
        let Some(content) = (unsafe { array.as_ref() }) else {
            return Err(LoadError::MakerReturnedNull { path: path.to_owned(), symbol: all });
        };
        for i in 0..content.count {
            // SAFETY: `i` is within the array's count.
            checked(&all, unsafe { *content.registrations.add(i) })?;
        }
        return Ok(array);
    }
    let single = format!("plugin_register_{}_v1", wanted.name());
    let Some(address) = symbol(library, &single) else {
        return Err(LoadError::MissingSymbol { path: path.to_owned(), symbol: single });
    };
    // SAFETY: as above.
    let register: extern "C" fn() -> *const c_void = unsafe { core::mem::transmute(address) };
    let registration = register();
    checked(&single, registration)?;
    Ok(HostArray::around(registration))
}

/// An array of one, made by the host.
#[repr(C)]
struct HostArray {
    array: RegistrationArray,
    registration: *const c_void,
}

impl HostArray {
    fn around(registration: *const c_void) -> *const RegistrationArray {
        let array = RegistrationArray {
            count: 1,
            registrations: core::ptr::null(),
            factories: core::ptr::null(),
        };
        let owned = Box::into_raw(Box::new(HostArray { array, registration }));
        // SAFETY: the box was leaked a line ago; its address is final.
        unsafe { (*owned).array.registrations = &raw const (*owned).registration };
        owned.cast_const().cast()
    }
}

/// The body of `unload_<trait>`.
///
/// # Safety
///
/// 1. Both came from one call of [`load_from_lib`] for this `I`, and are not
///    used again.
/// 2. Nothing of the library is in use.
#[doc(hidden)]
pub unsafe fn unload<I: Interface + ?Sized>(
    library: Library,
    registrations: *const RegistrationArray,
) -> Result<(), UnloadError> {
    let copy = path_of(&library, I::NAME);
    // SAFETY: the contract of this function.
    unsafe { unregister(&library, I::NAME, registrations) };
    let path = copy.clone().unwrap_or_default();
    let closed = library.close().map_err(|source| UnloadError::Close { path, source });
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    kept.retain(|kept| Some(kept.path()) != copy.as_deref());
    closed
}

/// Unmakes every registration of an array and frees the array.
///
/// # Safety
///
/// As for [`unload`].
unsafe fn unregister(library: &Library, interface: &str, array: *const RegistrationArray) {
    // SAFETY: an array is null or alive.
    let Some(content) = (unsafe { array.as_ref() }) else {
        return;
    };
    if content.factories.is_null() {
        let name = format!("plugin_unregister_{interface}_v1");
        // SAFETY: factories are null, so the host made the array.
        let owned = unsafe { Box::from_raw(array.cast_mut().cast::<HostArray>()) };
        match symbol(library, &name) {
            Some(address) => {
                // SAFETY: a plugin's symbol of this name has this type.
                let unregister: Unregister = unsafe { core::mem::transmute(address) };
                // SAFETY: the registration is unmade once, by its library.
                unsafe { unregister(owned.registration) };
            }
            None => {
                // SAFETY: a registration begins with its vtable, whose header
                // drops the instance.
                unsafe {
                    let registration = &*owned.registration.cast::<ErasedRegistration>();
                    let failure = ((*registration.vtable).drop)(registration.instance);
                    if !failure.is_null() {
                        ((*failure).free)(failure);
                    }
                }
            }
        }
        return;
    }
    if let Some(address) = symbol(library, &format!("plugin_unregister_all_{interface}_v1")) {
        // SAFETY: a plugin's symbol of this name has this type.
        let unregister: UnregisterAll = unsafe { core::mem::transmute(address) };
        // SAFETY: the array is the plugin's, given back once.
        unsafe { unregister(array) };
        return;
    }
    for i in 0..content.count {
        // SAFETY: both arrays have `count` elements, and a factory unmakes
        // what it made.
        unsafe {
            let factory = *content.factories.add(i);
            ((*factory).unmaker)(*content.registrations.add(i));
        }
    }
}

/// How many registrations of an interface the library's unmakers unmade.
///
/// For tests and tools, to assert that everything was given back. The library
/// may come from [`load_greeter_from_lib`](crate::load_greeter_from_lib) or be
/// opened by the caller: its file's metadata is read first, and the symbol
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

/// How many registrations of an interface the library's unmakers unmade.
///
/// As [`get_unmaker_counter`], for an interface and not for a name.
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

fn counter(
    library: &Library,
    name: &str,
    is_interface: impl Fn(&str) -> bool,
) -> Result<u64, String> {
    let symbol = format!("plugin_unmaker_counter_{name}_v1");
    let path = path_of(library, name).ok_or_else(|| {
        format!("the library does not export {symbol}; it is no plugin built with #[plugin_aggregates({name})]")
    })?;
    let metadata = inspect(&path).map_err(|error| error.to_string())?;
    if !metadata.interfaces.iter().any(|interface| is_interface(&interface.path)) {
        let offered: Vec<_> = metadata.interfaces.iter().map(|i| i.path.as_str()).collect();
        return Err(format!(
            "{} has no interface {name}; it offers {}",
            path.display(),
            offered.join(", ")
        ));
    }
    unmaker_counter(library, name)
        .ok_or_else(|| format!("{} does not export {symbol}", path.display()))
}

/// The file that a library is mapped from, found by one of its symbols.
#[cfg(unix)]
fn path_of(library: &Library, interface: &str) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStrExt;
    let address = ["plugin_unmaker_counter", "plugin_register_all", "plugin_register"]
        .iter()
        .find_map(|name| symbol(library, &format!("{name}_{interface}_v1")))?;
    let mut info = core::mem::MaybeUninit::<libc::Dl_info>::zeroed();
    // SAFETY: any address may be asked for, and the answer goes to `info`.
    if unsafe { libc::dladdr(address, info.as_mut_ptr()) } == 0 {
        return None;
    }
    // SAFETY: all zero is a valid `Dl_info`, and `dladdr` filled it.
    let name = unsafe { info.assume_init() }.dli_fname;
    if name.is_null() {
        return None;
    }
    // SAFETY: the name is a C string that lives as long as the library.
    let name = unsafe { core::ffi::CStr::from_ptr(name) };
    Some(PathBuf::from(std::ffi::OsStr::from_bytes(name.to_bytes())))
}

/// The file that a library is mapped from.
#[cfg(not(unix))]
fn path_of(_library: &Library, _interface: &str) -> Option<PathBuf> {
    None
}
