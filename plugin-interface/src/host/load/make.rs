//! Make: the instances of a library, each checked before it is handed out.
#![expect(unsafe_code, reason = "calls makers and reads what they return")]

use core::ffi::c_void;
use core::ptr::{self, NonNull};
use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use crate::abi::{
    ABI_VERSION, Failure, FailureKind, PluginEntry, RawFactory, RawSlice, RegistrationArray,
    RegistrationFactory, VTableHeader, words,
};
use crate::host::compare::fit::difference;
use crate::host::error::LoadError;
use crate::host::library::instance::{
    ErasedRegistration, Instance, PluginArray, PluginInterface, Unmaker,
};
use crate::host::library::loaded::LoadedLibrary;
use crate::host::library::symbols;
use crate::host::library::symbols::{Symbols, UnregisterAll};
use crate::host::load::admit::Wanted;
use crate::host::load::host_context::HostContext;
use crate::host::load::named_functions;
use crate::metadata::InterfaceMetadata;
use crate::runtime::reported::{take_message, text_of};

/// Creates one instance of each registration of `library`, or of those of
/// `wanted`, or of that name only, as far as the library can create one without
/// the others. A failure of one does not affect the others.
pub(super) fn make(
    library: &Arc<LoadedLibrary>,
    wanted: Wanted<'_>,
    name: Option<&str>,
    context: &mut HostContext,
) -> Vec<Result<Instance, LoadError>> {
    let is_wanted = |interface: &InterfaceMetadata| match wanted {
        Wanted::Any => true,
        Wanted::Path(path) => interface.path == path,
        Wanted::Interface(wanted) => difference(wanted, interface).is_none(),
    };
    let mut made = Vec::new();
    for interface in library.metadata.interfaces.iter().filter(|i| is_wanted(i)) {
        match &library.entry {
            // SAFETY: a static of the library, which is open.
            Some(entry) if unsafe { has_factories(library, *entry) } => {
                made.extend(by_factories(library, *entry, interface, name, context));
            }
            _ => made.extend(by_symbols(library, interface)),
        }
    }
    made
}

/// Returns `false` for a hand-written library that has an entry only to receive
/// the services of its host.
///
/// # Safety
///
/// As for [`factories`].
unsafe fn has_factories(library: &LoadedLibrary, entry: NonNull<PluginEntry>) -> bool {
    // SAFETY: the contract of this function.
    library.metadata.package.rust || !unsafe { all_factories(entry) }.is_empty()
}

/// Through the entry: the factories of the interface, one by one.
fn by_factories(
    library: &Arc<LoadedLibrary>,
    entry: NonNull<PluginEntry>,
    interface: &InterfaceMetadata,
    name: Option<&str>,
    context: &mut HostContext,
) -> Vec<Result<Instance, LoadError>> {
    // SAFETY: a static of the library, which is open.
    unsafe { factories(entry, &interface.path, interface.fingerprint) }
        .into_iter()
        .filter(|factory| {
            let factory = factory.as_ptr();
            // SAFETY: as below, in `factories`.
            name.is_none_or(|name| unsafe { text_of((*factory).name) } == name)
                // SAFETY: as above; the size tells whether it has the field.
                && library.has_package(unsafe { package_of(factory) })
        })
        .map(|factory| by_factory(library, factory, interface, context))
        .collect()
}

/// Returns the record of the package of a factory; nothing if it names none.
///
/// # Safety
///
/// The factory is a static of a library that is open, and begins with its size.
unsafe fn package_of<'a>(factory: *const RawFactory) -> &'a [u8] {
    // SAFETY: the contract of this function.
    if unsafe { (*factory).size } < RawFactory::SIZE_WITH_PACKAGE {
        return &[];
    }
    // SAFETY: the size says that it has the field.
    let RawSlice { ptr, len } = unsafe { (*factory).package };
    if ptr.is_null() {
        return &[];
    }
    // SAFETY: a static of the library.
    unsafe { core::slice::from_raw_parts(ptr.cast(), len) }
}

/// The factories of an interface in a library.
///
/// # Safety
///
/// The entry is that of a library that is open, and has the fields that entries
/// had first.
pub(crate) unsafe fn factories(
    entry: NonNull<PluginEntry>,
    path: &str,
    fingerprint: u128,
) -> Vec<NonNull<RawFactory>> {
    // SAFETY: the contract of this function.
    let mut found = unsafe { all_factories(entry) };
    found.retain(|factory| {
        // Not by a reference: the factories of older plugins are shorter.
        let factory = factory.as_ptr();
        // SAFETY: a factory is a static of the library, and has the fields that it
        // had first.
        (unsafe { (*factory).fingerprint }) == words(fingerprint)
            // SAFETY: as above.
            && unsafe { text_of((*factory).interface) } == path
    });
    // The linker's order means nothing.
    // SAFETY: a factory and its name are statics of the library.
    found.sort_by_key(|factory| unsafe { text_of((*factory.as_ptr()).name) });
    found
}

