//! Values in memory, made of the bytes that another process sent.
//!
//! That process may send anything. What is made has a value of its type, or is an
//! error.

use core::ptr::{null_mut, without_provenance_mut};
use std::sync::{Arc, Mutex, PoisonError};

use super::exclusive::{Exclusive, Extent};
use super::handle::Handle;
use super::object_type::ObjectPart;
use super::peer::Imports;
use super::plan::{Index, Kind, Part, Plan, Plans};
use crate::abi::RawObject;
use crate::boundary::LiftError;
use crate::host::by_descriptor::kept::Kept;
use crate::host::by_descriptor::memory::{Block, put_words};
use crate::host::by_descriptor::pack::DEPTH;
use crate::host::by_descriptor::waker::LentWaker;
use crate::metadata::layout::Primitive;
use crate::object::OwnedObject;

/// The most memory of the values of one message.
const MOST: usize = 256 << 20;

/// The most values of no bytes in a row, as where they are received.
const MOST_EMPTY: usize = 1 << 20;

/// The reading of the values of one message.
pub(super) struct Source<'b, 'k> {
    bytes: &'b [u8],
    /// Memory that belongs to the values.
    given: Vec<Block>,
    /// Blocks of values that grow, each with the count that its `end` takes over.
    pub(super) growing: Vec<(Block, Arc<Plans>)>,
    /// Objects that belong to the values.
    objects: Vec<OwnedObject>,
    /// What the values refer to.
    lent: Lent,
    /// Keeps what they refer to for longer than this.
    pub(super) kept: Option<&'k Mutex<Kept>>,
    /// Makes objects of handles.
    pub(super) imports: Option<&'k dyn Imports>,
    /// `true` if the bytes outlive what the values refer to: they may refer to them.
    pub(super) lends_bytes: bool,
    /// Texts are UTF-8.
    pub(super) trusts_texts: bool,
    room: usize,
    depth: usize,
}

/// What values refer to, and do not own.
#[derive(Default)]
pub(super) struct Lent {
    pub(super) blocks: Vec<Block>,
    /// Those behind a `&mut`, in the order of the message.
    pub(super) exclusive: Vec<Exclusive>,
    objects: Vec<OwnedObject>,
    wakers: Vec<LentWaker>,
}

pub(super) type Read<T = ()> = Result<T, String>;

