//! Just enough of a trait and of an impl.
//!
//! `syn` has both behind its feature `full`, which takes half as long again to
//! compile, and what a plugin's first build waits for is mostly `syn`. No macro
//! of ours looks into a body, so here a body is tokens; so is whatever is not a
//! method, to be named in an error. The compiler has read each item before a
//! macro sees it: what does not parse here is never a plain syntax error.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt};
use syn::ext::IdentExt;
use syn::parse::discouraged::Speculative;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{
    Abi, Attribute, Generics, Ident, Lifetime, Path, ReturnType, Token, Type, TypeParamBound,
    Visibility, parenthesized,
};

/// A trait: its head in parts, and its items.
pub(crate) struct ItemTrait {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) unsafety: Option<Token![unsafe]>,
    auto: Option<Ident>,
    trait_token: Token![trait],
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    colon: Option<Token![:]>,
    pub(crate) supertraits: Punctuated<TypeParamBound, Token![+]>,
    pub(crate) items: Vec<TraitItem>,
    braces: Span,
}

pub(crate) enum TraitItem {
    Method(Box<TraitMethod>),
    Other(OtherItem),
}

pub(crate) struct TraitMethod {
    pub(crate) attrs: Vec<Attribute>,
    /// `#[since("1.1")]`, which is ours: it is not given back.
    pub(crate) since: Vec<Attribute>,
    pub(crate) signature: Signature,
    /// The body, or the semicolon.
    body: TokenTree,
}

/// What a trait may contain besides methods.
pub(crate) struct OtherItem {
    pub(crate) kind: OtherKind,
    tokens: TokenStream,
}

pub(crate) enum OtherKind {
    Const,
    Type,
    Macro,
    Unknown,
}

#[derive(Clone)]
pub(crate) struct Signature {
    pub(crate) constness: Option<Token![const]>,
    pub(crate) asyncness: Option<Token![async]>,
    pub(crate) unsafety: Option<Token![unsafe]>,
    pub(crate) abi: Option<Abi>,
    fn_token: Token![fn],
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    parens: Span,
    pub(crate) receiver: Option<Receiver>,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) variadic: Option<Token![...]>,
    pub(crate) output: ReturnType,
}

/// `&'a mut self`, and the forms that an interface refuses.
#[derive(Clone)]
pub(crate) struct Receiver {
    attrs: Vec<Attribute>,
    and: Option<Token![&]>,
    pub(crate) lifetime: Option<Lifetime>,
    pub(crate) mutability: Option<Token![mut]>,
    pub(crate) self_token: Token![self],
    ty: Option<(Token![:], Type)>,
}

/// A parameter, whose pattern is almost always a name.
#[derive(Clone)]
pub(crate) struct Parameter {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) pattern: TokenStream,
    colon: Token![:],
    pub(crate) ty: Type,
}

/// An impl without what stands in its braces.
pub(crate) struct ItemImpl {
    pub(crate) generics: Generics,
    /// `None` of an inherent impl.
    pub(crate) interface: Option<Path>,
    pub(crate) self_ty: Type,
}

