//! The default of a setting: a literal, or a list of them.

use plugin_annotations_backend::parser::{self, LitStr, number};
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::quote;

/// A default, as the author wrote it.
pub(super) enum Default {
    Bool(TokenStream, bool),
    Integer(TokenStream, String),
    Float(TokenStream, String),
    Text(LitStr),
    List(Vec<Default>),
}

impl Default {
    pub(super) fn of(tokens: TokenStream) -> parser::Result<Default> {
        let error = || {
            parser::Error::new_spanned(
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
        let found = match literal {
            TokenTree::Literal(literal) => number(literal),
            _ => None,
        };
        if let Some((digits, is_float)) = found {
            let digits = format!("{sign}{digits}");
            return Ok(match is_float {
                true => Default::Float(tokens.clone(), digits),
                false => Default::Integer(tokens.clone(), digits),
            });
        }
        if !sign.is_empty() {
            return Err(error());
        }
        match literal.to_string().as_str() {
            "true" => Ok(Default::Bool(tokens.clone(), true)),
            "false" => Ok(Default::Bool(tokens.clone(), false)),
            _ => parser::parse2(literal.clone().into()).map(Default::Text).map_err(|_| error()),
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
    match &all[..] {
        [TokenTree::Literal(literal)] => number(literal).map(|(_, is_float)| is_float),
        _ => None,
    }
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
