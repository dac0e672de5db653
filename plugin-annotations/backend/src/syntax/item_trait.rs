//! Traits.

use proc_macro2::{Delimiter, Group, Ident, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt, quote};
use syn::LitStr;
use syn::parse::{Parse, ParseStream};

use super::attribute::{Attribute, visibility};
use super::generics::Generics;
use super::path::Path;
use super::scan::{Ends, divide, is_next, keyword, punct, surround, until};
use super::signature::Signature;

/// A trait: its head in parts, and its items.
pub(crate) struct ItemTrait {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: TokenStream,
    pub(crate) unsafety: Option<Ident>,
    auto: Option<Ident>,
    trait_token: Ident,
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    colon: Option<TokenStream>,
    pub(crate) supertraits: Vec<TokenStream>,
    pub(crate) items: Vec<TraitItem>,
    braces: Span,
}

pub(crate) enum TraitItem {
    Method(Box<TraitMethod>),
    Other(OtherItem),
}

pub(crate) struct TraitMethod {
    pub(crate) attrs: Vec<Attribute>,
    /// `#[since("1.1")]`, which the macro consumes.
    pub(crate) since: Vec<Attribute>,
    /// `#[inherit(Super)]`: it is a method of that trait, and not of this one.
    pub(crate) inherit: Vec<Attribute>,
    /// `#[ffi(with = module)]` for the return value, which the macro consumes.
    pub(crate) ffi: Vec<Attribute>,
    pub(crate) signature: Signature,
    /// The body, or the semicolon.
    pub(crate) body: TokenTree,
}

/// An item of a trait that is no method.
pub(crate) struct OtherItem {
    pub(crate) kind: OtherKind,
    tokens: TokenStream,
}

pub(crate) enum OtherKind {
    Const,
    Type,
    Macro,
    /// It begins with `pub` or `default`, which no item of a trait has.
    Qualified,
    Unknown,
}

impl Parse for ItemTrait {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = Attribute::parse_outer(input)?;
        let vis = visibility(input)?;
        let (unsafety, auto) = (keyword(input, "unsafe"), keyword(input, "auto"));
        let Some(trait_token) = keyword(input, "trait") else {
            return Err(
                input.error("`#[plugin_interface]` goes on a trait, and `#[automock]` below it")
            );
        };
        let ident = input.parse()?;
        let mut generics: Generics = input.parse()?;
        let colon = punct(input, ":");
        let supertraits = divide(until(input, Ends::Body)?, '+');
        generics.parse_where(input)?;
        let content;
        let braces = syn::braced!(content in input).span.join();
        let mut items = Vec::new();
        while !content.is_empty() {
            items.push(content.parse()?);
        }
        Ok(ItemTrait {
            attrs,
            vis,
            unsafety,
            auto,
            trait_token,
            ident,
            generics,
            colon,
            supertraits,
            items,
            braces,
        })
    }
}

fn is_macro_call(input: ParseStream<'_>) -> bool {
    Path::parse_mod_style(input).is_ok() && punct(input, "!").is_some()
}

impl Parse for TraitItem {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = Attribute::parse_outer(input)?;
        if is_method(&input.fork()) {
            let (since, attrs): (_, Vec<_>) = attrs.into_iter().partition(|a| a.is("since"));
            let (inherit, attrs) = attrs.into_iter().partition(|a| a.is("inherit"));
            let (ffi, attrs) = Attribute::split_ffi(attrs);
            let (signature, body) = (input.parse()?, input.parse()?);
            let method = TraitMethod { attrs, since, inherit, ffi, signature, body };
            return Ok(TraitItem::Method(Box::new(method)));
        }
        let kind = if is_next(input, "const") {
            OtherKind::Const
        } else if is_next(input, "type") {
            OtherKind::Type
        } else if is_macro_call(&input.fork()) {
            OtherKind::Macro
        } else if is_next(input, "pub") || is_next(input, "default") {
            OtherKind::Qualified
        } else {
            OtherKind::Unknown
        };
        let mut tokens = TokenStream::new();
        tokens.append_all(attrs);
        // The value of a constant may be a block, which does not end the item.
        let braces_end = !matches!(kind, OtherKind::Const | OtherKind::Type);
        while !input.is_empty() {
            let token: TokenTree = input.parse()?;
            let is_last = match &token {
                TokenTree::Punct(punct) => punct.as_char() == ';',
                TokenTree::Group(group) => braces_end && group.delimiter() == Delimiter::Brace,
                _ => false,
            };
            tokens.append(token);
            if is_last {
                break;
            }
        }
        Ok(TraitItem::Other(OtherItem { kind, tokens }))
    }
}

impl TraitMethod {
    /// Returns `true` if there is a default body.
    pub(crate) fn has_body(&self) -> bool {
        self.body_group().is_some()
    }

    pub(crate) fn body_group(&self) -> Option<&Group> {
        match &self.body {
            TokenTree::Group(group) => Some(group),
            _ => None,
        }
    }

    pub(crate) fn replace_body(&mut self, body: Group) {
        self.body = body.into();
    }

    /// The method without its attributes.
    fn code(&self) -> TokenStream {
        let (signature, body) = (&self.signature, &self.body);
        quote!(#signature #body)
    }
}

/// Returns `true` if `fn` comes next, perhaps behind qualifiers.
pub(crate) fn is_method(input: ParseStream<'_>) -> bool {
    while !is_next(input, "fn") {
        let is_qualifier = is_next(input, "const")
            || is_next(input, "async")
            || is_next(input, "unsafe")
            || is_next(input, "extern")
            || input.peek(LitStr);
        if !is_qualifier || input.parse::<TokenTree>().is_err() {
            return false;
        }
    }
    true
}

impl ItemTrait {
    /// The trait, with other bodies of some methods, and with more items. The methods
    /// of its supertraits are not in it.
    pub(crate) fn with(
        &self,
        changed: &dyn Fn(&TraitMethod) -> Option<TokenStream>,
        more: TokenStream,
    ) -> TokenStream {
        let tokens = &mut TokenStream::new();
        tokens.append_all(&self.attrs);
        self.vis.to_tokens(tokens);
        self.unsafety.to_tokens(tokens);
        self.auto.to_tokens(tokens);
        self.trait_token.to_tokens(tokens);
        self.ident.to_tokens(tokens);
        self.generics.to_tokens(tokens);
        self.colon.to_tokens(tokens);
        tokens.append_separated(&self.supertraits, Punct::new('+', Spacing::Alone));
        tokens.extend(self.generics.where_clause());
        let mut items = TokenStream::new();
        for item in &self.items {
            match item {
                TraitItem::Method(method) if !method.inherit.is_empty() => {}
                TraitItem::Method(method) => {
                    items.append_all(&method.attrs);
                    items.extend(changed(method).unwrap_or_else(|| method.code()));
                }
                TraitItem::Other(other) => other.to_tokens(&mut items),
            }
        }
        items.extend(more);
        tokens.append(surround(Delimiter::Brace, items, self.braces));
        core::mem::take(tokens)
    }
}

impl ToTokens for ItemTrait {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(self.with(&|_| None, TokenStream::new()));
    }
}

impl ToTokens for OtherItem {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.tokens.to_tokens(tokens);
    }
}
