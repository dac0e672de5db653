//! The computation of layouts from the types of an interface.

use std::collections::HashMap;
use std::slice;
use std::sync::Arc;

use super::extent::{Extent, LARGEST};
use super::standard_names::is_standard;
use crate::metadata::InterfaceMetadata;
use crate::metadata::layout::{
    Elements, FieldLayout, GrowingVariant, Layout, LayoutError, LayoutKind, Primitive, Target,
    VariantLayout,
};
use crate::metadata::signature::{Body, Definition, Field, Type, Variant};

/// The deepest nesting of values within a value.
const DEPTH: usize = 64;

/// The most characters of a type, as a type may refer to ever larger ones of
/// itself.
const LONGEST: usize = 1024;

/// The most types of one interface.
const MOST: usize = 1 << 12;

/// The most characters of a definition, times those of the type whose arguments take the
/// places of its parameters.
const LARGEST_PRODUCT: usize = 1 << 22;

/// The layouts of the types of one interface.
///
/// Each layout is computed once. Layouts share those of their parts, so the
/// memory that they need is bounded by the number of types.
#[derive(Debug)]
pub struct Layouts<'i> {
    interface: &'i InterfaceMetadata,
    target: Target,
    known: HashMap<Type, Arc<Layout>>,
    /// The types whose layouts are being computed, from the outside to the
    /// inside.
    open: Vec<Type>,
}

pub(super) type Result<T> = core::result::Result<T, LayoutError>;

impl<'i> Layouts<'i> {
    /// Creates the layouts for targets with pointers of 64 bits.
    pub fn new(interface: &'i InterfaceMetadata) -> Self {
        Layouts::for_target(interface, Target::BITS_64)
    }

    /// Creates the layouts for another target.
    pub fn for_target(interface: &'i InterfaceMetadata, target: Target) -> Self {
        Layouts { interface, target, known: HashMap::new(), open: Vec::new() }
    }

