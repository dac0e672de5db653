//! Spans that make errors of generated code point to the author's code.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};

use crate::syntax::Path;

/// `<T as FfiSafe>::Wire` or another item of it.
///
/// It has the span of `T`. So the error of a type that is not FFI-safe points to
/// `T`, and is reported once even if the type is named often.
pub fn ffi_item(krate: &Path, ty: &TokenStream, item: &str) -> TokenStream {
    let (first, last) = ends(ty);
    let (open, item) = (quote_spanned!(first=> <), Ident::new(item, last));
    quote!(#open #ty as #krate::FfiSafe>::#item)
}

/// The place of errors in the code that is generated for `tokens`.
pub fn place_of(tokens: &impl ToTokens) -> Span {
    Span::call_site().located_at(ends(&tokens.to_token_stream()).0)
}

/// `tokens` with the same meaning, whose errors point to `place`.
pub fn located(tokens: TokenStream, place: Span) -> TokenStream {
    tokens
        .into_iter()
        .map(|mut token| {
            token.set_span(token.span().located_at(place));
            token
        })
        .collect()
}

/// The spans of the first and the last token.
pub fn ends(tokens: &TokenStream) -> (Span, Span) {
    let mut spans = tokens.clone().into_iter().map(|token| match token {
        TokenTree::Group(group) => (group.span_open(), group.span_close()),
        other => (other.span(), other.span()),
    });
    let first = spans.next().unwrap_or((Span::call_site(), Span::call_site()));
    (first.0, spans.last().unwrap_or(first).1)
}
