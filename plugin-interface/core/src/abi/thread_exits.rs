//! What a library leaves to the ends of threads, as it passes it on to a host.

use core::ffi::{c_int, c_void};

use super::assert_layout;

const WORD: usize = size_of::<usize>();

/// The destructor of a thread-local value.
pub type Destructor = unsafe extern "C" fn(value: *mut c_void);

/// What a thread runs. It may end the thread by unwinding, as `pthread_exit`
/// does.
pub type ThreadStart = unsafe extern "C-unwind" fn(argument: *mut c_void) -> *mut c_void;

/// The first key that a host gives out: the C library's own are below.
///
/// ```
/// assert!(plugin_interface::abi::FIRST_KEY > 1024);
/// ```
pub const FIRST_KEY: u32 = 1 << 31;

/// A host's registry of thread exits.
///
/// In place of the C library's functions of like names, so that nothing but
/// the host's own code is called when a thread ends: it knows which libraries
/// are still mapped, and what each of them waits for. A static of the host.
/// `library` is the number in [`HostServices`](super::HostServices), and
/// nothing here unwinds. Fields are only ever appended; `size` tells which are
/// there.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct ThreadExits {
    /// `size_of::<ThreadExits>()` of the host.
    pub size: usize,
    /// Called once, by a library that passes everything on from now on; and
    /// how much there was before, which the host cannot know of.
    pub attach: unsafe extern "C" fn(library: usize, untracked: usize),
    /// `__cxa_thread_atexit_impl`: runs the destructor when this thread ends.
    /// `variable` is the same for one variable on all threads.
    pub at_exit: unsafe extern "C" fn(
        library: usize,
        variable: usize,
        destructor: Destructor,
        value: *mut c_void,
    ) -> c_int,
    /// Says that the destructor of a variable has nothing to do: the library
    /// may go without it.
    pub needless: unsafe extern "C" fn(library: usize, variable: usize),
    /// `pthread_key_create`.
    pub create_key: unsafe extern "C" fn(
        library: usize,
        key: *mut u32,
        destructor: Option<Destructor>,
    ) -> c_int,
    /// `pthread_key_delete`, for a key made by `create_key`.
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