    /// Returns the interface whose types these are.
    #[cfg(all(unix, feature = "process"))]
    pub(crate) fn interface(&self) -> &'i InterfaceMetadata {
        self.interface
    }

    /// Returns the layout of a type as a parameter, or within another value.
    ///
    /// # Errors
    ///
    /// If the type is unknown, contains itself by value, or is too large; or if the types
    /// of the interface are too many.
    pub fn of(&mut self, ty: &Type) -> Result<Arc<Layout>> {
        let ty = passed(ty);
        if let Some(known) = self.known.get(ty) {
            return Ok(known.clone());
        }
        let is_endless =
            self.open.len() > DEPTH || self.open.contains(ty) || ty.to_string().len() > LONGEST;
        if is_endless {
            return Err(LayoutError::Recursive { ty: self.open.first().unwrap_or(ty).clone() });
        }
        if self.known.len() >= MOST {
            return Err(LayoutError::TooMany { ty: ty.clone() });
        }
        self.open.push(ty.clone());
        let layout = self.compute(ty);
        self.open.pop();
        let layout = layout?;
        if layout.size > LARGEST {
            return Err(LayoutError::TooLarge { ty: ty.clone() });
        }
        let layout = Arc::new(layout);
        self.known.insert(ty.clone(), layout.clone());
        Ok(layout)
    }

    /// Returns the layout of the return of a method.
    ///
    /// # Errors
    ///
    /// As for [`of`](Self::of).
    pub fn outcome(&mut self, returns: &Type) -> Result<Layout> {
        let mut extent = Extent::new();
        extent.add(self.target.word, self.target.word);
        let kind = match two_arguments(returns, "Result") {
            Some([ok, err]) => {
                let [ok, err] = self.union(&mut extent, [("ok", ok), ("err", err)])?;
                LayoutKind::Outcome { ok, err: Some(err) }
            }
            None => {
                let ok = self.field(&mut extent, "value", returns)?;
                LayoutKind::Outcome { ok, err: None }
            }
        };
        Ok(extent.finish(kind))
    }

    /// Returns the layout of the block that a struct that grows points to, or a variant
    /// of an enum that grows: its header, and its fields, at their distance from the begin of the header.
    ///
    /// # Errors
    ///
    /// As for [`of`](Self::of).
    pub fn block(&mut self, fields: &[(String, Type)]) -> Result<Layout> {
        let mut extent = Extent::new();
        extent.add(8 + self.target.word, self.target.word);
        let mut layouts = Vec::new();
        for (name, ty) in fields {
            layouts.push(self.field(&mut extent, name, ty)?);
        }
        Ok(extent.finish(LayoutKind::Struct(layouts)))
    }

    fn compute(&mut self, ty: &Type) -> Result<Layout> {
        match ty {
            Type::Tuple(values) if values.is_empty() => Ok(Layout::unit(LayoutKind::Unit)),
            Type::Tuple(values) => self.structure(values.iter().map(|ty| ("", ty))),
            Type::Array(of, len) => self.array(ty, of, *len),
            Type::Reference { exclusive, to } => self.reference(*exclusive, to),
            Type::Named { name, arguments } => match self.defined(ty, name, arguments)? {
                Some(definition) => self.of_definition(&definition, arguments),
                None => self.standard(ty, name, arguments),
            },
            Type::Other(text) if ["*const c_void", "*mut c_void"].contains(&&**text) => {
                Ok(self.words(1, LayoutKind::Address))
            }
            _ => Err(LayoutError::Unknown { ty: ty.clone() }),
        }
    }

    pub(super) fn array(&mut self, ty: &Type, of: &Type, len: usize) -> Result<Layout> {
        let layout = self.of(of)?;
        let size = layout.size.checked_mul(len).filter(|size| *size <= LARGEST);
        let size = size.ok_or_else(|| LayoutError::TooLarge { ty: ty.clone() })?;
        let align = layout.align;
        Ok(Layout { size, align, kind: LayoutKind::Array { of: of.clone(), layout, len } })
    }

    fn reference(&self, exclusive: bool, to: &Type) -> Result<Layout> {
        let slice = |of| Ok(self.words(2, LayoutKind::Slice { exclusive, of }));
        match to {
            Type::Slice(of) => slice(Elements::Values((**of).clone())),
            Type::Named { name, arguments } if arguments.is_empty() && !exclusive => {
                let of = match name.as_str() {
                    "str" => Elements::Text,
                    "Path" | "OsStr" => Elements::Os,
                    "CStr" => Elements::Values(Type::parse("u8")),
                    _ => return Ok(self.pointer(exclusive, to)),
                };
                self.reject_namesake(name)?;
                slice(of)
            }
            Type::Other(text) if text.starts_with("dyn ") => {
                let kind = LayoutKind::BorrowedObject { exclusive, of: to.clone() };
                Ok(self.words(5, kind))
            }
            _ => Ok(self.pointer(exclusive, to)),
        }
    }

    fn pointer(&self, exclusive: bool, to: &Type) -> Layout {
        self.words(1, LayoutKind::Pointer { exclusive, to: to.clone() })
    }

    fn of_definition(&mut self, definition: &Definition, arguments: &[Type]) -> Result<Layout> {
        let names = definition.parameters.iter().map(String::as_str);
        let values: HashMap<_, _> = names.zip(arguments).collect();
        match &definition.body {
            Body::Struct(fields) if fields.is_empty() => {
                Ok(Layout::unit(LayoutKind::Struct(Vec::new())))
            }
            Body::Struct(fields) => {
                let fields = substituted(fields, &values);
                self.structure(fields.iter().map(|(name, ty)| (*name, ty)))
            }
            Body::Growing(fields) => {
                let fields = owned(substituted(fields, &values));
                Ok(self.words(1, LayoutKind::Growing { fields }))
            }
            Body::Enum(variants) => self.enumeration(variants, &values),
            Body::GrowingEnum(variants) => {
                let variants = variants.iter().map(|variant| GrowingVariant {
                    name: variant.name.clone(),
                    text: variant.text.clone(),
                    fields: owned(substituted(&variant.fields, &values)),
                });
                let variants = variants.collect();
                Ok(self.words(1, LayoutKind::GrowingEnum { variants }))
            }
        }
    }

    fn enumeration(
        &mut self,
        variants: &[Variant],
        values: &HashMap<&str, &Type>,
    ) -> Result<Layout> {
        let mut parts = Vec::new();
        for variant in variants {
            let fields = substituted(&variant.fields, values);
            parts.push(self.structure(fields.iter().map(|(name, ty)| (*name, ty)))?);
        }
        let mut extent = Extent::new();
        extent.add(4, 4);
        let has_fields = |(variant, _): &(&Variant, &Layout)| !variant.fields.is_empty();
        let with_fields = variants.iter().zip(&parts).filter(has_fields);
        let at = extent.add_union(with_fields.map(|(_, part)| part));
        let moved = |(variant, part): (&Variant, Layout)| {
            let fields = match part.kind {
                LayoutKind::Struct(fields) => fields,
                _ => Vec::new(),
            };
            let at_union = |field: FieldLayout| FieldLayout { offset: at + field.offset, ..field };
            VariantLayout {
                name: variant.name.clone(),
                text: variant.text.clone(),
                size: part.size,
                align: part.align,
                fields: fields.into_iter().map(at_union).collect(),
            }
        };
        let variants = variants.iter().zip(parts).map(moved).collect();
        Ok(extent.finish(LayoutKind::Enum(variants)))
    }

    /// Returns the layout of fields in order.
    pub(super) fn structure<'t>(
        &mut self,
        fields: impl IntoIterator<Item = (&'t str, &'t Type)>,
    ) -> Result<Layout> {
        let mut extent = Extent::new();
        let mut layouts = Vec::new();
        for (name, ty) in fields {
            layouts.push(self.field(&mut extent, name, ty)?);
        }
        Ok(extent.finish(LayoutKind::Struct(layouts)))
    }

    pub(super) fn field(
        &mut self,
        extent: &mut Extent,
        name: &str,
        ty: &Type,
    ) -> Result<FieldLayout> {
        let layout = self.of(ty)?;
        let offset = extent.add(layout.size, layout.align);
        Ok(FieldLayout { name: name.to_owned(), ty: ty.clone(), offset, layout })
    }

    /// Adds a union of two values.
    pub(super) fn union(
        &mut self,
        extent: &mut Extent,
        values: [(&str, &Type); 2],
    ) -> Result<[FieldLayout; 2]> {
        let layouts = [self.of(values[0].1)?, self.of(values[1].1)?];
        let offset = extent.add_union(layouts.iter().map(|layout| &**layout));
        let mut layouts = layouts.into_iter();
        Ok(values.map(|(name, ty)| {
            let layout = layouts.next().expect("as many layouts as values");
            FieldLayout { name: name.to_owned(), ty: ty.clone(), offset, layout }
        }))
    }

    pub(super) fn words(&self, count: usize, kind: LayoutKind) -> Layout {
        Layout { size: count * self.target.word, align: self.target.word, kind }
    }

    pub(super) fn primitive(&self, primitive: Primitive, kind: LayoutKind) -> Layout {
        let (size, align) = self.target.layout_of(primitive);
        Layout { size, align, kind }
    }

    /// Returns the definition of a type, if the interface's author defined it.
    fn defined(&self, ty: &Type, name: &str, arguments: &[Type]) -> Result<Option<Definition>> {
        let mut found = self.interface.types.iter().filter(|own| last_name(&own.path) == name);
        // An unsized argument is one of `Box` or `Cow` of the standard library.
        let is_unsized = |of: &Type| matches!(of, Type::Slice(_) | Type::Other(_));
        let is_standard = match arguments {
            [of] if is_unsized(of) || *of == named("str") => return Ok(None),
            _ => is_standard(name, arguments.len()),
        };
        let Some(first) = found.next() else { return Ok(None) };
        let second = found.next().map(|second| second.path.clone());
        if second.is_some() || is_standard {
            let (name, first) = (name.to_owned(), first.path.clone());
            return Err(LayoutError::Ambiguous { name, first, second });
        }
        let len = if arguments.is_empty() { 0 } else { ty.to_string().len() };
        if first.definition.len().saturating_mul(len) > LARGEST_PRODUCT {
            return Err(LayoutError::TooLarge { ty: ty.clone() });
        }
        match first.syntax() {
            Some(definition) if definition.parameters.len() == arguments.len() => {
                Ok(Some(definition))
            }
            _ => Err(LayoutError::Unknown { ty: ty.clone() }),
        }
    }

    /// Rejects the name of an unsized type that the interface's author also used.
    fn reject_namesake(&self, name: &str) -> Result<()> {
        reject(name, self.interface.types.iter().map(|own| &own.path))
    }

    /// Rejects `Box<dyn Error + Send + Sync>` if it may be an object.
    pub(super) fn reject_interface_named_error(&self) -> Result<()> {
        let others = self.interface.objects.iter().map(|object| &object.path);
        reject("Error", slice::from_ref(&self.interface.path).iter().chain(others))
    }
}

