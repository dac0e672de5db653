//! The memory of a proxy: a box, the storage of the call that it is lent for, or
//! the slot of a parameter of that call.

#![expect(unsafe_code, reason = "a call drops what it stores when it ends")]

use core::mem::MaybeUninit;

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

/// The slot of a parameter, whose memory an `S` fills.
pub(crate) struct InSlot<S>(pub(crate) *mut MaybeUninit<S>);

impl<S> Place for InSlot<S> {
    #[inline(always)]
    unsafe fn place<P>(self, proxy: P) -> *mut P {
        const {
            assert!(size_of::<P>() <= size_of::<S>(), "the slot has room for the proxy");
            assert!(align_of::<P>() <= align_of::<S>(), "the slot is aligned for the proxy");
        }
        let place = self.0.cast::<P>();
        // SAFETY: the memory is that of a slot, which is large enough and aligned.
        unsafe { place.write(proxy) };
        place
    }
}
