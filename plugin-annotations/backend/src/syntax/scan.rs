//! Finds the end of types, bounds and values, which stay tokens.

use proc_macro2::{Delimiter, Group, Ident, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::TokenStreamExt;
use syn::parse::ParseStream;

/// The end of a run of tokens, outside of angle brackets and groups.
#[derive(Clone, Copy)]
pub(crate) enum Ends {
    /// A type or a bound in a list.
    Comma,
    /// An expression in a list, in which `<` is mostly a comparison or a shift.
    CommaBehindValue,
    /// A return type, a `where` clause or supertraits: they end at `where`, a body
    /// or a semicolon.
    Body,
    /// The trait of an impl, or the type of one without a trait.
    ForOrBody,
}

impl Ends {
    fn at(self, token: &TokenTree, before: Option<&TokenTree>, is_call: bool) -> bool {
        let is_body = match token {
            TokenTree::Punct(punct) => punct.as_char() == ';',
            // `name! { .. }` is a type, but not `! { .. }`.
            TokenTree::Group(group) => is_block(group) && !is_call,
            TokenTree::Ident(ident) => ident == "where",
            TokenTree::Literal(_) => false,
        };
        match self {
            Ends::Comma | Ends::CommaBehindValue => is_punct(Some(token), ','),
            Ends::Body => is_body,
            Ends::ForOrBody => {
                let is_for = matches!(token, TokenTree::Ident(ident) if ident == "for");
                is_body || is_for && ends_a_path(before)
            }
        }
    }
}

/// Returns `true` if a group is in braces. The `$body:block` of a macro is, inside
/// an invisible group.
pub(crate) fn is_block(group: &Group) -> bool {
    match group.delimiter() {
        Delimiter::Brace => true,
        Delimiter::None => matches!(
            group.stream().into_iter().next(),
            Some(TokenTree::Group(inner)) if is_block(&inner)
        ),
        _ => false,
    }
}

/// Returns `true` if a `for` behind `before` belongs to an impl, and not to
/// `for<'a> fn(..)`.
fn ends_a_path(before: Option<&TokenTree>) -> bool {
    match before {
        Some(TokenTree::Ident(ident)) => ident != "dyn" && ident != "impl",
        Some(TokenTree::Group(_)) => true,
        other => is_punct(other, '>'),
    }
}

/// Returns `true` if a `!` behind `before` calls a macro, and is not the type `!`.
fn is_macro_name(before: Option<&TokenTree>) -> bool {
    match before {
        Some(TokenTree::Ident(ident)) => ident != "mut" && ident != "const",
        Some(TokenTree::Group(group)) => group.delimiter() == Delimiter::None,
        _ => false,
    }
}

fn is_punct(token: Option<&TokenTree>, char: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == char)
}

/// The depth in angle brackets, which are no groups in a token stream.
#[derive(Clone, Copy, Default)]
pub struct Angles {
    depth: usize,
    /// Behind the first half of a `->`.
    in_arrow: bool,
}

impl Angles {
    pub fn is_outside(&self) -> bool {
        self.depth == 0
    }