impl Layout {
    /// A `u8` of 0.
    pub(super) fn unit(kind: LayoutKind) -> Self {
        Layout { size: 1, align: 1, kind }
    }
}

/// Returns the type that is passed in place of another: of `&Vec<T>` and
/// `&Box<T>`, which are passed as copies, `Vec<T>` and `Box<T>`.
pub fn passed(ty: &Type) -> &Type {
    match ty {
        Type::Reference { exclusive: false, to } => match &**to {
            Type::Named { name, arguments } if arguments.len() == 1 && is_owner(name) => to,
            _ => ty,
        },
        _ => ty,
    }
}

fn is_owner(name: &str) -> bool {
    name == "Vec" || name == "Box"
}

fn reject<'p>(name: &str, mut paths: impl Iterator<Item = &'p String>) -> Result<()> {
    match paths.find(|path| last_name(path) == name) {
        Some(first) => Err(LayoutError::Ambiguous {
            name: name.to_owned(),
            first: first.clone(),
            second: None,
        }),
        None => Ok(()),
    }
}

fn two_arguments<'t>(ty: &'t Type, applied: &str) -> Option<[&'t Type; 2]> {
    match ty {
        Type::Named { name, arguments } if name == applied => match &arguments[..] {
            [first, second] => Some([first, second]),
            _ => None,
        },
        _ => None,
    }
}

