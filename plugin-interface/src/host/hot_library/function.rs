//! A function of a library, whatever version serves.
#![expect(unsafe_code, reason = "gives the address of a function its type")]

use core::ffi::c_void;
use core::fmt;
use core::marker::PhantomData;
use core::ops::Deref;
use core::ptr::NonNull;
use std::sync::Arc;

use super::c_function::CFunction;
use super::error::NotDefined;
use super::{HotLibrary, HotVersion, Shared};
use crate::host::swap::Guard;

/// A function of a [`HotLibrary`](super::HotLibrary) by its name: calls through
/// it reach the version that serves.
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

    /// The function of the version that serves, which is kept for as long as
    /// what is returned. Takes no lock and waits for nothing.
    ///
    /// # Errors
    ///
    /// If that version does not define it.
    #[inline(always)]
    pub fn get(&self) -> Result<FunctionGuard<F>, NotDefined> {
        let version = self.shared.swap.get();
        // SAFETY: the place of a name, in a version of the same names.
        let Some(address) = (unsafe { version.at(self.index) }) else {
            return Err(self.absent());
        };
        Ok(FunctionGuard { function: function_at(address), version })
    }

    /// The library that it is of.
    pub fn library(&self) -> HotLibrary {
        HotLibrary(Arc::clone(&self.shared))
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.shared.names[self.index]
    }

    #[cold]
    #[inline(never)]
    fn absent(&self) -> NotDefined {
        NotDefined { name: self.name().to_owned() }
    }
}

/// An address as the function that it is said to be.
#[inline]
fn function_at<F: CFunction>(address: NonNull<c_void>) -> F {
    const { assert!(size_of::<F>() == size_of::<NonNull<c_void>>()) };
    // SAFETY: `F` is a pointer to a function, and so is the address; who calls
    // it vouches for the signature.
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

/// A function of one version, which is not unloaded as long as this is there.
/// Dereferences to the pointer, which can be called as it is: `guard(3)`.
///
/// A copy of the pointer keeps nothing.
#[must_use = "the version may go when this does"]
pub struct FunctionGuard<F> {
    function: F,
    version: Guard<HotVersion>,
}

impl<F> FunctionGuard<F> {
    /// The number of the version.
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
        f.debug_struct("FunctionGuard").field("generation", &self.generation()).finish()
    }
}
