//! Rejects types that cannot be FFI-safe, judged by their tokens.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;

use crate::model::Fields;
use plugin_annotations_backend::aliases::Aliases;
use plugin_annotations_backend::errors::Errors;
use plugin_annotations_backend::forever;
use plugin_annotations_backend::lifetimes;
use plugin_annotations_backend::syntax::{Angles, Generics, Kind, Type};
use plugin_annotations_backend::version::numbers;

pub(crate) fn union(keyword: &Ident, errors: &mut Errors) {
    errors.at(
        keyword,
        "a union is not FFI-safe: nothing tells which of its fields is valid; make it an enum",
    );
}

pub(crate) fn variants(name: &Ident, variants: &[(Ident, Fields)], errors: &mut Errors) {
    if variants.is_empty() {
        errors.at(
            name,
            "an enum without variants is not FFI-safe: it has no values; add a variant, or use `()`",
        );
    }
}

pub(crate) fn generics(generics: &Generics, errors: &mut Errors) {
    for parameter in &generics.params {
        match parameter.kind {
            Kind::Const => errors.at(
                &parameter,
                "an FFI-safe type cannot have a `const` parameter: each value would be another definition; write the number, or use a `Vec`",
            ),
            Kind::Type if !parameter.bounds.is_empty() => errors.at(
                &parameter.bounds,
                "an FFI-safe type cannot have bounds on its parameters: `FfiSafe` is added; write other bounds on the impls that need them",
            ),
            _ => {}
        }
    }
    if let Some((token, _)) = &generics.where_clause {
        errors.at(
            token,
            "an FFI-safe type cannot have a `where` clause: `T: FfiSafe` is added; write other bounds on the impls that need them",
        );
    }
}

/// Rejects lifetimes of what grows: the sender drops the fields that the
/// receiver does not know, so nothing may borrow.
pub(crate) fn owns(generics: &Generics, errors: &mut Errors) {
    for lifetime in generics.of(Kind::Lifetime) {
        errors.at(
            &lifetime.ident,
            "what grows owns its data, since each side drops the fields that the other does not know: use `String` or `Vec<T>` in its fields",
        );
    }
}

/// Rejects a field of the first version behind later ones, and versions out of
/// order.
pub(crate) fn order(fields: &Fields, errors: &mut Errors) {
    let mut before = None;
    for field in fields.all() {
        let since = field.since.as_ref().and_then(|since| numbers(&since.version));
        match since {
            Some(_) if since < before => errors.at(
                &field.ty,
                "a previous field has a higher version: append fields in the order of their versions",
            ),
            None if before.is_some() => errors.at(
                &field.ty,
                "this field follows one with `#[since]`, so an older side does not have it: move it up, or add the version that added it, `#[since(\"..\")]`",
            ),
            _ => {}
        }
        before = before.max(since);
    }
}

/// Rejects later fields of a variant.
pub(crate) fn no_later_fields(fields: &Fields, errors: &mut Errors) {
    for field in fields.all().iter().filter(|field| field.since.is_some()) {
        errors.at(
            &field.ty,
            "the fields of a variant have no `#[since]`: put a struct that grows into the variant, or append a variant to an enum under `#[ffi(growing)]`",
        );
    }
}

/// Rejects borrows for `'static`, and borrows of type parameters: their type decides
/// how a reference is passed.
pub(crate) fn field_type(ty: &Type, generics: &Generics, errors: &mut Errors) {
    let parameters: Vec<_> =
        generics.of(Kind::Type).map(|parameter| parameter.ident.to_string()).collect();
    if let Some(parameter) = referenced(ty.to_token_stream(), &parameters) {
        errors.at(
            &parameter,
            "a reference to a type parameter cannot be derived: the type decides how the reference is passed; own it (`T`, `Vec<T>`), or name a type",
        );
    }
    for lifetime in lifetimes::borrowed(&forever::without(ty)) {
        if lifetime.ident == "static" {
            errors.at(
                &lifetime,
                "a field cannot borrow for `'static`, since a library can be unloaded: give the type a lifetime, or own the value (`String`, `Vec<T>`)",
            );
        }
    }
}

/// Rejects a type with several lifetimes in a field: an alias could exchange them.
pub(crate) fn told_apart(ty: &TokenStream, generics: &Generics, errors: &mut Errors) {
    let names: Vec<_> = generics.of(Kind::Lifetime).map(|lifetime| &lifetime.ident).collect();
    let kind = |name: &Ident| names.iter().position(|known| *known == name).unwrap_or(names.len());
    if let Some(ty) = Aliases::of(ty).mixed(&kind) {
        errors.at(
            ty,
            "the type of a field cannot have several lifetimes, since an alias could exchange them: write one lifetime for both",
        );
    }
}

/// The first type parameter behind an `&`.
fn referenced(tokens: TokenStream, parameters: &[String]) -> Option<Ident> {
    // Behind an `&`, until a comma outside of its angle brackets begins another type.
    let mut behind: Option<Angles> = None;
    tokens.into_iter().find_map(|token| {
        let is_behind = behind.is_some();
        if let Some(angles) = &mut behind {
            angles.pass(&token);
        }
        match token {
            TokenTree::Punct(punct) => {
                match (punct.as_char(), &behind) {
                    ('&', None) => behind = Some(Angles::default()),
                    (',', Some(angles)) if angles.is_outside() => behind = None,
                    _ => {}
                }
                None
            }
            TokenTree::Group(group) if is_behind => mentioned(group.stream(), parameters),
            TokenTree::Group(group) => referenced(group.stream(), parameters),
            TokenTree::Ident(ident) if is_behind => is_one_of(ident, parameters),
            _ => None,
        }
    })
}

fn mentioned(tokens: TokenStream, parameters: &[String]) -> Option<Ident> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Group(group) => mentioned(group.stream(), parameters),
        TokenTree::Ident(ident) => is_one_of(ident, parameters),
        _ => None,
    })
}

fn is_one_of(ident: Ident, names: &[String]) -> Option<Ident> {
    names.contains(&ident.to_string()).then_some(ident)
}
