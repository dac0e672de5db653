//! The exclusive borrow of a proxy, which cannot be swapped for another one.
#![expect(unsafe_code, reason = "a proxy is borrowed as its object")]

use core::alloc::Layout;
use core::ptr;

use crate::interface::Interface;
use crate::object::Object;

/// The exclusive borrow of a proxy, as a checked view holds it.
///
/// An object that is borrowed for a call has a proxy whose type does not say so.
/// If safe code had a `&mut` to it, it could swap it for a proxy that stays. So
/// only generated code gets one. The module of the interface does not, although
/// it sees the private fields of the view.
#[doc(hidden)]
pub struct ExclusiveProxy<'p, I: Interface + ?Sized>(&'p mut Object<I>);

impl<'p, I: Interface + ?Sized> ExclusiveProxy<'p, I> {
    #[inline]
    pub fn of(proxy: &'p mut I::Proxy) -> Self {
        // SAFETY: a proxy has the layout of its object, its only field.
        ExclusiveProxy(unsafe { &mut *ptr::from_mut(proxy).cast() })
    }

    /// Returns `value` as a proxy, if `object` returns its object.
    ///
    /// `V` is the interface with any lifetime. An author may override the method
    /// behind `object`, as for `Object::of_proxy`.
    pub fn of_value<V: ?Sized>(
        value: &'p mut V,
        object: impl FnOnce(&V) -> Option<&Object<I>>,
    ) -> Option<Self> {
        let object = ptr::from_ref(object(value)?);
        let is_all_of_it =
            ptr::addr_eq(object, value) && Layout::for_value(value) == Layout::new::<Object<I>>();
        // SAFETY: the object fills the value, which is borrowed exclusively.
        is_all_of_it.then(|| ExclusiveProxy(unsafe { &mut *ptr::from_mut(value).cast() }))
    }

    #[inline]
    pub fn get(&self) -> &I::Proxy {
        self.0.as_proxy()
    }

    /// Borrows the proxy for a call.
    ///
    /// # Safety
    ///
    /// The proxy is not moved: it may be borrowed for less than its type says.
    #[inline]
    pub unsafe fn get_mut(&mut self) -> &mut I::Proxy {
        // SAFETY: a proxy has the layout of its object, its only field.
        unsafe { &mut *ptr::from_mut(self.0).cast() }
    }
}

impl<I: Interface + ?Sized> core::fmt::Debug for ExclusiveProxy<'_, I> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.0.fmt(f)
    }
}