impl Parse for ItemTrait {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        let vis = input.parse()?;
        let unsafety = input.parse()?;
        let auto = input.peek(Token![auto]).then(|| input.call(Ident::parse_any)).transpose()?;
        let trait_token = input.parse().map_err(|error| {
            syn::Error::new(error.span(), "`#[plugin_interface]` goes on a trait")
        })?;
        let ident = input.parse()?;
        let mut generics: Generics = input.parse()?;
        let colon: Option<Token![:]> = input.parse()?;
        let mut supertraits = Punctuated::new();
        while colon.is_some() && !input.peek(Token![where]) && !input.peek(syn::token::Brace) {
            supertraits.push_value(input.parse()?);
            if input.peek(Token![+]) {
                supertraits.push_punct(input.parse()?);
            }
        }
        generics.where_clause = input.parse()?;
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

impl Parse for TraitItem {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        if is_method(&input.fork()) {
            let (since, attrs) = attrs.into_iter().partition(|a| a.path().is_ident("since"));
            let (signature, body) = (input.parse()?, input.parse()?);
            return Ok(TraitItem::Method(Box::new(TraitMethod { attrs, since, signature, body })));
        }
        let kind = if input.peek(Token![const]) {
            OtherKind::Const
        } else if input.peek(Token![type]) {
            OtherKind::Type
        } else if input.fork().call(Path::parse_mod_style).is_ok() {
            OtherKind::Macro
        } else {
            OtherKind::Unknown
        };
        let mut tokens = TokenStream::new();
        tokens.append_all(attrs);
        // A constant may be a block, which does not end it.
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
    /// Whether there is a default body.
    pub(crate) fn has_body(&self) -> bool {
        matches!(self.body, TokenTree::Group(_))
    }
}

/// Whether what is left begins with `fn`, behind its qualifiers.
fn is_method(input: ParseStream<'_>) -> bool {
    while !input.peek(Token![fn]) {
        let is_qualifier = input.peek(Token![const])
            || input.peek(Token![async])
            || input.peek(Token![unsafe])
            || input.peek(Token![extern])
            || input.peek(syn::LitStr);
        if !is_qualifier || input.parse::<TokenTree>().is_err() {
            return false;
        }
    }
    true
}

impl Parse for Signature {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let (constness, asyncness, unsafety) = (input.parse()?, input.parse()?, input.parse()?);
        let (abi, fn_token, ident) = (input.parse()?, input.parse()?, input.parse()?);
        let mut generics: Generics = input.parse()?;
        let content;
        let parens = parenthesized!(content in input).span.join();
        let (mut receiver, mut parameters, mut variadic) = (None, Vec::new(), None);
        while !content.is_empty() {
            let attrs = content.call(Attribute::parse_outer)?;
            if content.peek(Token![...]) {
                variadic = content.parse()?;
            } else if is_receiver(&content.fork()) {
                receiver = Some(Receiver::after(attrs, &content)?);
            } else {
                parameters.push(Parameter::after(attrs, &content)?);
            }
            content.parse::<Option<Token![,]>>()?;
        }
        let output = match input.parse::<Option<Token![->]>>()? {
            Some(arrow) => ReturnType::Type(arrow, Box::new(type_of(input)?)),
            None => ReturnType::Default,
        };
        generics.where_clause = input.parse()?;
        Ok(Signature {
            constness,
            asyncness,
            unsafety,
            abi,
            fn_token,
            ident,
            generics,
            parens,
            receiver,
            parameters,
            variadic,
            output,
        })
    }
}

fn is_receiver(input: ParseStream<'_>) -> bool {
    if input.parse::<Option<Token![&]>>().is_ok_and(|and| and.is_some()) && input.peek(Lifetime) {
        let _ = input.parse::<Lifetime>();
    }
    let _ = input.parse::<Option<Token![mut]>>();
    input.peek(Token![self]) && !input.peek2(Token![::])
}

impl Receiver {
    fn after(attrs: Vec<Attribute>, input: ParseStream<'_>) -> syn::Result<Self> {
        let and: Option<Token![&]> = input.parse()?;
        let lifetime = input.peek(Lifetime).then(|| input.parse()).transpose()?;
        let (mutability, self_token) = (input.parse()?, input.parse()?);
        let ty = match input.parse::<Option<Token![:]>>()? {
            Some(colon) => Some((colon, type_of(input)?)),
            None => None,
        };
        Ok(Receiver { attrs, and, lifetime, mutability, self_token, ty })
    }

    /// Whether it is `&self` or `&mut self`.
    pub(crate) fn is_reference(&self) -> bool {
        self.and.is_some()
    }
}

impl Parameter {
    fn after(attrs: Vec<Attribute>, input: ParseStream<'_>) -> syn::Result<Self> {
        let mut pattern = TokenStream::new();
        while !input.peek(Token![:]) || input.peek(Token![::]) {
            // The two halves of a `::` are two tokens.
            let tokens = if input.peek(Token![::]) { 2 } else { 1 };
            for _ in 0..tokens {
                pattern.append(input.parse::<TokenTree>()?);
            }
        }
        Ok(Parameter { attrs, pattern, colon: input.parse()?, ty: type_of(input)? })
    }

    /// The name, if the pattern is one: `name` or `mut name`.
    pub(crate) fn name(&self) -> Option<Ident> {
        let parser = |input: ParseStream<'_>| {
            input.parse::<Option<Token![mut]>>()?;
            input.parse::<Ident>()
        };
        syn::parse::Parser::parse2(parser, self.pattern.clone()).ok()
    }

    /// Whether the pattern is `_`.
    pub(crate) fn is_nameless(&self) -> bool {
        syn::parse2::<Token![_]>(self.pattern.clone()).is_ok()
    }
}

