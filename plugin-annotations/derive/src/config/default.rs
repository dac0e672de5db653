//! The default of a setting: a literal, or a list of them.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::quote;
use syn::{Lit, LitFloat, LitInt, LitStr};

/// A default, as the author wrote it.
pub(super) enum Default {
    Bool(TokenStream, bool),
    Integer(TokenStream, String),
    Float(TokenStream, String),
    Text(LitStr),
    List(Vec<Default>),
}

impl Default {
    pub(super) fn of(tokens: TokenStream) -> syn::Result<Default> {
        let error = || {
            syn::Error::new_spanned(
                &tokens,
                "a default is a number, `true`, `false`, a text in quotes, or a list of these in brackets: make another one in the constructor, from an `Option`",
            )
        };
        let all: Vec<_> = tokens.clone().into_iter().collect();
        if let [TokenTree::Group(group)] = &all[..]
            && group.delimiter() == Delimiter::Bracket
        {
            let items = divided(group.stream());
            return items.into_iter().map(Default::of).collect::<Result<_, _>>().map(Default::List);
        }
        let (sign, literal) = match &all[..] {
            [literal] => ("", literal),
            [TokenTree::Punct(minus), literal] if minus.as_char() == '-' => ("-", literal),
            _ => return Err(error()),
        };
        let number = |digits: &str| format!("{sign}{digits}");
        match syn::parse2(TokenStream::from(literal.clone())) {
            Ok(Lit::Int(it)) => Ok(Default::Integer(tokens.clone(), number(it.base10_digits()))),
            Ok(Lit::Float(it)) => Ok(Default::Float(tokens.clone(), number(it.base10_digits()))),
            Ok(Lit::Bool(it)) if sign.is_empty() => Ok(Default::Bool(tokens.clone(), it.value)),
            Ok(Lit::Str(it)) if sign.is_empty() => Ok(Default::Text(it)),
            _ => Err(error()),
        }
    }

    /// Returns the default as a file would have it.
    pub(super) fn text(&self) -> String {
        match self {
            Default::Bool(_, value) => value.to_string(),
            Default::Integer(_, digits) | Default::Float(_, digits) => digits.clone(),
            Default::Text(text) => format!("{:?}", text.value()),
            Default::List(items) => {
                let items: Vec<_> = items.iter().map(Default::text).collect();
                format!("[{}]", items.join(", "))
            }
        }
    }

    /// Returns the value, whose type is known where it is used.
    pub(super) fn value(&self, private: &TokenStream) -> TokenStream {
        match self {
            Default::Bool(tokens, _) | Default::Integer(tokens, _) | Default::Float(tokens, _) => {
                tokens.clone()
            }
            Default::Text(text) => quote!(#private::FromText::from_text(#text)),
            Default::List(items) => {
                let items = items.iter().map(|item| item.value(private));
                quote!(<[_]>::into_vec(#private::Box::new([#(#items),*])))
            }
        }
    }

    /// Returns the checks of each value, for the compiler.
    pub(super) fn checks(&self, private: &TokenStream) -> Vec<TokenStream> {
        let value = quote!(#private::DefaultValue);
        match self {
            Default::Bool(..) => Vec::new(),
            Default::Integer(tokens, _) => vec![quote!(#value::Integer((#tokens) as i64))],
            Default::Float(tokens, _) => vec![quote!(#value::Float((#tokens) as f64))],
            Default::Text(text) => vec![quote!(#value::Text(#text))],
            Default::List(items) => items.iter().flat_map(|item| item.checks(private)).collect(),
        }
    }
}

/// Returns `Some(true)` for a floating-point number and `Some(false)` for an
/// integer.
pub(super) fn is_float(tokens: &TokenStream) -> Option<bool> {
    let mut all: Vec<_> = tokens.clone().into_iter().collect();
    if matches!(all.first(), Some(TokenTree::Punct(minus)) if minus.as_char() == '-') {
        all.remove(0);
    }
    let literal: TokenStream = all.into_iter().collect();
    if syn::parse2::<LitInt>(literal.clone()).is_ok() {
        return Some(false);
    }
    syn::parse2::<LitFloat>(literal).is_ok().then_some(true)
}

/// Divides tokens at their commas.
pub(super) fn divided(tokens: TokenStream) -> Vec<TokenStream> {
    let (mut parts, mut part) = (Vec::new(), TokenStream::new());
    for token in tokens {
        match &token {
            TokenTree::Punct(punct) if punct.as_char() == ',' => {
                parts.push(std::mem::take(&mut part));
            }
            _ => part.extend([token]),
        }
    }
    if !part.is_empty() {
        parts.push(part);
    }
    parts
}
