//! `Box<dyn Iterator<Item = &T> + '_>` that a method returns. Its caller reads each item
//! as it reads a reference that a method returns: of plain data the reference itself,
//! else a reference to a copy in the proxy.
//!
//! The macros write [`ItemsOfSelf`] in place of such a type.
#![expect(unsafe_code, reason = "items borrow from the object whose method returned them")]

use core::marker::PhantomData;

use crate::abi::RawObject;
use crate::boundary::types::of_self::{OfSelf, ReadBy};
use crate::boundary::{ByCopy, FfiSafe, LiftError, Origin, ReturnError, Shape, returned_as_wire};
use crate::object::call_error::CallError;
use crate::object::raise;

type Wire<T> = <OfSelf<'static, T> as FfiSafe>::Wire;

/// An item of such an iterator. It is lifted where the copies of the proxy are known.
///
/// If one is dropped before that, its copy leaks. No code here does so.
pub(crate) struct ItemOfSelf<T: ?Sized + 'static>(Item<T>)
where
    OfSelf<'static, T>: FfiSafe;

enum Item<T: ?Sized + 'static>
where
    OfSelf<'static, T>: FfiSafe,
{
    /// Of this library.
    Own(&'static T),
    /// Of another one, and whether that is foreign.
    Lowered(Wire<T>, bool),
}

// SAFETY: the wire is that of the reference. A value of the wire keeps it, and the type
// has no lifetime.
unsafe impl<T: ?Sized + 'static> FfiSafe for ItemOfSelf<T>
where
    OfSelf<'static, T>: FfiSafe,
{
    type Wire = Wire<T>;
    type At<'a> = Self;
    type ByRef = ByCopy;
    const SHAPE: &'static Shape = <OfSelf<'static, T> as FfiSafe>::SHAPE;

    #[inline]
    fn lower(self) -> Self::Wire {
        match self.0 {
            Item::Own(item) => OfSelf(item).lower(),
            Item::Lowered(wire, _) => wire,
        }
    }

    #[inline]
    unsafe fn lift<'a>(wire: Self::Wire, origin: Origin) -> Result<Self::At<'a>, LiftError> {
        Ok(ItemOfSelf(Item::Lowered(wire, origin.is_foreign())))
    }

    returned_as_wire!();
}

/// The iterator that the caller has: it lifts the items of `I`.
struct Lifted<'a, I, T: ?Sized> {
    items: I,
    /// That of the return value. It has the copies of an object that is borrowed for `'a`.
    origin: Origin,
    of_self: PhantomData<fn() -> &'a T>,
}

// SAFETY: `origin` is a mark, or the address of copies, which all threads may use. It is
// read only.
unsafe impl<I: Send, T: ?Sized> Send for Lifted<'_, I, T> {}

impl<'a, I, T: ?Sized + 'static> Iterator for Lifted<'a, I, T>
where
    I: Iterator<Item = ItemOfSelf<T>>,
    OfSelf<'static, T>: FfiSafe<At<'a> = &'a T>,
{
    type Item = &'a T;

    fn next(&mut self) -> Option<&'a T> {
        let (wire, is_foreign) = match self.items.next()?.0 {
            Item::Own(item) => return Some(item),
            Item::Lowered(wire, is_foreign) => (wire, is_foreign),
        };
        let origin = if is_foreign { self.origin.foreign() } else { self.origin };
        // SAFETY: the item was not lifted yet. It borrows from an object that is borrowed
        // for `'a`, and the origin has the copies of its proxy.
        match unsafe { <OfSelf<'static, T> as FfiSafe>::lift::<'a>(wire, origin) } {
            Ok(item) => Some(item),
            Err(error) => raise(CallError::of("iterator", "next", ReturnError::invalid(error))),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.items.size_hint()
    }
}

/// Defines the type of such iterators with the auto traits of a row.
macro_rules! items_of_self {
    ($($(#[$doc:meta])* $name:ident [$($marker:tt)*];)*) => {$(
        $(#[$doc])*
        #[doc(hidden)]
        pub struct $name<'s, T: ?Sized>(pub Box<dyn Iterator<Item = &'s T> $($marker)* + 's>);

        impl<T: ?Sized> core::fmt::Debug for $name<'_, T> {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }

        // SAFETY: the wire is that of an iterator of `ItemOfSelf`. The lifted one borrows
        // from `self`, as its items do.
        unsafe impl<'s, T: ?Sized + 'static> FfiSafe for $name<'s, T>
        where
            OfSelf<'static, T>: for<'a> FfiSafe<At<'a> = &'a T>,
        {
            type Wire = RawObject;
            type At<'a> = Box<dyn Iterator<Item = &'a T> $($marker)* + 'a>;
            type ByRef = ByCopy;
            const SHAPE: &'static Shape =
                <Box<dyn Iterator<Item = ItemOfSelf<T>> $($marker)*> as FfiSafe>::SHAPE;

            fn lower(self) -> RawObject {
                let items = self.0.map(|item| {
                    // SAFETY: another lifetime. The caller uses items as long as it
                    // borrows the object, which is `'s`.
                    ItemOfSelf(Item::Own(unsafe { &*core::ptr::from_ref(item) }))
                });
                let items: Box<dyn Iterator<Item = ItemOfSelf<T>> $($marker)* + 's> =
                    Box::new(items);
                items.lower()
            }

            unsafe fn lift<'a>(
                wire: RawObject,
                origin: Origin,
            ) -> Result<Self::At<'a>, LiftError> {
                type Items<'i, T> = Box<dyn Iterator<Item = ItemOfSelf<T>> $($marker)* + 'i>;
                // SAFETY: the contract of this function.
                let items = unsafe { <Items<'a, T> as FfiSafe>::lift::<'a>(wire, origin) }?;
                Ok(Box::new(Lifted { items, origin, of_self: PhantomData }))
            }

            returned_as_wire!();
        }

        impl<'s, T: ?Sized + 'static> ReadBy for $name<'s, T>
        where
            OfSelf<'s, T>: ReadBy,
        {
            type By = <OfSelf<'s, T> as ReadBy>::By;
        }
    )*};
}

items_of_self! {
    /// An iterator of references that borrow from `self`.
    ItemsOfSelf [];
    /// The same, if it may go to another thread.
    SendItemsOfSelf [+ Send];
}
