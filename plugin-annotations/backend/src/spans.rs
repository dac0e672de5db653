//! Spans that make errors of generated code point to the author's code.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
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

/// A constant such as `<T as FfiSafe>::SHAPE`, for a body that names `T` nowhere before.
///
/// The compiler finds a missing condition of `T` in another way for a type than for a
/// value, and says so in other words. A type comes first in all bodies, so that these
/// words are the same, and the error is reported once.
pub fn ffi_constant(krate: &Path, ty: &TokenStream, item: &str) -> TokenStream {
    let (passed, item) = (ffi_item(krate, ty, "Passed"), ffi_item(krate, ty, item));
    quote!({ let _: #passed; #item })
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

/// `tokens` as if they were written at `place`, if there is one. So the errors of a
/// type are one error, although the compiler finds it in many places.
///
/// Unsafe code stays what a macro wrote, for `forbid(unsafe_code)`, and `$crate` has
/// no other meaning.
pub fn written_at(tokens: TokenStream, place: Option<Span>) -> TokenStream {
    let Some(place) = place else { return tokens };
    let mut is_unsafe = false;
    tokens
        .into_iter()
        .map(|mut token| {
            let keeps = is_unsafe;
            is_unsafe = matches!(&token, TokenTree::Ident(ident) if ident == "unsafe");
            if let TokenTree::Group(group) = &token {
                let mut inner =
                    Group::new(group.delimiter(), written_at(group.stream(), Some(place)));
                inner.set_span(group.span());
                token = inner.into();
            }
            let is_crate = matches!(&token, TokenTree::Ident(ident) if ident == "$crate");
            if !keeps && !is_unsafe && !is_crate {
                token.set_span(place);
            }
            token
        })
        .collect()
}

/// The place of the one type among `types` that the compiler may reject, if it is
/// one: one with a name that is not known, else one that is no known name.
pub fn place_of_unknown(types: &[TokenStream]) -> Option<Span> {
    let is_known = |ident: &Ident| KNOWN.contains(&&*ident.to_string());
    let is_unknown = |ty: &&TokenStream| !names(TokenStream::clone(ty)).iter().all(is_known);
    let is_composed = |ty: &&TokenStream| {
        let text = ty.to_string().replace(' ', "");
        !KNOWN.contains(&text.trim_start_matches('&')) && text != "()"
    };
    only(types.iter().filter(is_unknown))
        .or_else(|| {
            only(types.iter().filter(is_composed))
                .filter(|_| !types.iter().any(|ty| is_unknown(&ty)))
        })
        .map(representative)
}

fn only<T>(mut all: impl Iterator<Item = T>) -> Option<T> {
    let first = all.next();
    first.filter(|_| all.next().is_none())
}

/// The span of a group that is the whole type, else that of its first name.
fn representative(ty: &TokenStream) -> Span {
    match ty.clone().into_iter().next() {
        Some(TokenTree::Group(group)) if group.delimiter() != Delimiter::None => group.span(),
        _ => names(ty.clone()).first().map_or_else(|| ends(ty).0, Ident::span),
    }
}

/// Names of types that are FFI-safe if their arguments are.
const KNOWN: [&str; 24] = [
    "bool", "char", "f32", "f64", "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32",
    "i64", "i128", "isize", "str", "String", "Vec", "Option", "Result", "Box", "Self", "static",
];

/// What may stand before a name in a type.
const KEYWORDS: [&str; 5] = ["mut", "dyn", "const", "impl", "_"];

/// The names in a type, but no keywords.
fn names(tokens: TokenStream) -> Vec<Ident> {
    let mut all = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Group(group) => all.extend(names(group.stream())),
            TokenTree::Ident(ident) if !KEYWORDS.contains(&&*ident.to_string()) => {
                all.push(ident);
            }
            _ => {}
        }
    }
    all
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
