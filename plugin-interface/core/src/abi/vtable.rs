//! The header of every vtable.

use super::{Failure, Fingerprint, assert_layout};

const WORD: usize = size_of::<usize>();

/// An instance behind a pointer. Only its own vtable knows the type.
#[repr(C)]
#[derive(Debug)]
pub struct Opaque {
    _private: [u8; 0],
}

/// The first field of every `<Trait>VTable`; the methods follow in the order
/// of their declaration.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct VTableHeader {
    /// [`ABI_VERSION`](super::ABI_VERSION) of the library that has the vtable.
    pub abi_version: u32,
    /// The number of methods that follow.
    pub methods: u32,
    /// The fingerprint of the interface that the vtable implements.
    pub fingerprint: Fingerprint,
    /// Drops the instance in the library that created it. Returns null, or the
    /// panic of the drop.
    pub drop: unsafe extern "C" fn(instance: *mut Opaque) -> *mut Failure,
}

assert_layout!(VTableHeader {
    size: 24 + 8,
    align: 8,
    abi_version: 0,
    methods: 4,
    fingerprint: 8,
    drop: 24,
});

const _: () = assert!(WORD <= 8);
