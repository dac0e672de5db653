//! Parameters in angle brackets, and `where` clauses.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt, quote};
use syn::Lifetime;
use syn::parse::{Parse, ParseStream};

use super::attribute::Attribute;
use super::scan::{Angles, Ends, divide, flat, is_next, keyword, until, with_bare_lifetimes};

/// `<'a, T: Copy>`, and the `where` clause, which is read separately.
#[derive(Clone, Default)]
pub struct Generics {
    brackets: TokenStream,
    pub params: Vec<Parameter>,
    pub where_clause: Option<(Ident, TokenStream)>,
}

/// One parameter of any kind.
#[derive(Clone)]
pub struct Parameter {
    tokens: TokenStream,
    pub kind: Kind,
    /// The name, of a lifetime without its quote.
    pub ident: Ident,
    /// The bounds behind the colon.
    pub bounds: TokenStream,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Lifetime,
    Type,
    Const,
}

impl Parse for Generics {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut generics = Generics::default();
        if !is_next(input, "<") {
            return Ok(generics);
        }
        let mut angles = Angles::default();
        while generics.brackets.is_empty() || !angles.is_outside() {
            let token: TokenTree = input.parse()?;
            angles.pass(&token);
            generics.brackets.append(token);
        }
        generics.brackets = with_bare_lifetimes(generics.brackets);
        let all: Vec<_> = generics.brackets.clone().into_iter().collect();
        let inner = all[1..all.len() - 1].iter().cloned().collect();
        for parameter in divide(inner, ',') {
            generics.params.push(syn::parse2(parameter)?);
        }
        Ok(generics)
    }
}

impl Parse for Parameter {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        Attribute::parse_outer(input)?;
        let tokens: TokenStream = input.fork().parse()?;
        let kind = match keyword(input, "const") {
            Some(_) => Kind::Const,
            None if input.peek(Lifetime) => Kind::Lifetime,
            None => Kind::Type,
        };
        let ident = match kind {
            Kind::Lifetime => input.parse::<Lifetime>()?.ident,
            Kind::Type | Kind::Const => input.parse()?,
        };
        let rest: TokenStream = input.parse()?;
        let bounds = match flat(rest.clone()).first() {
            Some(TokenTree::Punct(punct)) if punct.as_char() == ':' && kind != Kind::Const => {
                let behind_colon: TokenStream = rest.into_iter().skip(1).collect();
                divide(behind_colon, '=').into_iter().next().unwrap_or_default()
            }
            _ => TokenStream::new(),
        };
        Ok(Parameter { tokens, kind, ident, bounds })
    }
}

impl Parameter {
    pub(crate) fn lifetime(lifetime: &Lifetime) -> Parameter {
        let (tokens, ident) = (lifetime.to_token_stream(), lifetime.ident.clone());
        Parameter { tokens, kind: Kind::Lifetime, ident, bounds: TokenStream::new() }
    }

    /// `'a` or `T`.
    pub fn name(&self) -> TokenStream {
        match self.kind {
            // The span of the quote is useless for an error.
            Kind::Lifetime => {
                let apostrophe = self.ident.span();
                Lifetime { apostrophe, ident: self.ident.clone() }.to_token_stream()
            }
            Kind::Type | Kind::Const => self.ident.to_token_stream(),
        }
    }
}

impl ToTokens for Parameter {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.tokens.to_tokens(tokens);
    }
}

impl Generics {
    /// Creates generics of lifetimes, types and constants in angle brackets.
    pub(crate) fn with_params(
        params: Vec<Parameter>,
        where_clause: Option<(Ident, TokenStream)>,
    ) -> Generics {
        let brackets = quote!(<#(#params),*>);
        Generics { brackets, params, where_clause }
    }

    /// Reads the `where` clause, if there is one.
    pub fn parse_where(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        if let Some(token) = keyword(input, "where") {
            self.where_clause = Some((token, until(input, Ends::Body)?));
        }
        Ok(())
    }

    pub fn of(&self, kind: Kind) -> impl Iterator<Item = &Parameter> {
        self.params.iter().filter(move |parameter| parameter.kind == kind)
    }

    /// `<'a, T>`
    pub fn arguments(&self) -> TokenStream {
        let names = self.params.iter().map(Parameter::name);
        quote!(<#(#names),*>)
    }

    /// Adds a `where` clause, which may be empty.
    pub(crate) fn add_where(&mut self, clause: TokenStream) {
        let mut tokens = clause.into_iter();
        let Some(TokenTree::Ident(token)) = tokens.next() else { return };
        let added: TokenStream = tokens.collect();
        let before = self.where_clause.take().map(|(_, predicates)| quote!(#predicates,));
        self.where_clause = Some((token, quote!(#before #added)));
    }

    pub(crate) fn where_clause(&self) -> TokenStream {
        match &self.where_clause {
            Some((token, predicates)) => quote!(#token #predicates),
            None => TokenStream::new(),
        }
    }
}

/// The brackets, without the `where` clause.
impl ToTokens for Generics {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.brackets.to_tokens(tokens);
    }
}
