//! Layouts as types of `libffi`, which decides by them what lies in which register.

use core::ffi::c_ushort;
use core::ptr;

use libffi::low::{ffi_type, type_tag, types};

use crate::metadata::layout::{FieldLayout, Layout, LayoutKind, Primitive};

/// The size beyond which no platform passes a struct in registers.
const LARGEST: usize = 64;

/// States whether a number of 128 bits, alone or in a struct, is passed otherwise
/// than two of 64 bits: by AAPCS64 in registers of which the first is even.
const HAS_WIDE: bool = cfg!(all(unix, target_arch = "aarch64"));

/// Types of `libffi`, which refer to each other.
#[derive(Default)]
pub(super) struct FfiTypes {
    #[expect(clippy::vec_box, reason = "they refer to each other by address")]
    structs: Vec<Box<ffi_type>>,
    lists: Vec<Vec<*mut ffi_type>>,
}

/// A number at an offset.
#[derive(Clone, Copy)]
struct Leaf {
    offset: usize,
    size: usize,
    is_float: bool,
}

impl FfiTypes {
    /// Returns the type of a pointer.
    pub(super) fn pointer() -> *mut ffi_type {
        &raw mut types::pointer
    }

    /// Returns the type of a layout, valid as long as this.
    pub(super) fn of(&mut self, layout: &Layout) -> *mut ffi_type {
        let word = Primitive::Usize;
        if (layout.size, layout.align) == (16, 16) && HAS_WIDE {
            return self.wide();
        }
        let elements = match &layout.kind {
            LayoutKind::Unit => return number(Primitive::U8),
            LayoutKind::Pointer { .. }
            | LayoutKind::Address
            | LayoutKind::Growing { .. }
            | LayoutKind::GrowingEnum { .. } => return Self::pointer(),
            LayoutKind::Primitive(primitive) | LayoutKind::NonZero(primitive) => match primitive {
                // Two halves, and the alignment below.
                Primitive::U128 | Primitive::I128 => vec![number(Primitive::U64); 2],
                primitive => return number(*primitive),
            },
            _ if layout.size > LARGEST => vec![number(Primitive::U8)],
            LayoutKind::Slice { .. } => vec![Self::pointer(), number(word)],
            LayoutKind::Buffer(_) => {
                vec![Self::pointer(), number(word), number(word), Self::pointer()]
            }
            LayoutKind::Box { .. } => vec![Self::pointer(); 2],
            LayoutKind::Object { .. } => vec![Self::pointer(); 3],
            LayoutKind::BorrowedObject { .. } => vec![Self::pointer(); 5],
            LayoutKind::Array { layout, len, .. } if layout.size > 0 => {
                vec![self.of(layout); *len]
            }
            LayoutKind::Array { .. } => Vec::new(),
            LayoutKind::Struct(fields) if fields.is_empty() => vec![number(Primitive::U8)],
            LayoutKind::Struct(fields) => self.all(fields),
            LayoutKind::Option { value } => {
                let mut elements = vec![number(Primitive::U8)];
                elements.extend(self.all([value]));
                elements
            }
            LayoutKind::Result { ok, err } => {
                vec![number(Primitive::U8), self.union(&[ok, err], layout)]
            }
            LayoutKind::Outcome { ok, err: Some(err) } => {
                vec![Self::pointer(), self.union(&[ok, err], layout)]
            }
            LayoutKind::Outcome { ok, err: None } => {
                let mut elements = vec![Self::pointer()];
                elements.extend(self.all([ok]));
                elements
            }
            LayoutKind::Enum(variants) => {
                let fields: Vec<_> = variants.iter().flat_map(|variant| &variant.fields).collect();
                let mut elements = vec![number(Primitive::U32)];
                if layout.size > 4 {
                    elements.push(self.union(&fields, layout));
                }
                elements
            }
        };
        self.structure(layout.size, layout.align, elements)
    }

