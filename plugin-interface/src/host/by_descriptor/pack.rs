//! Values of JSON as arguments of a call: written as the layouts of their types
//! say, in memory that a plugin frees or that is lent to it.

use core::ptr::without_provenance_mut;

use serde_json::{Map, Value};

use super::forms::{self, Fields};
use super::memory::{Block, put_words};
use super::numbers;
use super::refusal::{Place, Refusal};
use crate::metadata::layout::{
    Elements, FieldLayout, Layout, LayoutKind, Layouts, Primitive, VariantLayout, passed,
};
use crate::metadata::signature::Type;

/// The deepest nesting of a value, counted in types.
pub(super) const DEPTH: usize = 256;

/// The arguments of one call, while they are written.
pub(super) struct Packer<'l, 'i> {
    pub(super) layouts: &'l mut Layouts<'i>,
    /// What the callee frees, once it is called.
    pub(super) given: Vec<Block>,
    /// What it only borrows.
    pub(super) lent: Vec<Block>,
    /// The outermost references that are `&mut`.
    pub(super) exclusive: Vec<Exclusive>,
    /// The `&mut` of owned values: `Some`, which the callee takes and puts back.
    pub(super) slots: Vec<(Type, *mut u8)>,
    pub(super) is_in_exclusive: bool,
    depth: usize,
}

/// A `&mut` argument, or a part of one.
#[derive(Debug)]
pub(super) struct Exclusive {
    pub(super) place: String,
    pub(super) ty: Type,
    /// A pointer, or a slice.
    pub(super) wire: [*mut u8; 2],
}

/// A value to write.
#[derive(Clone, Copy)]
pub(super) struct Item<'v> {
    pub(super) ty: &'v Type,
    pub(super) value: &'v Value,
    pub(super) place: &'v Place<'v>,
}

impl Item<'_> {
    fn refusal(self, expected: impl Into<String>) -> Refusal {
        Refusal::of(expected, self.value, self.place)
    }

    /// Returns the refusal of a value that is not of its type.
    pub(super) fn mismatch(self) -> Refusal {
        Refusal::of_type(self.ty, self.value, self.place)
    }

    /// Allocates memory for the value.
    pub(super) fn block(self, size: Option<usize>, align: usize) -> Result<Block, Refusal> {
        let block = size.and_then(|size| Block::new(size, align));
        block.ok_or_else(|| self.refusal("a value of fewer bytes"))
    }

    fn bytes(self, content: &[u8]) -> Result<(Block, usize), Refusal> {
        let mut block = self.block(Some(content.len()), 1)?;
        block.bytes().copy_from_slice(content);
        Ok((block, content.len()))
    }
}

pub(super) type Packed = Result<(), Refusal>;

impl<'l, 'i> Packer<'l, 'i> {
    pub(super) fn new(layouts: &'l mut Layouts<'i>) -> Self {
        let (given, lent) = (Vec::new(), Vec::new());
        let (exclusive, slots) = (Vec::new(), Vec::new());
        Packer { layouts, given, lent, exclusive, slots, is_in_exclusive: false, depth: 0 }
    }

    /// Writes a value to memory of its size, which is all 0.
    pub(super) fn pack(&mut self, item: Item<'_>, out: &mut [u8]) -> Packed {
        if self.depth == DEPTH {
            return Err(item.refusal("a value that is nested less deep"));
        }
        self.depth += 1;
        let packed = self.pack_form(Item { ty: forms::plain(passed(item.ty)), ..item }, out);
        self.depth -= 1;
        packed
    }

    fn pack_form(&mut self, item: Item<'_>, out: &mut [u8]) -> Packed {
        match forms::to_parts(item.ty, item.value) {
            Ok(None) => self.pack_parts(item, out),
            Ok(Some(parts)) => self.pack_parts(Item { value: &parts, ..item }, out),
            Err(expected) => Err(item.refusal(format!("{}: {expected}", item.ty))),
        }
    }

