//! The extent of a `repr(C)` struct.

use super::{Layout, LayoutKind};

/// The most bytes of a value.
pub(super) const LARGEST: usize = 1 << if usize::BITS > 32 { 40 } else { 30 };

/// Size and alignment of a `repr(C)` struct that is being laid out.
pub(super) struct Extent {
    size: usize,
    align: usize,
}

impl Extent {
    pub(super) fn new() -> Self {
        Extent { size: 0, align: 1 }
    }

    /// Adds a field, and returns its offset.
    pub(super) fn add(&mut self, size: usize, align: usize) -> usize {
        let offset = self.size.next_multiple_of(align);
        // A larger type is rejected, but must not overflow before that.
        self.size = offset.saturating_add(size).min(LARGEST + 1);
        self.align = self.align.max(align);
        offset
    }

    /// Adds a union of these, and returns its offset.
    pub(super) fn add_union<'l>(
        &mut self,
        parts: impl Iterator<Item = &'l Layout> + Clone,
    ) -> usize {
        let align = parts.clone().map(|part| part.align).max().unwrap_or(1);
        let size = parts.map(|part| part.size).max().unwrap_or(0);
        self.add(size.next_multiple_of(align), align)
    }

    pub(super) fn finish(self, kind: LayoutKind) -> Layout {
        Layout { size: self.size.next_multiple_of(self.align), align: self.align, kind }
    }
}
