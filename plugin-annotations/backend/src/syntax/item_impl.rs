//! The head of an impl.

use proc_macro2::{Group, TokenStream};
use syn::parse::{Parse, ParseStream};

use super::attribute::Attribute;
use super::generics::Generics;
use super::path::Path;
use super::scan::{Ends, keyword, punct, until};
use super::ty::Type;

/// An impl without the items in its braces.
pub(crate) struct ItemImpl {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) generics: Generics,
    /// The trait; `None` for an inherent impl.
    pub(crate) interface: Option<Path>,
    pub(crate) self_ty: Type,
}

impl Parse for ItemImpl {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = Attribute::parse_outer(input)?;
        keyword(input, "unsafe");
        if keyword(input, "impl").is_none() {
            return Err(input.error("`#[plugin_impl]` goes on `impl Trait for Type`"));
        }
        let mut generics: Generics = input.parse()?;
        punct(input, "!");
        let first = until(input, Ends::ForOrBody)?;
        let (interface, self_ty) = match keyword(input, "for") {
            Some(_) => (Some(trait_path(first)?), Type::parse(input, Ends::Body)?),
            None => (None, first.into()),
        };
        generics.parse_where(input)?;
        input.parse::<Group>()?;
        Ok(ItemImpl { attrs, generics, interface, self_ty })
    }
}

fn trait_path(tokens: TokenStream) -> syn::Result<Path> {
    Path::of(tokens.clone())
        .ok_or_else(|| syn::Error::new_spanned(tokens, "expected the path of a trait"))
}