/// Returns fields with arguments in place of the parameters in their types.
fn substituted<'f>(fields: &'f [Field], values: &HashMap<&str, &Type>) -> Vec<(&'f str, Type)> {
    fields.iter().map(|field| (field.name.as_str(), field.ty.with(values))).collect()
}

fn owned(fields: Vec<(&str, Type)>) -> Vec<(String, Type)> {
    fields.into_iter().map(|(name, ty)| (name.to_owned(), ty)).collect()
}

pub(super) fn named(name: &str) -> Type {
    Type::Named { name: name.to_owned(), arguments: Vec::new() }
}

fn last_name(path: &str) -> &str {
    path.rsplit("::").next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metadata::TypeMetadata;

    /// An interface whose types make twice as many at each step.
    fn interface(steps: usize) -> InterfaceMetadata {
        let step = |number: usize| TypeMetadata {
            path: format!("a::Step{number}"),
            version: String::new(),
            definition: match number + 1 {
                next if next < steps => format!(
                    "struct Step{number}<T> {{ a: Step{next}<(T, u8)>, b: Step{next}<(T, u16)> }}"
                ),
                _ => format!("struct Step{number}<T> {{ a: T }}"),
            },
            fingerprint: 0,
            names: Vec::new(),
            later: None,
        };
        InterfaceMetadata {
            path: "a::Tool".to_owned(),
            version: String::new(),
            send: true,
            sync: true,
            fingerprint: 0,
            methods: Vec::new(),
            types: (0..steps).map(step).collect(),
            objects: Vec::new(),
        }
    }

    #[test]
    fn types_that_make_ever_more_of_one_another_have_an_end() {
        let first = Type::parse("Step0<u8>");
        let (few, many) = (interface(8), interface(32));
        assert!(Layouts::new(&few).of(&first).is_ok());
        let error = Layouts::new(&many).of(&first).unwrap_err();
        assert!(matches!(error, LayoutError::TooMany { .. }), "{error}");
    }
}
