//! Attributes by their meaning, also within `cfg_attr`.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::quote;

use crate::syntax::{Attribute, divide, flat};

/// Attributes of the language that a trait or a method may have. No name of the
/// author can hide one, so they are no macros. A module can hide a tool such as
/// `diagnostic` or `rustfmt`.
const INERT: [&str; 13] = [
    "allow",
    "cfg",
    "cfg_attr",
    "cold",
    "deny",
    "deprecated",
    "doc",
    "expect",
    "forbid",
    "inline",
    "must_use",
    "track_caller",
    "warn",
];

/// Those that decide whether an item exists: `#[cfg(..)]`.
pub(crate) fn cfgs(attributes: &[Attribute]) -> Vec<Attribute> {
    only(attributes, &|content| is(content, "cfg").then(|| content.clone()))
}

/// All but those.
pub(crate) fn without_cfgs(attributes: &[Attribute]) -> Vec<Attribute> {
    only(attributes, &|content| (!is(content, "cfg")).then(|| content.clone()))
}

/// Those that are documentation.
pub(crate) fn docs(attributes: &[Attribute]) -> Vec<Attribute> {
    only(attributes, &|content| is(content, "doc").then(|| content.clone()))
}

/// Those that silence lints, for generated code. `expect` becomes `allow`: what it
/// expects is found in the author's code.
pub fn lints(attributes: &[Attribute]) -> Vec<Attribute> {
    only(attributes, &|content| {
        if is(content, "allow") {
            return Some(content.clone());
        }
        let mut tokens = flat(content.clone());
        match tokens.first_mut() {
            Some(TokenTree::Ident(name)) if is(content, "expect") => {
                *name = Ident::new("allow", name.span());
                Some(tokens.into_iter().collect())
            }
            _ => None,
        }
    })
}

/// Those that are no macros.
pub(crate) fn inert(attributes: &[Attribute]) -> Vec<Attribute> {
    only(attributes, &|content| is_inert(content).then(|| content.clone()))
}

/// Those that may be macros, except for `#[automock]` and `#[async_trait]`.
pub(crate) fn macros(attributes: &[Attribute]) -> Vec<Attribute> {
    let is_macro = |content: &TokenStream| {
        !is_inert(content) && !is_automock(content) && !is_async_trait(content)
    };
    only(attributes, &|content| is_macro(content).then(|| content.clone()))
}

/// Those that may be macros, `#[automock]` too: for a method.
pub(crate) fn macros_of_method(attributes: &[Attribute]) -> Vec<Attribute> {
    only(attributes, &|content| (!is_inert(content)).then(|| content.clone()))
}

/// Whether an `#[async_trait]` asks for futures that are `Send`; `None` if there is
/// none.
pub(crate) fn async_trait(attributes: &[Attribute]) -> Option<bool> {
    let found = attributes.iter().find(|attribute| is_async_trait(&attribute.content()))?;
    Some(found.arguments().is_none_or(|arguments| arguments.is_empty()))
}

/// The condition of each `#[automock]`: `test` for `#[cfg_attr(test, automock)]`.
pub(crate) fn automocks(attributes: &[Attribute]) -> Vec<TokenStream> {
    attributes.iter().flat_map(|attribute| conditions(&attribute.content())).collect()
}

