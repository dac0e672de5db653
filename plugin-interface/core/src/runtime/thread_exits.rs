//! Forwards the thread-exit destructors of this library to the host.
//!
//! A thread that outlives a library would call into it at its end. It does so
//! through `__cxa_thread_atexit_impl`, for which the C library keeps the
//! library mapped. Or it does so through a pthread key, for which it does not,
//! and the process dies. The standard library uses both. So this library
//! defines these functions itself, hidden. The linker binds its calls to them,
//! also those of the standard library in it. They forward to the host's
//! registry, which is never unmapped and counts the pending destructors.
//!
//! Each binary that links this crate contains the definitions, also hosts.
//! Until `connect` they forward to the C library. They are weak, so another
//! definition in the same program takes precedence. In that case, or if the
//! standard library is a shared one, nothing is attached, and the host keeps
//! the library mapped.
//!
//! This works on Linux with the GNU C library on x86-64 and aarch64. On other
//! platforms this module is empty.
#![expect(unsafe_code, reason = "replaces functions of the C library")]

use core::ffi::{CStr, c_int, c_void};
use core::ptr;
use core::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering};
use std::cell::Cell;

use super::panic_hook::has_own_std;
use crate::abi::{Destructor, FIRST_KEY, HostServices, ThreadExits, ThreadStart};

/// The code for "try again", as for a process that reached its limit of keys or
/// threads.
const EAGAIN: c_int = 11;

/// The host to forward to, null until `connect`.
static HOST: AtomicPtr<HostServices> = AtomicPtr::new(ptr::null_mut());

/// The number of calls that went to the C library, which the host cannot track.
static UNTRACKED: AtomicUsize = AtomicUsize::new(0);

#[cfg(target_arch = "x86_64")]
macro_rules! jump {
    () => {
        "jmp"
    };
}

#[cfg(target_arch = "aarch64")]
macro_rules! jump {
    () => {
        "b"
    };
}

/// Defines symbols that jump to functions here. Each has a section of its own,
/// so that a linker drops unused ones together with the code that they refer
/// to.
macro_rules! define {
    ($($symbol:literal => $function:ident;)*) => {
        core::arch::global_asm!(
            $(
                concat!(".pushsection .text.plugin_interface.", $symbol, ",\"ax\",@progbits"),
                concat!(".weak ", $symbol),
                concat!(".hidden ", $symbol),
                concat!(".type ", $symbol, ",@function"),
                concat!($symbol, ":"),
                concat!(jump!(), " {", stringify!($function), "}"),
                concat!(".size ", $symbol, ", . - ", $symbol),
                ".popsection",
            )*
            $($function = sym $function,)*
        );
    };
}

define! {
    "__cxa_thread_atexit_impl" => at_exit;
    "pthread_key_create" => create_key;
    "pthread_key_delete" => delete_key;
    "pthread_getspecific" => get;
    "pthread_setspecific" => set;
    "pthread_create" => spawn;
}

// SAFETY: the declarations are POSIX's.
unsafe extern "C" {
    fn dlsym(handle: *mut c_void, symbol: *const core::ffi::c_char) -> *mut c_void;
    fn pthread_key_create(key: *mut u32, destructor: Option<Destructor>) -> c_int;
    fn pthread_key_delete(key: u32) -> c_int;
    fn pthread_join(thread: usize, value: *mut *mut c_void) -> c_int;
}

/// Returns the C library's own function of a name. It is looked up once, as the
/// dynamic linker would bind it.
macro_rules! real {
    ($symbol:literal as $ty:ty) => {{
        static FOUND: AtomicPtr<c_void> = AtomicPtr::new(ptr::null_mut());
        let found = find(&FOUND, $symbol);
        // SAFETY: the symbol has that type in every C library that defines it.
        unsafe { core::mem::transmute::<*mut c_void, $ty>(found) }
    }};
}

fn find(found: &AtomicPtr<c_void>, symbol: &CStr) -> *mut c_void {
    let mut function = found.load(Ordering::Relaxed);
    if function.is_null() {
        // SAFETY: null means the default search, which does not find the hidden
        // symbols above.
        function = unsafe { dlsym(ptr::null_mut(), symbol.as_ptr()) };
        if function.is_null() {
            // A program without these functions has no threads either.
            std::process::abort();
        }
        found.store(function, Ordering::Relaxed);
    }
    function
}

