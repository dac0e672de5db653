//! Types with the layout of their wire: plain data under `#[repr(C)]`.

use proc_macro2::TokenStream;
use quote::quote;

use crate::lend::is_lent_by_fields;
use crate::model::{Body, Derived, Field};
use crate::parts::Part;
use crate::proof::proof;
use plugin_annotations_backend::spans::ffi_item;
use plugin_annotations_backend::syntax::Kind;

/// How plain data is passed. All of it depends on the types of the fields, which only
/// the compiler knows.
pub(crate) struct Plain {
    /// The way references to it are passed.
    pub(crate) by_ref: TokenStream,
    /// The items of `FfiSafe` that prove the layout.
    pub(crate) proof: TokenStream,
    /// The impl of `Plain`.
    pub(crate) of_plain: TokenStream,
}

pub(crate) fn plain(derived: &Derived, parameters: &TokenStream, parts: &[Part<'_>]) -> Plain {
    let Derived { krate, name, generics, is_repr_c, grows, body, .. } = derived;
    let private = quote!(#krate::__private);
    let by_ref = match is_lent_by_fields(derived) {
        true => quote!(#private::ByFields),
        false => quote!(#private::ByCopy),
    };
    let by_copy = Plain { by_ref, proof: quote!(), of_plain: quote!() };
    let fields: Vec<&Field> = match body {
        // Its wire is a byte, but it has no bytes itself.
        Body::Struct(fields) if fields.all().is_empty() => return by_copy,
        Body::Struct(fields) => fields.all().iter().collect(),
        Body::Enum(variants) => variants.iter().flat_map(|(_, fields)| fields.all()).collect(),
    };
    // A type with a lifetime has a reference somewhere, perhaps to its own type.
    let borrows = generics.of(Kind::Lifetime).next().is_some();
    if !is_repr_c || *grows || borrows || fields.iter().any(|field| field.with.is_some()) {
        return by_copy;
    }
    let by_ref = fields.iter().fold(quote!(#private::ByPointer), |others, field| {
        let own = ffi_item(krate, &field.ty, "ByRef");
        quote!(<#own as #private::ByRef>::And<#others>)
    });
    let arguments = generics.arguments();
    let types = fields.iter().map(|field| &field.ty);
    let owned = generics.of(Kind::Type).map(|parameter| &parameter.ident);
    // Thanks to its own lifetime, a bound that does not hold is no error: there is
    // just no such impl.
    let of_plain = quote! {
        // SAFETY: the fields are plain, and have the layout of the wire.
        unsafe impl #parameters #private::Plain for #name #arguments
        where
            for<'__a> #name #arguments: #private::core::marker::Copy,
            #(for<'__a> #types: #private::Plain,)*
            #(#owned: 'static,)*
        {}
    };
    // A type with parameters proves it where they are known.
    let is_proved_here = generics.params.is_empty().then(
        || quote!(const _: #private::core::primitive::bool = <#name as #krate::FfiSafe>::PLAIN;),
    );
    let proof = proof(derived, parts);
    Plain { by_ref, proof, of_plain: quote!(#of_plain #is_proved_here) }
}
