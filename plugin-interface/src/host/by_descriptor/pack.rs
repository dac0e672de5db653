//! Values of JSON as arguments of a call: written as the layouts of their types
//! say, in memory that a plugin frees or that is lent to it.

use core::ptr::{null_mut, without_provenance_mut};

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
    is_in_exclusive: bool,
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

type Packed = Result<(), Refusal>;

impl<'l, 'i> Packer<'l, 'i> {
    pub(super) fn new(layouts: &'l mut Layouts<'i>) -> Self {
        let (given, lent) = (Vec::new(), Vec::new());
        let (exclusive, slots) = (Vec::new(), Vec::new());
        Packer { layouts, given, lent, exclusive, slots, is_in_exclusive: false, depth: 0 }
    }

    /// Writes a value of a type to memory of its size, which is all 0.
    pub(super) fn pack(
        &mut self,
        ty: &Type,
        value: &Value,
        out: &mut [u8],
        place: &Place<'_>,
    ) -> Packed {
        if self.depth == DEPTH {
            return Err(Refusal::of("a value that is nested less deep", value, place));
        }
        self.depth += 1;
        let packed = self.pack_form(forms::plain(passed(ty)), value, out, place);
        self.depth -= 1;
        packed
    }

    fn pack_form(&mut self, ty: &Type, value: &Value, out: &mut [u8], place: &Place<'_>) -> Packed {
        match forms::to_parts(ty, value) {
            Ok(None) => self.pack_parts(ty, value, out, place),
            Ok(Some(parts)) => self.pack_parts(ty, &parts, out, place),
            Err(expected) => {
                let expected = format!("{ty}: {expected}");
                Err(Refusal::of(expected, value, place))
            }
        }
    }

    fn pack_parts(
        &mut self,
        ty: &Type,
        value: &Value,
        out: &mut [u8],
        place: &Place<'_>,
    ) -> Packed {
        let layout = self.layouts.of(ty)?;
        let mismatch = || Refusal::of_type(ty, value, place);
        match &layout.kind {
            LayoutKind::Unit => value.is_null().then_some(()).ok_or_else(mismatch),
            LayoutKind::Primitive(primitive) => number(*primitive, value, out).ok_or_else(mismatch),
            LayoutKind::NonZero(primitive) => {
                number(*primitive, value, out).ok_or_else(mismatch)?;
                out.iter().any(|byte| *byte != 0).then_some(()).ok_or_else(mismatch)
            }
            LayoutKind::Pointer { exclusive, to } => {
                self.pointer(ty, *exclusive, to, value, out, place)
            }
            LayoutKind::Slice { exclusive, of } => {
                self.slice(ty, *exclusive, of, value, out, place)
            }
            LayoutKind::Buffer(of) => {
                let (block, len) = self.run(ty, of, value, place)?;
                let [start, free] = [block.start(), block.free_function()];
                put_words(
                    out,
                    &[start, without_provenance_mut(len), without_provenance_mut(len), free],
                );
                self.given.push(block);
                Ok(())
            }
            LayoutKind::Box { to } => {
                let block = self.block(to, value, place)?;
                put_words(out, &[block.start(), block.free_function()]);
                self.given.push(block);
                Ok(())
            }
            LayoutKind::Object { .. } | LayoutKind::BorrowedObject { .. } => {
                Err(Refusal::unsupported(ty, "an object or a closure of the host cannot be given"))
            }
            LayoutKind::Option { value: part } => self.option(ty, part, value, out, place),
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
            LayoutKind::Struct(fields) => self.fields(ty, fields, value, out, place),
            LayoutKind::Enum(variants) => self.variant(ty, variants, value, out, place),
            LayoutKind::Outcome { .. } => Err(mismatch()),
        }
    }

