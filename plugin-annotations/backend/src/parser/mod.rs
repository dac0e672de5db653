//! Reads tokens one after the other: a stream with a place in it, and errors with
//! theirs.
//!
//! The names are those of `syn`, and so are the messages. `syn` is not used because
//! the first build of a plugin would wait for it, also without its features: it took
//! a fifth of the processor time of that build. Only this much of it was in use.

mod buffer;
mod error;
mod lifetime;
mod literal;
mod stream;
#[cfg(test)]
mod tests;

use proc_macro2::{Delimiter, Group, Ident, Literal, TokenStream, TokenTree};

pub use buffer::Cursor;
pub use error::{Error, Result};
pub use lifetime::Lifetime;
pub use literal::{LitStr, number};
pub use stream::{ParseBuffer, ParseStream};

/// What can be read from a stream.
pub trait Parse: Sized {
    fn parse(input: ParseStream<'_>) -> Result<Self>;
}

/// Reads all of `tokens` as a `T`.
pub fn parse2<T: Parse>(tokens: TokenStream) -> Result<T> {
    parse_with(tokens, T::parse)
}

/// Reads all of `tokens` by a function.
pub fn parse_with<T>(
    tokens: TokenStream,
    parser: impl FnOnce(ParseStream<'_>) -> Result<T>,
) -> Result<T> {
    let input = ParseBuffer::new(tokens);
    let parsed = parser(&input)?;
    input.expect_end()?;
    Ok(parsed)
}

/// Names without their `r#`, and names that are keywords.
pub trait IdentExt: Sized {
    /// Reads a name that may be a keyword.
    fn parse_any(input: ParseStream<'_>) -> Result<Self>;

    /// Returns the name without `r#`.
    fn unraw(&self) -> Self;
}

impl IdentExt for Ident {
    fn parse_any(input: ParseStream<'_>) -> Result<Ident> {
        input.take(Cursor::ident, "expected ident")
    }

    fn unraw(&self) -> Ident {
        match self.to_string().strip_prefix("r#") {
            Some(name) => Ident::new(name, self.span()),
            None => self.clone(),
        }
    }
}

impl Parse for Ident {
    fn parse(input: ParseStream<'_>) -> Result<Ident> {
        if let Some((ident, rest)) = input.cursor().ident() {
            let name = ident.to_string();
            if KEYWORDS.contains(&&*name) {
                return Err(input.error(format!("expected identifier, found keyword `{name}`")));
            }
            input.go_to(rest);
            return Ok(ident);
        }
        Err(input.error("expected identifier"))
    }
}

impl Parse for Lifetime {
    fn parse(input: ParseStream<'_>) -> Result<Lifetime> {
        input.take(Cursor::lifetime, "expected lifetime")
    }
}

impl Parse for Literal {
    fn parse(input: ParseStream<'_>) -> Result<Literal> {
        input.take(Cursor::literal, "expected literal token")
    }
}

impl Parse for LitStr {
    fn parse(input: ParseStream<'_>) -> Result<LitStr> {
        input.take(Cursor::text, "expected string literal")
    }
}

impl Parse for TokenTree {
    fn parse(input: ParseStream<'_>) -> Result<TokenTree> {
        input.take(Cursor::token_tree, "expected token tree")
    }
}

impl Parse for Group {
    fn parse(input: ParseStream<'_>) -> Result<Group> {
        match input.cursor().token_tree() {
            Some((TokenTree::Group(group), rest)) if group.delimiter() != Delimiter::None => {
                input.go_to(rest);
                Ok(group)
            }
            _ => Err(input.error("expected group token")),
        }
    }
}

/// The rest of the stream.
impl Parse for TokenStream {
    fn parse(input: ParseStream<'_>) -> Result<TokenStream> {
        let mut tokens = Vec::new();
        while let Some((token, rest)) = input.cursor().token_tree() {
            input.go_to(rest);
            tokens.push(token);
        }
        Ok(tokens.into_iter().collect())
    }
}

/// The strict and the reserved keywords.
const KEYWORDS: [&str; 52] = [
    "_", "abstract", "as", "async", "await", "become", "box", "break", "const", "continue",
    "crate", "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "if", "impl",
    "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref",
    "return", "Self", "self", "static", "struct", "super", "trait", "true", "try", "type",
    "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];
