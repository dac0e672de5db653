//! A plain value of each type, as an expression.

use std::collections::{BTreeMap, HashMap};

use syn::visit_mut::{self, VisitMut};
use syn::{
    AngleBracketedGenericArguments, Attribute, Fields, GenericArgument, Generics, Item,
    PathArguments, Token, Type, Visibility,
};

use super::imports::Imports;
use super::methods::Methods;
use super::names::{FullPath, names_of};
use super::read::Sources;

/// The deepest nesting of values.
const DEPTH: usize = 24;

/// What a plugin needs so that it can answer.
pub(super) struct Answers<'s> {
    pub(super) sources: &'s Sources,
    pub(super) imports: Imports<'s>,
    /// The fields of the type whose methods are written: what they lend.
    pub(super) fields: Vec<Field>,
    /// The method that is written, and whether it takes `self: Box<Self>`.
    pub(super) method: (String, bool),
    /// The types that stand for objects, by the trait.
    pub(super) objects: BTreeMap<FullPath, String>,
    /// The traits of those that are being written, each for a method of the one before.
    pub(super) begun: Vec<FullPath>,
    /// The impls for these types.
    pub(super) others: Vec<String>,
    /// Those of these types that have no fields.
    pub(super) units: Vec<String>,
    pub(super) which: Methods,
    /// The methods without an answer.
    pub(super) unanswered: Vec<String>,
}

/// A field that a method lends.
pub(super) struct Field {
    pub(super) name: String,
    pub(super) ty: String,
    pub(super) value: String,
}

impl<'s> Answers<'s> {
    pub(super) fn new(sources: &'s Sources, which: Methods) -> Self {
        Answers {
            sources,
            imports: Imports::new(sources),
            fields: Vec::new(),
            method: Default::default(),
            objects: BTreeMap::new(),
            begun: Vec::new(),
            others: Vec::new(),
            units: Vec::new(),
            which,
            unanswered: Vec::new(),
        }
    }
}

