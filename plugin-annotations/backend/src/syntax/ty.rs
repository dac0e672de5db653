//! Types.

use proc_macro2::{Punct, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::ParseStream;

use super::path::Path;
use super::scan::{Ends, flat, until, with_bare_lifetimes};

/// A type: its tokens, and what little can be said of it by them.
#[derive(Clone)]
pub struct Type(TokenStream);

impl Type {
    /// Reads a type, up to where it ends.
    pub fn parse(input: ParseStream<'_>, ends: Ends) -> syn::Result<Type> {
        let tokens = with_bare_lifetimes(until(input, ends)?);
        if tokens.is_empty() {
            return Err(input.error("expected a type"));
        }
        Ok(Type(tokens))
    }

    pub(crate) fn unit() -> Type {
        Type(quote!(()))
    }

    /// The path that it is, if it is one without `<T as Trait>`.
    pub(crate) fn path(&self) -> Option<Path> {
        Path::of(self.0.clone())
    }

    /// The `&` and what it refers to, if it is a shared reference to something
    /// that has a path.
    pub(crate) fn referent(&self) -> Option<(Punct, Path)> {
        let mut tokens = flat(self.0.clone()).into_iter().peekable();
        let and = match tokens.next() {
            Some(TokenTree::Punct(punct)) if punct.as_char() == '&' => punct,
            _ => return None,
        };
        if matches!(tokens.peek(), Some(TokenTree::Punct(p)) if p.as_char() == '\'') {
            tokens.nth(1);
        }
        if matches!(tokens.peek(), Some(TokenTree::Ident(ident)) if ident == "mut") {
            tokens.next();
        }
        Some((and, Path::of(tokens.collect())?))
    }

    /// Whether nothing of it can be lost: a number, `bool` or `char`.
    pub fn is_scalar(&self) -> bool {
        SCALARS.contains(&&*self.0.to_string())
    }

    /// Whether it crosses whatever it is, and nothing of it can be lost.
    pub fn is_number(&self) -> bool {
        SCALARS[2..].contains(&&*self.0.to_string())
    }

    /// Whether it is a reference, behind which nothing is copied: nobody owns it.
    pub(crate) fn is_borrowed(&self) -> bool {
        let is_reference = |token| matches!(token, TokenTree::Punct(p) if p.as_char() == '&');
        flat(self.0.clone()).into_iter().next().is_some_and(is_reference) && !find(self.0.clone())
    }

    /// Whether it is `!`.
    pub(crate) fn is_never(&self) -> bool {
        self.0.to_string() == "!"
    }
}

/// Finds an `&`, however deep, before neither text, nor what is lent as it is, nor
/// numbers.
fn find(tokens: TokenStream) -> bool {
    let mut tokens = flat(tokens).into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(and) if and.as_char() == '&' => {
                if matches!(tokens.peek(), Some(TokenTree::Punct(p)) if p.as_char() == '\'') {
                    tokens.nth(1);
                }
                let referent = tokens.peek().map(ToString::to_string).unwrap_or_default();
                let referent = referent.trim_matches(['[', ']', ' ']);
                if !POINTERS.contains(&referent) && !SCALARS.contains(&referent) {
                    return true;
                }
            }
            TokenTree::Group(group) if find(group.stream()) => return true,
            _ => {}
        }
    }
    false
}

/// What crosses by pointer whatever else there is.
const POINTERS: [&str; 5] = ["str", "mut", "dyn", "Path", "OsStr"];

/// By pointer too, as what lies in memory as it crosses.
const SCALARS: [&str; 16] = [
    "bool", "char", "f32", "f64", "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32",
    "i64", "i128", "isize",
];

impl From<TokenStream> for Type {
    fn from(tokens: TokenStream) -> Type {
        Type(tokens)
    }
}

impl ToTokens for Type {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.0.to_tokens(tokens);
    }
}
