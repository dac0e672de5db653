//! The parts of a type: a struct, or each variant of an enum.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::ext::IdentExt;

use crate::model::{Body, Field, Fields};

/// A struct, or one variant of an enum.
pub(crate) struct Part<'a> {
    /// The path for constructors and patterns.
    pub(crate) path: TokenStream,
    /// The struct of its wires, which is also the name in the union.
    pub(crate) wire: Ident,
    pub(crate) fields: &'a Fields,
}

pub(crate) fn parts<'a>(name: &Ident, body: &'a Body) -> Vec<Part<'a>> {
    match body {
        Body::Struct(fields) => {
            vec![Part { path: quote!(#name), wire: format_ident!("__Wire"), fields }]
        }
        Body::Enum(variants) => variants
            .iter()
            .map(|(variant, fields)| Part {
                path: quote!(#name::#variant),
                wire: format_ident!("__WireOf{}", variant.unraw()),
                fields,
            })
            .collect(),
    }
}

/// Returns `true` if a part has fields.
pub(crate) fn has_data(parts: &[Part<'_>]) -> bool {
    parts.iter().any(|part| !part.is_empty())
}

impl Part<'_> {
    pub(crate) fn fields(&self) -> &[Field] {
        self.fields.all()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.fields().is_empty()
    }

    /// `__0`, `__1` and so on: the values of its fields.
    pub(crate) fn values(&self) -> impl Iterator<Item = Ident> {
        (0..self.fields().len()).map(|i| format_ident!("__{i}"))
    }

    /// `Tree { value: __0, kids: __1 }`.
    pub(crate) fn pattern(&self) -> TokenStream {
        let (path, values) = (&self.path, self.values());
        let members = self.fields().iter().map(|field| &field.member);
        quote!(#path { #(#members: #values),* })
    }
}
