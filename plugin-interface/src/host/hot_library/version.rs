//! One version of a library: the addresses of its functions, and its end.
#![expect(unsafe_code, reason = "casts addresses of functions to their types")]

use core::ffi::c_void;
use core::ptr::{self, NonNull};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use libloading::Library;

use super::c_function::CFunction;
use super::error::NotDefined;
use super::events::HotEvent;
use super::listeners::Listeners;
use crate::host::crash_notes::{self, NamedFunction};
use crate::host::library::mapped::Mapped;
use crate::host::library::outcome::UnloadOutcome;
use crate::host::library::{symbols, unmap};
use crate::host::reload::ReloadableVersion;
use crate::host::swap::Users;

/// One version of a [`HotLibrary`](super::HotLibrary), for several calls to the
/// same version, and for a validation before it becomes current.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let library = plugin_interface::HotLibrary::open("libfoo.so", &["foo", "bar"])?;
/// let version = library.version();
/// let foo = version.function::<unsafe extern "C" fn() -> i32>("foo")?;
/// let bar = version.function::<unsafe extern "C" fn(i32) -> i32>("bar")?;
/// // SAFETY: these are their signatures in foo.h.
/// println!("{}: {}", version.generation(), unsafe { bar(foo()) });
/// # Ok(())
/// # }
/// ```
pub struct HotVersion {
    generation: u64,
    names: Arc<[String]>,
    /// One entry for each name.
    functions: Box<[Option<NonNull<c_void>>]>,
    /// Last, as the functions are in it.
    mapped: Option<OpenLibrary>,
}

// SAFETY: the pointers refer to code, which threads may share.
unsafe impl Send for HotVersion {}
// SAFETY: as above.
unsafe impl Sync for HotVersion {}

impl HotVersion {
    /// Finds the functions for which `is_defined` returns `true`: those of the
    /// library itself, not of a library that it links.
    pub(super) fn new(
        generation: u64,
        names: Arc<[String]>,
        mapped: OpenLibrary,
        is_defined: impl Fn(&str) -> bool,
    ) -> Self {
        let library = mapped.library();
        let find = |name: &String| {
            let address = symbols::address(library?, name).filter(|_| is_defined(name));
            address.and_then(|address| NonNull::new(address.cast_mut()))
        };
        let functions: Box<[_]> = names.iter().map(find).collect();
        mapped.name_functions(|| {
            let named = |(name, address): (&String, &Option<NonNull<c_void>>)| {
                Some((address.as_ref()?.addr().get(), format!("`{name}`")))
            };
            names.iter().zip(&functions).filter_map(named).collect()
        });
        HotVersion { generation, names, functions, mapped: Some(mapped) }
    }

    /// Returns the version of an unloaded library, without functions.
    pub(super) fn none(generation: u64, names: Arc<[String]>) -> Self {
        let functions = names.iter().map(|_| None).collect();
        HotVersion { generation, names, functions, mapped: None }
    }

    /// Returns the number of the version, counted from 1.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Returns a function of this version.
    ///
    /// # Errors
    ///
    /// If this version has no such function, or the library was opened without
    /// that name.
    pub fn function<F: CFunction>(&self, name: &str) -> Result<&F, NotDefined> {
        let index = self.names.iter().position(|known| known == name);
        let found = index.and_then(|index| self.functions[index].as_ref());
        let address = found.ok_or_else(|| NotDefined { name: name.to_owned() })?;
        const { assert!(size_of::<F>() == size_of::<NonNull<c_void>>()) };
        // SAFETY: `F` is a pointer to a function (`CFunction`) of this size,
        // and the address is one. The caller of the function vouches for its
        // type.
        Ok(unsafe { &*ptr::from_ref(address).cast::<F>() })
    }

    /// Returns the names of the functions that this version defines, among
    /// those that the library was opened with.
    pub fn defined(&self) -> impl Iterator<Item = &str> {
        let all = self.names.iter().zip(&self.functions);
        all.filter(|(_, function)| function.is_some()).map(|(name, _)| name.as_str())
    }

    /// Returns the function at an index of the list of names.
    ///
    /// # Safety
    ///
    /// 1. `index` is less than the length of `names`.
    #[inline(always)]
    pub(super) unsafe fn at(&self, index: usize) -> Option<NonNull<c_void>> {
        // SAFETY: there is one entry for each name, and condition 1.
        unsafe { *self.functions.get_unchecked(index) }
    }
}

impl ReloadableVersion for HotVersion {
    type Announcer = Listeners;

    const CLOSES_ON_DROP: bool = true;

    fn generation(&self) -> u64 {
        self.generation
    }

    /// Closes the library, if there is one.
    fn close(mut self, _: Duration, listeners: &Listeners) -> Option<UnloadOutcome> {
        let outcome = self.mapped.take()?.close();
        let generation = self.generation;
        listeners.announce(&HotEvent::Unloaded { generation, outcome: outcome.clone() });
        Some(outcome)
    }

    fn report_users(_: u64, _: Duration, _: Users, _: &Listeners) {}
}

impl fmt::Debug for HotVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let defined: Vec<_> = self.defined().collect();
        f.debug_struct("HotVersion")
            .field("generation", &self.generation)
            .field("defined", &defined)
            .finish()
    }
}

/// An open library, until it is closed.
pub(super) struct OpenLibrary {
    mapped: Option<Mapped>,
    is_retained: bool,
}

impl OpenLibrary {
    pub(super) fn new(mapped: Mapped, is_retained: bool) -> Self {
        OpenLibrary { mapped: Some(mapped), is_retained }
    }

    fn library(&self) -> Option<&Library> {
        self.mapped.as_ref().map(|mapped| &mapped.library)
    }

    fn name_functions(&self, functions: impl FnOnce() -> Vec<NamedFunction>) {
        if let Some(mapped) = &self.mapped {
            crash_notes::add_functions(&mapped.image, functions);
        }
    }

    fn close(&mut self) -> UnloadOutcome {
        let Some(mapped) = self.mapped.take() else { return UnloadOutcome::Unmapped };
        if !self.is_retained {
            let record = mapped.close_record.clone();
            // An error of the close is in the outcome too.
            let _ = unmap::close(mapped);
            return record.outcome().unwrap_or(UnloadOutcome::Unmapped);
        }
        // Its code may still run, and debuggers read the file.
        core::mem::forget(mapped);
        let reason = "its options keep its versions mapped".to_owned();
        UnloadOutcome::Retained { reason }
    }
}

impl Drop for OpenLibrary {
    fn drop(&mut self) {
        self.close();
    }
}
