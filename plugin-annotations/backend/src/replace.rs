//! Replaces types in a type, at any depth.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

use crate::syntax::{Angles, flat};

/// Sees the rest of a type, and the tokens before it. If a type to replace comes first,
/// it appends the other one and returns the number of tokens that this stands for.
type Replace<'r> = dyn FnMut(&[TokenTree], &mut Vec<TokenTree>) -> Option<usize> + 'r;

/// Returns the type with some types replaced.
pub(crate) fn replaced(tokens: &[TokenTree], replace: &mut Replace<'_>) -> TokenStream {
    let mut out: Vec<TokenTree> = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let rest = &tokens[at..];
        at += match token {
            // The types in an object belong to the type of the object.
            TokenTree::Ident(ident) if ["dyn", "fn", "BoxFuture"].iter().any(|i| ident == i) => {
                let end = extent(rest);
                out.extend(rest[..end].iter().cloned());
                end
            }
            // The length of an array is no type.
            TokenTree::Punct(punct) if punct.as_char() == ';' => {
                out.extend(rest.iter().cloned());
                rest.len()
            }
            TokenTree::Group(group) if group.delimiter() != Delimiter::Brace => {
                let of = replaced(&flat(group.stream()), replace);
                let mut within = Group::new(group.delimiter(), of);
                within.set_span(group.span());
                out.push(within.into());
                1
            }
            other => replace(rest, &mut out).unwrap_or_else(|| {
                out.push(other.clone());
                1
            }),
        };
    }
    out.into_iter().collect()
}

/// The number of tokens of the type that comes first.
pub(crate) fn extent(tokens: &[TokenTree]) -> usize {
    let mut angles = Angles::default();
    let mut before = None;
    for (i, token) in tokens.iter().enumerate() {
        let is_arrow = is_punct(before, '-');
        let ends = is_punct(Some(token), ',')
            || is_punct(Some(token), ';')
            || is_punct(Some(token), '>') && !is_arrow;
        if ends && angles.is_outside() {
            return i;
        }
        angles.pass(token);
        before = Some(token);
    }
    tokens.len()
}

pub(crate) fn is_punct(token: Option<&TokenTree>, punct: char) -> bool {
    matches!(token, Some(TokenTree::Punct(found)) if found.as_char() == punct)
}
