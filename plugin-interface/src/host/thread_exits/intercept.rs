//! The functions that libraries call instead of the C library's, and the code
//! that runs at the end of a thread.
//!
//! All of it is code of the host. A host that is a program is never unmapped. A
//! host that is a shared library prevents that, by [`stay`].
#![expect(unsafe_code, reason = "libraries and the C library call back")]

use core::ffi::{c_int, c_void};
use core::ops::ControlFlow;
use core::ptr;
use std::sync::OnceLock;

use crate::abi::{Destructor, ThreadExits, ThreadStart};
use crate::host::file::symbol::Symbol;
use crate::host::platform::{self, c_library};
use crate::host::thread_exits::idle;
use crate::host::thread_exits::registry::{BecameIdle, LibraryId, Start, StartedThread, registry};

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

/// Returns the functions for a library: none where all libraries stay mapped.
pub(crate) fn offered() -> *const ThreadExits {
    if c_library::confuses_thread_locals().is_some() {
        return core::ptr::null();
    }
    static STAYS: OnceLock<()> = OnceLock::new();
    STAYS.get_or_init(stay);
    &raw const EXITS
}

/// Keeps this code mapped for ever, if it is in a shared library. A shared
/// library that is itself a plugin is kept by its host instead, as long as it
/// has something pending.
fn stay() {
    if crate::runtime::forwards_thread_exits() {
        return;
    }
    let mut info = core::mem::MaybeUninit::<libc::Dl_info>::zeroed();
    // SAFETY: `dladdr` accepts any address and writes to `info`, for which all
    // zeros are valid. `RTLD_NOLOAD` opens no library that is not open. For a
    // program it finds nothing, and a program stays anyway.
    unsafe {
        let here = (&raw const EXITS).cast();
        if libc::dladdr(here, info.as_mut_ptr()) != 0 {
            let flags = libc::RTLD_NOW | libc::RTLD_NOLOAD | libc::RTLD_NODELETE;
            libc::dlopen(info.assume_init().dli_fname, flags);
        }
    }
}

/// Has idle libraries unmapped, by another thread: the library's code may be on
/// the stack of this one.
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

/// A destructor that runs at the end of its thread.
struct AtExit {
    library: LibraryId,
    variable: usize,
    destructor: Destructor,
    value: *mut c_void,
}

/// Registers a destructor. The C library decides its order among those of the
/// host and of all libraries, but calls a function of the host.
unsafe extern "C" fn at_exit(
    library: usize,
    variable: usize,
    destructor: Destructor,
    value: *mut c_void,
) -> c_int {
    let library = LibraryId::of(library);
    if !registry().expect(library, variable) {
        // The library is being unmapped, and none of its code runs any more.
        return 0;
    }
    let is_unknown = registry().is_unknown(library, variable);
    if is_unknown && let Some(place) = platform::thread_local_place(value.addr()) {
        registry().name(library, variable, Symbol::thread_local(place));
    }
    let entry = Box::into_raw(Box::new(AtExit { library, variable, destructor, value }));
    // SAFETY: only `run` uses the box, and the address is in this code, which
    // stays mapped.
    let code = unsafe { __cxa_thread_atexit_impl(run, entry.cast(), (&raw const EXITS).cast()) };
    if code != 0 {
        // SAFETY: the call failed, so the box was not handed over.
        drop(unsafe { Box::from_raw(entry) });
        if registry().begin(library, variable) {
            let became = registry().end(library);
            tell(became);
        }
    }
    code
}

unsafe extern "C" fn run(entry: *mut c_void) {
    // SAFETY: `at_exit` boxed it, and the C library runs each entry once.
    let entry = unsafe { Box::from_raw(entry.cast::<AtExit>()) };
    if !registry().begin(entry.library, entry.variable) {
        return;
    }
    // SAFETY: the library stays mapped until `end`, and this is the thread on
    // which it registered the destructor.
    unsafe { (entry.destructor)(entry.value) };
    let became = registry().end(entry.library);
    tell(became);
}

/// The values of one thread under the keys of libraries.
#[derive(Default)]
struct Values {
    values: Vec<(u32, *mut c_void)>,
    rounds: usize,
}

/// The number of rounds in which the C library looks for values that
/// destructors set again.
const ROUNDS: usize = 4;

/// Returns the one pthread key of the host, under which each thread has its
/// `Values`. Returns `None` if the process has no key left.
fn own_key() -> Option<libc::pthread_key_t> {
    static KEY: OnceLock<Option<libc::pthread_key_t>> = OnceLock::new();
    *KEY.get_or_init(|| {
        let mut key = 0;
        // SAFETY: `key` is writable, and the destructor is never unmapped.
        let code = unsafe { libc::pthread_key_create(&mut key, Some(end_values)) };
        (code == 0).then_some(key)
    })
}

/// Returns the values of this thread, or null if it has none. No other thread
/// has them. They may be borrowed as long as no code of a library runs.
fn own_values() -> *mut Values {
    // SAFETY: the host created the key.
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
    // SAFETY: the caller passes a writable pointer.
    unsafe { key.write(created) };
    0
}

unsafe extern "C" fn delete_key(key: u32) -> c_int {
    if registry().delete_key(key) { 0 } else { libc::EINVAL }
}

unsafe extern "C" fn get(key: u32) -> *mut c_void {
    // SAFETY: the values belong to this thread, and no code of a library runs
    // during the borrow.
    let Some(own) = (unsafe { own_values().as_ref() }) else { return ptr::null_mut() };
    own.values.iter().find(|(of, _)| *of == key).map_or(ptr::null_mut(), |(_, value)| *value)
}

