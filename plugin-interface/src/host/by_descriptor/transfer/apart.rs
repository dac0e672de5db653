//! Long rows of a message, which stay where they lie until it is sent: to copy 64 KB
//! takes as long as to send them.
#![expect(unsafe_code, reason = "keeps a value of a plugin, by its layout")]

use core::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::method::Carried;
use super::plan::Part;
use crate::host::by_descriptor::memory::Space;
use crate::host::by_descriptor::wire::Wire;

/// The most rows of a message that are set apart. Further ones are copied.
pub(crate) const MOST_APART: usize = 8;

/// The bytes from which on a row is set apart: to send one more piece takes about as long
/// as to copy a part of that.
const LONG: usize = 16 << 10;

/// A row of a message that is apart from the other bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Apart {
    /// How many of the other bytes come before it.
    pub(crate) at: usize,
    row: Wire,
    len: usize,
}

// SAFETY: it leads to numbers in memory, which nobody writes to while this is used, by the
// contract of `Wire`. Through a shared reference they are only read.
unsafe impl Sync for Apart {}

impl Apart {
    /// Returns its bytes.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.row.row(self.len)
    }

    /// Sets bytes apart that stay.
    #[cfg(test)]
    pub(crate) fn of(at: usize, bytes: &'static [u8]) -> Self {
        // SAFETY: bytes are numbers, which are not written to.
        Apart { at, row: unsafe { Wire::new(bytes.as_ptr()) }, len: bytes.len() }
    }

    /// Returns how many bytes the rows have.
    pub(crate) fn len_of(rows: &[Apart]) -> usize {
        rows.iter().map(|row| row.len).sum()
    }
}

/// Which rows may be set apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lasting {
    Nothing,
    /// Those that the value owns: it is freed once the message was sent.
    Owned,
    /// All, since what they refer to outlives the message too.
    All,
}

/// The rows of one message that are set apart.
#[derive(Debug)]
pub(super) struct SetApart {
    pub(super) lasting: Lasting,
    rows: Vec<Apart>,
    len: usize,
}

impl SetApart {
    pub(super) fn new() -> Self {
        SetApart { lasting: Lasting::Nothing, rows: Vec::new(), len: 0 }
    }

    /// Sets a row apart. Returns `false` if it has to be copied.
    pub(super) fn add(&mut self, at: usize, row: Wire, len: usize, is_owned: bool) -> bool {
        len >= LONG && self.add_long(Apart { at, row, len }, is_owned)
    }

    #[cold]
    fn add_long(&mut self, row: Apart, is_owned: bool) -> bool {
        let lasts = match self.lasting {
            Lasting::Nothing => false,
            Lasting::Owned => is_owned,
            Lasting::All => true,
        };
        let is_apart = lasts && self.rows.len() < MOST_APART;
        if is_apart {
            self.len += row.len;
            self.rows.push(row);
        }
        is_apart
    }

    pub(super) fn rows(&self) -> &[Apart] {
        &self.rows
    }

    /// Returns how many bytes they have.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Takes all of them.
    pub(super) fn take(&mut self) -> Vec<Apart> {
        self.len = 0;
        core::mem::take(&mut self.rows)
    }
}

/// What a plugin returned, of which rows are apart from its reply. It is freed when this
/// is dropped, after the reply was sent.
pub(crate) struct Unsent {
    rows: Vec<Apart>,
    method: &'static Carried,
    part: Part,
    outcome: Space,
    #[expect(dead_code, reason = "counts it until it is freed")]
    count: Count,
}

impl Unsent {
    /// # Safety
    ///
    /// `outcome` has an outcome of the method, whose value is that part. The objects in it
    /// have another owner, and nobody else frees the rest. The rows lie in memory that it
    /// owns.
    pub(super) unsafe fn new(
        rows: Vec<Apart>,
        (method, part): (&'static Carried, Part),
        outcome: Space,
        count: Count,
    ) -> Box<Self> {
        Box::new(Unsent { rows, method, part, outcome, count })
    }

    /// Returns the rows that belong to a reply.
    pub(crate) fn rows(of: Option<&Unsent>) -> &[Apart] {
        of.map_or(&[], |unsent| &unsent.rows)
    }
}

impl Drop for Unsent {
    fn drop(&mut self) {
        self.rows.clear();
        // SAFETY: by the contract of `new`, an outcome lies there, which is freed here only.
        let whole = unsafe { Wire::new(self.outcome.start()) };
        self.method.plans.free(self.part.plan, whole.part(self.part.offset), true);
    }
}

impl fmt::Debug for Unsent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unsent").field("rows", &self.rows).finish_non_exhaustive()
    }
}

/// Counts what plugins have yet to free. Their code is used until then.
#[derive(Debug, Default)]
pub(super) struct Unfreed {
    count: Mutex<usize>,
    freed: Condvar,
}

impl Unfreed {
    /// Counts one more, until that is dropped.
    pub(super) fn one_more(self: &Arc<Self>) -> Count {
        *lock(&self.count) += 1;
        Count(Arc::clone(self))
    }

    /// Waits until all is freed.
    pub(super) fn wait(&self) {
        let none = self.freed.wait_while(lock(&self.count), |count| *count > 0);
        drop(none.unwrap_or_else(PoisonError::into_inner));
    }
}

/// One of those that are counted.
#[derive(Debug)]
pub(super) struct Count(Arc<Unfreed>);

impl Drop for Count {
    fn drop(&mut self) {
        *lock(&self.0.count) -= 1;
        self.0.freed.notify_all();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