    pub fn pass(&mut self, token: &TokenTree) {
        let TokenTree::Punct(punct) = token else {
            self.in_arrow = false;
            return;
        };
        match punct.as_char() {
            '<' => self.depth += 1,
            '>' if !self.in_arrow => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        self.in_arrow = punct.as_char() == '-' && punct.spacing() == Spacing::Joint;
    }
}

// These compare the text of a token. A type for each token would be compiled again
// for each use.

/// Reads the keyword `word` if it comes next.
pub(crate) fn keyword(input: ParseStream<'_>, word: &str) -> Option<Ident> {
    let next = input.step(|cursor| match cursor.ident() {
        Some((ident, rest)) if ident == word => Ok((ident, rest)),
        _ => Err(cursor.error("")),
    });
    next.ok()
}

/// Returns `true` if `text`, a keyword or punctuation, comes next.
pub(crate) fn is_next(input: ParseStream<'_>, text: &str) -> bool {
    keyword(&input.fork(), text).is_some() || punct(&input.fork(), text).is_some()
}

/// Reads punctuation that must come next.
pub(crate) fn expect(input: ParseStream<'_>, text: &str) -> syn::Result<TokenStream> {
    punct(input, text).ok_or_else(|| input.error(format!("expected `{text}`")))
}

/// Reads the punctuation `text`, such as `::`, if it comes next. The `: ::` before
/// a path from the root is not `::` and `:`.
pub(crate) fn punct(input: ParseStream<'_>, text: &str) -> Option<TokenStream> {
    let next = input.step(|cursor| {
        let (mut tokens, mut rest) = (TokenStream::new(), *cursor);
        for (i, char) in text.char_indices() {
            let is_last = i + 1 == text.len();
            match rest.punct() {
                Some((punct, behind))
                    if punct.as_char() == char
                        && (is_last || punct.spacing() == Spacing::Joint) =>
                {
                    tokens.append(punct);
                    rest = behind;
                }
                _ => return Err(cursor.error("")),
            }
        }
        Ok((tokens, rest))
    });
    next.ok()
}

/// Returns the first `>` outside of groups that closes no `<`. A type with one would
/// end in the middle, and the rest would be code between that of the macros.
pub(crate) fn unopened(tokens: &TokenStream) -> Option<Span> {
    let mut angles = Angles::default();
    tokens.clone().into_iter().find_map(|token| {
        let closes = is_punct(Some(&token), '>') && !angles.in_arrow;
        let is_unopened = closes && angles.is_outside();
        angles.pass(&token);
        is_unopened.then(|| token.span())
    })
}

/// Reads the tokens before the end that `ends` describes.
pub(crate) fn until(input: ParseStream<'_>, ends: Ends) -> syn::Result<TokenStream> {
    let (mut tokens, mut angles, mut before) = (TokenStream::new(), Angles::default(), None);
    let mut is_call = false;
    while let Some((next, _)) = input.cursor().token_tree() {
        if angles.is_outside() && ends.at(&next, before.as_ref(), is_call) {
            break;
        }
        let token: TokenTree = input.parse()?;
        let is_value = matches!(ends, Ends::CommaBehindValue);
        if !is_value || !angles.is_outside() || is_punct(before.as_ref(), ':') {
            angles.pass(&token);
        }
        is_call = is_punct(Some(&token), '!') && is_macro_name(before.as_ref());
        tokens.extend(before.replace(token));
    }
    // The token behind the last one is gone, so it is no longer joined to one.
    if let Some(TokenTree::Punct(last)) = &mut before {
        let mut alone = Punct::new(last.as_char(), Spacing::Alone);
        alone.set_span(last.span());
        *last = alone;
    }
    tokens.extend(before);
    Ok(tokens)
}

/// The tokens, without the invisible groups that a `macro_rules!` puts around its
/// matches.
pub fn flat(tokens: TokenStream) -> Vec<TokenTree> {
    let mut all = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::None => {
                all.extend(flat(group.stream()));
            }
            other => all.push(other),
        }
    }
    all
}

/// The tokens, without the invisible groups around lifetimes. A `macro_rules!` adds
/// them, but the compiler rejects them in the output of a macro.
pub(crate) fn with_bare_lifetimes(tokens: TokenStream) -> TokenStream {
    let mut bare = TokenStream::new();
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                let inner = with_bare_lifetimes(group.stream());
                let first = inner.clone().into_iter().next();
                if group.delimiter() == Delimiter::None && is_punct(first.as_ref(), '\'') {
                    bare.extend(inner);
                } else {
                    let mut outer = Group::new(group.delimiter(), inner);
                    outer.set_span(group.span());
                    bare.append(outer);
                }
            }
            other => bare.append(other),
        }
    }
    bare
}

/// Divides `tokens` at each `separator` outside of angle brackets and groups.
pub(crate) fn divide(tokens: TokenStream, separator: char) -> Vec<TokenStream> {
    let (mut parts, mut part, mut angles) = (Vec::new(), TokenStream::new(), Angles::default());
    for token in tokens {
        if angles.is_outside() && is_punct(Some(&token), separator) {
            parts.push(core::mem::take(&mut part));
            continue;
        }
        angles.pass(&token);
        part.append(token);
    }
    if !part.is_empty() {
        parts.push(part);
    }
    parts
}

/// A group of `inner`, where the group at `span` was.
pub(crate) fn surround(delimiter: Delimiter, inner: TokenStream, span: Span) -> Group {
    let mut group = Group::new(delimiter, inner);
    group.set_span(span);
    group
}
