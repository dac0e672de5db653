//! The mailboxes of a worker: two for each lane of calls, in memory that both processes
//! have mapped.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;

use super::mailbox::Mailbox;
use crate::host::platform::shared_memory::SharedMemory;

/// The most lanes of calls, and the most of callbacks from threads of plugins.
pub(super) const MOST_LANES: u32 = 64;

/// The words of a mailbox: a page, so that no processor waits for another one that
/// writes beside it. The system gives memory to those that are used.
const WORDS: usize = 512;

/// All words of the lanes, each of which has a mailbox in each direction.
const ALL: usize = MOST_LANES as usize * 2 * WORDS;

/// The memory of all lanes, as one side uses it.
#[derive(Clone, Debug)]
pub(super) struct Shared {
    memory: Arc<SharedMemory>,
    is_host: bool,
}

impl Shared {
    /// Creates the memory, with the file for the worker. `None` if the system has none.
    pub(super) fn create() -> Option<(Self, OwnedFd)> {
        let (memory, file) = SharedMemory::create(ALL).ok()?;
        Some((Shared { memory: Arc::new(memory), is_host: true }, file))
    }

    /// Maps the memory that the host has created.
    pub(super) fn map(file: &OwnedFd) -> io::Result<Self> {
        let memory = SharedMemory::map(file.as_fd(), ALL)?;
        Ok(Shared { memory: Arc::new(memory), is_host: false })
    }

    /// Returns the mailboxes of a lane. `None` if it has none, as those of threads that a
    /// plugin started.
    pub(super) fn of_lane(&self, number: u32) -> Option<Mailboxes> {
        let first = number as usize * 2;
        let (read, write) = if self.is_host { (first + 1, first) } else { (first, first + 1) };
        let memory = Arc::clone(&self.memory);
        (number < MOST_LANES).then_some(Mailboxes { memory, read, write })
    }
}

/// The mailboxes of a lane.
#[derive(Debug)]
pub(super) struct Mailboxes {
    memory: Arc<SharedMemory>,
    read: usize,
    write: usize,
}

impl Mailboxes {
    /// Returns the one that this side reads.
    pub(super) fn read(&self) -> Mailbox<'_> {
        self.at(self.read)
    }

    /// Returns the one that the other side reads.
    pub(super) fn write(&self) -> Mailbox<'_> {
        self.at(self.write)
    }

    fn at(&self, number: usize) -> Mailbox<'_> {
        Mailbox(&self.memory.words()[number * WORDS..][..WORDS])
    }
}
