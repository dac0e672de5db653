//! From the tokens of a struct or an enum to the model.

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{Attribute, Data, DataEnum, DeriveInput, Field, Meta, Path};

use crate::check;
use crate::model::{self, Body, Derived};
use plugin_annotations_core::args::Args;
use plugin_annotations_core::errors::Errors;
use plugin_annotations_core::spans::located;

pub(crate) fn derived(item: TokenStream, errors: &mut Errors) -> Option<Derived> {
    let item = errors.keep(syn::parse2::<DeriveInput>(item))?;
    check::generics(&item.generics, errors);
    let krate = crate_path(&item.attrs, errors);
    let (_, arguments, _) = item.generics.split_for_impl();
    let name = &item.ident;
    let own = quote!(#name #arguments);
    let has_numbers = match &item.data {
        Data::Enum(data) => data.variants.iter().any(|variant| variant.discriminant.is_some()),
        _ => false,
    };
    let body = match &item.data {
        Data::Struct(data) => Some(Body::Struct(fields(&data.fields, &own, errors))),
        Data::Enum(data) => Some(Body::Enum(variants(data, &own, errors))),
        Data::Union(data) => {
            check::union(data, errors);
            None
        }
    };
    if let Some(Body::Enum(variants)) = &body {
        check::variants(name, variants, errors);
    }
    Some(Derived {
        krate,
        is_repr_c: is_repr_c(&item.attrs) && !has_numbers,
        body: body?,
        name: item.ident,
        generics: item.generics,
    })
}

/// Where `plugin-interface` is, as `#[ffi(crate = path)]` says.
fn crate_path(attributes: &[Attribute], errors: &mut Errors) -> Path {
    let mut args = Args::default();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("ffi")) {
        let tokens = attribute.meta.require_list().map(|list| list.tokens.clone());
        let found = tokens.and_then(|tokens| Args::parse(tokens, false, &["crate"]));
        if let Some(found) = errors.keep(found)
            && let Some(krate) = found.krate
            && args.krate.replace(krate).is_some()
        {
            errors.at(attribute, "option `crate` is given twice");
        }
    }
    args.crate_path()
}

/// Whether `#[repr(C)]` is all that is said of the layout.
fn is_repr_c(attributes: &[Attribute]) -> bool {
    let mut reprs = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::List(list) if list.path.is_ident("repr") => Some(list.tokens.to_string()),
        _ => None,
    });
    reprs.next().is_some_and(|repr| repr == "C") && reprs.next().is_none()
}

fn variants(
    data: &DataEnum,
    own: &TokenStream,
    errors: &mut Errors,
) -> Vec<(Ident, model::Fields)> {
    let mut variants = Vec::new();
    for variant in &data.variants {
        check::no_options(&variant.attrs, errors);
        variants.push((variant.ident.clone(), fields(&variant.fields, own, errors)));
    }
    variants
}

fn fields(fields: &syn::Fields, own: &TokenStream, errors: &mut Errors) -> model::Fields {
    let mut all = Vec::new();
    for (Field { attrs, ty, .. }, member) in fields.iter().zip(fields.members()) {
        check::no_options(attrs, errors);
        check::field_type(ty, errors);
        all.push(model::Field { member, ty: without_self(ty.to_token_stream(), own) });
    }
    match fields {
        syn::Fields::Unit => model::Fields::Unit,
        syn::Fields::Unnamed(_) => model::Fields::Tuple(all),
        syn::Fields::Named(_) => model::Fields::Named(all),
    }
}

/// `Box<Self>` becomes `Box<Tree<T>>`, and an error of it points to `Self`.
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
