//! How the values of each type are copied.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::object_type::{How, ObjectPart, ObjectType};
use crate::host::by_descriptor::references::owned_behind;
use crate::host::by_descriptor::refusal::Refusal;
use crate::metadata::layout::{
    Elements, FieldLayout, Layout, LayoutKind, Layouts, Primitive, passed,
};
use crate::metadata::signature::Type;

/// The place of a plan among those of its method. A type may refer to itself.
pub(super) type Index = usize;

/// The plans of the types of one method.
#[derive(Debug, Default)]
pub(super) struct Plans {
    plans: Vec<Plan>,
    known: HashMap<Type, Index>,
}

/// How the values of one type are copied.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) layout: Arc<Layout>,
    pub(super) kind: Kind,
    /// `true` if a value may own memory.
    pub(super) owns: bool,
}

#[derive(Debug)]
pub(super) enum Kind {
    /// All its bytes, which may have any value.
    Plain,
    /// A number that may not have each value.
    Number {
        primitive: Primitive,
        is_non_zero: bool,
    },
    /// An address. With `is_slot`, that of an option that has a value: a `&mut` of an
    /// owned value is passed so.
    Pointer {
        to: Index,
        is_slot: bool,
        /// `true` if the value is copied back after a call.
        comes_back: bool,
    },
    /// A slice or a buffer.
    Row {
        of: Index,
        is_text: bool,
        is_owned: bool,
        /// `true` if the elements are copied back after a call.
        comes_back: bool,
    },
    Box {
        to: Index,
    },
    Option {
        value: Part,
    },
    Result {
        parts: [Part; 2],
    },
    Array {
        of: Index,
        len: usize,
    },
    Fields(Vec<Part>),
    Enum(Vec<Vec<Part>>),
    /// The address of a block, whose variants grow; a struct has one.
    Growing(Vec<Fields>),
    Object(ObjectPart),
    /// The address of a waker that is lent for a poll.
    Waker,
}

/// A part of a value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    pub(super) offset: usize,
    pub(super) plan: Index,
}

/// The fields of one variant that grows, or of a struct.
#[derive(Debug)]
pub(super) struct Fields {
    /// Each at its distance from the header.
    pub(super) parts: Vec<Part>,
    /// The size and alignment of the header with all fields.
    pub(super) size: usize,
    pub(super) align: usize,
}

impl Plans {
    pub(super) fn get(&self, index: Index) -> &Plan {
        &self.plans[index]
    }

    /// Returns the place of the plan of a type.
    ///
    /// # Errors
    ///
    /// If a value of the type has parts that are no values.
    pub(super) fn of(&mut self, layouts: &mut Layouts<'_>, ty: &Type) -> Result<Index, Refusal> {
        let ty = passed(ty);
        if let Some(known) = self.known.get(ty) {
            return Ok(*known);
        }
        let layout = layouts.of(ty)?;
        let index = self.plans.len();
        self.known.insert(ty.clone(), index);
        // What is not part of a value, but lies behind an address, may be this type
        // again. It sees the place, and whether its values own something is known.
        let owns = matches!(
            layout.kind,
            LayoutKind::Buffer(_)
                | LayoutKind::Box { .. }
                | LayoutKind::Object { .. }
                | LayoutKind::Growing { .. }
                | LayoutKind::GrowingEnum { .. }
        );
        self.plans.push(Plan { layout: layout.clone(), kind: Kind::Plain, owns });
        let kind = self.kind(layouts, ty, &layout)?;
        let owns = owns || self.parts(&kind).any(|part| self.get(part).owns);
        self.plans[index] = Plan { layout, kind, owns };
        Ok(index)
    }

    /// Returns the place of the plan of a waker, and its layout.
    pub(super) fn waker(
        &mut self,
        layouts: &mut Layouts<'_>,
    ) -> Result<(Index, Arc<Layout>), Refusal> {
        let layout = layouts.of(&Type::parse("&u8"))?;
        self.plans.push(Plan { layout: layout.clone(), kind: Kind::Waker, owns: false });
        Ok((self.plans.len() - 1, layout))
    }

