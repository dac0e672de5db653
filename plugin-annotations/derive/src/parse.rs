//! From the tokens of a struct or an enum to the model.

use proc_macro2::{Group, Ident, Literal, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};

use crate::marks::Marks;
use crate::model::{self, Body, Derived};
use crate::{check, marks, since};
use plugin_annotations_backend::args::Args;
use plugin_annotations_backend::attributes::lints;
use plugin_annotations_backend::errors::Errors;
use plugin_annotations_backend::identity;
use plugin_annotations_backend::spans::located;
use plugin_annotations_backend::syntax::{self, Attribute, Data, Generics, ItemType, Variant};
use plugin_annotations_backend::with::With;

pub(crate) fn derived(item: TokenStream, errors: &mut Errors) -> Option<Derived> {
    let item = errors.keep(syn::parse2::<ItemType>(item))?;
    check::generics(&item.generics, errors);
    let options = options(&item.attrs, errors);
    let path = identity::check(options.path.as_ref(), None, errors);
    let (name, arguments) = (&item.ident, item.generics.arguments());
    let owner = Owner { name: quote!(#name #arguments), generics: &item.generics };
    let has_numbers = match &item.data {
        Data::Enum(variants) => variants.iter().any(|variant| !variant.discriminant.is_empty()),
        _ => false,
    };
    let mut marks = Marks::default();
    let body = match &item.data {
        Data::Struct(all) => Some(Body::Struct(fields(all, &owner, errors))),
        Data::Enum(all) => {
            marks = marks::marks(all, options.growing.is_some(), &item.generics, errors);
            Some(Body::Enum(variants(all, &owner, errors)))
        }
        Data::Union(keyword) => {
            check::union(keyword, errors);
            None
        }
    };
    if let Some(Body::Enum(variants)) = &body {
        check::variants(name, variants, errors);
    }
    let grows = match &body {
        Some(Body::Struct(fields)) => grows(&item.generics, options.growing, fields, errors),
        _ => marks.grows,
    };
    Some(Derived {
        krate: options.crate_path(),
        path,
        lints: lints(&item.attrs),
        grows,
        later: marks.later,
        other: marks.other,
        is_repr_c: is_repr_c(&item.attrs) && !has_numbers,
        body: body?,
        name: item.ident,
        generics: item.generics,
    })
}

/// The options in `#[ffi(..)]`: the path of `plugin-interface`, and that of the
/// type.
fn options(attributes: &[Attribute], errors: &mut Errors) -> Args {
    let mut args = Args::default();
    for attribute in attributes.iter().filter(|attribute| attribute.is("ffi")) {
        let tokens = attribute.arguments().ok_or_else(|| no_options(attribute));
        let found =
            tokens.and_then(|tokens| Args::parse(tokens, false, &["crate", "path", "growing"]));
        let Some(found) = errors.keep(found) else { continue };
        if args.krate.is_some() && found.krate.is_some() {
            errors.at(attribute, "option `crate` is given twice");
        }
        if args.path.is_some() && found.path.is_some() {
            errors.at(attribute, "option `path` is given twice");
        }
        args.krate = args.krate.or(found.krate);
        if args.growing.is_some() && found.growing.is_some() {
            errors.at(attribute, "option `growing` is given twice");
        }
        args.path = args.path.or(found.path);
        args.growing = args.growing.or(found.growing);
    }
    args
}

/// Returns `true` for a struct to which later versions append fields.
fn grows(
    generics: &Generics,
    growing: Option<Span>,
    fields: &model::Fields,
    errors: &mut Errors,
) -> bool {
    let is_later = fields.all().iter().any(|field| field.since.is_some());
    if is_later || growing.is_some() {
        check::owns(generics, errors);
        check::order(fields, errors);
    }
    is_later || growing.is_some()
}

fn no_options(attribute: &Attribute) -> syn::Error {
    syn::Error::new_spanned(attribute, "expected options in parentheses: `#[ffi(crate = path)]`")
}

/// Returns `true` if `#[repr(C)]` is the only attribute about the layout.
fn is_repr_c(attributes: &[Attribute]) -> bool {
    let mut reprs = attributes.iter().filter(|attribute| attribute.is("repr"));
    let first = reprs.next().and_then(Attribute::arguments);
    first.is_some_and(|repr| repr.to_string() == "C") && reprs.next().is_none()
}

/// The type that fields belong to.
struct Owner<'a> {
    /// Its name with its parameters.
    name: TokenStream,
    generics: &'a Generics,
}

fn variants(all: &[Variant], own: &Owner<'_>, errors: &mut Errors) -> Vec<(Ident, model::Fields)> {
    let mut variants = Vec::new();
    for variant in all {
        let fields = fields(&variant.fields, own, errors);
        check::no_later_fields(&fields, errors);
        variants.push((variant.ident.clone(), fields));
    }
    variants
}

fn fields(fields: &syntax::Fields, own: &Owner<'_>, errors: &mut Errors) -> model::Fields {
    let mut all = Vec::new();
    for (number, field) in fields.all().iter().enumerate() {
        check::field_type(&field.ty, own.generics, errors);
        let member = match &field.ident {
            Some(name) => name.to_token_stream(),
            None => Literal::usize_unsuffixed(number).to_token_stream(),
        };
        let ty = without_self(field.ty.to_token_stream(), &own.name);
        let with = With::of_field(&field.attrs, &ty, errors);
        if with.is_none() {
            check::told_apart(&ty, own.generics, errors);
        }
        let since = since::since(&field.attrs, "field", errors);
        all.push(model::Field { name: field.ident.clone(), member, ty, with, since });
    }
    match fields {
        syntax::Fields::Unit => model::Fields::Unit,
        syntax::Fields::Tuple(_) => model::Fields::Tuple(all),
        syntax::Fields::Named(_) => model::Fields::Named(all),
    }
}

/// `Box<Self>` becomes `Box<Tree<T>>`, whose errors point to `Self`.
fn without_self(tokens: TokenStream, own: &TokenStream) -> TokenStream {
    tokens
        .into_iter()
        .flat_map(|token| match token {
            TokenTree::Ident(this) if this == "Self" => located(own.clone(), this.span()),
            TokenTree::Group(group) => {
                let inner = without_self(group.stream(), own);
                let mut outer = Group::new(group.delimiter(), inner);
                outer.set_span(group.span());
                TokenTree::from(outer).into()
            }
            other => other.into(),
        })
        .collect()
}