impl<'b> Source<'b, '_> {
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        let (given, growing, objects) = (Vec::new(), Vec::new(), Vec::new());
        let (lent, kept, imports) = (Lent::default(), None, None);
        let (lends_bytes, trusts_texts, room, depth) = (false, false, MOST, 0);
        Source {
            bytes,
            given,
            growing,
            objects,
            lent,
            kept,
            imports,
            lends_bytes,
            trusts_texts,
            room,
            depth,
        }
    }

    /// Passes what was made to its receiver, and returns what that only borrows.
    pub(super) fn give(self) -> Lent {
        self.given.into_iter().for_each(Block::give);
        self.objects.into_iter().for_each(core::mem::forget);
        for (block, plans) in self.growing {
            let _ = Arc::into_raw(plans);
            block.give();
        }
        self.lent
    }

    /// Refuses bytes behind the last value.
    pub(super) fn end(&self) -> Read {
        match self.bytes.len() {
            0 => Ok(()),
            more => Err(format!("expected the end of the message, found {more} bytes more")),
        }
    }

    pub(super) fn take(&mut self, len: usize) -> Read<&'b [u8]> {
        let Some((taken, rest)) = self.bytes.split_at_checked(len) else {
            let found = self.bytes.len();
            return Err(format!("expected {len} bytes more in the message, found {found}"));
        };
        self.bytes = rest;
        Ok(taken)
    }

    pub(super) fn u32(&mut self) -> Read<u32> {
        let bytes = self.take(4)?;
        Ok(u32::from_le_bytes(bytes.try_into().expect("4 bytes were taken")))
    }

    pub(super) fn tag(&mut self) -> Read<u8> {
        match self.take(1)?[0] {
            tag @ (0 | 1) => Ok(tag),
            tag => Err(LiftError::Tag(tag).to_string()),
        }
    }

    /// Allocates zeroed memory.
    pub(super) fn block(&mut self, size: Option<usize>, align: usize) -> Read<Block> {
        let size = size.filter(|size| *size <= self.room);
        let block = size.and_then(|size| Block::new(size, align));
        let block = block.ok_or_else(|| format!("expected values of at most {MOST} bytes"))?;
        self.room -= size.unwrap_or(0);
        Ok(block)
    }

    /// Allocates memory for a copy of the bytes.
    fn copy(&mut self, bytes: &[u8], align: usize) -> Read<Block> {
        self.spend(bytes.len())?;
        Block::copy(bytes, align).ok_or_else(|| LiftError::Length(bytes.len()).to_string())
    }

    /// Keeps what is lent, and returns its address.
    fn lend(&mut self, block: Block) -> Read<*mut u8> {
        if let Some(kept) = self.kept {
            let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            return kept.keep(block).map_err(|error| error.to_string());
        }
        let address = block.start();
        self.lent.blocks.push(block);
        Ok(address)
    }

    /// Notes what a `&mut` leads to.
    fn note(&mut self, place: *mut u8, extent: Extent) -> Read {
        self.spend(size_of::<Exclusive>())?;
        self.lent.exclusive.push(Exclusive { parameter: 0, place, extent });
        Ok(())
    }

    /// Takes memory from that which the values may have.
    fn spend(&mut self, size: usize) -> Read {
        let room = self.room.checked_sub(size);
        self.room = room.ok_or_else(|| format!("expected values of at most {MOST} bytes"))?;
        Ok(())
    }

    /// Makes a waker of a handle, and writes its address.
    fn waker(&mut self, out: &mut [u8]) -> Read {
        let handle = Handle { index: self.u32()?, generation: self.u32()? };
        let waker = self.imports.ok_or("a waker cannot be returned")?.import_waker(handle);
        put_words(out, &[waker.raw().cast_mut().cast()]);
        self.lent.wakers.push(waker);
        Ok(())
    }

    /// Makes an object of a handle, and writes the pointer to it.
    fn object(&mut self, object: ObjectPart, out: &mut [u8]) -> Read {
        /// What an object takes, with the memory that `Box` adds.
        const SIZE: usize = 256;
        let handle = Handle { index: self.u32()?, generation: self.u32()? };
        let imports = self.imports.ok_or("an object cannot be returned here")?;
        self.spend(SIZE)?;
        let made = imports.import(object, handle)?;
        let RawObject { table, instance, library_ref } = *made.raw();
        let (table, instance) = (table.cast_mut().cast(), instance.cast());
        let library_ref = library_ref.cast_mut().cast();
        if object.is_lent() {
            put_words(out, &[table, instance, null_mut(), null_mut(), library_ref]);
            self.lent.objects.push(made);
        } else {
            put_words(out, &[table, instance, library_ref]);
            self.objects.push(made);
        }
        Ok(())
    }
}

impl Plans {
    /// Makes a value in memory of its size, which is all 0.
    pub(super) fn read(
        self: &Arc<Self>,
        plan: Index,
        from: &mut Source<'_, '_>,
        out: &mut [u8],
    ) -> Read {
        if from.depth == DEPTH {
            return Err(format!("a value must be nested at most {DEPTH} deep"));
        }
        from.depth += 1;
        let read = self.read_kind(plan, from, out);
        from.depth -= 1;
        read
    }

