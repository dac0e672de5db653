//! The layouts of objects: values that implement a trait in one library and are
//! called from another.

use core::ffi::c_void;

use super::{Opaque, RawSlice, VTableHeader, assert_layout};

const WORD: usize = size_of::<usize>();

/// A reference count that keeps a library mapped as long as its objects live.
///
/// A host provides one for each library. A program has one whose functions do
/// nothing. Its address identifies the library that created an object.
///
/// A plugin may be a host itself. Then these functions are the plugin's own
/// code, so a reference to the inner library also holds one to the outer
/// library.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct LibraryRef {
    /// Adds a reference. Called while the library is in use.
    pub retain: unsafe extern "C" fn(*const LibraryRef),
    /// Releases the reference of one `retain`. The library may be unmapped
    /// after that, but not by the thread that calls this.
    pub release: unsafe extern "C" fn(*const LibraryRef),
    /// The reference count of the library that contains these functions; null
    /// if a program does. It is retained together with this one, and released
    /// after it.
    pub outer: *const LibraryRef,
}

assert_layout!(LibraryRef {
    size: 3 * WORD,
    align: WORD,
    retain: 0,
    release: WORD,
    outer: 2 * WORD
});

/// The description of all objects of one kind. A static of the library that
/// creates them.
#[repr(C)]
#[derive(Debug)]
pub struct ObjectTable {
    /// The methods; begins with a [`VTableHeader`], whose `drop` drops the
    /// object. If the creator is in Rust, they validate their arguments: code in
    /// C calls these.
    pub vtable: *const VTableHeader,
    /// The metadata record of the interface in the creating library; empty for
    /// a closure, an iterator or a future.
    pub record: RawSlice,
    /// Creates another owner of the same instance; null if it has only one.
    pub share: Option<unsafe extern "C" fn(*mut Opaque) -> *mut Opaque>,
    /// Returns 1 if the bytes are the `TypeId` of the object's type. Only the
    /// library that created the object calls this.
    pub is: unsafe extern "C" fn(type_id: *const c_void) -> u8,
    /// [`RUST`](Self::RUST), or 0. With 0, the results of methods are
    /// validated.
    pub flags: usize,
    /// The same methods for a caller that the macros generated, which validate
    /// no arguments. Used only with [`RUST`](Self::RUST); otherwise null.
    pub unchecked: *const VTableHeader,
}

impl ObjectTable {
    /// A Rust compiler checked the types of all values. A package has a flag of
    /// the same name.
    pub const RUST: usize = 2;
}

assert_layout!(ObjectTable {
    size: 7 * WORD,
    align: WORD,
    vtable: 0,
    record: WORD,
    share: 3 * WORD,
    is: 4 * WORD,
    flags: 5 * WORD,
    unchecked: 6 * WORD,
});

/// An owned object: `Box<dyn Trait>`, `Arc<dyn Trait>`, or a boxed closure,
/// iterator or future.
///
/// The owner calls `drop` of its vtable once, and then `release` of its
/// `library_ref`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct RawObject {
    /// The description of its kind.
    pub table: *const ObjectTable,
    /// The first argument of its methods.
    pub instance: *mut Opaque,
    /// The library that created it. The object holds a reference to it.
    pub library_ref: *const LibraryRef,
}

assert_layout!(RawObject {
    size: 3 * WORD,
    align: WORD,
    table: 0,
    instance: WORD,
    library_ref: 2 * WORD
});

/// An object that is borrowed for the call: `&dyn Trait` or `&mut dyn Trait`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct RawBorrowed {
    /// The description of its kind.
    pub table: *const ObjectTable,
    /// The first argument of its methods; null if they take a pointer to
    /// `data`.
    pub instance: *mut Opaque,
    /// Two words whose meaning only the creating library knows.
    pub data: [*mut c_void; 2],
    /// The library that created it. The object holds no reference to it.
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