impl Parse for ItemImpl {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        input.call(Attribute::parse_outer)?;
        input.parse::<Option<Token![unsafe]>>()?;
        input.parse::<Token![impl]>().map_err(|error| {
            syn::Error::new(error.span(), "`#[plugin_impl]` goes on `impl Trait for Type`")
        })?;
        let mut generics: Generics = input.parse()?;
        input.parse::<Option<Token![!]>>()?;
        let first = type_of(input)?;
        let (interface, self_ty) = match input.parse::<Option<Token![for]>>()? {
            Some(_) => (Some(path_of(first)?), type_of(input)?),
            None => (None, first),
        };
        generics.where_clause = input.parse()?;
        input.parse::<Group>()?;
        Ok(ItemImpl { generics, interface, self_ty })
    }
}

/// A type. One whose array length is an expression that `syn` cannot read
/// without `full`, a block for instance, is left as tokens.
fn type_of(input: ParseStream<'_>) -> syn::Result<Type> {
    let ahead = input.fork();
    if let Ok(ty) = ahead.parse() {
        input.advance_to(&ahead);
        return Ok(ty);
    }
    let (mut tokens, mut depth) = (TokenStream::new(), 0);
    while !input.is_empty() {
        let is_outside = depth == 0;
        let ends = input.peek(Token![,]) || input.peek(Token![;]) || input.peek(Token![for]);
        if is_outside && (ends || input.peek(Token![where]) || input.peek(syn::token::Brace)) {
            break;
        }
        if let Some(arrow) = input.parse::<Option<Token![->]>>()? {
            arrow.to_tokens(&mut tokens);
            continue;
        }
        depth += i32::from(input.peek(Token![<])) - i32::from(input.peek(Token![>]));
        tokens.append(input.parse::<TokenTree>()?);
    }
    Ok(Type::Verbatim(tokens))
}

/// The path that a type is; one that a `macro_rules!` matched stands in a group.
fn path_of(ty: Type) -> syn::Result<Path> {
    match ty {
        Type::Path(ty) if ty.qself.is_none() => Ok(ty.path),
        Type::Group(ty) => path_of(*ty.elem),
        other => Err(syn::Error::new_spanned(other, "expected the path of a trait")),
    }
}

impl ItemTrait {
    /// The trait, with another item at its end.
    pub(crate) fn with(&self, item: TokenStream) -> TokenStream {
        let tokens = &mut TokenStream::new();
        tokens.append_all(&self.attrs);
        self.vis.to_tokens(tokens);
        self.unsafety.to_tokens(tokens);
        self.auto.to_tokens(tokens);
        self.trait_token.to_tokens(tokens);
        self.ident.to_tokens(tokens);
        self.generics.to_tokens(tokens);
        self.colon.to_tokens(tokens);
        self.supertraits.to_tokens(tokens);
        self.generics.where_clause.to_tokens(tokens);
        let mut items = TokenStream::new();
        items.append_all(&self.items);
        items.extend(item);
        surround(Delimiter::Brace, items, self.braces, tokens);
        core::mem::take(tokens)
    }
}

impl ToTokens for ItemTrait {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(self.with(TokenStream::new()));
    }
}

impl ToTokens for TraitItem {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            TraitItem::Method(method) => {
                tokens.append_all(&method.attrs);
                method.signature.to_tokens(tokens);
                method.body.to_tokens(tokens);
            }
            TraitItem::Other(other) => other.to_tokens(tokens),
        }
    }
}

impl ToTokens for OtherItem {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.tokens.to_tokens(tokens);
    }
}

impl ToTokens for Signature {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.constness.to_tokens(tokens);
        self.asyncness.to_tokens(tokens);
        self.unsafety.to_tokens(tokens);
        self.abi.to_tokens(tokens);
        self.fn_token.to_tokens(tokens);
        self.ident.to_tokens(tokens);
        self.generics.to_tokens(tokens);
        let mut inputs = TokenStream::new();
        inputs.append_terminated(&self.receiver, <Token![,]>::default());
        inputs.append_terminated(&self.parameters, <Token![,]>::default());
        self.variadic.to_tokens(&mut inputs);
        surround(Delimiter::Parenthesis, inputs, self.parens, tokens);
        self.output.to_tokens(tokens);
        self.generics.where_clause.to_tokens(tokens);
    }
}

