//! The marks of an enum that grows: `#[ffi(growing)]` on the enum, `#[since("1.1")]`
//! on a later variant, and `#[ffi(other)]` on the one that stands for later ones.

use plugin_annotations_backend::args::Args;
use plugin_annotations_backend::errors::Errors;
use plugin_annotations_backend::syntax::{Fields, Generics, Variant};
use plugin_annotations_backend::version::numbers;
use proc_macro2::{Ident, Span};

use crate::{check, since};

#[derive(Default)]
pub(crate) struct Marks {
    pub(crate) grows: bool,
    /// The versions that added the last variants.
    pub(crate) later: Vec<String>,
    /// The variant that stands for those of later versions.
    pub(crate) other: Option<Ident>,
}

/// Reads the attributes of the variants of an enum.
pub(crate) fn marks(
    variants: &[Variant],
    is_marked: bool,
    generics: &Generics,
    errors: &mut Errors,
) -> Marks {
    let mut marks = Marks { grows: is_marked, ..Marks::default() };
    let mut others = Vec::new();
    for variant in variants {
        let since = since::since(&variant.attrs, "variant", errors);
        check_order(variant, since.as_ref().map(|since| &*since.version), &marks.later, errors);
        if let Some(place) = other(variant, errors) {
            check_other(variant, place, since.is_some(), errors);
            others.push(place);
            marks.other = Some(variant.ident.clone());
        }
        marks.later.extend(since.map(|since| since.version));
    }
    marks.grows |= !marks.later.is_empty();
    if let [_, again, ..] = others[..] {
        errors.push(syn::Error::new(again, "one variant stands for later ones: remove this mark"));
    }
    if let (false, [place, ..]) = (marks.grows, &others[..]) {
        errors.push(syn::Error::new(
            *place,
            "an enum with a variant that stands for later ones grows: add `#[ffi(growing)]` above the enum",
        ));
    }
    if marks.grows {
        check::owns(generics, errors);
    }
    marks
}

/// The place of `other` in the attributes of a variant, which has no other option.
fn other(variant: &Variant, errors: &mut Errors) -> Option<Span> {
    let mut place = None;
    for attribute in variant.attrs.iter().filter(|attribute| attribute.is("ffi")) {
        let tokens = attribute.arguments().unwrap_or_default();
        match Args::parse(tokens, false, &["other"]) {
            Ok(Args { other: Some(found), .. }) => place = Some(found),
            _ => errors.at(
                attribute,
                "a variant has no options but `#[ffi(other)]`: `#[ffi(crate = path)]` goes above the type, `#[ffi(with = module)]` above a field",
            ),
        }
    }
    place
}

fn check_other(variant: &Variant, place: Span, is_later: bool, errors: &mut Errors) {
    if !matches!(variant.fields, Fields::Unit) {
        errors.push(syn::Error::new(
            place,
            "the variant that stands for later ones has no fields: this side does not know theirs",
        ));
    }
    if is_later {
        errors.push(syn::Error::new(
            place,
            "the variant that stands for later ones is one of the first version: remove its `#[since]`, or this mark",
        ));
    }
}

/// Rejects a variant of the first version behind later ones, and versions out of
/// order.
fn check_order(variant: &Variant, since: Option<&str>, later: &[String], errors: &mut Errors) {
    let before = later.last().and_then(|version| numbers(version));
    match since.and_then(numbers) {
        Some(_) if since.and_then(numbers) < before => errors.at(
            &variant.ident,
            "a previous variant has a higher version: append variants in the order of their versions",
        ),
        None if before.is_some() => errors.at(
            &variant.ident,
            "this variant follows one with `#[since]`, so an older side does not have it: move it up, or add the version that added it, `#[since(\"..\")]`",
        ),
        _ => {}
    }
}
