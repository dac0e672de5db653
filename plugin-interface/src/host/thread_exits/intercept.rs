//! The functions that libraries call in place of the C library's, and what runs
//! when a thread ends.
//!
//! All of it is the host's code. A host that is a program is never unmapped; one
//! that is a shared library sees to it that it is not, by [`stay`].
#![expect(unsafe_code, reason = "is called back by libraries and by the C library")]

use core::ffi::{c_int, c_void};
use core::ptr;
use std::sync::OnceLock;

use crate::abi::{Destructor, ThreadExits, ThreadStart};
use crate::host::thread_exits::idle;
use crate::host::thread_exits::registry::{BecameIdle, LibraryId, registry};

static EXITS: ThreadExits = ThreadExits {
    size: size_of::<ThreadExits>(),
    attach,
    at_exit,
    needless,
    create_key,
    delete_key,
    get,
    set,
    spawn,
};

// SAFETY: the declarations are those of the GNU C library.
unsafe extern "C" {
    fn __cxa_thread_atexit_impl(
        destructor: Destructor,
        value: *mut c_void,
        dso: *const c_void,
    ) -> c_int;
    fn pthread_create(
        thread: *mut usize,
        attributes: *const c_void,
        start: ThreadStart,
        argument: *mut c_void,
    ) -> c_int;
}

/// What a library is offered.
pub(crate) fn offered() -> *const ThreadExits {
    static STAYS: OnceLock<()> = OnceLock::new();
    STAYS.get_or_init(stay);
    &raw const EXITS
}

/// Keeps this code mapped for good, if it is in a shared library. One that is
/// itself a plugin is kept by the host that it is attached to, for as long as
/// it has something pending.
fn stay() {
    if crate::runtime::forwards_thread_exits() {
        return;
    }
    let mut info = core::mem::MaybeUninit::<libc::Dl_info>::zeroed();
    // SAFETY: any address may be asked for, and the answer goes to `info`, for
    // which all zero is valid. A program is not found by its name, and stays
    // anyway; nothing is opened that is not open.
    unsafe {
        let here = (&raw const EXITS).cast();
        if libc::dladdr(here, info.as_mut_ptr()) != 0 {
            let flags = libc::RTLD_NOW | libc::RTLD_NOLOAD | libc::RTLD_NODELETE;
            libc::dlopen(info.assume_init().dli_fname, flags);
        }
    }
}

/// Has idle libraries unmapped, by another thread: this one may have been
/// called by one of theirs.
fn tell(BecameIdle(idle): BecameIdle) {
    if idle {
        idle::signal();
    }
}

unsafe extern "C" fn attach(library: usize, outside: usize) {
    registry().attach(LibraryId::of(library), outside);
}

unsafe extern "C" fn needless(library: usize, variable: usize) {
    let became = registry().needless(LibraryId::of(library), variable);
    tell(became);
}

/// A destructor that waits for the end of its thread.
struct AtExit {
    library: LibraryId,
    variable: usize,
    destructor: Destructor,
    value: *mut c_void,
}

/// Leaves it to the C library when to run the destructor, among those of the
/// host and of all libraries; what it calls is ours.
unsafe extern "C" fn at_exit(
    library: usize,
    variable: usize,
    destructor: Destructor,
    value: *mut c_void,
) -> c_int {
    let library = LibraryId::of(library);
    if !registry().expect(library, variable) {
        // The library is being unmapped, and nothing of it runs any more.
        return 0;
    }
    let entry = Box::into_raw(Box::new(AtExit { library, variable, destructor, value }));
    // SAFETY: the box is for `run` alone, and the address is one of this code.
    let code = unsafe { __cxa_thread_atexit_impl(run, entry.cast(), (&raw const EXITS).cast()) };
    if code != 0 {
        // SAFETY: nobody took it.
        drop(unsafe { Box::from_raw(entry) });
        if registry().begin(library, variable) {
            let became = registry().end(library);
            tell(became);
        }
    }
    code
}

unsafe extern "C" fn run(entry: *mut c_void) {
    // SAFETY: boxed by `at_exit`, and run once.
    let entry = unsafe { Box::from_raw(entry.cast::<AtExit>()) };
    if !registry().begin(entry.library, entry.variable) {
        return;
    }
    // SAFETY: the library is mapped until `end`, and this is the thread on which
    // it asked for this.
    unsafe { (entry.destructor)(entry.value) };
    let became = registry().end(entry.library);
    tell(became);
}

/// What a thread has under the keys of libraries.
#[derive(Default)]
struct Values {
    values: Vec<(u32, *mut c_void)>,
    rounds: usize,
}

/// How often the C library looks for values that destructors left anew.
const ROUNDS: usize = 4;

/// The one key of ours, under which each thread has its `Values`; `None` if
/// the process has no key left.
fn own_key() -> Option<libc::pthread_key_t> {
    static KEY: OnceLock<Option<libc::pthread_key_t>> = OnceLock::new();
    *KEY.get_or_init(|| {
        let mut key = 0;
        // SAFETY: the key is written to; the destructor is never unmapped.
        let code = unsafe { libc::pthread_key_create(&mut key, Some(end_values)) };
        (code == 0).then_some(key)
    })
}

/// The values of this thread, null if it has none. Nobody else has them, so
/// that they may be borrowed as long as no code of a library runs.
fn own_values() -> *mut Values {
    // SAFETY: the key is ours.
    own_key().map_or(ptr::null_mut(), |key| unsafe { libc::pthread_getspecific(key) }.cast())
}

