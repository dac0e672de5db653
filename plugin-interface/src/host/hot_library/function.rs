//! A function of a library, in its current version.
#![expect(unsafe_code, reason = "casts the address of a function to its type")]

use core::ffi::c_void;
use core::fmt;
use core::marker::PhantomData;
use core::ops::Deref;
use core::ptr::NonNull;
use std::sync::Arc;

use super::c_function::CFunction;
use super::error::{HotError, NotDefined};
use super::handle::{HotLibrary, Shared};
use super::version::HotVersion;
use crate::host::swap::Guard;

impl HotLibrary {
    /// Returns a function by its name. The function follows reloads, and is
    /// there in those versions that define it.
    ///
    /// # Errors
    ///
    /// If the name is not among those that the library was opened with. If no
    /// such function is defined, [`HotFunction::get`] returns an error.
    pub fn function<F: CFunction>(&self, name: &str) -> Result<HotFunction<F>, HotError> {
        let Shared { path, names, .. } = &*self.0;
        let Some(index) = names.iter().position(|known| known == name) else {
            let (path, name, names) = (path.clone(), name.to_owned(), names.to_vec());
            return Err(HotError::NotNamed { path, name, names });
        };
        Ok(HotFunction::new(Arc::clone(&self.0), index))
    }
}

/// A function of a [`HotLibrary`](super::HotLibrary) by its name. Calls through
/// it reach the current version.
///
/// It keeps the `HotLibrary` open, and may be used by many threads at once.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let library = plugin_interface::HotLibrary::open("libfoo.so", &["foo"])?;
/// let foo = library.function::<unsafe extern "C" fn(i32) -> i32>("foo")?;
/// match foo.get() {
///     // SAFETY: this is its signature in foo.h.
///     Ok(foo) => println!("foo(3) -> {}", unsafe { foo(3) }),
///     Err(absent) => println!("{absent}"),
/// }
/// # Ok(())
/// # }
/// ```
pub struct HotFunction<F> {
    shared: Arc<Shared>,
    index: usize,
    function: PhantomData<F>,
}

impl<F: CFunction> HotFunction<F> {
    pub(super) fn new(shared: Arc<Shared>, index: usize) -> Self {
        HotFunction { shared, index, function: PhantomData }
    }

    /// Returns the function in the current version. The guard keeps that
    /// version loaded. Takes no lock and waits for nothing.
    ///
    /// # Errors
    ///
    /// If the current version does not define it.
    #[inline(always)]
    pub fn get(&self) -> Result<FunctionGuard<F>, NotDefined> {
        let version = self.shared.cell.get();
        // SAFETY: `index` is the index of a name, and all versions of a library
        // have the same names.
        let Some(address) = (unsafe { version.at(self.index) }) else {
            return Err(self.absent());
        };
        Ok(FunctionGuard { function: function_at(address), version })
    }

    /// Returns the library of the function.
    pub fn library(&self) -> HotLibrary {
        HotLibrary(Arc::clone(&self.shared))
    }

    /// Returns the name of the function.
    pub fn name(&self) -> &str {
        &self.shared.names[self.index]
    }

    #[cold]
    #[inline(never)]
    fn absent(&self) -> NotDefined {
        NotDefined { name: self.name().to_owned() }
    }
}

/// Casts an address to the type of its function.
#[inline]
fn function_at<F: CFunction>(address: NonNull<c_void>) -> F {
    const { assert!(size_of::<F>() == size_of::<NonNull<c_void>>()) };
    // SAFETY: `F` is a pointer to a function (`CFunction`) of this size, and so
    // is the address. The caller of the function vouches for the signature.
    unsafe { core::mem::transmute_copy(&address) }
}

impl<F> Clone for HotFunction<F> {
    fn clone(&self) -> Self {
        let shared = Arc::clone(&self.shared);
        HotFunction { shared, index: self.index, function: PhantomData }
    }
}

impl<F> fmt::Debug for HotFunction<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("HotFunction").field(&self.shared.names[self.index]).finish()
    }
}

/// A function of one version, which keeps that version loaded. Dereferences to
/// the pointer, which can be called directly: `guard(3)`.
///
/// A copy of the pointer does not keep the version loaded.
#[must_use = "the version may be closed once this is dropped"]
pub struct FunctionGuard<F> {
    function: F,
    version: Guard<HotVersion>,
}

impl<F> FunctionGuard<F> {
    /// Returns the number of the version.
    pub fn generation(&self) -> u64 {
        self.version.generation()
    }
}

impl<F> Deref for FunctionGuard<F> {
    type Target = F;

    #[inline]
    fn deref(&self) -> &F {
        &self.function
    }
}

impl<F> fmt::Debug for FunctionGuard<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FunctionGuard").field("version", &*self.version).finish()
    }
}