/// The host's registry, and this library's number in it.
#[derive(Clone, Copy)]
struct Host {
    exits: &'static ThreadExits,
    library: usize,
}

fn host() -> Option<Host> {
    let services = HOST.load(Ordering::SeqCst);
    // SAFETY: `attach` stored services that outlive this library.
    let services = unsafe { services.as_ref() }?;
    // SAFETY: and with a registry, which is a static of the host.
    let exits = unsafe { &*services.thread_exits };
    Some(Host { exits, library: services.library })
}

/// Returns the host, for a call that it has to track. Without a host the call
/// is counted as untracked.
fn host_or_untracked() -> Option<Host> {
    host().or_else(|| {
        UNTRACKED.fetch_add(1, Ordering::SeqCst);
        // Again: `attach` reads the count after it stored the host.
        let host = host()?;
        UNTRACKED.fetch_sub(1, Ordering::SeqCst);
        Some(host)
    })
}

/// Forwards all calls to the host's registry from now on.
///
/// It does so if the host has a registry, and if the calls of this library
/// reach the functions here.
///
/// # Safety
///
/// `services` stays valid for as long as this library is mapped.
pub(super) unsafe fn attach(services: *const HostServices) {
    // SAFETY: the services are valid.
    let exits = unsafe { (*services).thread_exits };
    // SAFETY: null, or a static of the host.
    let Some(exits) = (unsafe { exits.as_ref() }) else { return };
    let is_whole = exits.size >= size_of::<ThreadExits>();
    // SAFETY: the services are valid.
    if !is_whole || !unsafe { has_own_std(services) } {
        return;
    }
    HOST.store(services.cast_mut(), Ordering::SeqCst);
    let untracked = UNTRACKED.load(Ordering::SeqCst);
    let mut key = 0;
    // SAFETY: the key is written to, and deleted below.
    let code = unsafe { pthread_key_create(&mut key, None) };
    if code == 0 {
        // SAFETY: created a line ago.
        unsafe { pthread_key_delete(key) };
    }
    if code != 0 || key < FIRST_KEY {
        // Another definition came first.
        HOST.store(ptr::null_mut(), Ordering::SeqCst);
        return;
    }
    // SAFETY: the number is the one that came with the registry.
    unsafe { (exits.attach)((*services).library, untracked) };
}

/// Returns `true` if this library forwards its calls.
pub(crate) fn is_attached() -> bool {
    host().is_some()
}

/// The data of this thread. It has no destructor, so that it exists to the end.
struct ThisThread {
    /// The number of destructors that were registered while learning; `None`
    /// otherwise.
    learning: Cell<Option<usize>>,
    /// The variable of the last of them.
    variable: Cell<usize>,
}

thread_local! {
    static THIS_THREAD: ThisThread =
        const { ThisThread { learning: Cell::new(None), variable: Cell::new(0) } };
}

/// Returns the identity of the variable of a value, the same on all threads:
/// its offset in the library's block of thread-locals.
fn variable(value: *mut c_void) -> usize {
    THIS_THREAD.with(|this| value.addr().wrapping_sub(ptr::from_ref(this).addr()))
}

unsafe extern "C" fn at_exit(
    destructor: Destructor,
    value: *mut c_void,
    dso: *mut c_void,
) -> c_int {
    let Some(host) = host_or_untracked() else {
        type AtExit = unsafe extern "C" fn(Destructor, *mut c_void, *mut c_void) -> c_int;
        let real = real!(c"__cxa_thread_atexit_impl" as AtExit);
        // SAFETY: the caller's own arguments.
        return unsafe { real(destructor, value, dso) };
    };
    let variable = variable(value);
    THIS_THREAD.with(|this| {
        if let Some(count) = this.learning.get() {
            this.learning.set(Some(count + 1));
            this.variable.set(variable);
        }
    });
    // SAFETY: the caller's own arguments, and this library's number.
    unsafe { (host.exits.at_exit)(host.library, variable, destructor, value) }
}

unsafe extern "C" fn create_key(key: *mut u32, destructor: Option<Destructor>) -> c_int {
    match host_or_untracked() {
        // SAFETY: the caller's own arguments, and this library's number.
        Some(host) => unsafe { (host.exits.create_key)(host.library, key, destructor) },
        None => {
            type Create = unsafe extern "C" fn(*mut u32, Option<Destructor>) -> c_int;
            let real = real!(c"pthread_key_create" as Create);
            // SAFETY: the caller's own arguments.
            unsafe { real(key, destructor) }
        }
    }
}

