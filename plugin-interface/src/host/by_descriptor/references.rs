//! References as arguments: to memory that is lent for the call, from which what is
//! `&mut` is read again.

use core::ptr::{null_mut, without_provenance_mut};

use super::memory::{Block, put_words};
use super::pack::{Exclusive, Item, Packed, Packer};
use super::refusal::Refusal;
use crate::metadata::layout::{Elements, LayoutKind};
use crate::metadata::signature::Type;

impl Packer<'_, '_> {
    pub(super) fn pointer(
        &mut self,
        item: Item<'_>,
        is_exclusive: bool,
        to: &Type,
        out: &mut [u8],
    ) -> Packed {
        let is_slot = owned_behind(is_exclusive, to).is_some();
        let target = Item { ty: to, ..item };
        let block = self.behind(is_exclusive, |packer| match is_slot {
            true => packer.some(target),
            false => packer.block(target),
        })?;
        let address = self.lend(block);
        put_words(out, &[address]);
        if is_slot {
            self.slots.push((to.clone(), address));
        }
        self.note(item, is_exclusive, [address, null_mut()]);
        Ok(())
    }

    pub(super) fn slice(
        &mut self,
        item: Item<'_>,
        is_exclusive: bool,
        of: &Elements,
        out: &mut [u8],
    ) -> Packed {
        let (block, len) = self.behind(is_exclusive, |packer| packer.run(item, of))?;
        let wire = [self.lend(block), without_provenance_mut(len)];
        put_words(out, &wire);
        self.note(item, is_exclusive, wire);
        Ok(())
    }

    /// Writes what is behind a reference. A `&mut` in a `&mut` is a part of it.
    fn behind<T>(&mut self, is_exclusive: bool, write: impl FnOnce(&mut Self) -> T) -> T {
        let is_outer = self.is_in_exclusive;
        self.is_in_exclusive |= is_exclusive;
        let written = write(self);
        self.is_in_exclusive = is_outer;
        written
    }

    /// Writes `Some` of a value to memory of its own.
    fn some(&mut self, option: Item<'_>) -> Result<Block, Refusal> {
        let layout = self.layouts.of(option.ty)?;
        let LayoutKind::Option { value: part } = &layout.kind else {
            return Err(option.mismatch());
        };
        let mut block = option.block(Some(layout.size), layout.align)?;
        block.bytes()[0] = 1;
        self.field(part, option.value, block.bytes(), option.place)?;
        Ok(block)
    }

    /// Keeps what is lent, and returns its address.
    fn lend(&mut self, block: Block) -> *mut u8 {
        let address = block.start();
        self.lent.push(block);
        address
    }

    fn note(&mut self, item: Item<'_>, is_exclusive: bool, wire: [*mut u8; 2]) {
        if is_exclusive && !self.is_in_exclusive {
            let (place, ty) = (item.place.to_string(), item.ty.clone());
            self.exclusive.push(Exclusive { place, ty, wire });
        }
    }
}

/// Returns the type of the value behind a `&mut` of owned values, which is passed
/// as `&mut Option`.
pub(super) fn owned_behind(is_exclusive: bool, to: &Type) -> Option<&Type> {
    match to {
        Type::Named { name, arguments } if is_exclusive && name == "Option" => arguments.first(),
        _ => None,
    }
}
