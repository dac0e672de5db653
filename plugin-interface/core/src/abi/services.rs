//! The table through which a library finds the services of its host.

use core::ffi::c_void;

use super::{Failure, RawObject, RawSlice, assert_layout};

const WORD: usize = size_of::<usize>();

/// The services that a host offers to its libraries, by their interfaces.
///
/// A static of the host. `context` is that of
/// [`HostServices`](super::HostServices), and nothing here unwinds. New fields
/// are only appended; `size` tells which exist.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct ServiceTable {
    /// `size_of::<ServiceTable>()` of the host.
    pub size: usize,
    /// Stores a service for the interface with that metadata record, as an
    /// object that the library owns, and returns null. Otherwise returns a
    /// failure that the library owns, of the kind
    /// [`NOT_OFFERED`](super::FailureKind::NOT_OFFERED) or
    /// [`INCOMPATIBLE`](super::FailureKind::INCOMPATIBLE). Any thread may call
    /// it while the library is mapped.
    pub find: unsafe extern "C" fn(
        context: *mut c_void,
        record: RawSlice,
        service: *mut RawObject,
    ) -> *mut Failure,
}

assert_layout!(ServiceTable { size: 2 * WORD, align: WORD, size: 0, find: WORD });
