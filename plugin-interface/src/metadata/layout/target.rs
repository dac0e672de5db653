//! Sizes and alignments that the target decides.

/// The properties of a target that layouts depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// The size and alignment of a pointer, in bytes.
    pub word: usize,
    /// The alignment of numbers of 8 bytes.
    pub align_of_8: usize,
    /// The alignment of integers of 16 bytes.
    pub align_of_16: usize,
}

impl Target {
    /// The common targets with pointers of 64 bits, such as `x86_64` and
    /// `aarch64`.
    pub const BITS_64: Target = Target { word: 8, align_of_8: 8, align_of_16: 16 };

    /// The target of this program.
    pub const NATIVE: Target = Target {
        word: size_of::<usize>(),
        align_of_8: align_of::<u64>(),
        align_of_16: align_of::<u128>(),
    };

    /// Returns size and alignment of a primitive.
    pub const fn layout_of(self, primitive: Primitive) -> (usize, usize) {
        match primitive {
            Primitive::U8 | Primitive::I8 | Primitive::Bool | Primitive::Ordering => (1, 1),
            Primitive::U16 | Primitive::I16 => (2, 2),
            Primitive::U32 | Primitive::I32 | Primitive::F32 | Primitive::Char => (4, 4),
            Primitive::U64 | Primitive::I64 | Primitive::F64 => (8, self.align_of_8),
            Primitive::U128 | Primitive::I128 => (16, self.align_of_16),
            Primitive::Usize | Primitive::Isize => (self.word, self.word),
        }
    }
}

impl Default for Target {
    fn default() -> Self {
        Target::BITS_64
    }
}

/// A type that consists of one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Primitive {
    /// `u8`.
    U8,
    /// `u16`.
    U16,
    /// `u32`.
    U32,
    /// `u64`.
    U64,
    /// `u128`.
    U128,
    /// `usize`.
    Usize,
    /// `i8`.
    I8,
    /// `i16`.
    I16,
    /// `i32`.
    I32,
    /// `i64`.
    I64,
    /// `i128`.
    I128,
    /// `isize`.
    Isize,
    /// `f32`.
    F32,
    /// `f64`.
    F64,
    /// `bool`: a `u8` of 0 or 1.
    Bool,
    /// `char`: a `u32`, a Unicode scalar value.
    Char,
    /// `Ordering`: an `i8` of -1, 0 or 1.
    Ordering,
}

impl Primitive {
    /// Returns the primitive of that name.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "u8" => Primitive::U8,
            "u16" => Primitive::U16,
            "u32" => Primitive::U32,
            "u64" => Primitive::U64,
            "u128" => Primitive::U128,
            "usize" => Primitive::Usize,
            "i8" => Primitive::I8,
            "i16" => Primitive::I16,
            "i32" => Primitive::I32,
            "i64" => Primitive::I64,
            "i128" => Primitive::I128,
            "isize" => Primitive::Isize,
            "f32" => Primitive::F32,
            "f64" => Primitive::F64,
            "bool" => Primitive::Bool,
            "char" => Primitive::Char,
            "Ordering" => Primitive::Ordering,
            _ => return None,
        })
    }
}
