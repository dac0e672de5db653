//! The threads of this process, and the code that they may run.
//!
//! A thread is suspended while its stack is read. A stack without an address in
//! a library shows that the thread runs no code of it.
#![expect(unsafe_code, reason = "asks the system about threads")]

use core::ffi::c_void;
use core::mem::MaybeUninit;
use std::collections::BTreeSet;
use std::io;
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};

use windows_sys::Wdk::System::Threading::{
    NtQueryInformationThread, ThreadQuerySetWin32StartAddress,
};
use windows_sys::Win32::Foundation::{ERROR_INVALID_PARAMETER, FILETIME, INVALID_HANDLE_VALUE};
use windows_sys::Win32::System::Diagnostics::Debug::{
    CONTEXT, GetThreadContext, ReadProcessMemory, RtlCaptureStackBackTrace,
};
use windows_sys::Win32::System::Diagnostics::ToolHelp::{
    CreateToolhelp32Snapshot, TH32CS_SNAPTHREAD, THREADENTRY32, Thread32First, Thread32Next,
};
use windows_sys::Win32::System::Memory::{MEMORY_BASIC_INFORMATION, VirtualQuery};
use windows_sys::Win32::System::Threading::{
    GetCurrentProcess, GetCurrentProcessId, GetCurrentThreadId, GetThreadTimes, OpenThread,
    ResumeThread, SuspendThread, THREAD_GET_CONTEXT, THREAD_QUERY_INFORMATION,
    THREAD_SUSPEND_RESUME,
};

use super::image::Image;

/// A thread of this process. Numbers are used again, start times are not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SystemThread {
    number: u32,
    started: u64,
}

/// Returns the threads of this process; `None` if the system does not tell.
pub(crate) fn threads() -> Option<BTreeSet<SystemThread>> {
    // SAFETY: asks for a list of all threads.
    let snapshot = unsafe { CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0) };
    if snapshot == INVALID_HANDLE_VALUE {
        return None;
    }
    // SAFETY: the handle is new.
    let snapshot = unsafe { OwnedHandle::from_raw_handle(snapshot) };
    // SAFETY: has no effect.
    let process = unsafe { GetCurrentProcessId() };
    let mut threads = BTreeSet::new();
    // SAFETY: it consists of numbers.
    let mut entry: THREADENTRY32 = unsafe { MaybeUninit::zeroed().assume_init() };
    entry.dwSize = size_of::<THREADENTRY32>() as u32;
    // SAFETY: the answer goes to `entry`, which says its size.
    let mut more = unsafe { Thread32First(snapshot.as_raw_handle(), &mut entry) };
    while more != 0 {
        if entry.th32OwnerProcessID == process {
            let number = entry.th32ThreadID;
            // Without an answer it has just ended.
            let started = open(number).ok().and_then(|thread| started(&thread));
            threads.extend(started.map(|started| SystemThread { number, started }));
        }
        // SAFETY: as above.
        more = unsafe { Thread32Next(snapshot.as_raw_handle(), &mut entry) };
    }
    Some(threads)
}

fn open(number: u32) -> io::Result<OwnedHandle> {
    let access = THREAD_QUERY_INFORMATION | THREAD_SUSPEND_RESUME | THREAD_GET_CONTEXT;
    // SAFETY: any number may be asked for.
    let thread = unsafe { OpenThread(access, 0, number) };
    match thread.is_null() {
        true => Err(io::Error::last_os_error()),
        // SAFETY: the handle is new.
        false => Ok(unsafe { OwnedHandle::from_raw_handle(thread) }),
    }
}

fn started(thread: &OwnedHandle) -> Option<u64> {
    let mut times = [FILETIME { dwLowDateTime: 0, dwHighDateTime: 0 }; 4];
    let [created, exited, kernel, user] = &mut times;
    // SAFETY: the answers go to `times`.
    let known = unsafe { GetThreadTimes(thread.as_raw_handle(), created, exited, kernel, user) };
    (known != 0).then(|| u64::from(created.dwHighDateTime) << 32 | u64::from(created.dwLowDateTime))
}

impl SystemThread {
    /// Returns `true` unless the thread has ended, or began elsewhere.
    pub(crate) fn may_have_begun_in(self, library: &Image) -> bool {
        self.may(|thread| begins_in(thread, library))
    }

    /// Returns `true` unless the thread has ended, or certainly runs no code of a
    /// library.
    pub(crate) fn may_run(self, library: &Image) -> bool {
        // SAFETY: has no effect.
        let is_caller = self.number == unsafe { GetCurrentThreadId() };
        self.may(|thread| {
            begins_in(thread, library)
                || if is_caller { callers_have(library) } else { stack_has(thread, library) }
        })
    }

    fn may(self, question: impl FnOnce(&OwnedHandle) -> bool) -> bool {
        match open(self.number) {
            // A later thread may have the number.
            Ok(thread) => started(&thread) == Some(self.started) && question(&thread),
            Err(error) => error.raw_os_error() != Some(ERROR_INVALID_PARAMETER as i32),
        }
    }
}

/// Returns `true` if a thread began with a function of the library. It may not
/// have begun yet.
fn begins_in(thread: &OwnedHandle, library: &Image) -> bool {
    let mut begin = 0usize;
    // SAFETY: the answer goes to `begin`, whose size is passed.
    let status = unsafe {
        NtQueryInformationThread(
            thread.as_raw_handle(),
            ThreadQuerySetWin32StartAddress,
            (&raw mut begin).cast(),
            size_of::<usize>() as u32,
            core::ptr::null_mut(),
        )
    };
    status < 0 || library.contains(begin)
}