fn conditions(content: &TokenStream) -> Vec<TokenStream> {
    if is_automock(content) {
        return vec![quote!(all())];
    }
    let Some((condition, parts)) = cfg_attr(content) else { return Vec::new() };
    let inner = parts.iter().flat_map(conditions);
    inner.map(|inner| quote!(all(#condition, #inner))).collect()
}

/// The attributes at the begin of an item, and the rest of it.
pub(crate) fn divided(item: TokenStream) -> (Vec<Attribute>, TokenStream) {
    let parse = |input: syn::parse::ParseStream<'_>| {
        let attributes = Attribute::parse_outer(input)?;
        Ok((attributes, input.parse()?))
    };
    syn::parse::Parser::parse2(parse, item.clone()).unwrap_or((Vec::new(), item))
}

/// The attributes that `is_kept` keeps or changes, by their content. Within
/// `cfg_attr`, each is asked for alone.
fn only(
    attributes: &[Attribute],
    is_kept: &dyn Fn(&TokenStream) -> Option<TokenStream>,
) -> Vec<Attribute> {
    let kept =
        |attribute: &Attribute| Some(attribute.with_content(kept(&attribute.content(), is_kept)?));
    attributes.iter().filter_map(kept).collect()
}

fn kept(
    content: &TokenStream,
    is_kept: &dyn Fn(&TokenStream) -> Option<TokenStream>,
) -> Option<TokenStream> {
    let Some((condition, parts)) = cfg_attr(content) else { return is_kept(content) };
    let parts: Vec<_> = parts.iter().filter_map(|part| kept(part, is_kept)).collect();
    (!parts.is_empty()).then(|| quote!(cfg_attr(#condition, #(#parts),*)))
}

/// The condition and the attributes of `cfg_attr(condition, attributes)`.
fn cfg_attr(content: &TokenStream) -> Option<(TokenStream, Vec<TokenStream>)> {
    match &flat(content.clone())[..] {
        [TokenTree::Ident(name), TokenTree::Group(group)] if name == "cfg_attr" => {
            let mut parts = divide(group.stream(), ',').into_iter();
            Some((parts.next()?, parts.collect()))
        }
        _ => None,
    }
}

fn is_inert(content: &TokenStream) -> bool {
    INERT.iter().any(|name| is(content, name))
}

fn is_automock(content: &TokenStream) -> bool {
    is_named(content, "automock")
}

fn is_async_trait(content: &TokenStream) -> bool {
    is_named(content, "async_trait")
}

/// Returns `true` if the last name in the path of an attribute is `name`.
fn is_named(content: &TokenStream, name: &str) -> bool {
    path(content).is_some_and(|path| path.last().is_some_and(|last| last == name))
}

fn is(content: &TokenStream, name: &str) -> bool {
    path(content).is_some_and(|path| path.len() == 1 && path[0] == name)
}

/// The names in the path of an attribute.
fn path(content: &TokenStream) -> Option<Vec<String>> {
    let mut names = Vec::new();
    for token in flat(content.clone()) {
        match token {
            TokenTree::Ident(name) => names.push(name.to_string()),
            TokenTree::Punct(punct) if punct.as_char() == ':' => {}
            _ => break,
        }
    }
    (!names.is_empty()).then_some(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(attributes: Vec<Attribute>) -> Vec<String> {
        attributes.iter().map(|attribute| text(&attribute.content())).collect()
    }

    fn text(tokens: &TokenStream) -> String {
        tokens.to_string().replace(' ', "")
    }

    #[test]
    fn attributes_are_found_within_cfg_attr() {
        let (all, rest) = divided(quote! {
            #[doc = "Text."]
            #[allow(one, two)]
            #[cfg_attr(a, cfg(b), expect(three), doc = "More.", cfg_attr(c, automock, tool::skip))]
            #[mockall::automock]
            #[cfg(d)]
            #[diagnostic::on_unimplemented(message = "text")]
            pub trait Name {}
        });
        assert_eq!(rest.to_string(), "pub trait Name { }");
        assert_eq!(texts(cfgs(&all)), ["cfg_attr(a,cfg(b))", "cfg(d)"]);
        assert_eq!(texts(docs(&all)), ["doc=\"Text.\"", "cfg_attr(a,doc=\"More.\")"]);
        assert_eq!(texts(lints(&all)), ["allow(one,two)", "cfg_attr(a,allow(three))"]);
        assert_eq!(
            texts(macros(&all)),
            [
                "cfg_attr(a,cfg_attr(c,tool::skip))",
                "diagnostic::on_unimplemented(message=\"text\")",
            ]
        );
        let mocks: Vec<_> = automocks(&all).iter().map(text).collect();
        assert_eq!(mocks, ["all(a,all(c,all()))", "all()"]);
        assert_eq!(inert(&all).len(), 4);
    }
}
