//! Lifetimes, which are two tokens.

use std::fmt;

use proc_macro2::{Ident, Punct, Spacing, Span, TokenStream};
use quote::{ToTokens, TokenStreamExt};

/// `'a`: two of one name are equal, wherever they are.
#[derive(Clone)]
pub struct Lifetime {
    pub apostrophe: Span,
    pub ident: Ident,
}

impl PartialEq for Lifetime {
    fn eq(&self, other: &Lifetime) -> bool {
        self.ident == other.ident
    }
}

impl fmt::Display for Lifetime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{}", self.ident)
    }
}

impl ToTokens for Lifetime {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let mut quote = Punct::new('\'', Spacing::Joint);
        quote.set_span(self.apostrophe);
        tokens.append(quote);
        self.ident.to_tokens(tokens);
    }
}
