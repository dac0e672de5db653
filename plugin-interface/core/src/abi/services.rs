//! The table through which a library finds the services of its host.

use core::ffi::c_void;
use core::sync::atomic::AtomicUsize;

use super::{Failure, RawObject, RawSlice, assert_layout};

const WORD: usize = size_of::<usize>();

/// Finds a service, as [`ServiceTable::find`] does.
pub type FindService = unsafe extern "C" fn(
    context: *mut c_void,
    record: RawSlice,
    service: *mut RawObject,
) -> *mut Failure;

/// Returns the number of changes, as [`ServiceTable::changes`] does.
pub type CountChanges = unsafe extern "C" fn(context: *mut c_void) -> *const AtomicUsize;

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
    pub find: FindService,
    /// Returns the address of a number, which is valid while the library is
    /// mapped. The host changes it after each change of what `find` may store:
    /// as long as it stays the same, `find` would store the same service. The
    /// first hosts lack this function.
    pub changes: CountChanges,
}

assert_layout!(ServiceTable {
    size: 3 * WORD,
    align: WORD,
    size: 0,
    find: WORD,
    changes: 2 * WORD
});
