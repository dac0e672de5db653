//! The exported symbols of a plugin: their names and types.
#![expect(unsafe_code, reason = "gives addresses their types")]

use core::ffi::c_void;
use std::path::PathBuf;

use libloading::Library;

use crate::abi::{ABI_VERSION, ENTRY_SYMBOL, PluginEntry, RawSlice, RegistrationArray};
use crate::host::platform;

pub(crate) type Entry = extern "C" fn() -> *const PluginEntry;
pub(crate) type RegisterAll = extern "C" fn() -> *const RegistrationArray;
pub(crate) type UnregisterAll = unsafe extern "C" fn(*const RegistrationArray);
pub(crate) type Register = extern "C" fn() -> *const c_void;
pub(crate) type Unregister = unsafe extern "C" fn(*const c_void);
pub(crate) type Counter = extern "C" fn() -> usize;

pub(crate) fn register_all_name(interface: &str) -> String {
    format!("plugin_register_all_{interface}_v1")
}

pub(crate) fn unregister_all_name(interface: &str) -> String {
    format!("plugin_unregister_all_{interface}_v1")
}

pub(crate) fn register_name(interface: &str) -> String {
    format!("plugin_register_{interface}_v1")
}

pub(crate) fn unregister_name(interface: &str) -> String {
    format!("plugin_unregister_{interface}_v1")
}

pub(crate) fn counter_name(interface: &str) -> String {
    format!("plugin_unmaker_counter_{interface}_v1")
}

/// The name of the maker of one `#[plugin_impl]`, for messages.
pub(crate) fn maker_name(interface: &str, registration: &str) -> String {
    format!("plugin_register_{interface}_{registration}_v1")
}

/// Returns the address of an exported symbol, which is not used as anything.
pub(crate) fn address(library: &Library, name: &str) -> Option<*const c_void> {
    // SAFETY: a symbol of any type has an address, which is all that is taken.
    let address = unsafe { library.get::<*const c_void>(name) }.ok().map(|symbol| *symbol)?;
    (!address.is_null()).then_some(address)
}

/// The symbols of a library that is a plugin.
#[derive(Clone, Copy)]
pub(crate) struct Symbols<'l>(&'l Library);

impl<'l> Symbols<'l> {
    /// # Safety
    ///
    /// The library's metadata, read before it was opened, says that it is a
    /// plugin: its symbols have the types of `docs/abi.md`. The functions found
    /// are used only while the library is open.
    pub(crate) unsafe fn of(library: &'l Library) -> Self {
        Symbols(library)
    }

    pub(crate) fn entry(self) -> Option<Entry> {
        // SAFETY: the documented type.
        unsafe { self.function(ENTRY_SYMBOL) }
    }

    pub(crate) fn register_all(self, interface: &str) -> Option<RegisterAll> {
        // SAFETY: the documented type.
        unsafe { self.function(&register_all_name(interface)) }
    }

    pub(crate) fn unregister_all(self, interface: &str) -> Option<UnregisterAll> {
        // SAFETY: the documented type.
        unsafe { self.function(&unregister_all_name(interface)) }
    }

    pub(crate) fn register(self, interface: &str) -> Option<Register> {
        // SAFETY: the documented type.
        unsafe { self.function(&register_name(interface)) }
    }

    pub(crate) fn unregister(self, interface: &str) -> Option<Unregister> {
        // SAFETY: the documented type.
        unsafe { self.function(&unregister_name(interface)) }
    }

    /// Reads the unmaker counter of the interface of that name: by the entry, or by
    /// the function of a library whose entry does not count.
    pub(crate) fn counter(self, interface: &str) -> Option<usize> {
        self.counter_of_entry(interface).or_else(|| {
            // SAFETY: the documented type.
            let counter = unsafe { self.function::<Counter>(&counter_name(interface)) }?;
            Some(counter())
        })
    }

    fn counter_of_entry(self, interface: &str) -> Option<usize> {
        let entry = self.entry()?();
        // SAFETY: an entry is null, or a static of the library that begins with its
        // version and its size.
        let is_whole = !entry.is_null()
            && unsafe { (*entry).abi_version } == ABI_VERSION
            // SAFETY: as above.
            && unsafe { (*entry).size } as usize >= size_of::<PluginEntry>();
        if !is_whole {
            return None;
        }
        // SAFETY: the size says that it has the field; the text lives across the
        // call.
        let count = unsafe { ((*entry).unmade)(RawSlice::of(interface.as_bytes())) };
        (count != usize::MAX).then_some(count)
    }

    /// # Safety
    ///
    /// The symbol, if it exists, is a function of type `F`.
    unsafe fn function<F: Copy>(self, name: &str) -> Option<F> {
        const { assert!(size_of::<F>() == size_of::<*const c_void>()) };
        let address = address(self.0, name)?;
        // SAFETY: `F` is a function pointer, by the contract of this function.
        Some(unsafe { core::mem::transmute_copy::<*const c_void, F>(&address) })
    }
}

/// Returns the file that a library is mapped from, found by one of its symbols.
pub(crate) fn file_of(library: &Library, interface: &str) -> Option<PathBuf> {
    let names = [
        counter_name(interface),
        register_all_name(interface),
        register_name(interface),
        ENTRY_SYMBOL.to_owned(),
    ];
    let address = names.iter().find_map(|name| address(library, name))?;
    platform::file_at(address)
}
