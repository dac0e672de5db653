//! The frames of a thread that waits.

use std::fs::File;
use std::os::unix::fs::FileExt;

use framehop::{
    CacheNative, FrameAddress, MustNotAllocateDuringUnwind, UnwindRegsNative, Unwinder as _,
};

use super::table::Snapshot;

pub(super) type Cache = CacheNative<MustNotAllocateDuringUnwind>;

/// The registers that a walk begins with.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Registers {
    pub(super) instruction: u64,
    pub(super) stack: u64,
    pub(super) frame: u64,
    /// The return address of the innermost function, where it is in a register.
    pub(super) link: u64,
}

impl Registers {
    /// Returns those of a thread that a signal has interrupted.
    #[cfg(target_arch = "x86_64")]
    pub(super) fn of(context: &libc::ucontext_t) -> Self {
        let register = |index: libc::c_int| context.uc_mcontext.gregs[index as usize] as u64;
        Registers {
            instruction: register(libc::REG_RIP),
            stack: register(libc::REG_RSP),
            frame: register(libc::REG_RBP),
            link: 0,
        }
    }

    #[cfg(target_arch = "aarch64")]
    pub(super) fn of(context: &libc::ucontext_t) -> Self {
        let machine = &context.uc_mcontext;
        Registers {
            instruction: machine.pc,
            stack: machine.sp,
            frame: machine.regs[29],
            link: machine.regs[30],
        }
    }

    /// Steps out of a call of something that is no code, such as null.
    fn step_out(&mut self, memory: &mut Memory<'_>) {
        if cfg!(target_arch = "x86_64") {
            if let Ok(address) = memory.read(self.stack) {
                self.instruction = address;
                self.stack += 8;
            }
        } else {
            self.instruction = self.link;
        }
    }

    #[cfg(target_arch = "x86_64")]
    fn native(self) -> UnwindRegsNative {
        UnwindRegsNative::new(self.instruction, self.stack, self.frame)
    }

    #[cfg(target_arch = "aarch64")]
    fn native(self) -> UnwindRegsNative {
        UnwindRegsNative::new(self.link, self.stack, self.frame)
    }
}

/// The memory of this process, which may be anything: a read fails where nothing
/// is mapped.
pub(super) struct Memory<'f> {
    file: &'f File,
    page: [u8; PAGE],
    at: Option<u64>,
}

const PAGE: usize = 4096;

impl<'f> Memory<'f> {
    pub(super) fn of(file: &'f File) -> Self {
        Memory { file, page: [0; PAGE], at: None }
    }

    /// Reads a word.
    pub(super) fn read(&mut self, address: u64) -> Result<u64, ()> {
        let (page, begin) = (address / PAGE as u64 * PAGE as u64, address as usize % PAGE);
        let mut word = [0; 8];
        if begin + word.len() > PAGE {
            self.file.read_exact_at(&mut word, address).map_err(drop)?;
            return Ok(u64::from_ne_bytes(word));
        }
        if self.at != Some(page) {
            self.at = None;
            self.file.read_exact_at(&mut self.page, page).map_err(drop)?;
            self.at = Some(page);
        }
        word.copy_from_slice(&self.page[begin..begin + 8]);
        Ok(u64::from_ne_bytes(word))
    }
}

/// Visits the frames, the innermost first, each by an address in its function.
/// Returns `false` if the stack cannot be read to its end.
pub(super) fn walk(
    snapshot: &Snapshot,
    mut registers: Registers,
    memory: &mut Memory<'_>,
    cache: &mut Cache,
    mut visit: impl FnMut(usize),
) -> bool {
    let is_code = snapshot.is_code(registers.instruction as usize);
    if !is_code && memory.read(registers.instruction).is_err() {
        registers.step_out(memory);
    }
    let mut frame = FrameAddress::from_instruction_pointer(registers.instruction);
    let mut registers = registers.native();
    let mut read = |address| memory.read(address);
    loop {
        visit(frame.address_for_lookup() as usize);
        let before = registers.sp();
        match snapshot.unwinder.unwind_frame(frame, &mut registers, cache, &mut read) {
            Ok(None) => return true,
            Err(_) => return false,
            Ok(Some(address)) => {
                // Only the innermost function may have left the stack as it was. So
                // the walk ends.
                let is_first = matches!(frame, FrameAddress::InstructionPointer(_));
                let goes_on = registers.sp() > before || is_first && registers.sp() == before;
                let Some(next) = FrameAddress::from_return_address(address) else { return false };
                if !goes_on {
                    return false;
                }
                frame = next;
            }
        }
    }
}
