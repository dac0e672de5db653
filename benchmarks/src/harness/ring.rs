//! A process that answers each message through memory that both have mapped, and that
//! looks at it all the time: what no call between two processors can be faster than.

use std::cell::Cell;
use std::ffi::CStr;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, AsRawFd, FromRawFd};
use std::process::Child;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use std::{hint, ptr, slice, thread};

use anyhow::Result;

use super::child::command;

/// The most bytes of a message.
const MOST: usize = 128 << 10;

/// A page of its own for each number, so that the two sides write to lines of their own.
const PAGE: usize = 4096;

/// The memory that both sides have mapped: two numbers, and a message in each direction.
struct Shared(*mut u8);

impl Shared {
    const SIZE: usize = 2 * (PAGE + MOST);

    fn map(file: &File) -> Result<Self> {
        let access = libc::PROT_READ | libc::PROT_WRITE;
        let file = file.as_raw_fd();
        // SAFETY: maps as many bytes as the file has, where the system likes.
        let start =
            unsafe { libc::mmap(ptr::null_mut(), Self::SIZE, access, libc::MAP_SHARED, file, 0) };
        anyhow::ensure!(start != libc::MAP_FAILED, "{}", io::Error::last_os_error());
        Ok(Shared(start.cast()))
    }

    /// The number of the last message of a side.
    fn number(&self, side: usize) -> &AtomicU32 {
        // SAFETY: the memory is mapped as long as this lives, and is aligned.
        unsafe { AtomicU32::from_ptr(self.0.add(side * PAGE).cast()) }
    }

    /// How many bytes the other side is to answer with.
    fn back(&self) -> &AtomicU32 {
        // SAFETY: as above.
        unsafe { AtomicU32::from_ptr(self.0.add(64).cast()) }
    }

    /// The message of a side, which the other one does not use at this moment.
    #[expect(clippy::mut_from_ref, reason = "the sides take turns")]
    fn message(&self, side: usize) -> &mut [u8] {
        // SAFETY: the memory is mapped as long as this lives. A side writes its message
        // before it stores its number, and the other one reads it after that.
        unsafe { slice::from_raw_parts_mut(self.0.add(2 * PAGE + side * MOST), MOST) }
    }

    /// Waits until a side has sent the message of that number.
    fn wait(&self, side: usize, number: u32) {
        /// The looks after which nobody measures: others have the processor then.
        const LOOKS: u32 = 1 << 16;
        let mut looks = 0;
        while self.number(side).load(Ordering::Acquire) != number {
            looks += 1;
            match looks < LOOKS {
                true => hint::spin_loop(),
                false => thread::sleep(Duration::from_millis(1)),
            }
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        // SAFETY: it was mapped so, and nothing refers to it any more.
        unsafe { libc::munmap(self.0.cast(), Self::SIZE) };
    }
}

/// The host's side.
pub struct Ring {
    shared: Shared,
    count: Cell<u32>,
    child: Child,
}

impl Ring {
    pub fn start() -> Result<Self> {
        const NAME: &CStr = c"ring";
        // SAFETY: the name ends with a zero.
        let file = unsafe { libc::memfd_create(NAME.as_ptr(), libc::MFD_CLOEXEC) };
        anyhow::ensure!(file >= 0, "{}", io::Error::last_os_error());
        // SAFETY: it was opened above, and nothing else has it.
        let file = unsafe { File::from_raw_fd(file) };
        file.set_len(Shared::SIZE as u64)?;
        let shared = Shared::map(&file)?;
        let child = command("ring", &[])?.stdin(file).spawn()?;
        Ok(Ring { shared, count: Cell::new(0), child })
    }

    /// Sends a message of so many bytes, and gets an answer of so many.
    pub fn round(&self, there: usize, back: usize) -> Result<()> {
        let number = self.count.get().wrapping_add(1);
        self.count.set(number);
        self.shared.message(0)[..there].fill(1);
        self.shared.back().store(back as u32, Ordering::Relaxed);
        self.shared.number(0).store(number, Ordering::Release);
        self.shared.wait(1, number);
        hint::black_box(self.shared.message(1)[..back].iter().fold(0_u8, |all, it| all ^ it));
        Ok(())
    }
}

impl Drop for Ring {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The other side, which ends with its host.
pub fn serve() {
    // SAFETY: has no pointers.
    unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) };
    let file = File::from(io::stdin().as_fd().try_clone_to_owned().unwrap());
    let shared = Shared::map(&file).unwrap();
    let mut number: u32 = 0;
    loop {
        number = number.wrapping_add(1);
        shared.wait(0, number);
        let back = shared.back().load(Ordering::Relaxed) as usize;
        shared.message(1)[..back].fill(1);
        shared.number(1).store(number, Ordering::Release);
    }
}
