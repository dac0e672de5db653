//! Tokens in a row, with those of each group behind it.

use proc_macro2::extra::DelimSpan;
use proc_macro2::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};

use super::lifetime::Lifetime;
use super::literal::LitStr;

pub(super) enum Entry {
    /// A token that is no group.
    Token(TokenTree),
    /// A group, and the number of entries up to its end.
    Group(Group, usize),
    /// The end of a group, or of all tokens.
    End,
}

/// Puts `tokens` in a row, with an end behind them.
pub(super) fn in_a_row(tokens: TokenStream) -> Vec<Entry> {
    let mut entries = Vec::new();
    append(&mut entries, tokens);
    entries
}

fn append(entries: &mut Vec<Entry>, tokens: TokenStream) {
    for token in tokens {
        let TokenTree::Group(group) = token else {
            entries.push(Entry::Token(token));
            continue;
        };
        let start = entries.len();
        let inner = group.stream();
        entries.push(Entry::Group(group, 0));
        append(entries, inner);
        let last = entries.len() - 1;
        if let Entry::Group(_, length) = &mut entries[start] {
            *length = last - start;
        }
    }
    entries.push(Entry::End);
}

/// A place in a row of tokens, and the end of what may be read there.
#[derive(Clone, Copy)]
pub struct Cursor<'a> {
    entries: &'a [Entry],
    at: usize,
    end: usize,
}

/// A value, and the place behind it.
type Read<'a, T> = Option<(T, Cursor<'a>)>;

impl<'a> Cursor<'a> {
    /// The place `at`, or the one behind the invisible groups that end there.
    pub(super) fn new(entries: &'a [Entry], at: usize, end: usize) -> Cursor<'a> {
        let mut at = at;
        while at != end && matches!(entries[at], Entry::End) {
            at += 1;
        }
        Cursor { entries, at, end }
    }

    pub(super) fn bounds(self) -> (usize, usize) {
        (self.at, self.end)
    }

    pub(super) fn is_at_end(self) -> bool {
        self.at == self.end
    }

    fn entry(self) -> &'a Entry {
        &self.entries[self.at]
    }

    fn behind(self, entries: usize) -> Cursor<'a> {
        Cursor::new(self.entries, self.at + entries, self.end)
    }

    /// The place within the invisible groups that begin here.
    fn within_invisible(mut self) -> Cursor<'a> {
        while let Entry::Group(group, _) = self.entry() {
            if group.delimiter() != Delimiter::None {
                break;
            }
            self = self.behind(1);
        }
        self
    }

    /// Reads one token or group, which may be invisible.
    pub fn token_tree(self) -> Read<'a, TokenTree> {
        match self.entry() {
            Entry::Token(token) => Some((token.clone(), self.behind(1))),
            Entry::Group(group, length) => Some((group.clone().into(), self.behind(length + 1))),
            Entry::End => None,
        }
    }

    /// Reads a name or a keyword.
    pub fn ident(self) -> Read<'a, Ident> {
        let this = self.within_invisible();
        match this.entry() {
            Entry::Token(TokenTree::Ident(ident)) => Some((ident.clone(), this.behind(1))),
            _ => None,
        }
    }

    /// Reads punctuation other than the quote of a lifetime.
    pub fn punct(self) -> Read<'a, Punct> {
        let this = self.within_invisible();
        match this.entry() {
            Entry::Token(TokenTree::Punct(punct)) if punct.as_char() != '\'' => {
                Some((punct.clone(), this.behind(1)))
            }
            _ => None,
        }
    }

    /// Reads a literal.
    pub fn literal(self) -> Read<'a, Literal> {
        let this = self.within_invisible();
        match this.entry() {
            Entry::Token(TokenTree::Literal(literal)) => Some((literal.clone(), this.behind(1))),
            _ => None,
        }
    }

    /// Reads a string in quotes.
    pub fn text(self) -> Read<'a, LitStr> {
        let (literal, rest) = self.literal()?;
        Some((LitStr::of(literal)?, rest))
    }

    /// Reads a lifetime.
    pub fn lifetime(self) -> Read<'a, Lifetime> {
        let this = self.within_invisible();
        match this.entry() {
            Entry::Token(TokenTree::Punct(quote))
                if quote.as_char() == '\'' && quote.spacing() == Spacing::Joint =>
            {
                let (ident, rest) = this.behind(1).ident()?;
                Some((Lifetime { apostrophe: quote.span(), ident }, rest))
            }
            _ => None,
        }
    }

    /// Reads a visible group: the place within it, and its spans.
    pub(super) fn group(self, delimiter: Delimiter) -> Read<'a, (Cursor<'a>, DelimSpan)> {
        let this = self.within_invisible();
        match this.entry() {
            Entry::Group(group, length) if group.delimiter() == delimiter => {
                let inside = Cursor::new(this.entries, this.at + 1, this.at + length);
                Some(((inside, group.delim_span()), this.behind(length + 1)))
            }
            _ => None,
        }
    }

    /// The place of the token, or of the begin of the group.
    pub(super) fn span(self) -> Span {
        match self.entry() {
            Entry::Token(token) => token.span(),
            Entry::Group(group, _) => group.span_open(),
            Entry::End => Span::call_site(),
        }
    }

    /// The place of the next token that is no invisible group, if there is one.
    pub(super) fn unread(mut self) -> Option<Span> {
        loop {
            match self.entry() {
                Entry::End => return None,
                Entry::Group(group, length) if group.delimiter() == Delimiter::None => {
                    let inside = Cursor::new(self.entries, self.at + 1, self.at + length);
                    match inside.unread() {
                        Some(found) => return Some(found),
                        None => self = self.behind(length + 1),
                    }
                }
                Entry::Group(group, _) => return Some(group.span()),
                Entry::Token(token) => return Some(token.span()),
            }
        }
    }
}