    /// Writes a part of a value.
    fn field(
        &mut self,
        field: &FieldLayout,
        value: &Value,
        out: &mut [u8],
        place: &Place<'_>,
    ) -> Packed {
        let part = &mut out[field.offset..][..field.layout.size];
        self.pack(&field.ty, value, part, place)
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
            self.pack(of, value, part, &Place::Element(place, index))?;
        }
        Ok(())
    }

    /// Writes one value to memory of its own.
    fn block(&mut self, ty: &Type, value: &Value, place: &Place<'_>) -> Result<Block, Refusal> {
        let Layout { size, align, .. } = *self.layouts.of(ty)?;
        let mut block = new_block(Some(size), align, value, place)?;
        self.pack(ty, value, block.bytes(), place)?;
        Ok(block)
    }

    /// Writes the elements of a slice or buffer to memory of their own.
    fn run(
        &mut self,
        ty: &Type,
        of: &Elements,
        value: &Value,
        place: &Place<'_>,
    ) -> Result<(Block, usize), Refusal> {
        let mismatch = || Refusal::of_type(ty, value, place);
        let of = match of {
            Elements::Values(of) => of,
            Elements::Text => {
                return bytes(value.as_str().ok_or_else(mismatch)?.as_bytes(), value, place);
            }
            Elements::Os => return bytes(&os_bytes(value).ok_or_else(mismatch)?, value, place),
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
            return Err(Refusal::of("an error with a message", value, place));
        }
        let Layout { size, align, .. } = *self.layouts.of(of)?;
        let mut block = new_block(size.checked_mul(values.len()), align, value, place)?;
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

    fn pointer(
        &mut self,
        ty: &Type,
        is_exclusive: bool,
        to: &Type,
        value: &Value,
        out: &mut [u8],
        place: &Place<'_>,
    ) -> Packed {
        let is_outer = self.is_in_exclusive;
        self.is_in_exclusive |= is_exclusive;
        let block = match owned_behind(is_exclusive, to) {
            None => self.block(to, value, place),
            Some(_) => self.some(to, value, place),
        };
        self.is_in_exclusive = is_outer;
        let block = block?;
        let address = block.start();
        put_words(out, &[address]);
        if owned_behind(is_exclusive, to).is_some() {
            self.slots.push((to.clone(), address));
        }
        self.lend(ty, is_exclusive, [address, null_mut()], block, place);
        Ok(())
    }

    /// Writes `Some` of a value to memory of its own.
    fn some(&mut self, option: &Type, value: &Value, place: &Place<'_>) -> Result<Block, Refusal> {
        let layout = self.layouts.of(option)?;
        let LayoutKind::Option { value: part } = &layout.kind else {
            return Err(Refusal::of_type(option, value, place));
        };
        let mut block = new_block(Some(layout.size), layout.align, value, place)?;
        block.bytes()[0] = 1;
        self.field(part, value, block.bytes(), place)?;
        Ok(block)
    }

    fn slice(
        &mut self,
        ty: &Type,
        is_exclusive: bool,
        of: &Elements,
        value: &Value,
        out: &mut [u8],
        place: &Place<'_>,
    ) -> Packed {
        let is_outer = self.is_in_exclusive;
        self.is_in_exclusive |= is_exclusive;
        let run = self.run(ty, of, value, place);
        self.is_in_exclusive = is_outer;
        let (block, len) = run?;
        let wire = [block.start(), without_provenance_mut(len)];
        put_words(out, &wire);
        self.lend(ty, is_exclusive, wire, block, place);
        Ok(())
    }

    fn lend(
        &mut self,
        ty: &Type,
        is_exclusive: bool,
        wire: [*mut u8; 2],
        block: Block,
        place: &Place<'_>,
    ) {
        if is_exclusive && !self.is_in_exclusive {
            self.exclusive.push(Exclusive { place: place.to_string(), ty: ty.clone(), wire });
        }
        self.lent.push(block);
    }

    fn option(
        &mut self,
        ty: &Type,
        part: &FieldLayout,
        value: &Value,
        out: &mut [u8],
        place: &Place<'_>,
    ) -> Packed {
        let some = match forms::name(ty) {
            ("Poll", 1) if value == "Pending" => None,
            ("Poll", 1) => match tagged(value) {
                Some(("Ready", value)) => Some(value),
                _ => return Err(Refusal::of_type(ty, value, place)),
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

    fn fields(
        &mut self,
        ty: &Type,
        fields: &[FieldLayout],
        value: &Value,
        out: &mut [u8],
        place: &Place<'_>,
    ) -> Packed {
        let mismatch = || Refusal::of_type(ty, value, place);
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

    fn variant(
        &mut self,
        ty: &Type,
        variants: &[VariantLayout],
        value: &Value,
        out: &mut [u8],
        place: &Place<'_>,
    ) -> Packed {
        let (tag, content) = match value {
            Value::String(tag) => (tag.as_str(), &Value::Null),
            value => tagged(value).ok_or_else(|| Refusal::of_type(ty, value, place))?,
        };
        let Some(index) = variants.iter().position(|variant| variant.name == tag) else {
            let names: Vec<_> = variants.iter().map(|variant| variant.name.as_str()).collect();
            let expected = format!("a variant of {ty}: {}", names.join(", "));
            return Err(Refusal::of(expected, value, place));
        };
        out[..4].copy_from_slice(&(index as u32).to_ne_bytes());
        // A variant is written like a struct of its name.
        let of = Type::Named { name: tag.to_owned(), arguments: Vec::new() };
        self.fields(&of, &variants[index].fields, content, out, &Place::Part(place, tag))
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

fn bytes(content: &[u8], value: &Value, place: &Place<'_>) -> Result<(Block, usize), Refusal> {
    let mut block = new_block(Some(content.len()), 1, value, place)?;
    block.bytes().copy_from_slice(content);
    Ok((block, content.len()))
}

fn new_block(
    size: Option<usize>,
    align: usize,
    value: &Value,
    place: &Place<'_>,
) -> Result<Block, Refusal> {
    let block = size.and_then(|size| Block::new(size, align));
    block.ok_or_else(|| Refusal::of("a value of fewer bytes", value, place))
}
