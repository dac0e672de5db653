//! Headers: the answers that the checks need of a library, whatever its format.

use object::{Architecture, BinaryFormat, Endianness, ObjectKind};

/// The longest metadata that is read.
pub(super) const MAX_METADATA: u64 = 16 << 20;

/// The headers of a library, each read when it is asked for.
pub(super) trait Headers<'d> {
    /// Returns the kind of file.
    fn kind(&self) -> ObjectKind;

    /// Returns the offset and the size in the file of each segment.
    fn segments(&self) -> object::Result<impl Iterator<Item = (u64, u64)>>;

    /// Returns the machine that the library was built for.
    fn machine(&self) -> (Architecture, BinaryFormat, Endianness);

    /// Returns the section that contains the metadata.
    fn section(&self) -> object::Result<Section<'d>>;
}

/// The result of looking for the metadata.
pub(super) enum Section<'d> {
    /// The content of the section.
    Found(&'d [u8]),
    /// The section has this many bytes, more than [`MAX_METADATA`].
    TooLong(u64),
    /// The library has sections, but not this one.
    Absent,
    /// The table of sections was not written yet: a writer may reserve its
    /// place and write it last.
    Blank,
    /// The table of sections was not written to its end.
    BlankAtEnd,
}
