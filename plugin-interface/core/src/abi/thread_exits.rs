//! The registry of thread exits that a host offers to its libraries.

use core::ffi::{c_int, c_void};

use super::assert_layout;

const WORD: usize = size_of::<usize>();

/// The destructor of a thread-local value.
pub type Destructor = unsafe extern "C" fn(value: *mut c_void);

/// The function that a thread runs. It may end the thread by unwinding, as
/// `pthread_exit` does.
pub type ThreadStart = unsafe extern "C-unwind" fn(argument: *mut c_void) -> *mut c_void;

/// The first key that a host returns. The keys of the C library are smaller.
///
/// ```
/// assert!(plugin_interface::abi::FIRST_KEY > 1024);
/// ```
pub const FIRST_KEY: u32 = 1 << 31;

/// A host's registry of thread exits.
///
/// Its functions replace those of the C library with similar names. So only the
/// host's own code is called at the end of a thread. The host knows which
/// libraries are still mapped, and which destructors of each are pending.
///
/// A static of the host. `library` is the number in
/// [`HostServices`](super::HostServices), and nothing here unwinds. New fields
/// are only appended; `size` tells which exist.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct ThreadExits {
    /// `size_of::<ThreadExits>()` of the host.
    pub size: usize,
    /// Announces that the library uses this registry from now on. Called once,
    /// with the number of earlier registrations, which the host cannot track.
    pub attach: unsafe extern "C" fn(library: usize, untracked: usize),
    /// `__cxa_thread_atexit_impl`: runs the destructor at the end of this
    /// thread. `variable` identifies one variable on all threads.
    pub at_exit: unsafe extern "C" fn(
        library: usize,
        variable: usize,
        destructor: Destructor,
        value: *mut c_void,
    ) -> c_int,
    /// Declares that the destructor of a variable does nothing. The library may
    /// be unmapped without it.
    pub needless: unsafe extern "C" fn(library: usize, variable: usize),
    /// `pthread_key_create`.
    pub create_key: unsafe extern "C" fn(
        library: usize,
        key: *mut u32,
        destructor: Option<Destructor>,
    ) -> c_int,
    /// `pthread_key_delete`, for a key of `create_key`.
    pub delete_key: unsafe extern "C" fn(key: u32) -> c_int,
    /// `pthread_getspecific`, likewise.
    pub get: unsafe extern "C" fn(key: u32) -> *mut c_void,
    /// `pthread_setspecific`, likewise.
    pub set: unsafe extern "C" fn(key: u32, value: *const c_void) -> c_int,
    /// `pthread_create`.
    pub spawn: unsafe extern "C" fn(
        library: usize,
        thread: *mut usize,
        attributes: *const c_void,
        start: ThreadStart,
        argument: *mut c_void,
    ) -> c_int,
}

assert_layout!(ThreadExits {
    size: 9 * WORD,
    align: WORD,
    size: 0,
    attach: WORD,
    at_exit: 2 * WORD,
    needless: 3 * WORD,
    create_key: 4 * WORD,
    delete_key: 5 * WORD,
    get: 6 * WORD,
    set: 7 * WORD,
    spawn: 8 * WORD,
});
