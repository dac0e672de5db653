//! An object of another library, before it is wrapped in its type.
#![expect(unsafe_code, reason = "drops objects of other libraries")]

use core::any::TypeId;
use core::mem::ManuallyDrop;

use crate::abi::{LibraryRef, ObjectTable, Opaque, RawObject, VTableHeader};
use crate::boundary::{LiftError, Origin};
use crate::object::loan::Lent;
use crate::runtime::library_ref;

/// An object that this library owns and drops.
#[doc(hidden)]
#[derive(Debug)]
pub struct OwnedObject(RawObject);

impl OwnedObject {
    /// # Safety
    ///
    /// `raw` was passed to this library by value: nothing else drops it. Its table
    /// and its vtable are not null.
    #[inline]
    pub unsafe fn new(raw: RawObject) -> Self {
        OwnedObject(raw)
    }

    pub fn raw(&self) -> &RawObject {
        &self.0
    }

    pub fn table(&self) -> &ObjectTable {
        // SAFETY: a static of the library that this object keeps loaded.
        unsafe { &*self.0.table }
    }

    /// Returns another owner of the object, if it may have several.
    pub fn share(&self) -> Option<RawObject> {
        let share = self.table().share?;
        // SAFETY: the object is alive, and so is its library, which the new
        // owner retains.
        unsafe {
            library_ref::retain(self.0.library_ref);
            Some(RawObject { instance: share(self.0.instance), ..self.0 })
        }
    }

    /// Passes the object on.
    pub(crate) fn into_raw(self) -> RawObject {
        ManuallyDrop::new(self).0
    }

    /// Returns the instance of an object that this library created, and
    /// releases the object.
    pub fn into_instance(self) -> *mut Opaque {
        let raw = self.into_raw();
        // SAFETY: this library is in use, since it runs.
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
                // The hook reported its panic.
                ((*failure).free)(failure);
            }
            // Last, since the code that is called above belongs to the library.
            library_ref::release(self.0.library_ref);
        }
    }
}

/// Returns the table of an object. The pointers of a foreign one are checked.
///
/// # Safety
///
/// The object is of that origin. A `table` that is not null points to the table of
/// an object, which is mapped.
#[inline(always)]
pub(crate) unsafe fn received_table<'a>(
    table: *const ObjectTable,
    library_ref: *const LibraryRef,
    origin: Origin,
) -> Result<&'a ObjectTable, LiftError> {
    if origin.is_foreign() {
        // SAFETY: the contract of this function.
        return unsafe { checked_table(table, library_ref) };
    }
    // SAFETY: the macros pass no object without a table.
    Ok(unsafe { &*table })
}

/// Checks the pointers of an object, of any origin.
///
/// # Safety
///
/// A `table` that is not null points to the table of an object, which is
/// mapped.
#[inline(never)]
unsafe fn checked_table<'a>(
    table: *const ObjectTable,
    library_ref: *const LibraryRef,
) -> Result<&'a ObjectTable, LiftError> {
    // SAFETY: the contract of this function.
    match unsafe { table.as_ref() } {
        Some(table)
            if !table.vtable.is_null()
                && !vtable_of(table).0.is_null()
                && !library_ref.is_null() =>
        {
            Ok(table)
        }
        _ => Err(LiftError::Null),
    }
}

/// Returns the vtable that this library calls, and the origin of its results.
#[inline(always)]
pub(crate) fn vtable_of(table: &ObjectTable) -> (*const VTableHeader, Origin) {
    if table.flags & ObjectTable::RUST == 0 {
        return of_foreign(table);
    }
    (table.unchecked, Origin::Rust)
}

#[cold]
fn of_foreign(table: &ObjectTable) -> (*const VTableHeader, Origin) {
    (table.vtable, Origin::Foreign)
}

/// Returns `true` if this library created the object, and its type is `B`.
///
/// # Safety
///
/// The table belongs to an object with this `library_ref`.
pub(crate) unsafe fn is_own<B: ?Sized + 'static>(
    table: &ObjectTable,
    library_ref: *const LibraryRef,
) -> bool {
    let wanted = TypeId::of::<B>();
    // SAFETY: the contract of this function; its function reads a `TypeId` of
    // this very library.
    library_ref == library_ref::current() && unsafe { (table.is)((&raw const wanted).cast()) } == 1
}

/// The ownership of an instance of another library.
pub(crate) enum Ownership {
    /// A registration of a library.
    Registration(std::sync::Arc<dyn core::fmt::Debug + Send + Sync>),
    /// An object that was passed by value.
    Owned(OwnedObject),
    /// An object that is lent for a call.
    Borrowed(Lent),
}

impl Ownership {
    /// Releases an object whose instance was consumed by its last call.
    pub(crate) fn release_consumed(self) {
        if let Ownership::Owned(owned) = self {
            let raw = owned.into_raw();
            // SAFETY: retained when it was lowered; nothing of its library is
            // used after this.
            unsafe { library_ref::release(raw.library_ref) };
        }
    }
}

/// An object of another library: its vtable, its instance and its ownership.
#[doc(hidden)]
pub struct RemoteObject {
    pub(crate) vtable: *const VTableHeader,
    pub(crate) instance: *mut Opaque,
    /// The number of methods of this library's interface that it has.
    pub(crate) methods: u32,
    /// Decides whether results of the methods are validated.
    pub(crate) origin: Origin,
    /// The last field: the instance is dropped after the last use of the
    /// pointers above.
    pub(crate) ownership: Ownership,
}

impl RemoteObject {
    #[inline]
    pub(crate) fn owned(owned: OwnedObject, methods: u32) -> Self {
        let instance = owned.raw().instance;
        let (vtable, origin) = vtable_of(owned.table());
        RemoteObject { vtable, instance, methods, origin, ownership: Ownership::Owned(owned) }
    }

    /// Releases an object whose instance was consumed by its last call.
    pub(crate) fn release_consumed(self) {
        self.ownership.release_consumed();
    }

    #[inline]
    pub(crate) fn borrowed(lent: Lent, methods: u32) -> Self {
        let (vtable, origin) = vtable_of(lent.table());
        Self::lent(lent, methods, vtable, origin)
    }

    /// Does the same for an object of the macros, without a look at its flags.
    #[inline(always)]
    pub(crate) fn borrowed_of_rust(lent: Lent, methods: u32) -> Self {
        let vtable = lent.table().unchecked;
        Self::lent(lent, methods, vtable, Origin::Rust)
    }

    #[inline(always)]
    fn lent(lent: Lent, methods: u32, vtable: *const VTableHeader, origin: Origin) -> Self {
        let instance = lent.instance();
        RemoteObject { vtable, instance, methods, origin, ownership: Ownership::Borrowed(lent) }
    }
}

impl core::fmt::Debug for RemoteObject {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("RemoteObject").field("methods", &self.methods).finish()
    }
}
