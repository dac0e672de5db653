//! The handlers of the signals of which a process dies.
#![expect(unsafe_code, reason = "handles signals")]

use core::ffi::{c_int, c_void};
use core::mem::MaybeUninit;
use core::ptr;
use core::sync::atomic::{AtomicI32, AtomicPtr, AtomicUsize, Ordering::SeqCst};

use libc::{sigaction, siginfo_t, ucontext_t};

use super::calls::{SIGNALS, sleep, this_thread, write_to_stderr};
use super::reporter::{self, Request};
use super::stack::Registers;
use crate::host::platform;

/// The actions that were there before, for each of the signals. Never freed.
static EARLIER: [AtomicPtr<sigaction>; SIGNALS.len()] =
    [const { AtomicPtr::new(ptr::null_mut()) }; SIGNALS.len()];

/// The thread that runs an earlier handler, and where on its stack.
static CHAINING: AtomicI32 = AtomicI32::new(0);
static CHAINED_AT: AtomicUsize = AtomicUsize::new(0);

/// Sets the handlers, and looks at each `exit`.
pub(super) fn handle() {
    for ((signal, _), earlier) in SIGNALS.iter().zip(&EARLIER) {
        let mut action = MaybeUninit::<sigaction>::uninit();
        // SAFETY: a null action changes nothing, and the answer goes to ours.
        if unsafe { libc::sigaction(*signal, ptr::null(), action.as_mut_ptr()) } != 0 {
            continue;
        }
        // SAFETY: the call succeeded, so it has written the action.
        let action = unsafe { action.assume_init() };
        earlier.store(Box::into_raw(Box::new(action)), SeqCst);
        let mut ours = sigaction {
            sa_sigaction: on_signal as *const () as usize,
            sa_flags: action.sa_flags & libc::SA_NODEFER | libc::SA_SIGINFO | libc::SA_ONSTACK,
            ..action
        };
        // A thread that waits for its note is not stopped for that of another one:
        // its stack for handlers has no room for a second.
        for other in libc::SIGRTMIN()..=libc::SIGRTMAX() {
            // SAFETY: a set of this function.
            unsafe { libc::sigaddset(&mut ours.sa_mask, other) };
        }
        // SAFETY: the handler has the form that `SA_SIGINFO` asks for, and keeps
        // to what handlers may do.
        unsafe { libc::sigaction(*signal, &ours, ptr::null_mut()) };
    }
    platform::at_exit(on_exit);
}

extern "C" fn on_exit() {
    let mut context = MaybeUninit::<ucontext_t>::uninit();
    // SAFETY: writes the registers of this thread.
    if unsafe { libc::getcontext(context.as_mut_ptr()) } == 0 {
        // SAFETY: as above.
        let registers = Registers::of(unsafe { context.assume_init_ref() });
        reporter::ask(Request { thread: this_thread(), signal: 0, registers });
    }
}

extern "C" fn on_signal(signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
    let thread = this_thread();
    if reporter::is_thread(thread) {
        reporter::fail();
        write_to_stderr(b"  (the rest of the stack cannot be read)\n");
        loop {
            sleep();
        }
    }
    // SAFETY: each thread has its own `errno`.
    let errno = unsafe { *libc::__errno_location() };
    // SAFETY: the system hands over the context of the thread.
    let registers = Registers::of(unsafe { &*context.cast::<ucontext_t>() });
    if !is_chained(thread, registers.stack as usize) {
        reporter::ask(Request { thread, signal, registers });
    }
    // SAFETY: as above.
    unsafe { *libc::__errno_location() = errno };
    // SAFETY: what the system handed over.
    unsafe { chain(signal, info, context) };
}

/// Returns `true` if an earlier handler is running that this one called.
fn is_chained(thread: i32, stack: usize) -> bool {
    const DEPTH: usize = 1 << 16;
    let at = CHAINED_AT.load(SeqCst);
    CHAINING.load(SeqCst) == thread && (at.saturating_sub(DEPTH)..at).contains(&stack)
}

/// Calls the handler that was there before, or lets the signal do what it would
/// have done.
///
/// # Safety
///
/// The arguments are those of a handler that runs.
unsafe fn chain(signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
    let index = SIGNALS.iter().position(|(number, _)| *number == signal).unwrap_or_default();
    // SAFETY: written before the handler was set, and never freed.
    let Some(earlier) = (unsafe { EARLIER[index].load(SeqCst).as_ref() }) else { return };
    let handler = earlier.sa_sigaction;
    if handler == libc::SIG_DFL || handler == libc::SIG_IGN {
        // SAFETY: the action that the system told of. A fault happens again when
        // this returns.
        unsafe { libc::sigaction(signal, earlier, ptr::null_mut()) };
        // SAFETY: handed over by the system.
        if handler == libc::SIG_DFL && unsafe { (*info).si_code } <= 0 {
            // Somebody sent it. It is blocked until this returns.
            // SAFETY: sends a signal to this thread.
            unsafe { libc::raise(signal) };
        }
        return;
    }
    let here = 0_u8;
    CHAINED_AT.store((&raw const here).addr(), SeqCst);
    CHAINING.store(this_thread(), SeqCst);
    if earlier.sa_flags & libc::SA_SIGINFO != 0 {
        type Handler = unsafe extern "C" fn(c_int, *mut siginfo_t, *mut c_void);
        // SAFETY: the flag says which form the handler has.
        unsafe { core::mem::transmute::<usize, Handler>(handler)(signal, info, context) };
    } else {
        type Handler = unsafe extern "C" fn(c_int);
        // SAFETY: as above.
        unsafe { core::mem::transmute::<usize, Handler>(handler)(signal) };
    }
    CHAINING.store(0, SeqCst);
}
