//! The threads of this process, and the code that they may run.
//!
//! The system tells of each thread where its stack is. The stack of a thread
//! contains the addresses to which its functions return. Above it the C library
//! keeps the function that the thread began with. So a stack without an address
//! in a library shows that the thread runs no code of it.

use core::ops::ControlFlow;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::os::unix::fs::FileExt;
use std::thread;
use std::time::Duration;

use super::{Image, each_frame};

/// A thread of this process. Numbers are used again, start times are not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SystemThread {
    number: i32,
    started: u64,
}

/// Returns the threads of this process; `None` if the system does not tell.
pub(crate) fn threads() -> Option<BTreeSet<SystemThread>> {
    let mut threads = BTreeSet::new();
    for entry in fs::read_dir("/proc/self/task").ok()? {
        let number = entry.ok()?.file_name().to_str()?.parse().ok()?;
        match fs::read(format!("/proc/self/task/{number}/stat")) {
            Ok(stat) => threads.insert(SystemThread { number, started: started(&stat)? }),
            // It has just ended.
            Err(_) => continue,
        };
    }
    Some(threads)
}

/// Returns the start time in a `stat` file: the 20th field after the name, which
/// is in parentheses and may contain anything.
fn started(stat: &[u8]) -> Option<u64> {
    let name_ends = stat.iter().rposition(|byte| *byte == b')')?;
    let fields = std::str::from_utf8(&stat[name_ends + 1..]).ok()?;
    fields.split_ascii_whitespace().nth(19)?.parse().ok()
}

impl SystemThread {
    /// Returns `true` unless the thread certainly began elsewhere. The function
    /// is known of none here.
    pub(crate) fn may_have_begun_in(self, library: &Image) -> bool {
        self.may_run(library)
    }

    /// Returns `true` unless the thread has ended, or certainly runs no code of a
    /// library.
    pub(crate) fn may_run(self, library: &Image) -> bool {
        if self.number == rustix::thread::gettid().as_raw_nonzero().get() {
            return caller_may_run(library);
        }
        const TRIES: u32 = 3;
        for _ in 0..TRIES {
            match fs::read_to_string(format!("/proc/self/task/{}/syscall", self.number)) {
                Ok(state) => match registers(&state) {
                    Some((stack, next)) => {
                        return library.contains(next) || stack_has(stack, library);
                    }
                    // It runs just now.
                    None => thread::sleep(Duration::from_micros(200)),
                },
                Err(error) => return error.kind() != ErrorKind::NotFound,
            }
        }
        true
    }
}

/// Returns `true` unless the calling thread certainly returns to no code of a
/// library. Its whole stack would tell too much: dead places between the frames
/// have the addresses of earlier calls.
fn caller_may_run(library: &Image) -> bool {
    let here = 0usize;
    let (mut is_in, mut last) = (false, (&raw const here).addr());
    each_frame(|frame| {
        is_in = library.contains(frame.call);
        last = last.max(frame.stack);
        if is_in { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    // Above the last frame are those that the walk does not know, and the function
    // that the thread began with.
    is_in || stack_has(last, library)
}

/// Returns the addresses of the stack and of the next instruction, which are
/// known of a thread that waits.
fn registers(state: &str) -> Option<(usize, usize)> {
    let mut words = state.split_ascii_whitespace().rev();
    let mut next = || usize::from_str_radix(words.next()?.strip_prefix("0x")?, 16).ok();
    let instruction = next()?;
    Some((next()?, instruction))
}

/// Returns `true` if an address in the library is on the stack that begins there,
/// or if the stack cannot be read.
fn stack_has(begin: usize, library: &Image) -> bool {
    let begin = begin & !(size_of::<usize>() - 1);
    let Ok(maps) = fs::read("/proc/self/maps") else { return true };
    let Some(end) = mapping_end(&maps, begin) else { return true };
    let Ok(memory) = File::open("/proc/self/mem") else { return true };
    let mut buffer = vec![0; 1 << 16];
    let mut at = begin;
    while at < end {
        let len = buffer.len().min(end - at);
        // The thread may have ended: then nothing is there.
        if memory.read_exact_at(&mut buffer[..len], at as u64).is_err() {
            return true;
        }
        let words = buffer[..len].as_chunks().0.iter().map(|word| usize::from_ne_bytes(*word));
        if words.into_iter().any(|word| library.contains(word)) {
            return true;
        }
        at += len;
    }
    false
}

/// Returns the end of the mapping that contains an address, of the text of the kernel,
/// in which a file may have any bytes for its name.
fn mapping_end(maps: &[u8], address: usize) -> Option<usize> {
    String::from_utf8_lossy(maps).lines().find_map(|line| {
        let (start, rest) = line.split_once('-')?;
        let (end, _) = rest.split_once(' ')?;
        let parse = |text| usize::from_str_radix(text, 16).ok();
        let range = parse(start)?..parse(end)?;
        range.contains(&address).then_some(range.end)
    })
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn threads_are_told_apart_and_end() {
        let before = threads().unwrap();
        let (end, waits) = channel::<()>();
        let thread = thread::spawn(move || waits.recv().unwrap_or_default());
        assert!(threads().unwrap().difference(&before).count() >= 1);
        drop(end);
        thread.join().unwrap();
        let program = Image::of("".as_ref());
        let never = SystemThread { number: i32::MAX, started: 0 };
        assert!(!never.may_run(&program), "there is no such thread");
    }

    #[test]
    fn a_mapping_is_found_beside_files_whose_names_are_not_text() {
        let maps = b"1000-2000 r-xp 0 fe:00 7 /lib\xff.so\n3000-5000 rw-p 0 00:00 0 [stack]\n";
        assert_eq!(mapping_end(maps, 0x1fff), Some(0x2000));
        assert_eq!(mapping_end(maps, 0x2000), None);
        assert_eq!(mapping_end(maps, 0x3000), Some(0x5000));
    }

    #[test]
    fn the_state_of_a_thread_is_read() {
        let waits = "230 0x1 0x1 0x7fea8e91fab0 0x0 0x0 0x7fea8f54e6e8 0x7fea 0x8eed\n";
        assert_eq!(registers(waits), Some((0x7fea, 0x8eed)));
        assert_eq!(registers("-1 0x7fea 0x8eed\n"), Some((0x7fea, 0x8eed)));
        assert_eq!(registers("running\n"), None);
        let stat = "13717 (a) b) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21";
        assert_eq!(started(stat.as_bytes()), Some(19));
    }
}
