//! The layout of each type of an interface, as it is passed between host and
//! plugin.
//!
//! This module is the only place that derives sizes and offsets from the types
//! of a record. A C header spells these layouts, and a call by descriptor or a
//! transport walks them. `docs/abi.md` lists them, and tests compare each one
//! with the wire type that the compiler lays out.
//!
//! ```
//! use plugin_interface::metadata::layout::{LayoutKind, Layouts};
//! use plugin_interface::metadata::signature::Type;
//!
//! # fn interface() -> plugin_interface::metadata::InterfaceMetadata {
//! #     let mut section = b"PLUGIN\0\x01\x01\0\0\0\x28\0\0\0\x01".to_vec();
//! #     section.extend([0; 39]);
//! #     section.extend(<dyn plugin_interface::Greeter as plugin_interface::Interface>::RECORD);
//! #     let mut metadata = plugin_interface::PluginMetadata::from_section(&section).unwrap();
//! #     metadata.interfaces.remove(0)
//! # }
//! let interface = interface();
//! let mut layouts = Layouts::new(&interface);
//! let layout = layouts.of(&Type::parse("Option<(u8, u32)>")).unwrap();
//! assert_eq!((layout.size, layout.align), (12, 4));
//! let LayoutKind::Option { value } = &layout.kind else { panic!("an option") };
//! assert_eq!(value.offset, 4);
//! ```

mod error;
mod extent;
mod foreign;
mod layouts;
mod standard;
mod standard_names;
mod target;

use std::sync::Arc;

use crate::metadata::signature::Type;

pub use error::LayoutError;
pub use layouts::{Layouts, passed};
pub use standard_names::standard_module;
pub use target::{Primitive, Target};

/// The layout of a type.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Layout {
    /// The size in bytes. A value of size 0 is not passed at all.
    pub size: usize,
    /// The alignment in bytes.
    pub align: usize,
    /// The parts of a value.
    pub kind: LayoutKind,
}

/// The parts of a value, each at an offset from its beginning.
///
/// A part that lies elsewhere in memory is named by its type, and
/// [`Layouts::of`] returns the layout of that. So a type may refer to itself.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum LayoutKind {
    /// A `u8` of 0.
    Unit,
    /// A number, a `bool`, a `char` or an `Ordering`.
    Primitive(Primitive),
    /// A number other than 0.
    NonZero(Primitive),
    /// The address of a value, never null.
    Pointer {
        /// `true` for `&mut T`.
        exclusive: bool,
        /// The type of the value.
        to: Type,
    },
    /// An address that only its owner reads: `*mut c_void`.
    Address,
    /// `RawSlice`: two words, the address and the number of elements.
    Slice {
        /// `true` for `&mut [T]`.
        exclusive: bool,
        /// The elements.
        of: Elements,
    },
    /// `RawBuffer`: four words, a slice with its capacity and the function that
    /// frees it.
    Buffer(Elements),
    /// `RawBox`: two words, the address of a value and the function that frees
    /// it.
    Box {
        /// The type of the value.
        to: Type,
    },
    /// `RawObject`: three words, for `Box<dyn Trait>` and `Arc<dyn Trait>`.
    Object {
        /// The part behind the pointer, such as `dyn Trait + Send`.
        of: Type,
    },
    /// `RawBorrowed`: five words, for `&dyn Trait` and `&mut dyn Trait`.
    BorrowedObject {
        /// `true` for `&mut dyn Trait`.
        exclusive: bool,
        /// The part behind the reference, such as `dyn Trait + Send`.
        of: Type,
    },
    /// A `u8` that is 1 if there is a value, and the value.
    Option {
        /// The value.
        value: FieldLayout,
    },
    /// A `u8` that is 0 for `Ok` and 1 for `Err`, and a union of both.
    Result {
        /// The value of `Ok`.
        ok: FieldLayout,
        /// The value of `Err`.
        err: FieldLayout,
    },
    /// Values of one type in a row.
    Array {
        /// The type of each value.
        of: Type,
        /// The layout of each value.
        layout: Arc<Layout>,
        /// The number of values.
        len: usize,
    },
    /// The fields of a struct, of a tuple, or of a type that is passed as one.
    ///
    /// A struct without fields is a `u8` of 0.
    Struct(Vec<FieldLayout>),
    /// `RawGrowing`: the address of a block, which has a header and the fields of a
    /// struct that grows. [`Layouts::block`] returns its layout.
    Growing {
        /// The name and type of each field, as far as this side knows them.
        fields: Vec<(String, Type)>,
    },
    /// `RawGrowing`: the address of a block, which has a header with the number of the
    /// variant, and the fields of that variant. [`Layouts::block`] returns its layout.
    GrowingEnum {
        /// The variants, as far as this side knows them.
        variants: Vec<GrowingVariant>,
    },
    /// A `u32` with the number of the variant, and a union of the variants that
    /// have fields.
    Enum(Vec<VariantLayout>),
    /// The return of a method: the status word, and a union of both values.
    Outcome {
        /// The value of a call that returned, in a `Result` that of `Ok`.
        ok: FieldLayout,
        /// The value of `Err`, if the method returns a `Result`.
        err: Option<FieldLayout>,
    },
}

/// The elements of a slice or of a buffer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Elements {
    /// The bytes of UTF-8 text.
    Text,
    /// The bytes of a path or an `OsStr`: any on Unix, UTF-8 elsewhere.
    Os,
    /// Values of this type.
    Values(Type),
}

/// One part of a value.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FieldLayout {
    /// The name, empty for the fields of tuples.
    pub name: String,
    /// The type.
    pub ty: Type,
    /// The distance in bytes from the beginning of the whole value.
    pub offset: usize,
    /// The layout of the part.
    pub layout: Arc<Layout>,
}

/// One variant of an enum.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct VariantLayout {
    /// The name.
    pub name: String,
    /// The definition, as it is written.
    pub text: String,
    /// The size of a struct of the fields, in bytes.
    pub size: usize,
    /// The alignment of that struct, in bytes.
    pub align: usize,
    /// The fields, by their distance from the beginning of the enum.
    pub fields: Vec<FieldLayout>,
}

/// One variant of an enum that grows.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct GrowingVariant {
    /// The name.
    pub name: String,
    /// The definition, as it is written.
    pub text: String,
    /// The name and type of each field.
    pub fields: Vec<(String, Type)>,
}

impl LayoutKind {
    /// Returns the parts that lie within a value, in order.
    pub fn fields(&self) -> impl Iterator<Item = &FieldLayout> {
        let (fields, variants): (&[_], &[_]) = match self {
            LayoutKind::Struct(fields) => (fields, &[]),
            LayoutKind::Enum(variants) => (&[], variants),
            LayoutKind::Option { value } => (std::slice::from_ref(value), &[]),
            _ => (&[], &[]),
        };
        let pair = match self {
            LayoutKind::Result { ok, err } => [Some(ok), Some(err)],
            LayoutKind::Outcome { ok, err } => [Some(ok), err.as_ref()],
            _ => [None, None],
        };
        let variants = variants.iter().flat_map(|variant| &variant.fields);
        fields.iter().chain(variants).chain(pair.into_iter().flatten())
    }

    /// Returns the type of the values that lie elsewhere in memory, if there are
    /// any and they are not text.
    pub fn referent(&self) -> Option<&Type> {
        match self {
            LayoutKind::Pointer { to, .. } | LayoutKind::Box { to } => Some(to),
            LayoutKind::Slice { of: Elements::Values(of), .. }
            | LayoutKind::Buffer(Elements::Values(of)) => Some(of),
            _ => None,
        }
    }
}