    fn kind(
        &mut self,
        layouts: &mut Layouts<'_>,
        ty: &Type,
        layout: &Layout,
    ) -> Result<Kind, Refusal> {
        let byte = Type::parse("u8");
        let mut row = |of: &Elements, is_owned, is_exclusive| {
            let is_text = *of == Elements::Text;
            let of = if let Elements::Values(of) = of { of } else { &byte };
            let of = self.of(layouts, of)?;
            let comes_back = self.comes_back(is_exclusive, of);
            Ok::<_, Refusal>(Kind::Row { of, is_text, is_owned, comes_back })
        };
        Ok(match &layout.kind {
            LayoutKind::Unit => Kind::Plain,
            LayoutKind::Primitive(primitive) => number(*primitive, false),
            LayoutKind::NonZero(primitive) => number(*primitive, true),
            LayoutKind::Pointer { exclusive, to } => {
                let is_slot = owned_behind(*exclusive, to).is_some();
                let to = self.of(layouts, to)?;
                Kind::Pointer { to, is_slot, comes_back: self.comes_back(*exclusive, to) }
            }
            LayoutKind::Slice { of, exclusive } => row(of, false, *exclusive)?,
            LayoutKind::Buffer(of) => row(of, true, false)?,
            LayoutKind::Box { to } => Kind::Box { to: self.of(layouts, to)? },
            LayoutKind::Option { value } => Kind::Option { value: self.part(layouts, value)? },
            LayoutKind::Result { ok, err } => {
                Kind::Result { parts: [self.part(layouts, ok)?, self.part(layouts, err)?] }
            }
            LayoutKind::Array { of, len, .. } => {
                let of = self.of(layouts, of)?;
                match self.get(of).kind {
                    Kind::Plain => Kind::Plain,
                    _ => Kind::Array { of, len: *len },
                }
            }
            LayoutKind::Struct(fields) if fields.is_empty() => Kind::Plain,
            LayoutKind::Struct(fields) => {
                let parts = self.each(layouts, fields)?;
                match self.is_plain(&parts, layout.size) {
                    true => Kind::Plain,
                    false => Kind::Fields(parts),
                }
            }
            LayoutKind::Enum(variants) => {
                let variants = variants.iter().map(|it| self.each(layouts, &it.fields));
                Kind::Enum(variants.collect::<Result<_, _>>()?)
            }
            LayoutKind::Growing { fields } => Kind::Growing(vec![self.block(layouts, fields)?]),
            LayoutKind::GrowingEnum { variants } => {
                let variants = variants.iter().map(|it| self.block(layouts, &it.fields));
                Kind::Growing(variants.collect::<Result<_, _>>()?)
            }
            LayoutKind::Object { of } => {
                let is_shared =
                    matches!(ty, Type::Named { name, .. } if name == "Arc" || name == "Rc");
                let how = if is_shared { How::Shared } else { How::Owned };
                object(layouts, of, how)?
            }
            LayoutKind::BorrowedObject { exclusive, of } => {
                object(layouts, of, How::Lent { is_exclusive: *exclusive })?
            }
            LayoutKind::Address => {
                let reason = "an address of one process means nothing in another";
                return Err(Refusal::unsupported(ty, reason));
            }
            LayoutKind::Outcome { .. } => {
                return Err(Refusal::unsupported(ty, "this is the outcome of a call"));
            }
        })
    }

    pub(super) fn part(
        &mut self,
        layouts: &mut Layouts<'_>,
        field: &FieldLayout,
    ) -> Result<Part, Refusal> {
        Ok(Part { offset: field.offset, plan: self.of(layouts, &field.ty)? })
    }

    /// Returns the fields of a block.
    fn block(
        &mut self,
        layouts: &mut Layouts<'_>,
        fields: &[(String, Type)],
    ) -> Result<Fields, Refusal> {
        let layout = layouts.block(fields)?;
        let LayoutKind::Struct(fields) = &layout.kind else {
            unreachable!("the layout of a block")
        };
        let parts = self.each(layouts, fields)?;
        Ok(Fields { parts, size: layout.size, align: layout.align })
    }