unsafe extern "C" fn set(key: u32, value: *const c_void) -> c_int {
    let Some(own_key) = own_key() else { return libc::EINVAL };
    let mut own = own_values();
    if own.is_null() {
        own = Box::into_raw(Box::default());
        // SAFETY: the host created the key, and its destructor takes the box.
        let code = unsafe { libc::pthread_setspecific(own_key, own.cast()) };
        if code != 0 {
            // SAFETY: the call failed, so the box was not handed over.
            drop(unsafe { Box::from_raw(own) });
            return code;
        }
    }
    // SAFETY: the values belong to this thread, and no code of a library runs
    // during the borrow.
    let values = unsafe { &mut (*own).values };
    if let Some(found) = values.iter_mut().find(|(of, _)| *of == key) {
        found.1 = value.cast_mut();
        return 0;
    }
    let registry = registry();
    if !registry.has_key(key) {
        return libc::EINVAL;
    }
    // Values of libraries that are unmapped.
    values.retain(|(of, _)| registry.has_key(*of));
    values.push((key, value.cast_mut()));
    0
}

/// Runs one round at the end of a thread: passes each value to its destructor.
/// Values that destructors set again are for the next round, as in POSIX.
unsafe extern "C" fn end_values(own: *mut c_void) {
    let own = own.cast::<Values>();
    let Some(own_key) = own_key() else { return };
    // The destructors find them there.
    // SAFETY: the host created the key.
    unsafe { libc::pthread_setspecific(own_key, own.cast()) };
    // SAFETY: the values belong to this thread, and no code of a library runs
    // during the borrow.
    let keys: Vec<u32> = unsafe { &(*own).values }.iter().map(|(key, _)| *key).collect();
    for key in keys {
        // SAFETY: as above.
        let values = unsafe { &mut (*own).values };
        let found = values.iter_mut().find(|(of, _)| *of == key);
        let value =
            found.map_or(ptr::null_mut(), |(_, value)| core::mem::replace(value, ptr::null_mut()));
        if value.is_null() {
            continue;
        }
        let begun = registry().begin_key(key);
        if let Some((destructor, library)) = begun {
            // SAFETY: the library stays mapped until `end`. The value belongs
            // to this thread and to the library.
            unsafe { destructor(value) };
            let became = registry().end(library);
            tell(became);
        }
    }
    // SAFETY: as above.
    let values = unsafe { &mut *own };
    values.rounds += 1;
    if values.rounds == ROUNDS || values.values.iter().all(|(_, value)| value.is_null()) {
        // SAFETY: the host created the key, and nothing refers to the box any
        // more.
        unsafe {
            libc::pthread_setspecific(own_key, ptr::null());
            drop(Box::from_raw(own));
        }
    }
}

/// The function that a thread of a library runs.
struct Thread {
    started: StartedThread,
    function: ThreadStart,
    argument: *mut c_void,
}

unsafe extern "C" fn spawn(
    library: usize,
    thread: *mut usize,
    attributes: *const c_void,
    function: ThreadStart,
    argument: *mut c_void,
) -> c_int {
    // SAFETY: it has no conditions.
    let inherited = platform::thread_name(unsafe { libc::gettid() });
    let start = Start { by: callers(function), inherited };
    let Some(started) = registry().start_thread(LibraryId::of(library), start) else {
        return libc::EAGAIN;
    };
    let content = Box::into_raw(Box::new(Thread { started, function, argument }));
    // SAFETY: the arguments are the caller's own, and only `begin_thread` uses
    // the box.
    let code = unsafe { pthread_create(thread, attributes, begin_thread, content.cast()) };
    if code != 0 {
        // SAFETY: no thread was started, so the box was not handed over.
        drop(unsafe { Box::from_raw(content) });
        let became = registry().end_thread(started);
        tell(became);
    }
    code
}

unsafe extern "C-unwind" fn begin_thread(content: *mut c_void) -> *mut c_void {
    // SAFETY: `spawn` boxed it, for this thread only.
    let Thread { started, function, argument } =
        *unsafe { Box::from_raw(content.cast::<Thread>()) };
    // SAFETY: it has no conditions.
    registry().number_thread(started, unsafe { libc::gettid() });
    let ended = Box::into_raw(Box::new(started)).cast();
    // Registered first, so that it runs last of this kind, however the thread
    // ends. If there is no memory for it, the library stays. SAFETY: the
    // address is in this code, which stays mapped, and `end_thread` takes the
    // box.
    unsafe { __cxa_thread_atexit_impl(end_thread, ended, (&raw const EXITS).cast()) };
    // SAFETY: the function and the argument are those that the library passed.
    unsafe { function(argument) }
}

unsafe extern "C" fn end_thread(started: *mut c_void) {
    // SAFETY: `begin_thread` boxed it, and the C library calls this once.
    let started = *unsafe { Box::from_raw(started.cast::<StartedThread>()) };
    let became = registry().end_thread(started);
    tell(became);
}

/// Returns the function that a thread starts with, and those that call this.
fn callers(start: ThreadStart) -> Vec<Symbol> {
    const MOST: usize = 24;
    let mut found = vec![start as usize];
    platform::each_frame(|frame| {
        found.push(frame.call);
        match found.len() < MOST {
            true => ControlFlow::Continue(()),
            false => ControlFlow::Break(()),
        }
    });
    found.into_iter().filter_map(platform::place).map(Symbol::function).collect()
}
