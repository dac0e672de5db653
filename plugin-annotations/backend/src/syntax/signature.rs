//! Signatures of methods.

use proc_macro2::{Delimiter, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt, quote};
use syn::parse::{Parse, ParseStream};
use syn::{Lifetime, LitStr, parenthesized};

use super::attribute::Attribute;
use super::generics::{Generics, Kind, Parameter as GenericParameter};
use super::path::Path;
use super::scan::{Ends, divide, expect, is_next, keyword, punct, surround};
use super::ty::Type;

#[derive(Clone)]
pub(crate) struct Signature {
    pub(crate) constness: Option<Ident>,
    pub(crate) asyncness: Option<Ident>,
    pub(crate) unsafety: Option<Ident>,
    /// `extern "C"`, if it is written.
    pub(crate) abi: TokenStream,
    fn_token: Ident,
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    parens: Span,
    pub(crate) receiver: Option<Receiver>,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) variadic: Option<TokenStream>,
    pub(crate) output: Option<(TokenStream, Type)>,
}

/// `&'a mut self`, and the forms that an interface rejects.
#[derive(Clone)]
pub(crate) struct Receiver {
    attrs: Vec<Attribute>,
    and: Option<TokenStream>,
    pub(crate) lifetime: Option<Lifetime>,
    pub(crate) mutability: Option<Ident>,
    pub(crate) self_token: Ident,
    ty: Option<(TokenStream, Type)>,
}

/// A parameter, whose pattern is almost always a name.
#[derive(Clone)]
pub(crate) struct Parameter {
    pub(crate) attrs: Vec<Attribute>,
    /// `#[ffi(with = module)]`, which the macro consumes.
    pub(crate) ffi: Vec<Attribute>,
    pub(crate) pattern: TokenStream,
    colon: TokenStream,
    pub(crate) ty: Type,
}

impl Parse for Signature {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let (constness, asyncness) = (keyword(input, "const"), keyword(input, "async"));
        let (unsafety, abi) = (keyword(input, "unsafe"), abi(input)?);
        let fn_token = keyword(input, "fn").ok_or_else(|| input.error("expected `fn`"))?;
        let ident = input.parse()?;
        let mut generics: Generics = input.parse()?;
        let content;
        let parens = parenthesized!(content in input).span.join();
        let (mut receiver, mut parameters, mut variadic) = (None, Vec::new(), None);
        while !content.is_empty() {
            let attrs = Attribute::parse_outer(&content)?;
            if is_next(&content, "...") {
                variadic = punct(&content, "...");
            } else if is_receiver(&content.fork()) {
                receiver = Some(Receiver::after(attrs, &content)?);
            } else {
                parameters.push(Parameter::after(attrs, &content)?);
            }
            punct(&content, ",");
        }
        let output = match punct(input, "->") {
            Some(arrow) => Some((arrow, Type::parse(input, Ends::Body)?)),
            None => None,
        };
        generics.parse_where(input)?;
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

fn abi(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    let mut tokens = TokenStream::new();
    if let Some(token) = keyword(input, "extern") {
        tokens.append(token);
        if input.peek(LitStr) {
            tokens.append(input.parse::<Literal>()?);
        }
    }
    Ok(tokens)
}

fn is_receiver(input: ParseStream<'_>) -> bool {
    if punct(input, "&").is_some() && input.peek(Lifetime) {
        let _ = input.parse::<Lifetime>();
    }
    keyword(input, "mut");
    keyword(input, "self").is_some() && !is_next(input, "::")
}

impl Signature {
    /// Returns `true` if it has the bound `where Self: Sized`: no `dyn` has such a
    /// method.
    pub(crate) fn is_sized(&self) -> bool {
        let Some((_, predicates)) = &self.generics.where_clause else { return false };
        divide(predicates.clone(), ',').into_iter().any(|predicate| {
            let mut tokens = predicate.into_iter();
            let head = [tokens.next(), tokens.next()].map(|token| token.map(|t| t.to_string()));
            let bounds = divide(tokens.collect(), '+');
            let is_sized = |bound: TokenStream| {
                Path::of(bound).as_ref().and_then(Path::last).is_some_and(|last| last == "Sized")
            };
            head == [Some("Self".to_owned()), Some(":".to_owned())]
                && bounds.into_iter().any(is_sized)
        })
    }

    /// Returns `true` if it returns `self` as a `dyn Any`, and takes nothing else:
    /// `&self`, `&mut self` or `self` in a pointer.
    pub(crate) fn is_upcast(&self) -> bool {
        let (Some(_), [], Some((_, output))) = (&self.receiver, &self.parameters[..], &self.output)
        else {
            return false;
        };
        let is_plain = self.asyncness.is_none()
            && self.unsafety.is_none()
            && self.generics.of(Kind::Type).next().is_none()
            && self.generics.where_clause.is_none();
        is_plain && is_any_behind_a_pointer(output.to_token_stream())
    }

    /// Returns `true` if the borrow of `self` has this lifetime, or is known to outlive
    /// it.
    pub(crate) fn is_outlived_by_self(&self, lifetime: &Lifetime) -> bool {
        let of_self = self.receiver.as_ref().and_then(|receiver| receiver.lifetime.as_ref());
        of_self.is_some_and(|of_self| self.outlives(of_self, lifetime))
    }

    /// Returns `true` if one lifetime is the other, or is declared to outlive it.
    pub(crate) fn outlives(&self, long: &Lifetime, short: &Lifetime) -> bool {
        let mut known = vec![long.clone()];
        let mut next = 0;
        while let Some(lifetime) = known.get(next).cloned() {
            let of = |parameter: &&GenericParameter| parameter.ident == lifetime.ident;
            let bounds = self.generics.of(Kind::Lifetime).filter(of);
            for bound in bounds.flat_map(|of| crate::lifetimes::written(&of.bounds)) {
                if !known.contains(&bound) {
                    known.push(bound);
                }
            }
            next += 1;
        }
        known.contains(short)
    }

