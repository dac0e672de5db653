//! Rewrites the lifetimes of a type where generated code names it elsewhere.

use proc_macro2::{Group, Ident, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::Lifetime;

/// `&'a str` and `&str` become `&'static str`: for types in a layout, where
/// only the lifetime-free wire matters.
pub fn fixed(ty: &impl ToTokens) -> TokenStream {
    rewrite(ty.to_token_stream(), "static")
}

/// `&'a str` and `&str` become `&'_ str`: for types in a body, where the
/// compiler finds the lifetime.
pub fn inferred(ty: &impl ToTokens) -> TokenStream {
    rewrite(ty.to_token_stream(), "_")
}

/// `&'a str` and `&str` become `&'call str`: for types in a function that has a
/// lifetime of this name.
pub fn of_call(ty: &impl ToTokens) -> TokenStream {
    rewrite(ty.to_token_stream(), "call")
}

/// `&'s str` becomes `&'__a str`: for a field of what is lifted with this lifetime
/// in place of its own. What says `'static` owns what it holds.
pub fn of_lifted(ty: &impl ToTokens) -> TokenStream {
    rewrite(ty.to_token_stream(), "__a")
}

fn rewrite(tokens: TokenStream, name: &str) -> TokenStream {
    let mut out = TokenStream::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), rewrite(group.stream(), name));
                inner.set_span(group.span());
                inner.to_tokens(&mut out);
            }
            TokenTree::Punct(punct) if punct.as_char() == '\'' => {
                let stays = matches!(tokens.next(), Some(TokenTree::Ident(i)) if i == "static");
                let name = if stays { "static" } else { name };
                lifetime(name, punct.span()).to_tokens(&mut out);
            }
            TokenTree::Punct(punct) if punct.as_char() == '&' => {
                let mut and = Punct::new('&', Spacing::Alone);
                and.set_span(punct.span());
                and.to_tokens(&mut out);
                if !matches!(tokens.peek(), Some(TokenTree::Punct(p)) if p.as_char() == '\'') {
                    lifetime(name, punct.span()).to_tokens(&mut out);
                }
            }
            other => other.to_tokens(&mut out),
        }
    }
    out
}

fn lifetime(name: &str, span: Span) -> TokenStream {
    let lifetime = Lifetime { apostrophe: span, ident: Ident::new(name, span) };
    lifetime.to_token_stream()
}

/// Whether a type has a lifetime, written or not: one of a path is written where
/// generated code names the type too.
pub(crate) fn borrows(ty: &impl ToTokens) -> bool {
    fn find(tokens: TokenStream) -> bool {
        tokens.into_iter().any(|token| match token {
            TokenTree::Group(group) => find(group.stream()),
            TokenTree::Punct(punct) => matches!(punct.as_char(), '&' | '\''),
            _ => false,
        })
    }
    find(ty.to_token_stream())
}

/// Every lifetime that is written in a type.
pub fn written(ty: &impl ToTokens) -> Vec<Lifetime> {
    let mut found = Vec::new();
    collect(ty.to_token_stream(), &mut found);
    found
}

fn collect(tokens: TokenStream, found: &mut Vec<Lifetime>) {
    let mut tokens = tokens.into_iter();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Group(group) => collect(group.stream(), found),
            TokenTree::Punct(quote) if quote.as_char() == '\'' => {
                if let Some(TokenTree::Ident(ident)) = tokens.next() {
                    found.push(Lifetime { apostrophe: quote.span(), ident });
                }
            }
            _ => {}
        }
    }
}