    fn read_kind(
        self: &Arc<Self>,
        index: Index,
        from: &mut Source<'_, '_>,
        out: &mut [u8],
    ) -> Read {
        match &self.get(index).kind {
            Kind::Plain => out.copy_from_slice(from.take(out.len())?),
            Kind::Number { primitive, is_non_zero } => {
                let bytes = from.take(out.len())?;
                check(*primitive, *is_non_zero, bytes)?;
                out.copy_from_slice(bytes);
            }
            Kind::Pointer { to, is_slot, comes_back } => {
                let block = self.behind(*to, *is_slot, from)?;
                let place = from.lend(block)?;
                put_words(out, &[place]);
                if *comes_back {
                    from.note(place, Extent::One { to: *to, is_slot: *is_slot })?;
                }
            }
            Kind::Row { of, is_text, is_owned, comes_back } => {
                let len = from.u32()? as usize;
                let word = without_provenance_mut(len);
                let is_unchecked_text = *is_text && !from.trusts_texts;
                let is_lent = !*is_owned && !*comes_back && from.lends_bytes;
                if is_lent && let Some(bytes) = self.in_place(*of, len, from)? {
                    check_text(is_unchecked_text, bytes)?;
                    // Nobody writes to what is lent by a shared reference.
                    put_words(out, &[bytes.as_ptr().cast_mut(), word]);
                    return Ok(());
                }
                let mut block = self.row(*of, len, from)?;
                check_text(is_unchecked_text, block.bytes())?;
                if *is_owned {
                    put_words(out, &[block.start(), word, word, block.free_function()]);
                    from.given.push(block);
                } else {
                    let place = from.lend(block)?;
                    put_words(out, &[place, word]);
                    if *comes_back {
                        from.note(place, Extent::Row { of: *of, len })?;
                    }
                }
            }
            Kind::Box { to } => {
                let block = self.behind(*to, false, from)?;
                put_words(out, &[block.start(), block.free_function()]);
                from.given.push(block);
            }
            Kind::Option { value } => {
                out[0] = from.tag()?;
                if out[0] == 1 {
                    self.read_part(*value, from, out)?;
                }
            }
            Kind::Result { parts } => {
                out[0] = from.tag()?;
                self.read_part(parts[usize::from(out[0])], from, out)?;
            }
            Kind::Array { of, len } => self.read_each(*of, *len, from, out)?,
            Kind::Fields(parts) => {
                parts.iter().try_for_each(|part| self.read_part(*part, from, out))?;
            }
            Kind::Enum(variants) => {
                let tag = from.u32()?;
                let Some(parts) = variants.get(tag as usize) else {
                    let count = variants.len();
                    return Err(format!(
                        "the tag of an enum must be less than {count}, found {tag}"
                    ));
                };
                out[..4].copy_from_slice(&tag.to_ne_bytes());
                parts.iter().try_for_each(|part| self.read_part(*part, from, out))?;
            }
            Kind::Growing(_) => {
                let len = from.u32()? as usize;
                let block = from.take(len)?;
                // What is behind the fields that are known is skipped with the block.
                let rest = core::mem::replace(&mut from.bytes, block);
                let (count, variant) = (from.u32()? as usize, from.u32()?);
                let header = self.read_block(index, (count, variant), from)?;
                from.bytes = rest;
                put_words(out, &[header]);
            }
            Kind::Object(object) => from.object(*object, out)?,
            Kind::Waker => from.waker(out)?,
        }
        Ok(())
    }

    pub(super) fn read_part(
        self: &Arc<Self>,
        part: Part,
        from: &mut Source<'_, '_>,
        whole: &mut [u8],
    ) -> Read {
        let size = self.get(part.plan).layout.size;
        self.read(part.plan, from, &mut whole[part.offset..][..size])
    }

    fn read_each(
        self: &Arc<Self>,
        of: Index,
        len: usize,
        from: &mut Source<'_, '_>,
        out: &mut [u8],
    ) -> Read {
        let plan = self.get(of);
        let size = plan.layout.size;
        if matches!(plan.kind, Kind::Plain) {
            out.copy_from_slice(from.take(out.len())?);
            return Ok(());
        }
        (0..len).try_for_each(|index| self.read(of, from, &mut out[index * size..][..size]))
    }

    /// Makes elements in memory of their own.
    pub(super) fn row(
        self: &Arc<Self>,
        of: Index,
        len: usize,
        from: &mut Source<'_, '_>,
    ) -> Read<Block> {
        let layout = &self.get(of).layout;
        // No element that has a size takes less than a byte.
        let most = if layout.size == 0 { MOST_EMPTY } else { from.bytes.len() };
        if len > most {
            return Err(LiftError::Length(len).to_string());
        }
        let size = layout.size.checked_mul(len);
        if let (Kind::Plain, Some(size)) = (&self.get(of).kind, size) {
            let bytes = from.take(size)?;
            return from.copy(bytes, layout.align);
        }
        let mut block = from.block(size, layout.align)?;
        self.read_each(of, len, from, block.bytes())?;
        Ok(block)
    }

    /// Takes elements that may stay where they are. `None` if they have to be copied.
    fn in_place<'b>(
        &self,
        of: Index,
        len: usize,
        from: &mut Source<'b, '_>,
    ) -> Read<Option<&'b [u8]>> {
        let Plan { layout, kind, .. } = self.get(of);
        let is_aligned = from.bytes.as_ptr().addr().is_multiple_of(layout.align);
        let size = layout.size.checked_mul(len);
        match size.filter(|size| (1..=from.bytes.len()).contains(size)) {
            Some(size) if is_aligned && matches!(kind, Kind::Plain) => from.take(size).map(Some),
            _ => Ok(None),
        }
    }

    /// Makes one value in memory of its own. That of a slot is within an option.
    pub(super) fn behind(
        self: &Arc<Self>,
        to: Index,
        is_slot: bool,
        from: &mut Source<'_, '_>,
    ) -> Read<Block> {
        let plan = self.get(to);
        from.take(1)?;
        let mut block = from.block(Some(plan.layout.size), plan.layout.align)?;
        match (is_slot, &plan.kind) {
            (true, Kind::Option { value }) => {
                block.bytes()[0] = 1;
                self.read_part(*value, from, block.bytes())?;
            }
            _ => self.read(to, from, block.bytes())?,
        }
        Ok(block)
    }
}

