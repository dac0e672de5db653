//! One version of a library: where its functions are, and how it ends.
#![expect(unsafe_code, reason = "gives addresses of functions their types")]

use core::ffi::c_void;
use core::ptr::{self, NonNull};
use std::fmt;
use std::sync::Arc;

use libloading::Library;

use super::c_function::CFunction;
use super::error::NotDefined;
use crate::host::file::private_copy::PrivateCopy;
use crate::host::library::mapped::is_mapped;
use crate::host::library::outcome;
use crate::host::library::outcome::UnloadOutcome;
use crate::host::library::symbols;

/// One version of a [`HotLibrary`](super::HotLibrary), which stays as it is: for
/// several calls by the same version, and for a validation before it serves.
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
    /// One for each name.
    functions: Box<[Option<NonNull<c_void>>]>,
    /// Last, as the functions are in it.
    mapped: Option<OpenLibrary>,
}

// SAFETY: the pointers lead to code, which threads may share.
unsafe impl Send for HotVersion {}
// SAFETY: as above.
unsafe impl Sync for HotVersion {}

impl HotVersion {
    /// Finds those of the functions that `is_defined` by the library itself, and
    /// not by one that it links.
    pub(super) fn new(
        generation: u64,
        names: Arc<[String]>,
        mapped: OpenLibrary,
        is_defined: impl Fn(&str) -> bool,
    ) -> Self {
        let library = mapped.library.as_ref();
        let find = |name: &String| {
            let address = symbols::address(library?, name).filter(|_| is_defined(name));
            address.and_then(|address| NonNull::new(address.cast_mut()))
        };
        let functions = names.iter().map(find).collect();
        HotVersion { generation, names, functions, mapped: Some(mapped) }
    }

    /// What serves when the library is unloaded: nothing.
    pub(super) fn none(generation: u64, names: Arc<[String]>) -> Self {
        let functions = names.iter().map(|_| None).collect();
        HotVersion { generation, names, functions, mapped: None }
    }

    /// The number of the version, counted from 1.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// A function of this version.
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
        // SAFETY: the address of a function is a pointer to it, of whatever
        // type; who calls it vouches for the type.
        Ok(unsafe { &*ptr::from_ref(address).cast::<F>() })
    }

    /// The names of the functions that this version has, of those that the
    /// library was opened with.
    pub fn defined(&self) -> impl Iterator<Item = &str> {
        let all = self.names.iter().zip(&self.functions);
        all.filter(|(_, function)| function.is_some()).map(|(name, _)| name.as_str())
    }

    /// The function at a place in the list of names.
    ///
    /// # Safety
    ///
    /// The place is within `names`.
    #[inline(always)]
    pub(super) unsafe fn at(&self, index: usize) -> Option<NonNull<c_void>> {
        // SAFETY: there is one for each name.
        unsafe { *self.functions.get_unchecked(index) }
    }

    /// Closes the library, if there is one.
    pub(super) fn close(mut self) -> Option<UnloadOutcome> {
        self.mapped.take().map(|mut mapped| mapped.close())
    }
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

/// A mapped library, and its file.
pub(super) struct OpenLibrary {
    /// Closed before the copy is removed.
    library: Option<Library>,
    copy: Option<PrivateCopy>,
    is_retained: bool,
}

impl OpenLibrary {
    pub(super) fn new(library: Library, copy: PrivateCopy, is_retained: bool) -> Self {
        OpenLibrary { library: Some(library), copy: Some(copy), is_retained }
    }

    fn close(&mut self) -> UnloadOutcome {
        let (Some(library), Some(copy)) = (self.library.take(), self.copy.take()) else {
            return UnloadOutcome::Unmapped;
        };
        let outcome = if self.is_retained {
            core::mem::forget(library);
            let reason = "it was opened so that its versions stay mapped".to_owned();
            UnloadOutcome::Retained { reason }
        } else if library.close().is_err() || is_mapped(&copy) {
            outcome::linked()
        } else {
            return UnloadOutcome::Unmapped;
        };
        // Its code runs on, perhaps: debuggers look into the file.
        core::mem::forget(copy);
        outcome
    }
}

impl Drop for OpenLibrary {
    fn drop(&mut self) {
        self.close();
    }
}
