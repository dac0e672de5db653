//! Paths: of interfaces, constructors, crates.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt, quote};
use syn::ext::IdentExt;
use syn::parse::ParseStream;

use super::scan::{Angles, flat, punct};

/// `tool::Tool`, `Shout::<u8>::open`: its tokens.
#[derive(Clone)]
pub struct Path {
    tokens: TokenStream,
    /// The names in it, without those in angle brackets.
    names: Vec<Ident>,
    /// The arguments of the last name: `<u8>`, `(u8) -> u8` or nothing.
    arguments: TokenStream,
}

impl Path {
    /// Returns `tokens` as a path, if they are one.
    pub(crate) fn of(tokens: TokenStream) -> Option<Path> {
        let mut path = Path { tokens, names: Vec::new(), arguments: TokenStream::new() };
        let (mut angles, mut is_behind_name) = (Angles::default(), false);
        for token in flat(path.tokens.clone()) {
            let is_outside = angles.is_outside();
            angles.pass(&token);
            match &token {
                TokenTree::Ident(ident) if is_outside && !is_behind_name => {
                    path.names.push(ident.clone());
                    path.arguments = TokenStream::new();
                    is_behind_name = true;
                }
                TokenTree::Punct(punct) if is_outside && punct.as_char() == ':' => {
                    is_behind_name = false;
                }
                TokenTree::Punct(punct) if is_outside && punct.as_char() != '<' => return None,
                _ if path.names.is_empty() => return None,
                _ => path.arguments.append(token),
            }
        }
        (!path.names.is_empty()).then_some(path)
    }

    /// Reads names, with `::` between them.
    pub fn parse_mod_style(input: ParseStream<'_>) -> syn::Result<Path> {
        let mut tokens = TokenStream::new();
        tokens.extend(punct(input, "::"));
        let mut names = Vec::new();
        loop {
            let name = input.call(Ident::parse_any)?;
            name.to_tokens(&mut tokens);
            names.push(name);
            match punct(input, "::") {
                Some(colons) => tokens.extend(colons),
                None => return Ok(Path { tokens, names, arguments: TokenStream::new() }),
            }
        }
    }

    /// `::plugin_interface`
    pub fn plugin_interface() -> Path {
        let names = vec![Ident::new("plugin_interface", proc_macro2::Span::call_site())];
        Path { tokens: quote!(::plugin_interface), names, arguments: TokenStream::new() }
    }

    /// Its first name.
    pub(crate) fn first(&self) -> Option<&Ident> {
        self.names.first()
    }

    /// Its last name.
    pub fn last(&self) -> Option<&Ident> {
        self.names.last()
    }

    /// The arguments of its last name.
    pub(crate) fn arguments(&self) -> &TokenStream {
        &self.arguments
    }
}

impl From<Ident> for Path {
    fn from(name: Ident) -> Path {
        Path { tokens: quote!(#name), names: vec![name], arguments: TokenStream::new() }
    }
}

impl ToTokens for Path {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.tokens.to_tokens(tokens);
    }
}
