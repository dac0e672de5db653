//! `Box<dyn Iterator<Item = &'static T>>`. Its receiver reads each item as it reads a
//! `&'static T` that a method returns: as a copy that is never freed.
//!
//! The macros write [`ItemsForEver`] in place of such a type.
#![expect(unsafe_code, reason = "implementations of FfiSafe guarantee layouts")]

use crate::abi::RawObject;
use crate::boundary::types::forever::Static;
use crate::boundary::{ByCopy, FfiSafe, LiftError, Origin, Shape, returned_as_wire};

/// An item of such an iterator.
pub(crate) struct ItemForEver<T: ?Sized + 'static>(&'static T);

// SAFETY: the wire is that of the reference, which is lifted for ever.
unsafe impl<T: ?Sized + 'static> FfiSafe for ItemForEver<T>
where
    Static<T>: for<'a> FfiSafe<At<'a> = &'static T>,
{
    type Wire = <Static<T> as FfiSafe>::Wire;
    type At<'a> = Self;
    type ByRef = ByCopy;
    const SHAPE: &'static Shape = <Static<T> as FfiSafe>::SHAPE;

    #[inline]
    fn lower(self) -> Self::Wire {
        Static(self.0).lower()
    }

    #[inline]
    unsafe fn lift<'a>(wire: Self::Wire, origin: Origin) -> Result<Self::At<'a>, LiftError> {
        // SAFETY: the contract of this function.
        unsafe { <Static<T> as FfiSafe>::lift(wire, origin) }.map(ItemForEver)
    }

    returned_as_wire!();
}

/// Defines the type of such iterators with the auto traits of a row.
macro_rules! items_for_ever {
    ($($(#[$doc:meta])* $name:ident [$($marker:tt)*];)*) => {$(
        $(#[$doc])*
        #[doc(hidden)]
        pub struct $name<'s, T: ?Sized + 'static>(
            pub Box<dyn Iterator<Item = &'static T> $($marker)* + 's>,
        );

        impl<T: ?Sized> core::fmt::Debug for $name<'_, T> {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }

        // SAFETY: the wire is that of an iterator of `ItemForEver`, and so is the lifetime.
        unsafe impl<'s, T: ?Sized + 'static> FfiSafe for $name<'s, T>
        where
            Static<T>: for<'a> FfiSafe<At<'a> = &'static T>,
        {
            type Wire = RawObject;
            type At<'a> = Box<dyn Iterator<Item = &'static T> $($marker)* + 's>;
            type ByRef = ByCopy;
            const SHAPE: &'static Shape =
                <Box<dyn Iterator<Item = ItemForEver<T>> $($marker)*> as FfiSafe>::SHAPE;

            fn lower(self) -> RawObject {
                let items: Box<dyn Iterator<Item = ItemForEver<T>> $($marker)* + 's> =
                    Box::new(self.0.map(ItemForEver));
                items.lower()
            }

            unsafe fn lift<'a>(
                wire: RawObject,
                origin: Origin,
            ) -> Result<Self::At<'a>, LiftError> {
                type Items<'i, T> = Box<dyn Iterator<Item = ItemForEver<T>> $($marker)* + 'i>;
                // SAFETY: the contract of this function.
                let items = unsafe { <Items<'s, T> as FfiSafe>::lift::<'a>(wire, origin) }?;
                Ok(Box::new(items.map(|item| item.0)))
            }

            returned_as_wire!();
        }
    )*};
}

items_for_ever! {
    /// An iterator of references that never end.
    ItemsForEver [];
    /// The same, if it may go to another thread.
    SendItemsForEver [+ Send];
}
