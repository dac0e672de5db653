//! What is lent for a call, and has to lie somewhere meanwhile.
#![expect(unsafe_code, reason = "what is lent is reached by pointers until the call ends")]

use core::cell::RefCell;
use core::ffi::c_void;

/// The objects that are lent to one call: a local of it.
#[doc(hidden)]
pub struct Lendings(RefCell<Vec<*mut dyn Held>>);

trait Held {}

/// One object, and the words that its maker gave along.
struct Slot<B: ?Sized> {
    data: [*mut c_void; 2],
    object: Option<Box<B>>,
}

impl<B: ?Sized> Held for Slot<B> {}

impl Lendings {
    #[inline]
    pub(crate) fn new() -> Self {
        Lendings(RefCell::new(Vec::new()))
    }

    /// Makes an object out of the address that `data` gets, and keeps both for
    /// as long as this lives. The object may be used until then.
    pub(crate) fn hold<B: ?Sized + 'static>(
        &self,
        data: [*mut c_void; 2],
        make: impl FnOnce(*mut [*mut c_void; 2]) -> Box<B>,
    ) -> *mut B {
        let slot = Box::into_raw(Box::new(Slot::<B> { data, object: None }));
        self.0.borrow_mut().push(slot);
        // SAFETY: boxed above, and alive until `self` is dropped.
        unsafe { &raw mut **(*slot).object.insert(make(&raw mut (*slot).data)) }
    }
}

impl Drop for Lendings {
    #[inline]
    fn drop(&mut self) {
        for slot in self.0.get_mut().drain(..) {
            // SAFETY: boxed in `hold`, and freed here only.
            drop(unsafe { Box::from_raw(slot) });
        }
    }
}

impl core::fmt::Debug for Lendings {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_tuple("Lendings").field(&self.0.borrow().len()).finish()
    }
}
