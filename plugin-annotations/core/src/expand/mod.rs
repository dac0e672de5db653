//! From the model to code. The user's item is kept, whatever happens.
//!
//! Generated code names everything by its full path, through
//! `plugin_interface::__private`, and compiles in a crate that forbids unsafe
//! code, denies all lints and has no prelude.

pub(crate) mod aggregates;
pub(crate) mod derive;
pub(crate) mod interface;
pub(crate) mod registration;

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::Path;

/// `<T as FfiSafe>::Wire` or another item of it. It spans `T`, so that the error
/// of a type that cannot cross points there, and is one however often it
/// is named.
fn crossing(krate: &Path, ty: &TokenStream, item: &str) -> TokenStream {
    let (first, last) = ends(ty);
    let (open, item) = (quote_spanned!(first=> <), Ident::new(item, last));
    quote!(#open #ty as #krate::FfiSafe>::#item)
}

/// `dyn Tool`, of which an error points to `Tool`.
fn object_type(interface: &Path) -> TokenStream {
    let (first, _) = ends(&interface.to_token_stream());
    let token = quote_spanned!(first=> dyn);
    quote!(#token #interface)
}

/// Where an error of the code generated for `tokens` is to point.
fn place_of(tokens: &impl ToTokens) -> Span {
    Span::call_site().located_at(ends(&tokens.to_token_stream()).0)
}

/// `tokens`, whose errors point to `place`; they mean what they meant.
pub(crate) fn located(tokens: TokenStream, place: Span) -> TokenStream {
    tokens
        .into_iter()
        .map(|mut token| {
            token.set_span(token.span().located_at(place));
            token
        })
        .collect()
}

/// The spans of the first and the last token.
fn ends(tokens: &TokenStream) -> (Span, Span) {
    let mut spans = tokens.clone().into_iter().map(|token| match token {
        TokenTree::Group(group) => (group.span_open(), group.span_close()),
        other => (other.span(), other.span()),
    });
    let first = spans.next().unwrap_or((Span::call_site(), Span::call_site()));
    (first.0, spans.last().unwrap_or(first).1)
}

/// A static in the metadata section, holding what `record` (a
/// `&'static [u8]` constant) holds.
///
/// ```text
/// Input:  NAME, <dyn Tool as Interface>::RECORD
/// Output: #[used] #[link_section = ".plugin"] static NAME: [u8; N] = *RECORD;
/// ```
fn metadata_static(krate: &Path, name: &str, record: &TokenStream) -> TokenStream {
    let name = quote::format_ident!("{name}");
    quote! {
        #[used]
        #[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__plugin"))]
        #[cfg_attr(not(target_vendor = "apple"), unsafe(link_section = ".plugin"))]
        static #name: [#krate::__private::core::primitive::u8; {
            let __record: &'static [#krate::__private::core::primitive::u8] = #record;
            <[_]>::len(__record)
        }] = #krate::__private::bytes_of(#record);
    }
}
