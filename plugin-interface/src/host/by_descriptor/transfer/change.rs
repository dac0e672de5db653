//! The new values of what a call lends by `&mut`: as bytes, and in the place of the old
//! ones.
#![expect(unsafe_code, reason = "reads and writes what a caller lends")]

use core::ptr;
use std::sync::Arc;

use super::exclusive::{Exclusive, Extent};
use super::exporting::Exporting;
use super::plan::{Index, Plans};
use super::read::{Read, Source};
use super::write::Written;
use crate::host::by_descriptor::wire::Wire;

/// The new value of what a caller lends.
pub(super) struct Change {
    to: *mut u8,
    bytes: Vec<u8>,
    /// The plan of the value that is freed before.
    old: Option<Index>,
}

impl Plans {
    /// Appends the value that is there now.
    ///
    /// # Safety
    ///
    /// There are values of the plan, and nobody else borrows them.
    pub(super) unsafe fn write_back(
        &self,
        of: &Exclusive,
        out: &mut Vec<u8>,
        exporting: &mut Exporting<'_>,
    ) -> Written {
        let words = match of.extent {
            Extent::One { .. } => [of.place, ptr::null_mut()],
            Extent::Row { len, .. } => [of.place, ptr::without_provenance_mut(len)],
        };
        // SAFETY: a pointer or a slice, to what is there by the contract of this function.
        let wire = unsafe { Wire::new(words.as_ptr().cast()) };
        match of.extent {
            Extent::One { to, is_slot } => self.write_behind(to, is_slot, wire, out, exporting),
            Extent::Row { of, .. } => self.write_row(of, wire, out, exporting),
        }
    }

    /// Frees the value of a slot, if there is one.
    ///
    /// # Safety
    ///
    /// As for [`write_back`](Self::write_back), and it is not used again.
    pub(super) unsafe fn free_slot(&self, of: &Exclusive) {
        if let Extent::One { to, is_slot: true } = of.extent {
            // SAFETY: the contract of this function.
            self.free(to, unsafe { Wire::new(of.place) }, false);
        }
    }

    /// Reads the new value.
    pub(super) fn change(
        self: &Arc<Self>,
        of: &Exclusive,
        from: &mut Source<'_, '_>,
    ) -> Read<Change> {
        let to = of.place;
        Ok(match of.extent {
            Extent::One { to: plan, is_slot } => {
                let bytes = self.behind(plan, is_slot, from)?.bytes().to_vec();
                Change { to, bytes, old: is_slot.then_some(plan) }
            }
            Extent::Row { of, len } => {
                let found = from.u32()? as usize;
                if found != len {
                    return Err(format!("expected {len} values, found {found}"));
                }
                Change { to, bytes: self.row(of, len, from)?.bytes().to_vec(), old: None }
            }
        })
    }
}

impl Change {
    /// Replaces the value.
    ///
    /// # Safety
    ///
    /// There is a value, which is lent exclusively.
    pub(super) unsafe fn make(self, plans: &Plans) {
        if let Some(old) = self.old {
            // SAFETY: the contract of this function; it is overwritten below.
            plans.free(old, unsafe { Wire::new(self.to) }, false);
        }
        // SAFETY: the contract of this function, and as many bytes as the value has.
        unsafe { ptr::copy_nonoverlapping(self.bytes.as_ptr(), self.to, self.bytes.len()) };
    }
}
