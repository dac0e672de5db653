//! Linux: memory that two processes have mapped.
#![expect(unsafe_code, reason = "maps memory")]

use core::ptr::{self, NonNull};
use core::slice;
use core::sync::atomic::AtomicU64;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, fstat, ftruncate, memfd_create};
use rustix::mm::{MapFlags, ProtFlags, mmap, munmap};

/// Memory that another process has mapped too, and may write at any time.
#[derive(Debug)]
pub(crate) struct SharedMemory {
    start: NonNull<AtomicU64>,
    words: usize,
}

// SAFETY: all that can be had of it are references to atomics, which any thread may use, and
// any thread may remove a mapping.
unsafe impl Send for SharedMemory {}
// SAFETY: as above.
unsafe impl Sync for SharedMemory {}

impl SharedMemory {
    /// Creates so many words, which are 0, and the file by which another process maps
    /// them. Nobody can shorten it: a process that uses what a file has lost is ended.
    pub(crate) fn create(words: usize) -> io::Result<(Self, OwnedFd)> {
        let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
        let file = memfd_create("plugin-messages", flags)?;
        ftruncate(&file, (words * size_of::<AtomicU64>()) as u64)?;
        fcntl_add_seals(&file, SealFlags::SHRINK | SealFlags::GROW | SealFlags::SEAL)?;
        let memory = SharedMemory::map(file.as_fd(), words)?;
        Ok((memory, file))
    }

    /// Maps the words that another process has created.
    pub(crate) fn map(file: BorrowedFd<'_>, words: usize) -> io::Result<Self> {
        let len = words * size_of::<AtomicU64>();
        if words == 0 || fstat(file)?.st_size != len as i64 {
            return Err(io::Error::other("expected a file of the size of the memory"));
        }
        let access = ProtFlags::READ | ProtFlags::WRITE;
        // SAFETY: the system chooses a place where nothing is mapped.
        let start = unsafe { mmap(ptr::null_mut(), len, access, MapFlags::SHARED, file, 0) }?;
        let start = NonNull::new(start.cast()).expect("nothing is mapped at null");
        Ok(SharedMemory { start, words })
    }

    /// Returns the words.
    pub(crate) fn words(&self) -> &[AtomicU64] {
        // SAFETY: so many words are mapped at that place, which begins a page, until this is
        // dropped. Each value of the bits is one of the type. This process uses them as
        // atomics only. What another process writes to them, even by other means, is a value
        // that a load returns, as that of a device is.
        unsafe { slice::from_raw_parts(self.start.as_ptr(), self.words) }
    }
}

impl Drop for SharedMemory {
    fn drop(&mut self) {
        // SAFETY: it was mapped so, and the borrows of `words` have ended.
        let unmapped =
            unsafe { munmap(self.start.as_ptr().cast(), self.words * size_of::<AtomicU64>()) };
        debug_assert!(unmapped.is_ok());
    }
}

#[cfg(test)]
mod tests {
    use core::sync::atomic::Ordering;

    use super::*;

    #[test]
    fn what_one_mapping_stores_the_other_one_loads() {
        let (ours, file) = SharedMemory::create(1024).unwrap();
        let theirs = SharedMemory::map(file.as_fd(), 1024).unwrap();
        assert_ne!(ours.words().as_ptr(), theirs.words().as_ptr());
        assert!(theirs.words().iter().all(|word| word.load(Ordering::Relaxed) == 0));
        ours.words()[1023].store(7, Ordering::Release);
        assert_eq!(theirs.words()[1023].load(Ordering::Acquire), 7);
        drop(ours);
        assert_eq!(theirs.words()[1023].load(Ordering::Acquire), 7);
    }

    #[test]
    fn nobody_can_shorten_the_file_or_map_more_of_it() {
        let (_memory, file) = SharedMemory::create(1024).unwrap();
        assert!(ftruncate(&file, 0).is_err());
        assert!(ftruncate(&file, 1 << 20).is_err());
        assert!(fcntl_add_seals(&file, SealFlags::WRITE).is_err());
        for words in [0, 1023, 1025] {
            SharedMemory::map(file.as_fd(), words).unwrap_err();
        }
    }
}
