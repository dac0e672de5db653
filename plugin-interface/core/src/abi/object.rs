//! Objects as they lie in memory: what implements a trait on one side and is
//! called from another.

use core::ffi::c_void;

use super::{Opaque, RawSlice, VTableHeader, assert_layout};

const WORD: usize = size_of::<usize>();

/// Who made an object, and what keeps that library mapped while the object
/// lives.
///
/// One for each library, lent by its host; one for a program, which does
/// nothing. Its address is the maker's identity.
///
/// A plugin may be a host itself, and then the functions that it lends are its own
/// code: whoever keeps the inner library keeps the outer one too.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct LibraryRef {
    /// Keeps the library mapped once more. Called while it is in use.
    pub retain: unsafe extern "C" fn(*const LibraryRef),
    /// Ends what one `retain` began. The library may be unmapped after that, but
    /// not by the thread that calls this.
    pub release: unsafe extern "C" fn(*const LibraryRef),
    /// Keeps the library whose functions these are, and is retained and released
    /// with this: released after it. Null if they are a program's.
    pub outer: *const LibraryRef,
}

assert_layout!(LibraryRef {
    size: 3 * WORD,
    align: WORD,
    retain: 0,
    release: WORD,
    outer: 2 * WORD
});

/// What is known of every object of one kind. A static of its maker.
#[repr(C)]
#[derive(Debug)]
pub struct ObjectTable {
    /// The methods; begins with a [`VTableHeader`], whose `drop` ends the
    /// object.
    pub vtable: *const VTableHeader,
    /// The metadata record of the interface as the maker knows it; empty if it
    /// is none: a closure, an iterator, a future.
    pub record: RawSlice,
    /// Gives another owner of the same instance, where it may have several.
    pub share: Option<unsafe extern "C" fn(*mut Opaque) -> *mut Opaque>,
    /// Whether the object's type is the one that these bytes, a `TypeId` of the
    /// maker's, are of; 1 if so. Only the maker asks.
    pub is: unsafe extern "C" fn(type_id: *const c_void) -> u8,
    /// [`RUST`](Self::RUST), or 0: what the methods give is validated then.
    pub flags: usize,
}

impl ObjectTable {
    /// A Rust compiler checked the types of all values, as the flag of that name
    /// says of a package.
    pub const RUST: usize = 2;
}

assert_layout!(ObjectTable {
    size: 6 * WORD,
    align: WORD,
    vtable: 0,
    record: WORD,
    share: 3 * WORD,
    is: 4 * WORD,
    flags: 5 * WORD,
});

/// `Box<dyn Trait>`, `Arc<dyn Trait>`, and closures, iterators and futures in a
/// box: one object, owned.
///
/// The owner calls `drop` of its vtable once, and then `release` of its keep.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct RawObject {
    /// What is known of it.
    pub table: *const ObjectTable,
    /// What its methods take.
    pub instance: *mut Opaque,
    /// Its maker, which is kept mapped by this.
    pub library_ref: *const LibraryRef,
}

assert_layout!(RawObject {
    size: 3 * WORD,
    align: WORD,
    table: 0,
    instance: WORD,
    library_ref: 2 * WORD
});

/// `&dyn Trait` and `&mut dyn Trait`: one object, lent for the call.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct RawBorrowed {
    /// What is known of it.
    pub table: *const ObjectTable,
    /// What its methods take; null if they take a pointer to `data`.
    pub instance: *mut Opaque,
    /// Two words of the maker's own.
    pub data: [*mut c_void; 2],
    /// Its maker, who is not kept by this.
    pub library_ref: *const LibraryRef,
}

assert_layout!(RawBorrowed {
    size: 5 * WORD,
    align: WORD,
    table: 0,
    instance: WORD,
    data: 2 * WORD,
    library_ref: 4 * WORD,
});
