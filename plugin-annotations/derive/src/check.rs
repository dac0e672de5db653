//! What cannot cross, for how it is written.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;

use crate::model::Fields;
use plugin_annotations_backend::errors::Errors;
use plugin_annotations_backend::lifetimes;
use plugin_annotations_backend::syntax::{Angles, Attribute, Generics, Kind, Type};

pub(crate) fn union(keyword: &Ident, errors: &mut Errors) {
    errors.at(
        keyword,
        "a union cannot cross: nothing says which of its fields is there; make it an enum",
    );
}

pub(crate) fn variants(name: &Ident, variants: &[(Ident, Fields)], errors: &mut Errors) {
    if variants.is_empty() {
        errors.at(
            name,
            "an enum without variants cannot cross: it has no value; give it one, or use `()`",
        );
    }
}

pub(crate) fn generics(generics: &Generics, errors: &mut Errors) {
    for parameter in &generics.params {
        match parameter.kind {
            Kind::Const => errors.at(
                &parameter,
                "a type that crosses cannot have a `const` parameter: its definition would be another for each value; write the number, or use a `Vec`",
            ),
            Kind::Type if !parameter.bounds.is_empty() => errors.at(
                &parameter.bounds,
                "a type that crosses has no bounds on its parameters: `FfiSafe` is added; write others on the impls that need them",
            ),
            _ => {}
        }
    }
    if let Some((token, _)) = &generics.where_clause {
        errors.at(
            token,
            "a type that crosses has no `where` clause: `T: FfiSafe` is added; write other bounds on the impls that need them",
        );
    }
}

/// Options of a variant, where there are none.
pub(crate) fn no_options(attributes: &[Attribute], errors: &mut Errors) {
    for attribute in attributes.iter().filter(|attribute| attribute.is("ffi")) {
        errors.at(
            attribute,
            "a variant has no options: `#[ffi(crate = path)]` goes above the type, `#[ffi(with = module)]` above a field",
        );
    }
}

/// Across the boundary nothing is borrowed for ever, and nothing of which it is
/// not known how it is borrowed.
pub(crate) fn field_type(ty: &Type, generics: &Generics, errors: &mut Errors) {
    let parameters: Vec<_> =
        generics.of(Kind::Type).map(|parameter| parameter.ident.to_string()).collect();
    if let Some(parameter) = lent(ty.to_token_stream(), &parameters) {
        errors.at(
            &parameter,
            "a reference to a type parameter cannot be derived: what it is decides how it is lent; own it (`T`, `Vec<T>`), or write the type",
        );
    }
    for lifetime in lifetimes::borrowed(ty) {
        if lifetime.ident == "static" {
            errors.at(
                &lifetime,
                "what crosses is not borrowed for ever, since a library can be unloaded: give the type a lifetime, or own the value (`String`, `Vec<T>`)",
            );
        }
    }
}

/// A type parameter behind a `&`.
fn lent(tokens: TokenStream, parameters: &[String]) -> Option<Ident> {
    // Behind a `&`, until a comma outside of its angle brackets begins another type.
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
            TokenTree::Group(group) => lent(group.stream(), parameters),
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
