//! An object whose methods are those of its own type, and not of a `dyn Trait`.

use core::ptr;
use std::sync::Arc;

use crate::abi::{ObjectTable, RawObject, RawSlice};
use crate::boundary::objects::dyn_owner::own_object;
use crate::boundary::objects::dyn_trait::table;
use crate::boundary::objects::storage::CalledFromC;
use crate::interface::{Interface, VTableFor};

/// Creates an object of the interface `I` that owns `object` and calls it directly.
///
/// It is no `Arc<I>`, so it is not unwrapped as one where it returns.
pub(crate) fn own_directly<I, T>(object: Arc<T>) -> RawObject
where
    I: Interface + VTableFor<T, Arc<T>> + VTableFor<T, CalledFromC<Arc<T>>> + ?Sized,
    T: ?Sized + 'static,
{
    own_object::<T, Arc<T>>(Direct::<I, T>::TABLE, object)
}

struct Direct<I: ?Sized, T: ?Sized>(*const I, *const T);

impl<I, T> Direct<I, T>
where
    I: Interface + VTableFor<T, Arc<T>> + VTableFor<T, CalledFromC<Arc<T>>> + ?Sized,
    T: ?Sized + 'static,
{
    const TABLE: &'static ObjectTable = &table::<T, Arc<T>>(
        ptr::from_ref(<I as VTableFor<T, CalledFromC<Arc<T>>>>::VTABLE).cast(),
        ptr::from_ref(<I as VTableFor<T, Arc<T>>>::VTABLE).cast(),
        RawSlice::of(I::RECORD),
    );
}