impl Answers<'_> {
    /// Returns a value of a type with full paths; `None` if none is known.
    pub(super) fn of(&mut self, ty: &Type, depth: usize) -> Option<String> {
        if depth > DEPTH {
            return None;
        }
        match ty {
            Type::Group(group) => self.of(&group.elem, depth),
            Type::Paren(paren) => self.of(&paren.elem, depth),
            Type::Tuple(tuple) if tuple.elems.is_empty() => Some("()".to_owned()),
            Type::Tuple(tuple) => {
                let values = tuple.elems.iter().map(|ty| self.of(ty, depth + 1));
                let values: Option<Vec<_>> = values.collect();
                let values = values?;
                let end = if values.len() == 1 { "," } else { "" };
                Some(format!("({}{end})", values.join(", ")))
            }
            Type::Ptr(pointer) if matches!(pointer.mutability, syn::PointerMutability::Mut(_)) => {
                Some("std::ptr::null_mut()".to_owned())
            }
            Type::Ptr(_) => Some("std::ptr::null()".to_owned()),
            Type::Array(array) => {
                let value = self.of(&array.elem, depth + 1)?;
                Some(format!("std::array::from_fn(|_| {value})"))
            }
            Type::Reference(reference) => {
                self.of_reference(&reference.elem, reference.mutability.is_some(), depth)
            }
            Type::Path(path) => {
                let names = names_of(&path.path);
                let arguments = types_of(&path.path.segments.last()?.arguments);
                match self.sources.find(&names) {
                    Some((item, module)) => self.of_item(&names, item, module, &arguments, depth),
                    None => self.of_standard(&names, &arguments, depth),
                }
            }
            _ => None,
        }
    }

    pub(super) fn of_reference(
        &mut self,
        to: &Type,
        is_mutable: bool,
        depth: usize,
    ) -> Option<String> {
        let reference = if is_mutable { "&mut " } else { "&" };
        match to {
            Type::Slice(_) => return Some(format!("{reference}[]")),
            Type::Group(group) => return self.of_reference(&group.elem, is_mutable, depth),
            Type::Paren(paren) => return self.of_reference(&paren.elem, is_mutable, depth),
            Type::Path(path) if path.path.is_ident("str") && !is_mutable => {
                return Some("\"\"".to_owned());
            }
            Type::Path(path) if !is_mutable => {
                let names = names_of(&path.path);
                match names.last()?.as_str() {
                    name @ ("Path" | "OsStr") if names[0] == "std" => {
                        let name = if name == "Path" { "path::Path" } else { "ffi::OsStr" };
                        return Some(format!("std::{name}::new(\"\")"));
                    }
                    "CStr" if names[0] == "std" => return Some("c\"\"".to_owned()),
                    _ => {}
                }
            }
            Type::TraitObject(object) if self.main(object)?.0.last()? == "Any" => {
                return Some("self".to_owned());
            }
            // A closure that captures nothing is a constant.
            Type::TraitObject(object) if self.main(object)?.0.last()? == "Fn" && !is_mutable => {
                return Some(format!("&{}", self.of_object(object, depth)?));
            }
            _ => {}
        }
        // What a method lends is a field.
        let (ty, value) = match to {
            Type::TraitObject(object) => {
                let names = self.main(object)?.0;
                if self.begun.last() == Some(&names) && !is_mutable {
                    return Some("self".to_owned());
                }
                // As a field, it would be within itself.
                if self.begun.contains(&names) {
                    return None;
                }
                let name = self.object_of(object)?;
                (name.clone(), format!("{name}::default()"))
            }
            to => {
                let value = self.of(to, depth + 1)?;
                let mut short = to.clone();
                self.expand_private(&mut short);
                self.imports.shorten(&mut short);
                (text(&short), value)
            }
        };
        let name = self.method.0.clone();
        if !self.fields.iter().any(|field| field.name == name) {
            self.fields.push(Field { name: name.clone(), ty, value });
        }
        Some(format!("{reference}self.{name}"))
    }

    /// Returns a value of a struct, an enum or an alias of the crate.
    pub(super) fn of_item(
        &mut self,
        names: &[String],
        item: &Item,
        module: usize,
        arguments: &[Type],
        depth: usize,
    ) -> Option<String> {
        match item {
            Item::Type(alias) => {
                let ty = self.within(&alias.ty, module, &alias.generics, arguments);
                self.of(&ty, depth + 1)
            }
            Item::Struct(item) => {
                let name = self.imports.name(names);
                if derives_default(&item.attrs) {
                    return Some(format!("{name}::default()"));
                }
                if has(&item.attrs, "non_exhaustive") {
                    return None;
                }
                self.of_fields(
                    &name,
                    &item.fields,
                    module,
                    &item.generics,
                    arguments,
                    (depth, true),
                )
            }
            Item::Enum(item) => {
                let name = self.imports.name(names);
                if derives_default(&item.attrs) {
                    return Some(format!("{name}::default()"));
                }
                // Those without fields first: they end a recursion.
                let mut variants: Vec<_> = item.variants.iter().collect();
                variants.sort_by_key(|variant| !variant.fields.is_empty());
                variants.into_iter().find_map(|variant| {
                    let name = format!("{name}::{}", variant.ident);
                    let context = (depth, false);
                    self.of_fields(
                        &name,
                        &variant.fields,
                        module,
                        &item.generics,
                        arguments,
                        context,
                    )
                })
            }
            _ => None,
        }
    }

    pub(super) fn of_fields(
        &mut self,
        name: &str,
        fields: &Fields,
        module: usize,
        generics: &Generics,
        arguments: &[Type],
        (depth, visible): (usize, bool),
    ) -> Option<String> {
        let mut values = Vec::new();
        for field in fields {
            if visible && !matches!(field.vis, Visibility::Public(_)) {
                return None;
            }
            let ty = self.within(&field.ty, module, generics, arguments);
            let value = self.of(&ty, depth + 1)?;
            values.push(match &field.ident {
                Some(name) => format!("{name}: {value}"),
                None => value,
            });
        }
        let values = values.join(", ");
        Some(match fields {
            Fields::Named(_) => format!("{name} {{ {values} }}"),
            Fields::Unnamed(_) => format!("{name}({values})"),
            Fields::Unit => name.to_owned(),
        })
    }

    /// Returns a type of a definition with full paths and with the arguments.
    fn within(&self, ty: &Type, module: usize, generics: &Generics, arguments: &[Type]) -> Type {
        struct Substitute<'t>(HashMap<String, &'t Type>);
        impl VisitMut for Substitute<'_> {
            fn visit_type_mut(&mut self, ty: &mut Type) {
                if let Type::Path(path) = ty
                    && let Some(name) = path.path.get_ident()
                    && let Some(value) = self.0.get(&name.to_string())
                {
                    *ty = (*value).clone();
                    return;
                }
                visit_mut::visit_type_mut(self, ty);
            }
        }
        let mut ty = ty.clone();
        self.sources.qualify(module, &mut ty);
        let names = generics.type_params().map(|parameter| parameter.ident.to_string());
        Substitute(names.zip(arguments).collect()).visit_type_mut(&mut ty);
        ty
    }

    /// Writes what an alias stands for in place of its name, where other crates
    /// cannot name it.
    pub(super) fn expand_private(&self, ty: &mut Type) {
        struct Expand<'a, 's>(&'a Answers<'s>, usize);
        impl VisitMut for Expand<'_, '_> {
            fn visit_type_mut(&mut self, ty: &mut Type) {
                while let Type::Path(path) = &*ty
                    && self.1 > 0
                    && let names = names_of(&path.path)
                    && let Some((Item::Type(alias), module)) = self.0.sources.find(&names)
                    && self.0.sources.public_path(module, &alias.ident.to_string()).is_none()
                {
                    self.1 -= 1;
                    let arguments = path.path.segments.last().map(|last| types_of(&last.arguments));
                    let arguments = arguments.unwrap_or_default();
                    *ty = self.0.within(&alias.ty, module, &alias.generics, &arguments);
                }
                visit_mut::visit_type_mut(self, ty);
            }
        }
        Expand(self, 1000).visit_type_mut(ty);
    }
}

