//! The thread that writes notes.
//!
//! Another thread may have died with any lock in its hands, that of the allocator
//! included. So nothing here allocates or takes a lock.

use core::fmt;
use core::sync::atomic::{AtomicBool, AtomicI32, AtomicU64, Ordering::SeqCst};
use std::fs::File;
use std::io::{self, PipeReader, PipeWriter, Read as _, Write as _};
use std::sync::{OnceLock, mpsc};
use std::thread;
use std::time::Instant;

use super::plain_text::{print, read_of_thread};
use super::stack::{Cache, Memory, Registers, walk};
use super::table::{self, Library, Snapshot};
use super::{calls, other_threads};
use crate::host::platform::Image;

/// What happened to a thread that waits for its note.
#[derive(Clone, Copy, Debug)]
pub(super) struct Request {
    pub(super) thread: i32,
    /// 0 if it calls `exit`.
    pub(super) signal: i32,
    pub(super) registers: Registers,
}

/// A request as it is written to the pipe, with its number: one write.
type Message = [u64; 7];
const LEN: usize = size_of::<Message>();

impl Request {
    fn to_bytes(self, number: u64) -> [u8; LEN] {
        let Registers { instruction, stack, frame, link } = self.registers;
        let words =
            [number, self.thread as u64, self.signal as u64, instruction, stack, frame, link];
        let mut bytes = [0; LEN];
        for (to, word) in bytes.as_chunks_mut().0.iter_mut().zip(words) {
            *to = u64::to_ne_bytes(word);
        }
        bytes
    }

    fn of_bytes(bytes: &[u8; LEN]) -> (u64, Self) {
        let mut words = bytes.as_chunks().0.iter().map(|word| u64::from_ne_bytes(*word));
        let mut next = || words.next().unwrap_or_default();
        let number = next();
        let (thread, signal) = (next() as i32, next() as i32);
        let (instruction, stack, frame, link) = (next(), next(), next(), next());
        (
            number,
            Request { thread, signal, registers: Registers { instruction, stack, frame, link } },
        )
    }
}

/// The process that has the thread: a forked one has not.
static REQUESTS: OnceLock<(PipeWriter, u32)> = OnceLock::new();
static NUMBER: AtomicU64 = AtomicU64::new(0);
static ANSWERED: AtomicU64 = AtomicU64::new(0);
static HAS_FAILED: AtomicBool = AtomicBool::new(false);
/// The thread that writes notes.
static THREAD: AtomicI32 = AtomicI32::new(0);

/// Starts the thread.
pub(super) fn start() -> io::Result<()> {
    let memory = File::open("/proc/self/mem")?;
    let (requests, writer) = io::pipe()?;
    let (ready, is_ready) = mpsc::channel();
    calls::blocked(|| {
        let name = "plugin-crash-notes".to_owned();
        thread::Builder::new().name(name).spawn(move || run(requests, &memory, &ready))
    })?;
    // A thread takes locks of the dynamic linker when it begins.
    let _ = is_ready.recv();
    // A second start was refused by the caller.
    let _ = REQUESTS.set((writer, std::process::id()));
    Ok(())
}

/// Lets the thread write a note, and waits for it. Async-signal-safe.
pub(super) fn ask(request: Request) {
    const PATIENCE_MS: u32 = 10_000;
    let Some((requests, process)) = REQUESTS.get() else { return };
    if HAS_FAILED.load(SeqCst) || std::process::id() != *process {
        return;
    }
    let number = NUMBER.fetch_add(1, SeqCst) + 1;
    let mut requests = requests;
    if !matches!(requests.write(&request.to_bytes(number)), Ok(LEN)) {
        return;
    }
    for _ in 0..PATIENCE_MS {
        if ANSWERED.load(SeqCst) >= number || HAS_FAILED.load(SeqCst) {
            return;
        }
        calls::sleep();
    }
}

/// Returns `true` for the number of the thread that writes notes.
pub(super) fn is_thread(number: i32) -> bool {
    number == THREAD.load(SeqCst)
}

/// Ends the notes: the thread itself died. Async-signal-safe.
pub(super) fn fail() {
    HAS_FAILED.store(true, SeqCst);
    other_threads::leave();
    table::leave();
}