/// Returns `true` if the calling thread returns to code of the library, or has
/// more frames than are looked at.
fn callers_have(library: &Image) -> bool {
    let mut frames = [core::ptr::null_mut::<c_void>(); 1024];
    let (most, hash) = (frames.len() as u32, core::ptr::null_mut());
    // SAFETY: the answers go to `frames`, whose length is passed. No hash is asked
    // for.
    let count = unsafe { RtlCaptureStackBackTrace(0, most, frames.as_mut_ptr(), hash) };
    let count = usize::from(count);
    count == frames.len() || frames[..count].iter().any(|frame| library.contains(frame.addr()))
}

/// Returns `true` if the thread is in the library, if an address in the library
/// is on its stack, or if it cannot be read.
fn stack_has(thread: &OwnedHandle, library: &Image) -> bool {
    // Allocated before the thread is suspended: it may be allocating.
    let mut buffer = vec![0usize; 1 << 13];
    // SAFETY: the thread goes on below.
    if unsafe { SuspendThread(thread.as_raw_handle()) } == u32::MAX {
        return true;
    }
    let found = match registers(thread) {
        Some((stack, next)) => library.contains(next) || memory_has(stack, &mut buffer, library),
        None => true,
    };
    // SAFETY: it was suspended above.
    unsafe { ResumeThread(thread.as_raw_handle()) };
    found
}

/// The registers of a thread, where the system wants them.
#[repr(C, align(16))]
struct Registers(CONTEXT);

/// Returns the addresses of the stack and of the next instruction. Allocates
/// nothing.
fn registers(thread: &OwnedHandle) -> Option<(usize, usize)> {
    // SAFETY: it consists of numbers.
    let mut registers: Registers = unsafe { MaybeUninit::zeroed().assume_init() };
    let context = &mut registers.0;
    #[cfg(target_arch = "x86_64")]
    const CONTROL: u32 = windows_sys::Win32::System::Diagnostics::Debug::CONTEXT_CONTROL_AMD64;
    #[cfg(target_arch = "aarch64")]
    const CONTROL: u32 = windows_sys::Win32::System::Diagnostics::Debug::CONTEXT_CONTROL_ARM64;
    #[cfg(target_arch = "x86")]
    const CONTROL: u32 = windows_sys::Win32::System::Diagnostics::Debug::CONTEXT_CONTROL_X86;
    context.ContextFlags = CONTROL;
    // SAFETY: the thread is suspended, and the answer goes to `context`.
    if unsafe { GetThreadContext(thread.as_raw_handle(), context) } == 0 {
        return None;
    }
    #[cfg(target_arch = "x86_64")]
    let (stack, next) = (context.Rsp, context.Rip);
    #[cfg(target_arch = "aarch64")]
    let (stack, next) = (context.Sp, context.Pc);
    #[cfg(target_arch = "x86")]
    let (stack, next) = (context.Esp, context.Eip);
    Some((stack as usize, next as usize))
}

/// Returns `true` if an address in the library is in the region of memory that
/// contains `begin`, at or above that, or if it cannot be read. Allocates
/// nothing.
fn memory_has(begin: usize, buffer: &mut [usize], library: &Image) -> bool {
    let mut region = MaybeUninit::<MEMORY_BASIC_INFORMATION>::zeroed();
    let size = size_of::<MEMORY_BASIC_INFORMATION>();
    let address = |at: usize| core::ptr::without_provenance::<c_void>(at);
    // SAFETY: the answer goes to `region`, whose size is passed.
    if unsafe { VirtualQuery(address(begin), region.as_mut_ptr(), size) } == 0 {
        return true;
    }
    // SAFETY: it consists of numbers, and was written.
    let region = unsafe { region.assume_init() };
    let end = region.BaseAddress.addr().saturating_add(region.RegionSize);
    let mut at = begin & !(size_of::<usize>() - 1);
    while at < end {
        let len = buffer.len().min((end - at) / size_of::<usize>());
        let words = &mut buffer[..len];
        let mut read = 0;
        // SAFETY: memory that is not readable is an error; the answers go to
        // `words`, whose size is passed, and to `read`.
        let known = unsafe {
            ReadProcessMemory(
                GetCurrentProcess(),
                address(at),
                words.as_mut_ptr().cast(),
                size_of_val(words),
                &mut read,
            )
        };
        if known == 0 || words.iter().any(|word| library.contains(*word)) {
            return true;
        }
        at += size_of_val(words).max(1);
    }
    false
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;
    use std::thread;

    use super::super::image::file_at;
    use super::*;

    #[test]
    fn threads_are_told_apart_and_what_they_run_is_seen() {
        let before = threads().unwrap();
        let (end, waits) = channel::<()>();
        let (begun, begins) = channel();
        let thread = thread::spawn(move || {
            // SAFETY: has no effect.
            begun.send(unsafe { GetCurrentThreadId() }).unwrap();
            waits.recv().unwrap_or_default();
        });
        let number = begins.recv().unwrap();
        let here = threads_are_told_apart_and_what_they_run_is_seen as fn() as usize;
        let program = Image::of(&file_at(core::ptr::without_provenance(here)).unwrap());
        let now = threads().unwrap();
        // Other tests have threads too.
        let ours = now.difference(&before).find(|thread| thread.number == number).unwrap();
        assert!(ours.may_run(&program) && ours.may_have_begun_in(&program));
        let elsewhere = Image::of("no-such-library.dll".as_ref());
        assert!(!ours.may_run(&elsewhere) && !ours.may_have_begun_in(&elsewhere));
        drop(end);
        thread.join().unwrap();
        let never = SystemThread { number: u32::MAX, started: 0 };
        assert!(!never.may_run(&program), "there is no such thread");
    }
}
