//! The layout of structs and enums that grow.

use super::assert_layout;

const WORD: usize = size_of::<usize>();

/// A struct or an enum that grows: the address of its fields, behind their header.
///
/// The receiver takes over the fields that it knows, and then calls `end` of the
/// header, once.
#[repr(transparent)]
#[derive(Clone, Copy, Debug)]
pub struct RawGrowing(
    /// The header; never null.
    pub *mut GrowingHeader,
);

assert_layout!(RawGrowing { size: WORD, align: WORD, 0: 0 });

/// The begin of a block in memory: the header, then the wire of each field in
/// order, as C lays out a struct of all of these.
///
/// A later version appends fields. So the place of a field depends only on the
/// fields before it, which both sides know.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct GrowingHeader {
    /// The number of fields that the sender knows. Nothing lies behind them. Of an
    /// enum, that of the fields of its variant.
    pub fields: u32,
    /// The number of the variant of an enum. 0 for a struct.
    pub variant: u32,
    /// Drops the fields from this number on, and frees the block; a function of
    /// the library that allocated it.
    pub end: unsafe extern "C" fn(block: *mut GrowingHeader, from: u32),
}

assert_layout!(GrowingHeader { size: 8 + WORD, align: WORD, fields: 0, variant: 4, end: 8 });