unsafe extern "C" fn create_key(
    library: usize,
    key: *mut u32,
    destructor: Option<Destructor>,
) -> c_int {
    if own_key().is_none() {
        return libc::EAGAIN;
    }
    let Some(created) = registry().create_key(LibraryId::of(library), destructor) else {
        return libc::EAGAIN;
    };
    // SAFETY: the caller gives a place to write to.
    unsafe { key.write(created) };
    0
}

unsafe extern "C" fn delete_key(key: u32) -> c_int {
    if registry().delete_key(key) { 0 } else { libc::EINVAL }
}

unsafe extern "C" fn get(key: u32) -> *mut c_void {
    // SAFETY: this thread's, and no code of a library runs below.
    let Some(own) = (unsafe { own_values().as_ref() }) else { return ptr::null_mut() };
    own.values.iter().find(|(of, _)| *of == key).map_or(ptr::null_mut(), |(_, value)| *value)
}

unsafe extern "C" fn set(key: u32, value: *const c_void) -> c_int {
    let Some(own_key) = own_key() else { return libc::EINVAL };
    let mut own = own_values();
    if own.is_null() {
        own = Box::into_raw(Box::default());
        // SAFETY: the key is ours, and its destructor takes the box.
        let code = unsafe { libc::pthread_setspecific(own_key, own.cast()) };
        if code != 0 {
            // SAFETY: nobody took it.
            drop(unsafe { Box::from_raw(own) });
            return code;
        }
    }
    // SAFETY: this thread's, and no code of a library runs below.
    let values = unsafe { &mut (*own).values };
    if let Some(found) = values.iter_mut().find(|(of, _)| *of == key) {
        found.1 = value.cast_mut();
        return 0;
    }
    let registry = registry();
    if !registry.has_key(key) {
        return libc::EINVAL;
    }
    // What libraries left that are gone.
    values.retain(|(of, _)| registry.has_key(*of));
    values.push((key, value.cast_mut()));
    0
}

/// One round at the end of a thread: each value goes to its destructor. What
/// destructors set anew is for the next round, as POSIX has it.
unsafe extern "C" fn end_values(own: *mut c_void) {
    let own = own.cast::<Values>();
    let Some(own_key) = own_key() else { return };
    // Where the destructors find them.
    // SAFETY: the key is ours.
    unsafe { libc::pthread_setspecific(own_key, own.cast()) };
    // SAFETY: this thread's, and no code of a library runs in between.
    let keys: Vec<u32> = unsafe { &(*own).values }.iter().map(|(key, _)| *key).collect();
    for key in keys {
        // SAFETY: likewise.
        let values = unsafe { &mut (*own).values };
        let found = values.iter_mut().find(|(of, _)| *of == key);
        let value =
            found.map_or(ptr::null_mut(), |(_, value)| core::mem::replace(value, ptr::null_mut()));
        if value.is_null() {
            continue;
        }
        let begun = registry().begin_key(key);
        if let Some((destructor, library)) = begun {
            // SAFETY: the library is mapped until `end`; the value is this
            // thread's, and the library's.
            unsafe { destructor(value) };
            let became = registry().end(library);
            tell(became);
        }
    }
    // SAFETY: likewise.
    let values = unsafe { &mut *own };
    values.rounds += 1;
    if values.rounds == ROUNDS || values.values.iter().all(|(_, value)| value.is_null()) {
        // SAFETY: the key is ours, and the box nobody's any more.
        unsafe {
            libc::pthread_setspecific(own_key, ptr::null());
            drop(Box::from_raw(own));
        }
    }
}

/// What a thread of a library runs.
struct Thread {
    library: LibraryId,
    start: ThreadStart,
    argument: *mut c_void,
}

unsafe extern "C" fn spawn(
    library: usize,
    thread: *mut usize,
    attributes: *const c_void,
    start: ThreadStart,
    argument: *mut c_void,
) -> c_int {
    let library = LibraryId::of(library);
    if !registry().begin_thread(library) {
        return libc::EAGAIN;
    }
    let content = Box::into_raw(Box::new(Thread { library, start, argument }));
    // SAFETY: the caller's own arguments, and a box for `begin_thread` alone.
    let code = unsafe { pthread_create(thread, attributes, begin_thread, content.cast()) };
    if code != 0 {
        // SAFETY: no thread took it.
        drop(unsafe { Box::from_raw(content) });
        let became = registry().end_thread(library);
        tell(became);
    }
    code
}

unsafe extern "C-unwind" fn begin_thread(content: *mut c_void) -> *mut c_void {
    // SAFETY: boxed by `spawn`, for this thread alone.
    let Thread { library, start, argument } = *unsafe { Box::from_raw(content.cast::<Thread>()) };
    let ended = ptr::without_provenance_mut(library.number());
    // First, so that it is the last of this kind to run, however the thread ends;
    // if there is no memory for it, the library stays.
    // SAFETY: the address is one of this code, and the value a mere number.
    unsafe { __cxa_thread_atexit_impl(end_thread, ended, (&raw const EXITS).cast()) };
    // SAFETY: what the library asked for.
    unsafe { start(argument) }
}

unsafe extern "C" fn end_thread(library: *mut c_void) {
    let became = registry().end_thread(LibraryId::of(library.addr()));
    tell(became);
}
