//! A stream of tokens: a row of them, and the place of the reader.

use std::cell::Cell;
use std::rc::Rc;

use proc_macro2::{Delimiter, Span, TokenStream};

use super::buffer::{Cursor, Entry, in_a_row};
use super::{Error, Parse, Result};

/// The tokens of an item, or those in one of its groups.
pub struct ParseBuffer {
    entries: Rc<[Entry]>,
    at: Cell<usize>,
    end: usize,
    /// The place of an error at the end.
    scope: Span,
}

/// What is read from.
pub type ParseStream<'a> = &'a ParseBuffer;

impl ParseBuffer {
    pub(super) fn new(tokens: TokenStream) -> ParseBuffer {
        let entries: Rc<[Entry]> = in_a_row(tokens).into();
        let end = entries.len() - 1;
        ParseBuffer { entries, at: Cell::new(0), end, scope: Span::call_site() }
    }

    /// The place of the reader.
    pub fn cursor(&self) -> Cursor<'_> {
        Cursor::new(&self.entries, self.at.get(), self.end)
    }

    /// Goes on at a place that was found from the present one.
    pub fn go_to(&self, rest: Cursor<'_>) {
        self.at.set(rest.bounds().0);
    }

    /// Reads what `read` finds, or returns an error with that message.
    pub(super) fn take<'a, T>(
        &'a self,
        read: fn(Cursor<'a>) -> Option<(T, Cursor<'a>)>,
        expected: &str,
    ) -> Result<T> {
        let (value, rest) = read(self.cursor()).ok_or_else(|| self.error(expected))?;
        self.go_to(rest);
        Ok(value)
    }

    /// Reads a `T`.
    pub fn parse<T: Parse>(&self) -> Result<T> {
        T::parse(self)
    }

    /// Calls a function that reads.
    pub fn call<'a, T>(&'a self, parser: fn(ParseStream<'a>) -> Result<T>) -> Result<T> {
        parser(self)
    }

    /// Reads a group, and returns a stream of what it contains, and its place.
    pub fn group(&self, delimiter: Delimiter) -> Result<(ParseBuffer, Span)> {
        let Some(((inside, span), rest)) = self.cursor().group(delimiter) else {
            return Err(self.error(match delimiter {
                Delimiter::Parenthesis => "expected parentheses",
                Delimiter::Brace => "expected curly braces",
                Delimiter::Bracket => "expected square brackets",
                Delimiter::None => "expected invisible group",
            }));
        };
        let (at, end) = inside.bounds();
        let entries = Rc::clone(&self.entries);
        let content = ParseBuffer { entries, at: Cell::new(at), end, scope: span.close() };
        self.go_to(rest);
        Ok((content, span.join()))
    }

    /// Returns `true` if such a group comes next.
    pub fn is_group(&self, delimiter: Delimiter) -> bool {
        self.cursor().group(delimiter).is_some()
    }

    /// Returns `true` if a lifetime comes next.
    pub fn is_lifetime(&self) -> bool {
        self.cursor().lifetime().is_some()
    }

    /// Returns `true` if a string comes next.
    pub fn is_text(&self) -> bool {
        self.cursor().text().is_some()
    }

    pub fn is_empty(&self) -> bool {
        self.cursor().is_at_end()
    }

    /// Another reader at the same place.
    pub fn fork(&self) -> ParseBuffer {
        let (entries, at) = (Rc::clone(&self.entries), self.at.clone());
        ParseBuffer { entries, at, end: self.end, scope: self.scope }
    }

    /// An error at the next token.
    pub fn error(&self, message: impl Into<String>) -> Error {
        match self.is_empty() {
            true => {
                let message = message.into();
                Error::new(self.scope, format!("unexpected end of input, {message}"))
            }
            false => Error::new(self.cursor().span(), message),
        }
    }

    pub(super) fn expect_end(&self) -> Result<()> {
        match self.cursor().unread() {
            Some(place) => Err(Error::new(place, "unexpected token")),
            None => Ok(()),
        }
    }
}