    fn pack_parts(&mut self, item: Item<'_>, out: &mut [u8]) -> Packed {
        let Item { ty, value, place } = item;
        let layout = self.layouts.of(ty)?;
        let mismatch = || item.mismatch();
        match &layout.kind {
            LayoutKind::Unit => value.is_null().then_some(()).ok_or_else(mismatch),
            LayoutKind::Primitive(primitive) => number(*primitive, value, out).ok_or_else(mismatch),
            LayoutKind::NonZero(primitive) => {
                number(*primitive, value, out).ok_or_else(mismatch)?;
                out.iter().any(|byte| *byte != 0).then_some(()).ok_or_else(mismatch)
            }
            LayoutKind::Pointer { exclusive, to } => self.pointer(item, *exclusive, to, out),
            LayoutKind::Slice { exclusive, of } => self.slice(item, *exclusive, of, out),
            LayoutKind::Buffer(of) => {
                let (block, len) = self.run(item, of)?;
                let len = without_provenance_mut(len);
                put_words(out, &[block.start(), len, len, block.free_function()]);
                self.given.push(block);
                Ok(())
            }
            LayoutKind::Box { to } => {
                let block = self.block(Item { ty: to, ..item })?;
                put_words(out, &[block.start(), block.free_function()]);
                self.given.push(block);
                Ok(())
            }
            LayoutKind::Address => Err(Refusal::unsupported(ty, "this is an address")),
            LayoutKind::Object { .. } | LayoutKind::BorrowedObject { .. } => {
                Err(Refusal::unsupported(ty, "an object or a closure of the host cannot be given"))
            }
            LayoutKind::Option { value: part } => self.option(item, part, out),
            LayoutKind::Result { ok, err } => {
                let tags = forms::result_tags(ty);
                let (tag, value) = tagged(value).ok_or_else(mismatch)?;
                let index = tags.iter().position(|known| *known == tag).ok_or_else(mismatch)?;
                out[0] = index as u8;
                self.field([ok, err][index], value, out, &Place::Part(place, tag))
            }
            LayoutKind::Array { of, layout, len } => {
                let values = value.as_array().filter(|values| values.len() == *len);
                self.elements(of, layout.size, values.ok_or_else(mismatch)?, out, place)
            }
            LayoutKind::Struct(fields) => self.fields(item, fields, out),
            LayoutKind::Enum(variants) => self.variant(item, variants, out),
            // `supported` refused it before.
            LayoutKind::Outcome { .. }
            | LayoutKind::Growing { .. }
            | LayoutKind::GrowingEnum { .. } => Err(mismatch()),
        }
    }

    /// Writes a part of a value.
    pub(super) fn field(
        &mut self,
        field: &FieldLayout,
        value: &Value,
        out: &mut [u8],
        place: &Place<'_>,
    ) -> Packed {
        let part = &mut out[field.offset..][..field.layout.size];
        self.pack(Item { ty: &field.ty, value, place }, part)
    }

    /// Writes values in a row.
    fn elements(
        &mut self,
        of: &Type,
        size: usize,
        values: &[Value],
        out: &mut [u8],
        place: &Place<'_>,
    ) -> Packed {
        for (index, value) in values.iter().enumerate() {
            let part = &mut out[index * size..][..size];
            self.pack(Item { ty: of, value, place: &Place::Element(place, index) }, part)?;
        }
        Ok(())
    }

    /// Writes one value to memory of its own.
    pub(super) fn block(&mut self, item: Item<'_>) -> Result<Block, Refusal> {
        let Layout { size, align, .. } = *self.layouts.of(item.ty)?;
        let mut block = item.block(Some(size), align)?;
        self.pack(item, block.bytes())?;
        Ok(block)
    }

    /// Writes the elements of a slice or buffer to memory of their own.
    pub(super) fn run(&mut self, item: Item<'_>, of: &Elements) -> Result<(Block, usize), Refusal> {
        let Item { ty, value, place } = item;
        let mismatch = || item.mismatch();
        let of = match of {
            Elements::Values(of) => of,
            Elements::Text => {
                return item.bytes(value.as_str().ok_or_else(mismatch)?.as_bytes());
            }
            Elements::Os => return item.bytes(&os_bytes(value).ok_or_else(mismatch)?),
        };
        let of_keys;
        let values: &[Value] = match value {
            Value::Array(values) => values,
            Value::Object(map) if forms::is_map(ty) => {
                of_keys = self.entries(of, map)?;
                &of_keys
            }
            Value::String(_) if forms::is_error(ty) => std::slice::from_ref(value),
            _ => return Err(mismatch()),
        };
        if values.is_empty() && forms::is_error(ty) {
            return Err(item.refusal("an error with a message"));
        }
        let Layout { size, align, .. } = *self.layouts.of(of)?;
        let mut block = item.block(size.checked_mul(values.len()), align)?;
        self.elements(of, size, values, block.bytes(), place)?;
        Ok((block, values.len()))
    }