/// Returns the host if it created the key; other keys are the C library's.
fn host_of(key: u32) -> Option<Host> {
    if key < FIRST_KEY { None } else { host() }
}

unsafe extern "C" fn delete_key(key: u32) -> c_int {
    match host_of(key) {
        // SAFETY: a key of the host's.
        Some(host) => unsafe { (host.exits.delete_key)(key) },
        None => {
            type Delete = unsafe extern "C" fn(u32) -> c_int;
            let real = real!(c"pthread_key_delete" as Delete);
            // SAFETY: the caller's own argument.
            unsafe { real(key) }
        }
    }
}

unsafe extern "C" fn get(key: u32) -> *mut c_void {
    match host_of(key) {
        // SAFETY: a key of the host's.
        Some(host) => unsafe { (host.exits.get)(key) },
        None => {
            type Get = unsafe extern "C" fn(u32) -> *mut c_void;
            let real = real!(c"pthread_getspecific" as Get);
            // SAFETY: the caller's own argument.
            unsafe { real(key) }
        }
    }
}

unsafe extern "C" fn set(key: u32, value: *const c_void) -> c_int {
    match host_of(key) {
        // SAFETY: a key of the host's, and the caller's own value.
        Some(host) => unsafe { (host.exits.set)(key, value) },
        None => {
            type Set = unsafe extern "C" fn(u32, *const c_void) -> c_int;
            let real = real!(c"pthread_setspecific" as Set);
            // SAFETY: the caller's own arguments.
            unsafe { real(key, value) }
        }
    }
}

unsafe extern "C" fn spawn(
    thread: *mut usize,
    attributes: *const c_void,
    start: ThreadStart,
    argument: *mut c_void,
) -> c_int {
    if THIS_THREAD.with(|this| this.learning.get().is_some()) {
        return EAGAIN;
    }
    let Some(host) = host_or_untracked() else {
        type Spawn =
            unsafe extern "C" fn(*mut usize, *const c_void, ThreadStart, *mut c_void) -> c_int;
        let real = real!(c"pthread_create" as Spawn);
        // SAFETY: the caller's own arguments.
        return unsafe { real(thread, attributes, start, argument) };
    };
    if !LEARNED.load(Ordering::Relaxed) {
        learn(host);
    }
    // SAFETY: the caller's own arguments, and this library's number.
    unsafe { (host.exits.spawn)(host.library, thread, attributes, start, argument) }
}

/// `true` once [`learn`] ran.
static LEARNED: AtomicBool = AtomicBool::new(false);

/// Learns which thread-local `std::thread::spawn` leaves on the calling thread.
///
/// It calls `spawn` on a fresh thread, where it fails. The thread-local holds
/// the hooks that run at a spawn. Only an unstable function adds hooks, so
/// there are none, and its destructor does nothing.
///
/// Only `pthread_create` refers to this function. If nothing calls it, the
/// linker drops both.
fn learn(host: Host) {
    let mut thread = 0;
    // SAFETY: the thread takes no argument, and is joined before we go on.
    unsafe {
        let (library, spawn) = (host.library, host.exits.spawn);
        if spawn(library, &mut thread, ptr::null(), learn_here, ptr::null_mut()) == 0 {
            pthread_join(thread, ptr::null_mut());
        }
    }
    LEARNED.store(true, Ordering::Relaxed);
}

unsafe extern "C-unwind" fn learn_here(_: *mut c_void) -> *mut c_void {
    // Thread-locals of an allocator are created first, so that they do not
    // count.
    drop(core::hint::black_box(Box::new(0_usize)));
    THIS_THREAD.with(|this| this.learning.set(Some(0)));
    let refused = std::thread::Builder::new().spawn(|| ()).is_err();
    let (count, variable) = THIS_THREAD.with(|this| (this.learning.take(), this.variable.get()));
    if let (true, Some(1), Some(host)) = (refused, count, host()) {
        // SAFETY: this library's number, and a variable of it.
        unsafe { (host.exits.needless)(host.library, variable) };
    }
    ptr::null_mut()
}
