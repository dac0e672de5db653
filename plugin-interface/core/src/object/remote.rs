//! An object of another side, before it is dressed in its type.
#![expect(unsafe_code, reason = "ends objects that another library made")]

use core::any::TypeId;
use core::mem::ManuallyDrop;

use crate::abi::{LibraryRef, ObjectTable, Opaque, RawBorrowed, RawObject, VTableHeader};
use crate::boundary::{LiftError, Origin};
use crate::runtime::library_ref;

/// An object that is ours to end.
#[derive(Debug)]
pub(crate) struct OwnedObject(RawObject);

impl OwnedObject {
    /// # Safety
    ///
    /// `raw` was handed over to us: nobody else ends it.
    #[inline]
    pub(crate) unsafe fn new(raw: RawObject) -> Self {
        OwnedObject(raw)
    }

    pub(crate) fn raw(&self) -> &RawObject {
        &self.0
    }

    pub(crate) fn table(&self) -> &ObjectTable {
        // SAFETY: a static of the library that this object keeps mapped.
        unsafe { &*self.0.table }
    }

    /// Hands the object on.
    pub(crate) fn into_raw(self) -> RawObject {
        ManuallyDrop::new(self).0
    }

    /// The instance of an object that came home, which ends the object.
    pub(crate) fn into_instance(self) -> *mut Opaque {
        let raw = self.into_raw();
        // SAFETY: this library is in use, as it runs.
        unsafe { library_ref::release(raw.library_ref) };
        raw.instance
    }
}

impl Drop for OwnedObject {
    fn drop(&mut self) {
        let vtable = self.table().vtable;
        // SAFETY: a vtable begins with its header, and the instance is dropped
        // here only.
        unsafe {
            let failure = ((*vtable).drop)(self.0.instance);
            if !failure.is_null() {
                // Its panic was reported when it happened.
                ((*failure).free)(failure);
            }
            // Last: what is called above is its code.
            library_ref::release(self.0.library_ref);
        }
    }
}

/// Refuses what cannot be an object, whoever made it.
///
/// # Safety
///
/// What is not null leads to the table of an object, which is mapped.
pub(crate) unsafe fn checked_table<'a>(
    table: *const ObjectTable,
    library_ref: *const LibraryRef,
) -> Result<&'a ObjectTable, LiftError> {
    // SAFETY: the contract of this function.
    match unsafe { table.as_ref() } {
        Some(table) if !table.vtable.is_null() && !library_ref.is_null() => Ok(table),
        _ => Err(LiftError::Null),
    }
}

/// Who made the methods of objects with that table, by whichever way they came.
fn origin_of(table: &ObjectTable) -> Origin {
    if table.flags & ObjectTable::RUST != 0 { Origin::Rust } else { Origin::Foreign }
}

/// Whether an object was made here, of the type `B`.
///
/// # Safety
///
/// The table is that of an object whose keep is `keep`.
pub(crate) unsafe fn is_own<B: ?Sized + 'static>(
    table: &ObjectTable,
    library_ref: *const LibraryRef,
) -> bool {
    let wanted = TypeId::of::<B>();
    // SAFETY: the contract of this function; a `TypeId` of this very library
    // is what its function reads.
    library_ref == library_ref::current() && unsafe { (table.is)((&raw const wanted).cast()) } == 1
}

/// What keeps an instance that another side made.
pub(crate) enum Ownership {
    /// A registration of a library.
    Registration(
        #[expect(dead_code, reason = "owned for its drop")]
        std::sync::Arc<dyn core::any::Any + Send + Sync>,
    ),
    /// An object that came as a value.
    Owned(OwnedObject),
    /// An object that is lent for a call.
    Borrowed(RawBorrowed),
}

/// An object of another side: how it is called, and what keeps it.
#[doc(hidden)]
pub struct RemoteObject {
    pub(crate) vtable: *const VTableHeader,
    pub(crate) instance: *mut Opaque,
    /// How many of its methods are those of the interface as it is known here.
    pub(crate) methods: u32,
    /// Whether what they give is validated.
    pub(crate) origin: Origin,
    /// Last: the instance is ended after the pointers above are of no more use.
    pub(crate) ownership: Ownership,
}

impl RemoteObject {
    pub(crate) fn owned(owned: OwnedObject, methods: u32) -> Self {
        let (table, instance) = (owned.table(), owned.raw().instance);
        let (vtable, origin) = (table.vtable, origin_of(table));
        RemoteObject { vtable, instance, methods, origin, ownership: Ownership::Owned(owned) }
    }

    /// Ends an object whose instance was used up by its last call.
    pub(crate) fn release_consumed(self) {
        if let Ownership::Owned(owned) = self.ownership {
            let raw = owned.into_raw();
            // SAFETY: retained when it was lowered; nothing of its library is
            // used after this.
            unsafe { library_ref::release(raw.library_ref) };
        }
    }

    /// # Safety
    ///
    /// The instance is lent for longer than this lives.
    pub(crate) unsafe fn borrowed(
        borrowed: RawBorrowed,
        instance: *mut Opaque,
        methods: u32,
    ) -> Self {
        // SAFETY: whoever lends an object has its library mapped.
        let table = unsafe { &*borrowed.table };
        let (vtable, origin) = (table.vtable, origin_of(table));
        RemoteObject { vtable, instance, methods, origin, ownership: Ownership::Borrowed(borrowed) }
    }
}

impl core::fmt::Debug for RemoteObject {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("RemoteObject").field("methods", &self.methods).finish_non_exhaustive()
    }
}
