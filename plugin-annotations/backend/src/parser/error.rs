//! Errors with their places.

use std::fmt;

use proc_macro2::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::ToTokens;

pub type Result<T> = std::result::Result<T, Error>;

/// One error, or several that are reported together.
#[derive(Debug)]
pub struct Error(Vec<Message>);

#[derive(Debug)]
struct Message {
    start: Span,
    end: Span,
    text: String,
}

impl Error {
    /// Creates an error at a place.
    pub fn new(place: Span, message: impl Into<String>) -> Error {
        Error(vec![Message { start: place, end: place, text: message.into() }])
    }

    /// Creates an error that covers `tokens`.
    pub fn new_spanned(tokens: impl ToTokens, message: impl Into<String>) -> Error {
        let mut tokens = tokens.into_token_stream().into_iter();
        let start = tokens.next().map_or_else(Span::call_site, |token| token.span());
        let end = tokens.last().map_or(start, |token| token.span());
        Error(vec![Message { start, end, text: message.into() }])
    }

    /// The place of the first error.
    pub fn span(&self) -> Span {
        let Message { start, end, .. } = self.0[0];
        start.join(end).unwrap_or(start)
    }

    /// Adds other errors.
    pub fn combine(&mut self, other: Error) {
        self.0.extend(other.0);
    }

    /// `::core::compile_error! { "text" }` for each error, at its place.
    pub fn into_compile_error(self) -> TokenStream {
        let mut tokens = Vec::new();
        for Message { start, end, text } in self.0 {
            let punct = |char: char, spacing: Spacing| {
                let mut punct = Punct::new(char, spacing);
                punct.set_span(start);
                TokenTree::from(punct)
            };
            let colons = || [punct(':', Spacing::Joint), punct(':', Spacing::Alone)];
            tokens.extend(colons());
            tokens.push(Ident::new("core", start).into());
            tokens.extend(colons());
            tokens.push(Ident::new("compile_error", start).into());
            tokens.push(punct('!', Spacing::Alone));
            let mut text = Literal::string(&text);
            text.set_span(end);
            let mut group = Group::new(Delimiter::Brace, TokenTree::from(text).into());
            group.set_span(end);
            tokens.push(group.into());
        }
        tokens.into_iter().collect()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0[0].text)
    }
}

impl std::error::Error for Error {}