/// All factories of a library.
///
/// # Safety
///
/// As for [`factories`].
unsafe fn all_factories(entry: NonNull<PluginEntry>) -> Vec<NonNull<RawFactory>> {
    unsafe extern "C" fn visit(context: *mut c_void, factory: *const RegistrationFactory) {
        // SAFETY: the context is the vector below, for the duration of the call.
        let found = unsafe { &mut *context.cast::<Vec<NonNull<RawFactory>>>() };
        let factory = factory.cast::<RawFactory>();
        // SAFETY: a factory begins with its size; one that lacks fields is none
        // of ours.
        if !factory.is_null() && unsafe { (*factory).size } >= RawFactory::FIRST_SIZE {
            found.extend(NonNull::new(factory.cast_mut()));
        }
    }
    let mut found: Vec<NonNull<RawFactory>> = Vec::new();
    // SAFETY: the visitor takes the context that it is given here. Not by a
    // reference: the entries of older plugins are shorter.
    unsafe { ((*entry.as_ptr()).factories)(visit, (&raw mut found).cast()) };
    found
}

fn by_factory(
    library: &Arc<LoadedLibrary>,
    factory: NonNull<RawFactory>,
    interface: &InterfaceMetadata,
    context: &mut HostContext,
) -> Result<Instance, LoadError> {
    // SAFETY: a factory and its name are statics of the library, which is open.
    let name = unsafe { text_of((*factory.as_ptr()).name) }.into_owned();
    if let Some(error) = context.needs.take(&interface.path, &name) {
        return Err(error);
    }
    // SAFETY: a static of the library, which has the first fields.
    library.name_functions(|| unsafe { named_functions::of_factory(factory, &name, interface) });
    // Dropped if the constructor fails, which ends the tasks that it spawned.
    let tasks = context.begin_tasks();
    library.watch_tasks(&tasks);
    let context = context.of(&library.path, &interface.path, &name, &tasks);
    let mut registration = ptr::null();
    // SAFETY: the context, what it refers to, and the place to write to live
    // across the call.
    let make = || unsafe { ((*factory.as_ptr()).make)(&context, &mut registration) };
    let failure = library.while_making(make);
    if !failure.is_null() {
        return Err(failed(&library.path, name, failure));
    }
    let symbol = symbols::maker_name(interface.name(), &name);
    // SAFETY: the factory returned it just now, without a failure.
    let registration = unsafe { check(&library.path, &symbol, interface, registration) }?;
    // SAFETY: made and checked; its factory unmakes it.
    let mut made =
        unsafe { instance(registration, interface, name, Unmaker::Factory(factory), library) };
    made.set_tasks(tasks);
    match made.take_services() {
        Ok(()) => Ok(made),
        Err(message) => {
            let (path, name) = (library.path.clone(), made.name.clone());
            Err(LoadError::ConstructorPanicked { path, name, message })
        }
    }
}

/// Reads and frees the failure of a constructor.
fn failed(path: &Path, name: String, failure: *mut Failure) -> LoadError {
    // SAFETY: the factory gave us the failure.
    let kind = unsafe { (*failure).kind };
    // SAFETY: likewise; it is not used again.
    let message = unsafe { take_message(failure) };
    let path = path.to_owned();
    match kind {
        FailureKind::PANIC => LoadError::ConstructorPanicked { path, name, message },
        _ => LoadError::Constructor { path, name, message },
    }
}

/// Through the exported symbols, for a library without factories.
fn by_symbols(
    library: &Arc<LoadedLibrary>,
    interface: &InterfaceMetadata,
) -> Vec<Result<Instance, LoadError>> {
    let Some(exported) = library.symbols() else { return Vec::new() };
    let name = interface.name();
    library.name_functions(|| named_functions::of_symbols(exported, name));
    match (exported.register_all(name), exported.unregister_all(name)) {
        (Some(register), Some(unregister)) => by_array(library, interface, register(), unregister),
        _ => vec![by_single(library, exported, interface)],
    }
}