/// Refuses a text that is not UTF-8.
fn check_text(is_text: bool, bytes: &[u8]) -> Read {
    let checked = if is_text { str::from_utf8(bytes).map(drop) } else { Ok(()) };
    checked.map_err(|it| LiftError::Text(it.valid_up_to()).to_string())
}

/// Refuses a number that its type does not have.
fn check(primitive: Primitive, is_non_zero: bool, bytes: &[u8]) -> Read {
    let invalid = match (primitive, bytes) {
        (Primitive::Bool, [2..=u8::MAX, ..]) => Some(LiftError::Bool(bytes[0])),
        (Primitive::Ordering, [byte, ..]) if !(-1..=1).contains(&byte.cast_signed()) => {
            Some(LiftError::Ordering(byte.cast_signed()))
        }
        (Primitive::Char, _) => {
            let number = bytes.try_into().map(u32::from_ne_bytes).expect("a char has 4 bytes");
            char::from_u32(number).is_none().then_some(LiftError::Char(number))
        }
        _ if is_non_zero && bytes.iter().all(|byte| *byte == 0) => Some(LiftError::Zero),
        _ => None,
    };
    invalid.map_or(Ok(()), |error| Err(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::by_descriptor::described::interface_of;
    use crate::host::by_descriptor::transfer::Carried;

    /// Reads the argument of a method, and returns the address and length that it has,
    /// and how many blocks it lies in.
    fn read(signature: &str, bytes: &[u8], lends_bytes: bool) -> Read<(usize, usize, usize)> {
        let interface = interface_of(signature);
        let carried = Carried::new(&interface, &interface.methods[0]).unwrap();
        let parameter = &carried.parameters[0];
        let mut from = Source::new(bytes);
        from.lends_bytes = lends_bytes;
        let mut value = Block::new(parameter.layout.size, parameter.layout.align).unwrap();
        carried.plans.read(parameter.plan, &mut from, value.bytes())?;
        from.end()?;
        let mut word = |at: usize| {
            let bytes = value.bytes()[at * size_of::<usize>()..].first_chunk();
            usize::from_ne_bytes(*bytes.unwrap())
        };
        Ok((word(0), word(1), from.given.len() + from.lent.blocks.len()))
    }

    #[test]
    fn a_text_that_is_lent_stays_in_the_message_and_one_that_is_given_is_copied() {
        let message = b"\x08\0\0\0some len";
        let text = message[4..].as_ptr().addr();
        assert_eq!(read("fn take(&self, text: &str)", message, true), Ok((text, 8, 0)));
        for (signature, lends_bytes) in [
            ("fn take(&self, text: &str)", false),
            ("fn take(&self, text: String)", true),
            ("fn take(&self, bytes: &mut [u8])", true),
        ] {
            let (at, len, blocks) = read(signature, message, lends_bytes).unwrap();
            assert_eq!((at != text, len, blocks), (true, 8, 1), "{signature}");
        }
        let invalid = read("fn take(&self, text: &str)", b"\x02\0\0\0a\xff", true).unwrap_err();
        assert!(invalid.contains("UTF-8"), "{invalid}");
        assert!(read("fn take(&self, text: &str)", b"\x03\0\0\0a\xff", true).is_err());
    }

    #[test]
    fn numbers_that_are_lent_stay_in_the_message_where_they_are_aligned() {
        let mut bytes = [[2, 0, 0, 0], [1; 4], [2; 4], [0; 4]].concat();
        let places = (0..4).map(|shift| {
            let message = &bytes[shift..][..12];
            let numbers = message[4..].as_ptr().addr();
            let (at, len, blocks) = read("fn take(&self, numbers: &[u32])", message, true).unwrap();
            assert!(len == 2 && at.is_multiple_of(4));
            assert_eq!(at == numbers, numbers.is_multiple_of(4));
            assert_eq!(at == numbers, blocks == 0);
            bytes.rotate_right(1);
            at == numbers
        });
        assert_eq!(places.filter(|is_in_place| *is_in_place).count(), 1);
    }
}
