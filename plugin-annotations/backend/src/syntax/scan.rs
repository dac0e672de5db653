//! Where something ends whose tokens are all that is wanted.

use proc_macro2::{Delimiter, Group, Ident, Punct, Spacing, TokenStream, TokenTree};
use quote::TokenStreamExt;
use syn::parse::ParseStream;

/// What ends it, outside of angle brackets and groups.
#[derive(Clone, Copy)]
pub enum Ends {
    /// A type or a bound in a list.
    AtComma,
    /// An expression in a list, where `<` is mostly a comparison or a shift.
    AtCommaBehindValue,
    /// What a function returns, a `where` clause, the supertraits: `where`,
    /// a body, or a semicolon.
    AtBody,
    /// The trait of an impl, or the type of one without a trait.
    AtForOrBody,
}

impl Ends {
    fn at(self, token: &TokenTree, before: Option<&TokenTree>) -> bool {
        let is_body = match token {
            TokenTree::Punct(punct) => punct.as_char() == ';',
            // `name! { .. }` may stand for a type.
            TokenTree::Group(group) => is_block(group) && !is_punct(before, '!'),
            TokenTree::Ident(ident) => ident == "where",
            TokenTree::Literal(_) => false,
        };
        match self {
            Ends::AtComma | Ends::AtCommaBehindValue => is_punct(Some(token), ','),
            Ends::AtBody => is_body,
            Ends::AtForOrBody => {
                let is_for = matches!(token, TokenTree::Ident(ident) if ident == "for");
                is_body || is_for && ends_a_path(before)
            }
        }
    }
}

/// Whether a group is in braces, also as the `$body:block` of a macro: that is
/// within another group, which does not show.
fn is_block(group: &Group) -> bool {
    match group.delimiter() {
        Delimiter::Brace => true,
        Delimiter::None => matches!(
            group.stream().into_iter().next(),
            Some(TokenTree::Group(inner)) if is_block(&inner)
        ),
        _ => false,
    }
}

/// Whether a `for` behind `before` is that of an impl, and not of `for<'a> fn(..)`.
fn ends_a_path(before: Option<&TokenTree>) -> bool {
    match before {
        Some(TokenTree::Ident(ident)) => ident != "dyn" && ident != "impl",
        Some(TokenTree::Group(_)) => true,
        other => is_punct(other, '>'),
    }
}

fn is_punct(token: Option<&TokenTree>, char: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == char)
}

/// How deep in angle brackets, which are no groups to the compiler either.
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

// By the text of a token and not by a type for each, of which every one would be
// compiled anew.

/// The keyword `word`, where it comes next.
pub fn keyword(input: ParseStream<'_>, word: &str) -> Option<Ident> {
    let next = input.step(|cursor| match cursor.ident() {
        Some((ident, rest)) if ident == word => Ok((ident, rest)),
        _ => Err(cursor.error("")),
    });
    next.ok()
}

/// Whether `text`, a keyword or punctuation, comes next.
pub fn is_next(input: ParseStream<'_>, text: &str) -> bool {
    keyword(&input.fork(), text).is_some() || punct(&input.fork(), text).is_some()
}

/// Punctuation that has to come next.
pub fn expect(input: ParseStream<'_>, text: &str) -> syn::Result<TokenStream> {
    punct(input, text).ok_or_else(|| input.error(format!("expected `{text}`")))
}

/// The punctuation `text`, such as `::`, where it comes next. The `: ::` before a
/// type that begins at the root is not `::` and `:`.
pub fn punct(input: ParseStream<'_>, text: &str) -> Option<TokenStream> {
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

/// The tokens up to where `ends` says, which is left in `input`.
pub fn until(input: ParseStream<'_>, ends: Ends) -> syn::Result<TokenStream> {
    let (mut tokens, mut angles, mut before) = (TokenStream::new(), Angles::default(), None);
    while let Some((next, _)) = input.cursor().token_tree() {
        if angles.is_outside() && ends.at(&next, before.as_ref()) {
            break;
        }
        let token: TokenTree = input.parse()?;
        let is_value = matches!(ends, Ends::AtCommaBehindValue);
        if !is_value || !angles.is_outside() || is_punct(before.as_ref(), ':') {
            angles.pass(&token);
        }
        tokens.extend(before.replace(token));
    }
    // What stood behind it no longer does.
    if let Some(TokenTree::Punct(last)) = &mut before {
        let mut alone = Punct::new(last.as_char(), Spacing::Alone);
        alone.set_span(last.span());
        *last = alone;
    }
    tokens.extend(before);
    Ok(tokens)
}

/// The tokens, without the groups that a `macro_rules!` puts around what it
/// matched.
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

/// The tokens, with each lifetime bare: `macro_rules!` puts a group around it,
/// which the compiler does not take where a macro gives it back.
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

/// `tokens`, divided at each `separator` outside of angle brackets and groups.
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
