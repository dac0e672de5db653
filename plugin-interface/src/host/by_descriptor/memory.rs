//! Memory that the arguments of one call lie in.
#![expect(unsafe_code, reason = "allocates what another library may free")]

#[cfg(all(unix, feature = "process"))]
use core::mem::MaybeUninit;
use core::ptr::{self, NonNull};
#[cfg(all(unix, feature = "process"))]
use std::alloc::alloc;
use std::alloc::{Layout, alloc_zeroed, dealloc};

use crate::abi::Free;
use crate::runtime::allocator::free_of_this_library;

/// A block of initialised memory, freed when it is dropped.
#[derive(Debug)]
pub(super) struct Block {
    start: NonNull<u8>,
    layout: Layout,
}

// SAFETY: it owns its memory, which no thread has a part in.
unsafe impl Send for Block {}
// SAFETY: by a shared reference there is only its address.
unsafe impl Sync for Block {}

impl Block {
    /// Allocates zeroed memory. Returns `None` if there is not so much: a description may
    /// ask for anything.
    pub(super) fn new(size: usize, align: usize) -> Option<Self> {
        let layout = Layout::from_size_align(size, align).ok()?;
        if size == 0 {
            let start = NonNull::without_provenance(align.try_into().ok()?);
            return Some(Block { start, layout });
        }
        // SAFETY: the size is not 0.
        let start = NonNull::new(unsafe { alloc_zeroed(layout) })?;
        Some(Block { start, layout })
    }

    /// Allocates memory for a copy of the bytes.
    #[cfg(all(unix, feature = "process"))]
    pub(super) fn copy(bytes: &[u8], align: usize) -> Option<Self> {
        let layout = Layout::from_size_align(bytes.len(), align).ok()?;
        if bytes.is_empty() {
            return Block::new(0, align);
        }
        // SAFETY: the size is not 0.
        let start = NonNull::new(unsafe { alloc(layout) })?;
        // SAFETY: as many bytes were just allocated.
        unsafe { start.copy_from_nonoverlapping(NonNull::from(bytes).cast(), bytes.len()) };
        Some(Block { start, layout })
    }

    pub(super) fn start(&self) -> *mut u8 {
        self.start.as_ptr()
    }

    #[cfg(all(unix, feature = "process"))]
    pub(super) fn align(&self) -> usize {
        self.layout.align()
    }

    /// Returns the bytes, while nothing else has their address.
    pub(super) fn bytes(&mut self) -> &mut [u8] {
        // SAFETY: allocated with this size, initialised, and borrowed mutably.
        unsafe { core::slice::from_raw_parts_mut(self.start(), self.layout.size()) }
    }

    /// Passes the memory to the owner of the value in it, who calls
    /// [the function that frees it](Self::free_function).
    pub(super) fn give(self) {
        core::mem::forget(self);
    }

    /// Takes back what was given away.
    ///
    /// # Safety
    ///
    /// A block of this size and alignment begins there, and was given away. Nobody
    /// uses it any more.
    #[cfg(all(unix, feature = "process"))]
    pub(super) unsafe fn taken_back(start: *mut u8, size: usize, align: usize) -> Self {
        let start = NonNull::new(start).expect("a block has an address");
        // SAFETY: the contract of this function: it was a valid layout before.
        let layout = unsafe { Layout::from_size_align_unchecked(size, align) };
        Block { start, layout }
    }

    /// The function that frees a block; null if it allocates nothing.
    pub(super) fn free_function(&self) -> *mut u8 {
        let function: Free = free_of_this_library();
        if self.layout.size() == 0 { ptr::null_mut() } else { function as *mut u8 }
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        if self.layout.size() > 0 {
            // SAFETY: allocated with this layout, and freed here only: `give`
            // forgets the block.
            unsafe { dealloc(self.start(), self.layout) };
        }
    }
}

/// Room for a value of any size. A small one takes no memory but that of this.
#[cfg(all(unix, feature = "process"))]
pub(super) struct Space {
    small: [MaybeUninit<u128>; 16],
    large: Option<Block>,
}

#[cfg(all(unix, feature = "process"))]
impl Space {
    pub(super) fn new() -> Self {
        Space { small: [MaybeUninit::uninit(); 16], large: None }
    }

    /// Returns so many bytes at such an address, which are all 0. They stay there while
    /// this is borrowed. `None` if there is not so much memory.
    pub(super) fn bytes(&mut self, size: usize, align: usize) -> Option<&mut [u8]> {
        if size > size_of_val(&self.small) || align > align_of_val(&self.small) {
            return Some(self.large.insert(Block::new(size, align)?).bytes());
        }
        let start = self.small.as_mut_ptr().cast::<u8>();
        // SAFETY: as many bytes as that are there, borrowed mutably.
        unsafe { start.write_bytes(0, size) };
        // SAFETY: as above, and they were just initialised.
        Some(unsafe { core::slice::from_raw_parts_mut(start, size) })
    }

    /// Returns where the last bytes begin that were returned. They move with this, if
    /// they are few.
    pub(super) fn start(&mut self) -> *mut u8 {
        match &self.large {
            Some(large) => large.start(),
            None => self.small.as_mut_ptr().cast(),
        }
    }
}

/// Writes pointers, or numbers of that size, to the begin of a value.
pub(super) fn put_words(out: &mut [u8], words: &[*mut u8]) {
    let out = &mut out[..size_of_val(words)];
    // SAFETY: as many bytes as the words have, which do not overlap. Bytes keep
    // what a pointer may be used for.
    unsafe { ptr::copy_nonoverlapping(words.as_ptr().cast(), out.as_mut_ptr(), out.len()) };
}
