//! Types.

use proc_macro2::{Punct, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::ParseStream;

use super::path::Path;
use super::scan::{Ends, flat, unopened, until, with_bare_lifetimes};

/// A type: its tokens, and the few facts that they show.
#[derive(Clone)]
pub struct Type(TokenStream);

impl Type {
    /// Reads a type up to its end.
    pub(crate) fn parse(input: ParseStream<'_>, ends: Ends) -> syn::Result<Type> {
        let tokens = with_bare_lifetimes(until(input, ends)?);
        if tokens.is_empty() {
            return Err(input.error("expected a type"));
        }
        if let Some(end) = unopened(&tokens) {
            return Err(syn::Error::new(end, "expected a type: this `>` closes no `<`"));
        }
        Ok(Type(tokens))
    }

    pub(crate) fn unit() -> Type {
        Type(quote!(()))
    }

    /// Returns the type as a path, if it is one without `<T as Trait>`.
    pub(crate) fn path(&self) -> Option<Path> {
        Path::of(self.0.clone())
    }

    /// The `&` and the referent, if it is a reference to a type with a path.
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

    /// Returns `true` for a number, `bool` or `char`: nothing of it can leak.
    pub fn is_scalar(&self) -> bool {
        SCALARS.contains(&&*self.0.to_string())
    }

    /// Returns `true` if any value of it is valid, and nothing of it can leak.
    pub fn is_number(&self) -> bool {
        SCALARS[2..].contains(&&*self.0.to_string())
    }

    /// Returns `true` for a reference whose referent is not copied.
    pub(crate) fn is_borrowed(&self) -> bool {
        let is_reference = |token| matches!(token, TokenTree::Punct(p) if p.as_char() == '&');
        flat(self.0.clone()).into_iter().next().is_some_and(is_reference)
            && !has_copied_reference(self.0.clone())
    }

    /// Returns `true` if it is `!`.
    pub(crate) fn is_never(&self) -> bool {
        self.0.to_string() == "!"
    }
}

/// Returns `true` if there is an `&`, at any depth, to a type that is passed as a
/// copy: neither text, nor an object, nor a number.
fn has_copied_reference(tokens: TokenStream) -> bool {
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
            TokenTree::Group(group) if has_copied_reference(group.stream()) => return true,
            _ => {}
        }
    }
    false
}

/// Referents that are always passed as pointers.
const POINTERS: [&str; 5] = ["str", "mut", "dyn", "Path", "OsStr"];

/// Referents that are passed as pointers too, since they have the layout of their
/// wire.
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
