//! What has the layout of its wire: a type under `#[repr(C)]`, of plain data.

use proc_macro2::TokenStream;
use quote::quote;

use crate::model::{Body, Derived, Field};
use plugin_annotations_backend::spans::crossing;
use plugin_annotations_backend::syntax::Kind;

/// How references to it cross, and the impl of `Plain`. Both depend on what the
/// fields are, which the compiler knows and no macro.
pub(crate) fn plain(derived: &Derived, parameters: &TokenStream) -> (TokenStream, TokenStream) {
    let Derived { krate, name, generics, is_repr_c, body } = derived;
    let private = quote!(#krate::__private);
    let by_copy = (quote!(#private::ByCopy), quote!());
    let fields: Vec<&Field> = match body {
        // It crosses as a byte, and lies in none.
        Body::Struct(fields) if fields.all().is_empty() => return by_copy,
        Body::Struct(fields) => fields.all().iter().collect(),
        Body::Enum(variants) => variants.iter().flat_map(|(_, fields)| fields.all()).collect(),
    };
    // What has a lifetime has a reference somewhere, perhaps to its own type.
    let borrows = generics.of(Kind::Lifetime).next().is_some();
    if !is_repr_c || borrows || fields.iter().any(|field| field.with.is_some()) {
        return by_copy;
    }
    let by_ref = fields.iter().fold(quote!(#private::ByPointer), |others, field| {
        let own = crossing(krate, &field.ty, "ByRef");
        quote!(<#own as #private::ByRef>::And<#others>)
    });
    let arguments = generics.arguments();
    let types = fields.iter().map(|field| &field.ty);
    let owned = generics.of(Kind::Type).map(|parameter| &parameter.ident);
    // With a lifetime of its own, a bound that does not hold is no error: then
    // there is no such impl.
    let plain = quote! {
        // SAFETY: the fields are plain and lie as in the wire.
        unsafe impl #parameters #private::Plain for #name #arguments
        where
            for<'__a> #name #arguments: #private::core::marker::Copy,
            #(for<'__a> #types: #private::Plain,)*
            #(#owned: 'static,)*
        {}
    };
    (by_ref, plain)
}
