//! Iterators: `Box<dyn Iterator<Item = T>>`. They run in the library that
//! created them.
#![expect(unsafe_code, reason = "iterators are reached by pointers")]

use crate::abi::{Opaque, Outcome, VTableHeader};
use crate::boundary::objects::builtin::{
    BuiltinObject, BuiltinTables, BuiltinVTable, builtin_object_items, finish, header, pointees,
};
use crate::boundary::objects::dyn_trait::{BorrowableMut, Dyn};
use crate::boundary::{FfiOwned, FfiSafe, InstanceStorage, Shape};
use crate::runtime::call::contain;

type Next<T> = <Option<T> as FfiSafe>::Returned;

/// The bounds on the number of remaining values.
type Hint = (usize, Option<usize>);

/// The vtable of an iterator.
#[repr(C)]
pub(crate) struct IteratorTable<T: FfiSafe> {
    header: VTableHeader,
    next: unsafe extern "C" fn(*mut Opaque) -> Outcome<Next<T>>,
    size_hint: unsafe extern "C" fn(*mut Opaque) -> Outcome<<Hint as FfiSafe>::Returned>,
}

unsafe extern "C" fn next<T: FfiOwned, P>(this: *mut Opaque) -> Outcome<Next<T>>
where
    P: InstanceStorage<dyn Iterator<Item = T>>,
{
    // SAFETY: the caller passes an iterator of this table.
    contain(|| unsafe { P::exclusive(this) }.next())
}

unsafe extern "C" fn size_hint<T: FfiOwned, P>(
    this: *mut Opaque,
) -> Outcome<<Hint as FfiSafe>::Returned>
where
    P: InstanceStorage<dyn Iterator<Item = T>>,
{
    // SAFETY: the caller passes an iterator of this table.
    contain(|| unsafe { P::shared(this) }.size_hint())
}

/// An iterator of another library.
struct RemoteIterator<T: FfiSafe>(BuiltinObject<IteratorTable<T>>);

impl<T: FfiOwned> Iterator for RemoteIterator<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        // SAFETY: the instance of this function, borrowed exclusively.
        unsafe {
            let outcome = (self.0.vtable().next)(self.0.instance());
            finish(self.0.origin(), "iterator", "next", outcome)
        }
    }

    fn size_hint(&self) -> Hint {
        /// The most memory that a caller takes at once, before there is a value. A process
        /// of a plugin's own may promise anything, and memory that is not there ends this
        /// one.
        const AT_ONCE: usize = 1 << 20;
        // SAFETY: as above, shared.
        let (least, most): Hint = unsafe {
            let outcome = (self.0.vtable().size_hint)(self.0.instance());
            finish(self.0.origin(), "iterator", "size_hint", outcome)
        };
        (least.min(AT_ONCE / size_of::<T>().max(1)), most)
    }
}

impl<T: FfiOwned, P: InstanceStorage<Self>> BuiltinVTable<P> for dyn Iterator<Item = T> {
    type VTable = IteratorTable<T>;
    const VTABLE: &'static Self::VTable =
        &IteratorTable { header: header::<P>(2), next: next::<T, P>, size_hint: size_hint::<T, P> };
}

// SAFETY: the tables are those above, and adopted objects call them.
unsafe impl<T: FfiOwned> Dyn for dyn Iterator<Item = T> {
    builtin_object_items! {
        IteratorTable<T>,
        BuiltinTables<Self>,
        Shape::Bound("dyn Iterator<Item = ", T::SHAPE),
        object => RemoteIterator(object)
    }
}

pointees!(impl [T: FfiOwned] Iterator<Item = T>);

// SAFETY: its functions borrow the iterator.
unsafe impl<T: FfiOwned> BorrowableMut for dyn Iterator<Item = T> {}
