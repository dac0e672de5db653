//! Values in memory as JSON. Reading changes and frees nothing.

use serde_json::{Map, Value, json};

use super::forms::{self, Fields};
use super::numbers;
use super::pack::DEPTH;
use super::references::owned_behind;
use super::wire::{Row, Wire};
use crate::abi::RawObject;
use crate::boundary::LiftError;
use crate::metadata::layout::{
    Elements, FieldLayout, LayoutKind, Layouts, Primitive, VariantLayout, passed,
};
use crate::metadata::signature::Type;

/// The key that stands for an object in JSON.
pub(super) const OBJECT: &str = "$object";

/// The reading of the values that one call returned.
pub(super) struct Reader<'l, 'i> {
    layouts: &'l mut Layouts<'i>,
    /// The objects that were found, each by its place in this list.
    pub(super) objects: Vec<FoundObject>,
    depth: usize,
}

/// An object within a value that was returned.
#[derive(Debug)]
pub(super) struct FoundObject {
    /// The part behind the pointer, such as `dyn Tool + Send`.
    pub(super) of: Type,
    /// `true` if others may own the instance too.
    pub(super) is_shared: bool,
    pub(super) raw: RawObject,
}

type Read = Result<Value, String>;

impl<'l, 'i> Reader<'l, 'i> {
    pub(super) fn new(layouts: &'l mut Layouts<'i>) -> Self {
        Reader { layouts, objects: Vec::new(), depth: 0 }
    }

    /// Returns a value of a type.
    pub(super) fn read(&mut self, ty: &Type, wire: Wire) -> Read {
        if self.depth == DEPTH {
            return Err(format!("a value must be nested at most {DEPTH} deep"));
        }
        self.depth += 1;
        let ty = forms::plain(passed(ty));
        let parts = self.parts(ty, wire);
        self.depth -= 1;
        parts.map(|parts| forms::from_parts(ty, parts))
    }

    fn parts(&mut self, ty: &Type, wire: Wire) -> Read {
        let layout = self.layouts.of(ty).map_err(|error| error.to_string())?;
        match &layout.kind {
            LayoutKind::Unit => Ok(Value::Null),
            LayoutKind::Primitive(primitive) => number(*primitive, wire, layout.size),
            LayoutKind::NonZero(primitive) => match number(*primitive, wire, layout.size)? {
                zero if zero == 0 => Err(LiftError::Zero.to_string()),
                number => Ok(number),
            },
            LayoutKind::Pointer { exclusive, to } => {
                let layout = self.layouts.of(to).map_err(|error| error.to_string())?;
                let target = wire.target(&layout).map_err(|error| error.to_string())?;
                match (owned_behind(*exclusive, to), &layout.kind) {
                    (Some(_), LayoutKind::Option { value }) => match target.tag() {
                        1 => self.field(value, target),
                        _ => Err(LiftError::Missing.to_string()),
                    },
                    _ => self.read(to, target),
                }
            }
            LayoutKind::Slice { of, .. } => self.row(ty, of, wire, false),
            LayoutKind::Buffer(of) => self.row(ty, of, wire, true),
            LayoutKind::Box { to } => {
                let layout = self.layouts.of(to).map_err(|error| error.to_string())?;
                let target = wire.target(&layout).map_err(|error| error.to_string())?;
                self.read(to, target)
            }
            LayoutKind::Object { of } => Ok(self.object(ty, of, wire)),
            // `supported` refused it before.
            LayoutKind::Address | LayoutKind::Growing { .. } | LayoutKind::GrowingEnum { .. } => {
                Err(format!("{ty} cannot be read by its description"))
            }
            LayoutKind::Option { value } => {
                let is_poll = forms::name(ty) == ("Poll", 1);
                match wire.tag() {
                    0 if is_poll => Ok("Pending".into()),
                    0 => Ok(Value::Null),
                    1 => {
                        let some = self.field(value, wire)?;
                        Ok(match is_poll {
                            true => json!({ "Ready": some }),
                            false if forms::may_be_null(self.layouts, &value.ty) => {
                                json!({ "Some": some })
                            }
                            false => some,
                        })
                    }
                    tag => Err(LiftError::Tag(tag).to_string()),
                }
            }
            LayoutKind::Result { ok, err } => {
                let tags = forms::result_tags(ty);
                match wire.tag() {
                    0 => Ok(json!({ tags[0]: self.field(ok, wire)? })),
                    1 => Ok(json!({ tags[1]: self.field(err, wire)? })),
                    tag => Err(LiftError::Tag(tag).to_string()),
                }
            }
            LayoutKind::Array { of, layout, len } => {
                self.each(of, Row { first: wire, len: *len }.each(layout))
            }
            LayoutKind::Struct(fields) => self.fields(ty, fields, wire),
            LayoutKind::Enum(variants) => self.variant(ty, variants, wire),
            LayoutKind::BorrowedObject { .. } | LayoutKind::Outcome { .. } => {
                Err(format!("expected a value, found `{ty}`"))
            }
        }
    }