/// Returns `true` for the values that `#[derive(Default)]` gives, as far as they are
/// written otherwise.
pub(super) fn is_default(value: &str) -> bool {
    ["String::new()", "Vec::new()", "None", "0", "0.0", "false", "'\\0'", "()"].contains(&value)
        || value.ends_with("::default()")
}

/// Returns the text of a type.
pub(super) fn text(tokens: &impl quote::ToTokens) -> String {
    tokens.to_token_stream().to_string()
}

/// Returns the types between the angle brackets.
pub(super) fn types_of(arguments: &PathArguments) -> Vec<Type> {
    let PathArguments::AngleBracketed(AngleBracketedGenericArguments { args, .. }) = arguments
    else {
        return Vec::new();
    };
    let types = args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty.clone()),
        _ => None,
    });
    types.collect()
}

fn has(attributes: &[Attribute], name: &str) -> bool {
    attributes.iter().any(|attribute| attribute.path().is_ident(name))
}

fn derives_default(attributes: &[Attribute]) -> bool {
    attributes.iter().filter(|attribute| attribute.path().is_ident("derive")).any(|attribute| {
        let paths = attribute
            .parse_args_with(syn::punctuated::Punctuated::<syn::Path, Token![,]>::parse_terminated);
        paths.is_ok_and(|paths| {
            paths
                .iter()
                .any(|path| path.segments.last().is_some_and(|last| last.ident == "Default"))
        })
    })
}