    fn each(
        &mut self,
        layouts: &mut Layouts<'_>,
        fields: &[FieldLayout],
    ) -> Result<Vec<Part>, Refusal> {
        fields.iter().map(|field| self.part(layouts, field)).collect()
    }

    /// Returns `true` if the parts are plain, and nothing lies between them.
    fn is_plain(&self, parts: &[Part], size: usize) -> bool {
        let mut end = 0;
        let follows = parts.iter().all(|part| {
            let plan = self.get(part.plan);
            let begin = std::mem::replace(&mut end, part.offset + plan.layout.size);
            begin == part.offset && matches!(plan.kind, Kind::Plain)
        });
        follows && end == size
    }

    /// Returns the objects that a value may contain or refer to.
    pub(super) fn objects(&self, plan: Index) -> Vec<ObjectPart> {
        let (mut open, mut seen, mut found) = (vec![plan], HashSet::new(), Vec::new());
        while let Some(plan) = open.pop() {
            if !seen.insert(plan) {
                continue;
            }
            let kind = &self.get(plan).kind;
            open.extend(self.parts(kind));
            open.extend(self.behind_parts(kind));
            if let Kind::Object(object) = kind {
                found.push(*object);
            }
        }
        found
    }

    /// Returns `true` if what a `&mut` leads to is copied back: it is no reference.
    fn comes_back(&self, is_exclusive: bool, to: Index) -> bool {
        is_exclusive
            && !matches!(
                self.get(to).kind,
                Kind::Pointer { .. } | Kind::Row { is_owned: false, .. }
            )
    }

    /// Returns `true` if something that a value refers to comes back.
    pub(super) fn has_exclusive(&self, plan: Index) -> bool {
        let (mut open, mut seen) = (vec![plan], HashSet::new());
        while let Some(plan) = open.pop() {
            let kind = &self.get(plan).kind;
            if let Kind::Pointer { comes_back: true, .. } | Kind::Row { comes_back: true, .. } =
                kind
            {
                return true;
            }
            if seen.insert(plan) {
                open.extend(self.parts(kind));
                open.extend(self.behind_parts(kind));
            }
        }
        false
    }

    /// Returns the plans of what lies behind the addresses in a value.
    fn behind_parts(&self, kind: &Kind) -> Vec<Index> {
        match kind {
            Kind::Pointer { to, .. } | Kind::Box { to } => vec![*to],
            Kind::Row { of, .. } => vec![*of],
            Kind::Growing(variants) => {
                let parts = variants.iter().flat_map(|variant| &variant.parts);
                parts.map(|part| part.plan).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Returns the plans of the parts that lie within a value.
    fn parts<'k>(&self, kind: &'k Kind) -> Box<dyn Iterator<Item = Index> + 'k> {
        match kind {
            Kind::Option { value } => Box::new([value.plan].into_iter()),
            Kind::Result { parts } => Box::new(parts.iter().map(|part| part.plan)),
            Kind::Array { of, .. } => Box::new([*of].into_iter()),
            Kind::Fields(parts) => Box::new(parts.iter().map(|part| part.plan)),
            Kind::Enum(variants) => Box::new(variants.iter().flatten().map(|part| part.plan)),
            Kind::Plain
            | Kind::Number { .. }
            | Kind::Pointer { .. }
            | Kind::Row { .. }
            | Kind::Box { .. }
            | Kind::Object(_)
            | Kind::Waker
            | Kind::Growing(_) => Box::new([].into_iter()),
        }
    }
}

fn object(layouts: &Layouts<'_>, of: &Type, how: How) -> Result<Kind, Refusal> {
    let known = ObjectType::of(layouts.interface(), &of.to_string());
    let of = known.map_err(|reason| Refusal::unsupported(of, reason))?;
    Ok(Kind::Object(ObjectPart { of, how }))
}

fn number(primitive: Primitive, is_non_zero: bool) -> Kind {
    match primitive {
        Primitive::Bool | Primitive::Char | Primitive::Ordering => {
            Kind::Number { primitive, is_non_zero }
        }
        _ if is_non_zero => Kind::Number { primitive, is_non_zero },
        _ => Kind::Plain,
    }
}
