//! `&dyn Trait` that a method returns: its caller has a proxy for it, which the
//! proxy of the method's object keeps.
#![expect(unsafe_code, reason = "a borrowed object is reached by pointers")]

use std::sync::OnceLock;

use crate::abi::RawBorrowed;
use crate::boundary::objects::dyn_borrow::{Borrow, receive_borrowed};
use crate::boundary::objects::dyn_trait::{Dyn, Shareable};
use crate::boundary::objects::pointee::{ConvertPointer, DynPointee, Pointee, recast};
use crate::boundary::objects::slot::LentSlot;
use crate::boundary::types::of_self::copies;
use crate::boundary::{ByCopy, FfiSafe, LiftError, Origin, ReadBy, Shape, returned_as_wire};
use crate::object::remote::{RemoteObject, vtable_of};

/// A `&'s dyn Trait` that borrows from `self`.
#[doc(hidden)]
#[derive(Debug)]
pub struct ObjectOfSelf<'s, D: ?Sized>(pub &'s D);

/// A proxy that is borrowed for as long as the object whose method returned it.
struct Kept<B: Dyn + ?Sized> {
    /// The proxy refers to both.
    wire: RawBorrowed,
    slot: LentSlot<B>,
    /// The proxy in the slot, once it is there.
    proxy: OnceLock<*mut B>,
}

// SAFETY: a drop of it calls no code of the object, and its copies may be dropped on
// any thread.
unsafe impl<B: Dyn + ?Sized> Send for Kept<B> {}
// SAFETY: the slot is filled by one thread, once, before others have its proxy. What a
// proxy changes in itself is behind a lock. The reference to it has the type that the
// plugin returned, so it is on a thread where the plugin may use the object.
unsafe impl<B: Dyn + ?Sized> Sync for Kept<B> {}

impl<B: Dyn + ?Sized> Kept<B> {
    fn new(wire: RawBorrowed) -> Box<Self> {
        Box::new(Kept { wire, slot: LentSlot::default(), proxy: OnceLock::new() })
    }

    /// Returns the proxy, which is made at the first call.
    ///
    /// # Safety
    ///
    /// The object is of type `B` and has so many methods. It and its library are borrowed
    /// for as long as the proxy is used. This stays where it is for as long.
    unsafe fn proxy(&self, methods: u32) -> *mut B {
        *self.proxy.get_or_init(|| {
            // SAFETY: the contract of this function.
            unsafe { self.slot.lend(&self.wire, methods, RemoteObject::borrowed) }
        })
    }
}

/// Returns everything by which a proxy for an object could differ from another one.
///
/// An object at the same address may be of another library, with another table there.
///
/// # Safety
///
/// The table of the object is mapped.
unsafe fn content(wire: &RawBorrowed, methods: u32) -> Box<[u8]> {
    // SAFETY: the contract of this function.
    let (vtable, origin) = vtable_of(unsafe { &*wire.table });
    let RawBorrowed { table, instance, data: [first, second], library_ref } = *wire;
    let words = [
        table.addr(),
        instance.addr(),
        first.addr(),
        second.addr(),
        library_ref.addr(),
        vtable.addr(),
        usize::from(origin.is_foreign()),
        methods as usize,
    ];
    words.into_iter().flat_map(usize::to_ne_bytes).collect()
}

// SAFETY: the wire of the reference. It is borrowed for as long as `self`, whose proxy
// keeps that of the object.
unsafe impl<'s, D, B> FfiSafe for ObjectOfSelf<'s, D>
where
    D: Pointee<Kind = DynPointee<B>> + ?Sized,
    B: Shareable + ?Sized,
{
    type Wire = RawBorrowed;
    type At<'a> = &'a D::At<'a>;
    type ByRef = ByCopy;
    const SHAPE: &'static Shape = <DynPointee<B> as ConvertPointer<&'s D>>::SHAPE;

    fn lower(self) -> RawBorrowed {
        <DynPointee<B> as ConvertPointer<&'s D>>::lower(self.0)
    }

    unsafe fn lift<'a>(wire: RawBorrowed, origin: Origin) -> Result<Self::At<'a>, LiftError> {
        // SAFETY: the contract of this function.
        let object = match unsafe { receive_borrowed::<B>(&wire, origin, false) }? {
            Borrow::Own(own) => own,
            Borrow::Remote(methods) => {
                // SAFETY: an origin with copies is that of an object that is borrowed for
                // `'a`, and the lender keeps the library of what it lends for as long. The
                // copies move nothing for as long either.
                unsafe {
                    let kept = Kept::<B>::new(wire);
                    copies(origin)?.value(content(&wire, methods), kept)?.proxy(methods)
                }
            }
        };
        // SAFETY: lowered from a `D`, and borrowed for `'a`.
        Ok(unsafe { recast::<*mut B, &'a D::At<'a>>(object) })
    }

    returned_as_wire!();
}

impl<D: ?Sized> ReadBy for ObjectOfSelf<'_, D> {
    type By = ByCopy;
}
