//! Stops each other thread for a moment, to see where it is.
//!
//! A thread is asked by a signal that nobody handles. Its handler stores its
//! registers and waits, so that its stack stays as it is. A thread that blocks
//! the signal would not answer, and is left out.
#![expect(unsafe_code, reason = "handles a signal")]

use core::ffi::{CStr, c_int, c_void};
use core::mem::{MaybeUninit, zeroed};
use core::ptr;
use core::sync::atomic::{AtomicI32, AtomicU64, Ordering::SeqCst};
use std::fs::File;
use std::time::{Duration, Instant};

use rustix::fs::RawDir;

use super::calls::{sleep, this_thread};
use super::plain_text::read_of_thread;
use super::stack::Registers;

/// The thread that is asked; negative when it has answered and waits.
static ASKED: AtomicI32 = AtomicI32::new(NOBODY);
const NOBODY: i32 = 0;
/// A thread is storing its registers.
const ANSWERING: i32 = i32::MIN;

/// Its instruction, stack, frame and link.
static ANSWER: [AtomicU64; 4] = [const { AtomicU64::new(0) }; 4];

/// The time for one thread, which may wait for a processor or a disk, and for all.
const EACH: Duration = Duration::from_millis(500);
const ALL: Duration = Duration::from_secs(2);

/// Shows the registers of each thread but the caller and `dying`. Neither
/// allocates nor takes a lock. Returns `false` if it did not ask all.
pub(super) fn look(dying: i32, mut see: impl FnMut(i32, Registers)) -> bool {
    let Ok(threads) = File::open("/proc/self/task") else { return false };
    let Some(signal) = handle_a_free_signal() else { return false };
    let (begin, this) = (Instant::now(), this_thread());
    let mut buffer = [MaybeUninit::uninit(); 2048];
    let mut threads = RawDir::new(threads, &mut buffer);
    while let Some(entry) = threads.next() {
        let Ok(entry) = entry else { return false };
        let number = number_of(entry.file_name()).filter(|number| ![dying, this].contains(number));
        let Some(thread) = number else { continue };
        if begin.elapsed() > ALL {
            return false;
        }
        if blocks(thread, signal) {
            continue;
        }
        if let Some(registers) = stop(thread, signal) {
            see(thread, registers);
            leave();
        }
    }
    true
}

/// Lets the thread go on that is stopped, if any is. Async-signal-safe.
pub(super) fn leave() {
    ASKED.store(NOBODY, SeqCst);
}

/// Returns `true` if the system says that a thread blocks a signal.
fn blocks(thread: i32, signal: c_int) -> bool {
    let mut status = [0; 4096];
    let len = read_of_thread(thread, "status", &mut status);
    // The name of a thread need not be UTF-8.
    let mut lines = status[..len].split(|byte| *byte == b'\n');
    let mask = lines.find_map(|line| line.strip_prefix(b"SigBlk:\t"));
    let mask = mask.and_then(|mask| core::str::from_utf8(mask).ok());
    let mask = mask.and_then(|mask| u64::from_str_radix(mask, 16).ok());
    mask.is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
}

fn number_of(name: &CStr) -> Option<i32> {
    name.to_str().ok()?.parse().ok()
}

/// Sets the handler of a signal that has none. It stays: a thread that blocks the
/// signal may get it later.
fn handle_a_free_signal() -> Option<c_int> {
    let is_free = |signal: &c_int| {
        let mut action = MaybeUninit::<libc::sigaction>::uninit();
        // SAFETY: a null action changes nothing, and the answer goes to ours.
        if unsafe { libc::sigaction(*signal, ptr::null(), action.as_mut_ptr()) } != 0 {
            return false;
        }
        // SAFETY: the call succeeded, so it has written the action.
        let handler = unsafe { action.assume_init_ref() }.sa_sigaction;
        handler == libc::SIG_DFL || handler == on_asked as *const () as usize
    };
    let signal = (libc::SIGRTMIN()..=libc::SIGRTMAX()).rev().find(is_free)?;
    // SAFETY: all zero is an action without a mask.
    let mut action: libc::sigaction = unsafe { zeroed() };
    action.sa_sigaction = on_asked as *const () as usize;
    action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK | libc::SA_RESTART;
    // SAFETY: the handler has the form that `SA_SIGINFO` asks for, and keeps to
    // what handlers may do.
    (unsafe { libc::sigaction(signal, &action, ptr::null_mut()) } == 0).then_some(signal)
}

/// Stops a thread until `ASKED` changes. Returns `None` if it does not answer.
fn stop(thread: i32, signal: c_int) -> Option<Registers> {
    ASKED.store(thread, SeqCst);
    // SAFETY: sends a signal that is handled to a thread of this process.
    let sent = unsafe { libc::syscall(libc::SYS_tgkill, libc::getpid(), thread, signal) };
    let begin = Instant::now();
    while ASKED.load(SeqCst) != -thread {
        let is_late = sent != 0 || begin.elapsed() > EACH;
        // One that is storing its registers is waited for.
        if is_late && ASKED.compare_exchange(thread, NOBODY, SeqCst, SeqCst).is_ok() {
            return None;
        }
        sleep();
    }
    let [instruction, stack, frame, link] = ANSWER.each_ref().map(|word| word.load(SeqCst));
    Some(Registers { instruction, stack, frame, link })
}

extern "C" fn on_asked(_: c_int, _: *mut libc::siginfo_t, context: *mut c_void) {
    let thread = this_thread();
    if ASKED.compare_exchange(thread, ANSWERING, SeqCst, SeqCst).is_err() {
        return;
    }
    // SAFETY: each thread has its own `errno`.
    let errno = unsafe { *libc::__errno_location() };
    // SAFETY: the system hands over the context of the thread.
    let registers = Registers::of(unsafe { &*context.cast::<libc::ucontext_t>() });
    let Registers { instruction, stack, frame, link } = registers;
    for (to, word) in ANSWER.iter().zip([instruction, stack, frame, link]) {
        to.store(word, SeqCst);
    }
    ASKED.store(-thread, SeqCst);
    while ASKED.load(SeqCst) == -thread {
        sleep();
    }
    // SAFETY: as above.
    unsafe { *libc::__errno_location() = errno };
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Sender, channel};
    use std::thread;

    use super::super::calls::blocked;
    use super::*;

    /// A thread that lives until the sender is dropped, and its number.
    fn thread_that_waits() -> (i32, Sender<()>) {
        let (end, waits) = channel::<()>();
        let (number, numbers) = channel();
        thread::spawn(move || {
            let _ = number.send(this_thread());
            waits.recv()
        });
        (numbers.recv().unwrap(), end)
    }

    #[test]
    fn a_thread_that_blocks_a_signal_is_told_from_one_that_answers() {
        let signal = libc::SIGRTMAX();
        let (open, _end) = thread_that_waits();
        let (deaf, _end_too) = blocked(thread_that_waits);
        assert!(blocks(deaf, signal) && !blocks(open, signal));
        assert!(!blocks(i32::MAX, signal), "there is no such thread");
    }
}