    /// Returns the types of fields, without those that have no size.
    fn all<'l>(&mut self, fields: impl IntoIterator<Item = &'l FieldLayout>) -> Vec<*mut ffi_type> {
        let sized = fields.into_iter().filter(|field| field.layout.size > 0);
        sized.map(|field| self.of(&field.layout)).collect()
    }

    /// Returns the type of the union at the end of a layout, with these parts.
    ///
    /// `libffi` has no unions. A struct stands for it that has the same classes of
    /// registers: a word is an integer where a part has one, and else a float.
    fn union(&mut self, fields: &[&FieldLayout], whole: &Layout) -> *mut ffi_type {
        let align = fields.iter().map(|field| field.layout.align).max().unwrap_or(1);
        let tag = if let LayoutKind::Result { .. } = whole.kind { 1 } else { 4 };
        let tag =
            if let LayoutKind::Outcome { .. } = whole.kind { size_of::<usize>() } else { tag };
        let begin = usize::next_multiple_of(tag, align);
        let mut leaves = Vec::new();
        for field in fields {
            add_leaves(&field.layout, field.offset, &mut leaves);
        }
        let unit = align.min(8);
        let end = leaves.iter().map(|leaf| leaf.offset + leaf.size).max().unwrap_or(begin);
        let units = (begin..end).step_by(unit).map(|offset| {
            let covers =
                |leaf: &&Leaf| leaf.offset < offset + unit && offset < leaf.offset + leaf.size;
            let is_float = unit >= 4 && leaves.iter().filter(covers).all(|leaf| leaf.is_float);
            number(match (unit, is_float) {
                (8, true) => Primitive::F64,
                (8, false) => Primitive::U64,
                (4, true) => Primitive::F32,
                (4, false) => Primitive::U32,
                (2, _) => Primitive::U16,
                _ => Primitive::U8,
            })
        });
        let units = units.collect();
        self.structure(whole.size - begin, align, units)
    }

    /// Returns the type of a number of 128 bits.
    fn wide(&mut self) -> *mut ffi_type {
        /// `FFI_TYPE_UINT128`.
        const TYPE: c_ushort = 16;
        let (size, alignment, elements) = (16, 16, ptr::null_mut());
        self.structs.push(Box::new(ffi_type { size, alignment, type_: TYPE, elements }));
        &raw mut **self.structs.last_mut().expect("pushed a line ago")
    }

    fn structure(
        &mut self,
        size: usize,
        align: usize,
        mut elements: Vec<*mut ffi_type>,
    ) -> *mut ffi_type {
        elements.push(ptr::null_mut());
        self.lists.push(elements);
        let elements = self.lists.last_mut().expect("pushed a line ago").as_mut_ptr();
        let (alignment, type_) = (align as c_ushort, type_tag::STRUCT);
        self.structs.push(Box::new(ffi_type { size, alignment, type_, elements }));
        &raw mut **self.structs.last_mut().expect("pushed a line ago")
    }
}

/// Adds the numbers of a value, by their distance from the begin of the whole.
fn add_leaves(layout: &Layout, base: usize, leaves: &mut Vec<Leaf>) {
    let mut add = |offset: usize, size: usize, is_float: bool| {
        leaves.push(Leaf { offset: base + offset, size, is_float });
    };
    match &layout.kind {
        LayoutKind::Primitive(Primitive::F32 | Primitive::F64) => add(0, layout.size, true),
        LayoutKind::Array { .. } if layout.size == 0 => {}
        LayoutKind::Array { layout, len, .. } => {
            for index in 0..*len {
                add_leaves(layout, base + index * layout.size, leaves);
            }
        }
        LayoutKind::Struct(fields) if !fields.is_empty() => {
            for field in fields {
                add_leaves(&field.layout, base + field.offset, leaves);
            }
        }
        LayoutKind::Option { .. } | LayoutKind::Result { .. } | LayoutKind::Enum(_) => {
            add(0, if let LayoutKind::Enum(_) = layout.kind { 4 } else { 1 }, false);
            for field in layout.kind.fields() {
                add_leaves(&field.layout, base + field.offset, leaves);
            }
        }
        _ => add(0, layout.size, false),
    }
}

fn number(primitive: Primitive) -> *mut ffi_type {
    match primitive {
        Primitive::U8 | Primitive::Bool => &raw mut types::uint8,
        Primitive::U16 => &raw mut types::uint16,
        Primitive::U32 | Primitive::Char => &raw mut types::uint32,
        Primitive::I8 | Primitive::Ordering => &raw mut types::sint8,
        Primitive::I16 => &raw mut types::sint16,
        Primitive::I32 => &raw mut types::sint32,
        Primitive::I64 => &raw mut types::sint64,
        Primitive::F32 => &raw mut types::float,
        Primitive::F64 => &raw mut types::double,
        Primitive::Usize if size_of::<usize>() == 4 => &raw mut types::uint32,
        Primitive::Isize if size_of::<usize>() == 4 => &raw mut types::sint32,
        Primitive::Isize => &raw mut types::sint64,
        Primitive::U64 | Primitive::Usize | Primitive::U128 | Primitive::I128 => {
            &raw mut types::uint64
        }
    }
}