    /// Returns the pairs of a map, whose keys are texts.
    fn entries(&mut self, of: &Type, map: &Map<String, Value>) -> Result<Vec<Value>, Refusal> {
        let key = match of {
            Type::Tuple(parts) if parts.len() == 2 => self.layouts.of(forms::plain(&parts[0]))?,
            _ => return Err(Refusal::unsupported(of, "this is not an entry of a map")),
        };
        let key_of = |key_text: &String| match &key.kind {
            LayoutKind::Primitive(primitive) | LayoutKind::NonZero(primitive) => {
                numbers::of_key(*primitive, key_text)
            }
            _ => key_text.as_str().into(),
        };
        Ok(map.iter().map(|(key, value)| [key_of(key), value.clone()].to_vec().into()).collect())
    }

    fn option(&mut self, item: Item<'_>, part: &FieldLayout, out: &mut [u8]) -> Packed {
        let Item { ty, value, place } = item;
        let some = match forms::name(ty) {
            ("Poll", 1) if value == "Pending" => None,
            ("Poll", 1) => match tagged(value) {
                Some(("Ready", value)) => Some(value),
                _ => return Err(item.mismatch()),
            },
            _ if value.is_null() => None,
            _ => match tagged(value) {
                Some(("Some", within)) if forms::may_be_null(self.layouts, &part.ty) => {
                    Some(within)
                }
                _ => Some(value),
            },
        };
        let Some(some) = some else { return Ok(()) };
        out[0] = 1;
        self.field(part, some, out, place)
    }

    fn fields(&mut self, item: Item<'_>, fields: &[FieldLayout], out: &mut [u8]) -> Packed {
        let Item { ty, value, place } = item;
        let mismatch = || item.mismatch();
        match Fields::of(ty, fields) {
            Fields::None => value.is_null().then_some(()).ok_or_else(mismatch),
            Fields::Newtype => self.field(&fields[0], value, out, place),
            Fields::List => {
                let values = value.as_array().filter(|values| values.len() == fields.len());
                let values = values.ok_or_else(mismatch)?;
                for (index, (field, value)) in fields.iter().zip(values).enumerate() {
                    self.field(field, value, out, &Place::Element(place, index))?;
                }
                Ok(())
            }
            Fields::Named => {
                let values = value.as_object().ok_or_else(mismatch)?;
                let is_known = |name: &&String| fields.iter().any(|field| field.name == **name);
                if let Some(unknown) = values.keys().find(|name| !is_known(name)) {
                    let place = Place::Part(place, unknown);
                    let names: Vec<_> = fields.iter().map(|field| field.name.as_str()).collect();
                    let expected = format!("a field of {ty}: {}", names.join(", "));
                    return Err(Refusal::of(expected, &values[unknown], &place));
                }
                for field in fields {
                    // A missing option is none.
                    let value = values.get(&field.name).unwrap_or(&Value::Null);
                    self.field(field, value, out, &Place::Part(place, &field.name))?;
                }
                Ok(())
            }
        }
    }

    fn variant(&mut self, item: Item<'_>, variants: &[VariantLayout], out: &mut [u8]) -> Packed {
        let (tag, content) = match item.value {
            Value::String(tag) => (tag.as_str(), &Value::Null),
            value => tagged(value).ok_or_else(|| item.mismatch())?,
        };
        let Some(index) = variants.iter().position(|variant| variant.name == tag) else {
            let names: Vec<_> = variants.iter().map(|variant| variant.name.as_str()).collect();
            return Err(item.refusal(format!("a variant of {}: {}", item.ty, names.join(", "))));
        };
        out[..4].copy_from_slice(&(index as u32).to_ne_bytes());
        // A variant is written like a struct of its name.
        let of = Type::Named { name: tag.to_owned(), arguments: Vec::new() };
        let place = Place::Part(item.place, tag);
        let content = Item { ty: &of, value: content, place: &place };
        self.fields(content, &variants[index].fields, out)
    }
}

/// Splits `{"Tag": value}`.
fn tagged(value: &Value) -> Option<(&str, &Value)> {
    let object = value.as_object().filter(|object| object.len() == 1)?;
    object.iter().next().map(|(tag, value)| (tag.as_str(), value))
}

fn number(primitive: Primitive, value: &Value, out: &mut [u8]) -> Option<()> {
    out.copy_from_slice(&numbers::to_bytes(primitive, value)?);
    Some(())
}

/// The bytes of a path: text, or what `serde` makes of an `OsString`.
fn os_bytes(value: &Value) -> Option<Vec<u8>> {
    match value {
        Value::String(text) => Some(text.as_bytes().to_vec()),
        value => match tagged(value)? {
            ("Unix", bytes) if cfg!(unix) => serde_json::from_value(bytes.clone()).ok(),
            _ => None,
        },
    }
}