    /// Returns a part of a value.
    pub(super) fn field(&mut self, field: &FieldLayout, whole: Wire) -> Read {
        self.read(&field.ty, whole.part(field.offset))
    }

    fn each(&mut self, of: &Type, wires: impl Iterator<Item = Wire>) -> Read {
        wires.map(|wire| self.read(of, wire)).collect::<Result<Vec<_>, _>>().map(Value::Array)
    }

    /// Returns the elements of a slice or a buffer.
    fn row(&mut self, ty: &Type, elements: &Elements, wire: Wire, is_owned: bool) -> Read {
        let byte = Type::parse("u8");
        let of = match elements {
            Elements::Values(of) => of,
            Elements::Text | Elements::Os => &byte,
        };
        let layout = self.layouts.of(of).map_err(|error| error.to_string())?;
        let row = if is_owned { wire.owned_elements(&layout) } else { wire.elements(&layout) };
        let row = row.map_err(|error| error.to_string())?;
        match elements {
            Elements::Text => text(row.bytes(), true),
            Elements::Os => text(row.bytes(), false),
            _ if row.len == 0 && forms::is_error(ty) => Err(LiftError::NoMessage.to_string()),
            Elements::Values(of) => {
                let values = self.each(of, row.each(&layout))?;
                Ok(if forms::is_map(ty) { self.map(of, values) } else { values })
            }
        }
    }

    /// Returns the pairs of a map as an object, if its keys are texts in JSON.
    fn map(&mut self, of: &Type, pairs: Value) -> Value {
        let key = match of {
            Type::Tuple(parts) => parts.first().and_then(|key| self.layouts.of(key).ok()),
            _ => None,
        };
        let is_text = key.is_some_and(|key| match &key.kind {
            LayoutKind::Primitive(_) | LayoutKind::NonZero(_) => true,
            LayoutKind::Buffer(of) | LayoutKind::Slice { of, .. } => *of == Elements::Text,
            _ => false,
        });
        let Value::Array(list) = &pairs else { return pairs };
        if !is_text {
            return pairs;
        }
        let entry = |pair: &Value| (numbers::to_key(&pair[0]), pair[1].clone());
        list.iter().map(entry).collect::<Map<_, _>>().into()
    }

    fn object(&mut self, ty: &Type, of: &Type, wire: Wire) -> Value {
        let number = self.objects.len();
        let is_shared = matches!(forms::name(ty), ("Arc", 1));
        self.objects.push(FoundObject { of: of.clone(), is_shared, raw: wire.object() });
        json!({ OBJECT: number })
    }

    fn fields(&mut self, ty: &Type, fields: &[FieldLayout], wire: Wire) -> Read {
        match Fields::of(ty, fields) {
            Fields::None => Ok(Value::Null),
            Fields::Newtype => self.field(&fields[0], wire),
            Fields::List => {
                let values = fields.iter().map(|field| self.field(field, wire));
                values.collect::<Result<Vec<_>, _>>().map(Value::Array)
            }
            Fields::Named => {
                let values = fields
                    .iter()
                    .map(|field| self.field(field, wire).map(|value| (field.name.clone(), value)));
                values.collect::<Result<Map<_, _>, _>>().map(Value::Object)
            }
        }
    }

    fn variant(&mut self, ty: &Type, variants: &[VariantLayout], wire: Wire) -> Read {
        let tag = wire.variant();
        let Some(variant) = variants.get(tag as usize) else {
            let count = variants.len();
            return Err(format!("the tag of `{ty}` must be less than {count}, found {tag}"));
        };
        if variant.fields.is_empty() {
            return Ok(variant.name.as_str().into());
        }
        let of = Type::Named { name: variant.name.clone(), arguments: Vec::new() };
        Ok(json!({ &variant.name: self.fields(&of, &variant.fields, wire)? }))
    }
}

fn number(primitive: Primitive, wire: Wire, size: usize) -> Read {
    numbers::from_bytes(primitive, &wire.bytes(size))
}

/// Returns text, or what `serde` makes of an `OsString` that is no text.
fn text(bytes: Vec<u8>, is_text: bool) -> Read {
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text.into()),
        Err(error) if is_text => Err(LiftError::Text(error.utf8_error().valid_up_to()).to_string()),
        Err(error) => Ok(json!({ "Unix": error.into_bytes() })),
    }
}
