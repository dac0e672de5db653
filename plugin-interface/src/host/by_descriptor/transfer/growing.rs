//! Values of types that grow: blocks that this process allocates, of the bytes that
//! another one sent.
//!
//! The bytes have a length, the number of the fields and that of the variant before the
//! fields. So what one side does not know is skipped, as in one process.
#![expect(unsafe_code, reason = "allocates what another library ends")]

use std::alloc::Layout;
use std::sync::Arc;

use super::plan::{Fields, Index, Kind, Plans};
use super::read::{Read, Source};
use crate::abi::GrowingHeader;
use crate::host::by_descriptor::memory::Block;
use crate::host::by_descriptor::wire::Wire;

/// What lies directly before the header of a block.
#[repr(C)]
struct Prefix {
    /// A count of an `Arc`, once the block is given away.
    plans: *const Plans,
    /// The plan of the type.
    plan: Index,
    /// The begin, the size and the alignment of the memory.
    start: *mut u8,
    size: usize,
    align: usize,
}

impl Plans {
    /// Returns the fields of a variant; `None` if it is not known.
    fn fields(&self, plan: Index, variant: u32) -> Option<&Fields> {
        match &self.get(plan).kind {
            Kind::Growing(variants) => variants.get(variant as usize),
            _ => None,
        }
    }

    /// Makes a block of the first fields, and returns the address of its header.
    pub(super) fn read_block(
        self: &Arc<Self>,
        plan: Index,
        (count, variant): (usize, u32),
        from: &mut Source<'_, '_>,
    ) -> Read<*mut u8> {
        let header = Layout::new::<GrowingHeader>();
        let fields = self.fields(plan, variant);
        let (size, align) =
            fields.map_or((header.size(), header.align()), |it| (it.size, it.align));
        let align = align.max(align_of::<Prefix>());
        let before = size_of::<Prefix>().next_multiple_of(align);
        let size = before + size;
        let mut memory = from.block(Some(size), align)?;
        let bytes = &mut memory.bytes()[before..];
        let parts = fields.map_or(&[][..], |it| &it.parts).iter().take(count);
        parts.clone().try_for_each(|part| self.read_part(*part, from, bytes))?;
        let start = memory.start();
        let header = start.wrapping_add(before);
        let plans = Arc::as_ptr(self);
        // SAFETY: there is room for both, which are aligned: a header and a prefix
        // have the alignment of words, and so has the size of a prefix.
        unsafe {
            let prefix = header.cast::<Prefix>().sub(1);
            prefix.write(Prefix { plans, plan, start, size, align });
            let fields = parts.len() as u32;
            header.cast::<GrowingHeader>().write(GrowingHeader { fields, variant, end });
        }
        from.growing.push((memory, Arc::clone(self)));
        Ok(header)
    }
}

/// Drops the fields of a block from that number on, and frees it.
///
/// # Safety
///
/// The header is one of `read_block`, and its block was given away. The caller took over
/// the fields before `from`, and uses the block no more.
unsafe extern "C" fn end(header: *mut GrowingHeader, from: u32) {
    // SAFETY: `read_block` wrote it there.
    let Prefix { plans, plan, start, size, align } =
        unsafe { header.cast::<Prefix>().sub(1).read() };
    // SAFETY: `Source::give` left this count.
    let plans = unsafe { Arc::from_raw(plans) };
    // SAFETY: the header is still there, as it was written.
    let GrowingHeader { fields: count, variant, .. } = unsafe { *header };
    let parts = plans.fields(plan, variant).map_or(&[][..], |it| &it.parts);
    // SAFETY: the fields were made by these plans, and those from this number on are
    // still the sender's.
    let whole = unsafe { Wire::new(header.cast_const().cast()) };
    for part in parts.iter().take(count as usize).skip(from as usize) {
        plans.free(part.plan, whole.part(part.offset), false);
    }
    // SAFETY: this memory was given away, and is used no more.
    drop(unsafe { Block::taken_back(start, size, align) });
}
