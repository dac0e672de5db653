//! The head of every vtable.

use super::{Failure, assert_layout};

const WORD: usize = size_of::<usize>();

/// An instance behind a pointer: only its own vtable knows the type.
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
    /// [`ABI_VERSION`](super::ABI_VERSION) of the side that made the vtable.
    pub abi_version: u32,
    /// How many methods follow.
    pub methods: u32,
    /// Fingerprint of the interface that the vtable was made for.
    pub fingerprint: u64,
    /// Drops the instance where it was made; null, or the panic of the drop.
    pub drop: unsafe extern "C" fn(instance: *mut Opaque) -> *mut Failure,
}

assert_layout!(VTableHeader {
    size: 16 + 8,
    align: 8,
    abi_version: 0,
    methods: 4,
    fingerprint: 8,
    drop: 16,
});

const _: () = assert!(WORD <= 8);