/// A plugin-owned array.
fn by_array(
    library: &Arc<LoadedLibrary>,
    interface: &InterfaceMetadata,
    array: *const RegistrationArray,
    unregister: UnregisterAll,
) -> Vec<Result<Instance, LoadError>> {
    let symbol = symbols::register_all_name(interface.name());
    // SAFETY: the library returned null or an array that lives until it is
    // unregistered.
    let Some(content) = (unsafe { array.as_ref() }) else {
        let path = library.path.clone();
        return vec![Err(LoadError::MakerReturnedNull { path, symbol })];
    };
    // SAFETY: the array and its counterpart are of this library.
    let owner = Arc::new(unsafe { PluginArray::new(array, unregister, library.clone()) });
    let mut seen = HashSet::new();
    (0..content.count)
        .map(|i| {
            // SAFETY: `i` is within the array's count.
            let registration = unsafe { *content.registrations.add(i) };
            // SAFETY: the library returned it in its array.
            let registration = unsafe { check(&library.path, &symbol, interface, registration) }?;
            // SAFETY: not null, and alive as long as the array.
            let instance = unsafe { registration.as_ref() }.instance;
            if !instance.is_null() && !seen.insert(instance) {
                return Err(LoadError::Registration {
                    path: library.path.clone(),
                    symbol: symbol.clone(),
                    interface: interface.path.clone(),
                    reason: format!(
                        "number {i} has the instance of an earlier one; give each an instance of its own"
                    ),
                });
            }
            let name = registered_name(library, interface, i);
            let unmaker = Unmaker::Array(owner.clone());
            // SAFETY: made and checked; its array unmakes it.
            Ok(unsafe { self::instance(registration, interface, name, unmaker, library) })
        })
        .collect()
}

/// The single registration of a library that exports nothing else.
fn by_single(
    library: &Arc<LoadedLibrary>,
    exported: Symbols<'_>,
    interface: &InterfaceMetadata,
) -> Result<Instance, LoadError> {
    let symbol = symbols::register_name(interface.name());
    let Some(register) = exported.register(interface.name()) else {
        return Err(LoadError::MissingSymbol { path: library.path.clone(), symbol });
    };
    let unregister = exported.unregister(interface.name());
    // SAFETY: the library returned it just now.
    let registration = unsafe { check(&library.path, &symbol, interface, register()) }?;
    let name = registered_name(library, interface, 0);
    // SAFETY: made and checked; unmade by its counterpart or by its vtable.
    Ok(unsafe { instance(registration, interface, name, Unmaker::Single(unregister), library) })
}

/// Takes a registration over.
///
/// # Safety
///
/// As for [`Instance::new`].
unsafe fn instance(
    registration: NonNull<ErasedRegistration>,
    interface: &InterfaceMetadata,
    name: String,
    unmaker: Unmaker,
    library: &Arc<LoadedLibrary>,
) -> Instance {
    library.name_functions(|| {
        // SAFETY: it was checked, and is of this library.
        unsafe { named_functions::of_registration(registration, &name, interface) }
    });
    let path = interface.path.clone();
    let interface = PluginInterface { path, fingerprint: interface.fingerprint };
    // SAFETY: the contract of this function.
    unsafe { Instance::new(registration, interface, name, unmaker, library.clone()) }
}

/// The name that the metadata gives to the `i`th registration.
fn registered_name(library: &LoadedLibrary, interface: &InterfaceMetadata, i: usize) -> String {
    let mut registrations =
        library.metadata.registrations.iter().filter(|r| r.interface == interface.path);
    match registrations.nth(i) {
        Some(registration) => registration.name.clone(),
        None => interface.name().to_owned(),
    }
}

/// Refuses what is no registration of the interface.
///
/// # Safety
///
/// `registration` is null or leads to a registration of some interface.
pub(crate) unsafe fn check(
    path: &Path,
    symbol: &str,
    interface: &InterfaceMetadata,
    registration: *const c_void,
) -> Result<NonNull<ErasedRegistration>, LoadError> {
    let path = || path.to_owned();
    let Some(found) = NonNull::new(registration.cast_mut().cast::<ErasedRegistration>()) else {
        return Err(LoadError::MakerReturnedNull { path: path(), symbol: symbol.to_owned() });
    };
    // SAFETY: not null, so a registration.
    let vtable = unsafe { found.as_ref().vtable };
    // SAFETY: the vtable of a registration is null or begins with a header.
    match reason(unsafe { vtable.as_ref() }, interface) {
        None => Ok(found),
        Some(reason) => Err(LoadError::Registration {
            path: path(),
            symbol: symbol.to_owned(),
            interface: interface.path.clone(),
            reason,
        }),
    }
}

/// Returns the fault of a vtable, if any.
fn reason(vtable: Option<&VTableHeader>, interface: &InterfaceMetadata) -> Option<String> {
    let Some(header) = vtable else {
        return Some("its vtable is null".to_owned());
    };
    if header.abi_version != ABI_VERSION {
        let found = header.abi_version;
        return Some(format!("expected a vtable of ABI version {ABI_VERSION}, found {found}"));
    }
    let [low, high] = header.fingerprint.map(u128::from);
    let (expected, found) = (interface.fingerprint, high << 64 | low);
    if expected != found {
        return Some(format!(
            "expected a vtable of fingerprint {expected:#034x}, found {found:#034x}"
        ));
    }
    None
}
