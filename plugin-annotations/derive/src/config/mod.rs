//! `#[derive(PluginConfig)]`: the description of settings, and how they are read.
//!
//! It writes no unsafe code, so it needs no way by `__generate!`.

mod default;
mod expand;
mod model;
mod parse;

use proc_macro2::TokenStream;
use quote::quote;

use plugin_annotations_backend::errors::Errors;

/// Describes a struct as settings, or an enum as the type of one.
///
/// Mistakes become a `compile_error!` in the returned code.
pub fn derive_plugin_config(item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let described = parse::described(item, &mut errors);
    match (described, errors.into_tokens()) {
        (Some(described), None) => expand::expand(&described),
        (_, errors) => quote!(#errors),
    }
}