    /// Returns `true` if this lifetime of a return value is that of an argument, and
    /// not of `self`.
    pub(crate) fn is_of_arguments(&self, lifetime: &Lifetime) -> bool {
        let taken =
            || self.parameters.iter().flat_map(|taken| crate::lifetimes::borrowed(&taken.ty));
        self.generics.of(Kind::Lifetime).any(|declared| declared.ident == lifetime.ident)
            && !self.is_outlived_by_self(lifetime)
            && taken().any(|taken| self.outlives(&taken, lifetime))
    }

    /// Returns `true` if `#[async_trait]` has written it, or our own rewriting.
    pub(crate) fn is_rewritten(&self) -> bool {
        self.generics.params.iter().any(|parameter| parameter.ident == "async_trait")
    }

    /// Changes the return type.
    pub(crate) fn returns(&mut self, ty: TokenStream) {
        self.output = Some((quote!(->), ty.into()));
    }
}

impl Receiver {
    fn after(attrs: Vec<Attribute>, input: ParseStream<'_>) -> syn::Result<Self> {
        let and = punct(input, "&");
        let lifetime = input.peek(Lifetime).then(|| input.parse()).transpose()?;
        let mutability = keyword(input, "mut");
        let self_token = keyword(input, "self").ok_or_else(|| input.error("expected `self`"))?;
        let ty = match punct(input, ":") {
            Some(colon) => Some((colon, Type::parse(input, Ends::Comma)?)),
            None => None,
        };
        Ok(Receiver { attrs, and, lifetime, mutability, self_token, ty })
    }

    /// Returns `true` for `self: Box<Self>`.
    pub(crate) fn is_boxed(&self) -> bool {
        let boxes = ["Box<Self>", "std::boxed::Box<Self>", "::std::boxed::Box<Self>"];
        let text = |ty: &Type| ty.to_token_stream().to_string().replace(' ', "");
        self.ty.as_ref().is_some_and(|(_, ty)| boxes.contains(&&*text(ty)))
    }

    /// Makes it `self`.
    pub(crate) fn unbox(&mut self) {
        self.ty = None;
    }

    /// Returns `true` for `&self` and `&mut self`.
    pub(crate) fn is_reference(&self) -> bool {
        self.and.is_some()
    }
}

impl Parameter {
    fn after(attrs: Vec<Attribute>, input: ParseStream<'_>) -> syn::Result<Self> {
        let mut pattern = TokenStream::new();
        while !is_next(input, ":") || is_next(input, "::") {
            match punct(input, "::") {
                Some(colons) => pattern.extend(colons),
                None => pattern.append(input.parse::<TokenTree>()?),
            }
        }
        let (ffi, attrs) = Attribute::split_ffi(attrs);
        Ok(Parameter {
            attrs,
            ffi,
            pattern,
            colon: expect(input, ":")?,
            ty: Type::parse(input, Ends::Comma)?,
        })
    }

    /// The name, if the pattern is one: `name` or `mut name`.
    pub(crate) fn name(&self) -> Option<Ident> {
        let parser = |input: ParseStream<'_>| {
            keyword(input, "mut");
            input.parse::<Ident>()
        };
        syn::parse::Parser::parse2(parser, self.pattern.clone()).ok()
    }

    /// Returns `true` if the pattern is `_`.
    pub(crate) fn is_nameless(&self) -> bool {
        self.pattern.to_string() == "_"
    }
}

/// `&dyn Any`, `&'a mut (dyn Any + Send)`, `Box<dyn std::any::Any>`, `Arc<dyn Any>`.
fn is_any_behind_a_pointer(ty: TokenStream) -> bool {
    let tokens: Vec<_> = ty.into_iter().collect();
    let dyn_at = |tokens: &[TokenTree]| {
        let is_dyn = matches!(tokens, [TokenTree::Ident(first), ..] if first == "dyn");
        let bounds = divide(tokens.iter().skip(1).cloned().collect(), '+');
        let first = bounds.into_iter().next().and_then(Path::of);
        is_dyn && first.as_ref().and_then(Path::last).is_some_and(|last| last == "Any")
    };
    let text = |token: &TokenTree| token.to_string();
    match &tokens[..] {
        [and, rest @ ..] if text(and) == "&" => {
            let is_dyn = |t: &TokenTree| text(t) == "dyn" || matches!(t, TokenTree::Group(_));
            let Some(at) = rest.iter().position(is_dyn).filter(|at| *at <= 3) else { return false };
            match &rest[at..] {
                [TokenTree::Group(group)] => {
                    dyn_at(&group.stream().into_iter().collect::<Vec<_>>())
                }
                tokens => dyn_at(tokens),
            }
        }
        [pointer, open, rest @ .., close]
            if ["Box", "Arc"].contains(&&*text(pointer))
                && text(open) == "<"
                && text(close) == ">" =>
        {
            dyn_at(rest)
        }
        _ => false,
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
        let comma = Punct::new(',', Spacing::Alone);
        inputs.append_terminated(&self.receiver, comma.clone());
        inputs.append_terminated(&self.parameters, comma);
        self.variadic.to_tokens(&mut inputs);
        tokens.append(surround(Delimiter::Parenthesis, inputs, self.parens));
        if let Some((arrow, ty)) = &self.output {
            tokens.extend(quote!(#arrow #ty));
        }
        tokens.extend(self.generics.where_clause());
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
