//! The attributes and the visibility before an item.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt, quote};
use syn::parse::ParseStream;

use super::scan::{flat, keyword, punct, surround};

/// `#[name ..]`
#[derive(Clone)]
pub struct Attribute {
    pound: TokenStream,
    brackets: Group,
}

impl Attribute {
    /// Creates a line of documentation.
    pub(crate) fn doc(text: &str) -> Self {
        Attribute::outer(quote!(doc = #text))
    }

    /// Creates the attribute `#[content]`.
    pub(crate) fn outer(content: TokenStream) -> Self {
        Attribute { pound: quote!(#), brackets: Group::new(Delimiter::Bracket, content) }
    }

    /// Reads all attributes that come next.
    pub fn parse_outer(input: ParseStream<'_>) -> syn::Result<Vec<Attribute>> {
        let mut attributes = Vec::new();
        while let Some(pound) = punct(input, "#") {
            attributes.push(Attribute { pound, brackets: input.parse()? });
        }
        Ok(attributes)
    }

    /// Returns `true` if its path is this name.
    pub fn is(&self, name: &str) -> bool {
        let mut tokens = flat(self.brackets.stream()).into_iter();
        let is_name = matches!(tokens.next(), Some(TokenTree::Ident(ident)) if ident == name);
        is_name && !matches!(tokens.next(), Some(TokenTree::Punct(punct)) if punct.as_char() == ':')
    }

    /// The tokens in its brackets.
    pub fn content(&self) -> TokenStream {
        self.brackets.stream()
    }

    /// The attribute with other tokens in its brackets.
    pub(crate) fn with_content(&self, content: TokenStream) -> Attribute {
        let brackets = surround(Delimiter::Bracket, content, self.brackets.span());
        Attribute { pound: self.pound.clone(), brackets }
    }

    /// Divides attributes into those named `ffi` and the others.
    pub(crate) fn split_ffi(attributes: Vec<Self>) -> (Vec<Self>, Vec<Self>) {
        attributes.into_iter().partition(|attribute| attribute.is("ffi"))
    }

    /// The tokens in the parentheses of `#[name(..)]`.
    pub fn arguments(&self) -> Option<TokenStream> {
        flat(self.brackets.stream()).into_iter().find_map(|token| match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => {
                Some(group.stream())
            }
            _ => None,
        })
    }
}

impl ToTokens for Attribute {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.pound.to_tokens(tokens);
        self.brackets.to_tokens(tokens);
    }
}

/// Reads a visibility: nothing, `pub`, or `pub(..)`.
pub(crate) fn visibility(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    let mut tokens = TokenStream::new();
    // A match of `$vis:vis` is a group, which may be empty.
    if let Some((TokenTree::Group(group), _)) = input.cursor().token_tree()
        && group.delimiter() == Delimiter::None
    {
        let first = flat(group.stream()).into_iter().next();
        if first.is_none_or(|first| first.to_string() == "pub") {
            tokens.append(input.parse::<TokenTree>()?);
        }
        return Ok(tokens);
    }
    if let Some(token) = keyword(input, "pub") {
        tokens.append(token);
        if let Some((TokenTree::Group(group), _)) = input.cursor().token_tree()
            && is_restriction(&group)
        {
            tokens.append(input.parse::<TokenTree>()?);
        }
    }
    Ok(tokens)
}

/// Returns `true` for `(crate)`, but not for the type of a field in a tuple struct.
fn is_restriction(group: &Group) -> bool {
    let words = ["crate", "self", "super", "in"];
    let mut tokens = flat(group.stream()).into_iter();
    let is_word = tokens.next().is_some_and(|first| words.contains(&&*first.to_string()));
    let is_path = matches!(tokens.next(), Some(TokenTree::Punct(_)));
    group.delimiter() == Delimiter::Parenthesis && is_word && !is_path
}
