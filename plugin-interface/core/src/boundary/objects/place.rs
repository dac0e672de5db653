//! The memory of a proxy: a box, or the storage of the call that it is lent for.

#![expect(unsafe_code, reason = "a call drops what it stores when it ends")]

use crate::boundary::CallScope;

/// Memory for one proxy.
#[doc(hidden)]
pub trait Place {
    /// Moves the proxy there, and returns its address.
    ///
    /// # Safety
    ///
    /// What the proxy borrows outlives the call that it is lent for.
    unsafe fn place<P>(self, proxy: P) -> *mut P;
}

/// A box, which the caller takes over by [`Box::from_raw`].
#[derive(Debug)]
pub(crate) struct InBox;

impl Place for InBox {
    unsafe fn place<P>(self, proxy: P) -> *mut P {
        Box::into_raw(Box::new(proxy))
    }
}

/// The storage of a call, which drops the proxy when the call ends.
#[derive(Debug)]
pub(crate) struct InScope<'a>(pub(crate) &'a CallScope);

impl Place for InScope<'_> {
    unsafe fn place<P>(self, proxy: P) -> *mut P {
        // SAFETY: the contract of this function.
        unsafe { self.0.store(proxy) }
    }
}