fn run(mut requests: PipeReader, memory: &File, ready: &mpsc::Sender<()>) {
    let this = calls::this_thread();
    THREAD.store(this, SeqCst);
    // What runs for the first time may ask the linker for functions.
    name_of(this, &mut [0; 16]);
    let _ = Instant::now().elapsed();
    let mut cache = Cache::new_in();
    let program = Image::around(run as *const () as usize);
    let mut bytes = [0; LEN];
    let _ = ready.send(());
    while requests.read_exact(&mut bytes).is_ok() {
        let (number, request) = Request::of_bytes(&bytes);
        table::read(|snapshot| {
            let mut memory = Memory::of(memory);
            let note = |what, thread| Note::new(what, thread, snapshot, program.as_ref());
            let what = calls::name(request.signal);
            let mut first = note(what, request.thread);
            if !first.write(request.registers, &mut memory, &mut cache) {
                first.guess(request.registers, &mut memory);
            }
            first.end();
            if first.lines > 0 {
                let are_all = other_threads::look(request.thread, |thread, registers| {
                    let mut note = note("meanwhile", thread);
                    note.write(registers, &mut memory, &mut cache);
                    note.end();
                });
                if !are_all {
                    print(format_args!("  (not all threads were asked)"));
                }
            }
        });
        ANSWERED.fetch_max(number, SeqCst);
    }
}

/// The note of one thread.
struct Note<'s> {
    what: &'static str,
    thread: i32,
    snapshot: &'s Snapshot,
    /// The image that contains this host's code.
    host: Option<&'s Image>,
    /// The library of the frames since the last line, none of them named.
    unnamed: Option<&'s Library>,
    lines: usize,
}

impl<'s> Note<'s> {
    /// Recursion between host and plugin ends in a stack overflow.
    const MOST_LINES: usize = 16;

    fn new(
        what: &'static str,
        thread: i32,
        snapshot: &'s Snapshot,
        host: Option<&'s Image>,
    ) -> Self {
        Note { what, thread, snapshot, host, unnamed: None, lines: 0 }
    }

    /// Writes the frames and the steps. Returns `false` if there are none, and
    /// the stack was not read to its end.
    fn write(&mut self, registers: Registers, memory: &mut Memory<'_>, cache: &mut Cache) -> bool {
        let (snapshot, thread) = (self.snapshot, self.thread);
        let is_whole = walk(snapshot, registers, memory, cache, |address| self.visit(address));
        self.end_unnamed();
        let steps = snapshot.steps.iter().filter(|step| step.thread == thread);
        steps.rev().for_each(|step| self.line(format_args!("{}", step.text)));
        is_whole || self.lines > 0
    }

    fn end(&self) {
        if self.lines > Self::MOST_LINES {
            print(format_args!("  and {} more", self.lines - Self::MOST_LINES));
        }
    }

    fn visit(&mut self, address: usize) {
        let Some(library) = self.snapshot.library(address) else {
            if self.host.is_some_and(|host| host.contains(address)) {
                self.end_unnamed();
            }
            return;
        };
        if self.unnamed.is_some_and(|unnamed| !core::ptr::eq(unnamed, library)) {
            self.end_unnamed();
        }
        match library.function(address) {
            Some(function) => {
                self.unnamed = None;
                self.line(format_args!("{} in {}", function.label, library.path));
            }
            None => self.unnamed = Some(library),
        }
    }

    fn end_unnamed(&mut self) {
        if let Some(library) = self.unnamed.take() {
            self.line(format_args!("code of {}", library.path));
        }
    }

    /// Looks for the first return address into a library on a stack that cannot
    /// be walked.
    fn guess(&mut self, registers: Registers, memory: &mut Memory<'_>) {
        const BYTES: u64 = 1 << 18;
        let begin = registers.stack.next_multiple_of(8);
        let words = (begin..begin.saturating_add(BYTES)).step_by(8);
        let mut words = words.map_while(|at| memory.read(at).ok());
        let found = words.find_map(|word| {
            let address = (word as usize).wrapping_sub(1);
            self.snapshot.library(address).map(|library| (library, library.function(address)))
        });
        match found {
            Some((library, Some(function))) => {
                self.line(format_args!("perhaps {} in {}", function.label, library.path));
            }
            Some((library, None)) => self.line(format_args!("perhaps code of {}", library.path)),
            None => {}
        }
    }

    fn line(&mut self, text: fmt::Arguments<'_>) {
        if self.lines == 0 {
            self.head();
        }
        self.lines += 1;
        if self.lines <= Self::MOST_LINES {
            print(format_args!("  {text}"));
        }
    }

    fn head(&self) {
        let Note { what, thread, .. } = self;
        let mut name = [0; 16];
        print(format_args!(
            "{what} on thread {thread} ({}), inside a plugin:",
            name_of(*thread, &mut name)
        ));
    }
}

/// Reads the name of a thread.
fn name_of(thread: i32, name: &mut [u8; 16]) -> &str {
    let len = read_of_thread(thread, "comm", name);
    for byte in &mut name[..len] {
        if byte.is_ascii_control() && *byte != b'\n' || !byte.is_ascii() {
            *byte = b'?';
        }
    }
    core::str::from_utf8(&name[..len]).unwrap_or_default().trim_end()
}