impl ToTokens for Receiver {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.append_all(&self.attrs);
        self.and.to_tokens(tokens);
        self.lifetime.to_tokens(tokens);
        self.mutability.to_tokens(tokens);
        self.self_token.to_tokens(tokens);
        if let Some((colon, ty)) = &self.ty {
            colon.to_tokens(tokens);
            ty.to_tokens(tokens);
        }
    }
}

impl ToTokens for Parameter {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.append_all(&self.attrs);
        self.pattern.to_tokens(tokens);
        self.colon.to_tokens(tokens);
        self.ty.to_tokens(tokens);
    }
}

fn surround(delimiter: Delimiter, inner: TokenStream, span: Span, tokens: &mut TokenStream) {
    let mut group = Group::new(delimiter, inner);
    group.set_span(span);
    tokens.append(group);
}

#[cfg(test)]
mod tests {
    use quote::{ToTokens, quote};

    use super::{ItemImpl, ItemTrait, TraitItem};

    #[test]
    fn a_trait_is_given_back_as_it_was() {
        let item = quote! {
            /// What it is for.
            #[allow(dead_code)]
            pub(crate) unsafe auto trait Tool<'a, T: Copy = u8, const N: usize = 3>:
                Send + for<'b> Fn(&'b u8) -> u8 + 'static
            where
                T: Default,
            {
                const LIMIT: usize = { 3 };
                type Out: Copy where T: Clone;
                helper! { fn x(); }
                helper::one!(1; 2);
                fn plain(&self);
                fn body(&'a mut self, _: u8, mut x: &[u8], #[cfg(any())] y: [u8; { N }],) -> u8 {
                    x.len() as u8
                }
                const unsafe extern "C" fn odd<T>(self: Box<Self>, (a, b): (u8, Vec<u8>), ...)
                where
                    T: Copy;
                async fn none() -> Result<fn(u8) -> [u8; { 1 + 2 }], ()>;
                pub fn visible(&self) {}
            }
        };
        let parsed: ItemTrait = syn::parse2(item.clone()).unwrap();
        let methods = parsed.items.iter().filter(|item| matches!(item, TraitItem::Method(_)));
        assert_eq!((methods.count(), parsed.items.len()), (4, 9));
        let text = |tokens: proc_macro2::TokenStream| {
            // A comma behind the last parameter may come and go.
            tokens.to_string().replace(",)", ")").replace(", )", ")").replace(' ', "")
        };
        assert_eq!(text(parsed.to_token_stream()), text(item));
    }

    #[test]
    fn of_an_impl_the_head_is_read() {
        for (item, interface, self_ty) in [
            (quote!(impl Tool for Hammer {}), Some("Tool"), "Hammer"),
            (
                quote!(
                    unsafe impl<'a> a::Tool for &'a b::Hammer where u8: Copy {}
                ),
                Some("a::Tool"),
                "&'ab::Hammer",
            ),
            (
                quote!(impl Tool for Sized<{ 3 + { 1 } }> { fn x() {} }),
                Some("Tool"),
                "Sized<{3+{1}}>",
            ),
            (quote!(impl Tool for [u8; { 4 }] {}), Some("Tool"), "[u8;{4}]"),
            (
                quote!(
                    impl<T: Copy> Hammer<T> {
                        const X: u8 = 1;
                    }
                ),
                None,
                "Hammer<T>",
            ),
        ] {
            let text =
                |tokens: &dyn ToTokens| tokens.to_token_stream().to_string().replace(' ', "");
            let parsed: ItemImpl = syn::parse2(item).unwrap();
            assert_eq!(parsed.interface.map(|path| text(&path)).as_deref(), interface);
            assert_eq!(text(&parsed.self_ty), self_ty);
        }
    }

    #[test]
    fn another_item_is_told_where_the_attribute_goes() {
        let error = syn::parse2::<ItemTrait>(quote!(
            pub struct Tool;
        ))
        .err()
        .unwrap();
        assert_eq!(error.to_string(), "`#[plugin_interface]` goes on a trait");
        let error = syn::parse2::<ItemImpl>(quote!(
            fn tool() {}
        ))
        .err()
        .unwrap();
        assert_eq!(error.to_string(), "`#[plugin_impl]` goes on `impl Trait for Type`");
    }
}
