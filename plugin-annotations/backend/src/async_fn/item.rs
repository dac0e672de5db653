//! The impls of interfaces with `async` methods: of plugins, of objects of a host,
//! of mocks.

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt, format_ident, quote};
use syn::parse::{ParseStream, Parser};

use super::{body, impl_future, lints, signature, to_rewrite};
use crate::args::Args;
use crate::attributes;
use crate::errors::Errors;
use crate::expand::object_type;
use crate::model::Receiver;
use crate::spans::{located, place_of};
use crate::syntax::{Attribute, ItemImpl, Path, Signature, is_method};

/// Rewrites the async methods of an impl: `#[async_impl(args)] item`.
///
/// Mistakes become a `compile_error!` in the returned code.
pub fn run(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let args = errors.keep(Args::parse(args, false, &["crate"])).unwrap_or_default();
    let head = errors.keep(syn::parse2::<ItemImpl>(item.clone()));
    if let Some(ItemImpl { interface: None, self_ty, .. }) = &head {
        errors.at(
            self_ty,
            "`#[async_impl]` goes on `impl Trait for Type`; an `async fn` of a type itself needs no attribute",
        );
    }
    let item = rewritten(item, &args.crate_path(), false, &mut errors);
    let errors = errors.into_tokens();
    quote!(#item #errors)
}

/// The impl with its async methods rewritten. Others stay as they are, and so does
/// everything under an `#[async_trait]`, which comes next.
///
/// With `has_runtime`, the futures are polled within the runtime of the plugin.
pub(crate) fn rewritten(
    item: TokenStream,
    krate: &Path,
    has_runtime: bool,
    errors: &mut Errors,
) -> TokenStream {
    let Ok(ItemImpl { interface: Some(interface), attrs, .. }) = syn::parse2(item.clone()) else {
        return item;
    };
    if attributes::async_trait(&attrs).is_some() {
        return item;
    }
    let mut tokens: Vec<_> = item.into_iter().collect();
    if let Some(TokenTree::Group(body)) = tokens.last_mut() {
        let parser = |input: ParseStream<'_>| methods(input, krate, has_runtime, &interface);
        if let Some(methods) = errors.keep(parser.parse2(body.stream())) {
            let mut rewritten = Group::new(body.delimiter(), methods);
            rewritten.set_span(body.span());
            *body = rewritten;
        }
    }
    tokens.into_iter().collect()
}

fn methods(
    input: ParseStream<'_>,
    krate: &Path,
    has_runtime: bool,
    interface: &Path,
) -> syn::Result<TokenStream> {
    let mut out = TokenStream::new();
    while !input.is_empty() {
        let attrs = Attribute::parse_outer(input)?;
        out.append_all(&attrs);
        let ahead = input.fork();
        let is_async = is_method(&input.fork())
            && ahead.parse::<Signature>().is_ok_and(|signature| {
                to_rewrite(&impl_future::as_async(&signature).unwrap_or(signature)).is_some()
            });
        match is_async {
            true => out.extend(method(input, krate, has_runtime, interface)?),
            false => other(input, &mut out)?,
        }
    }
    Ok(out)
}

/// Copies an item up to its end: a semicolon or braces.
fn other(input: ParseStream<'_>, out: &mut TokenStream) -> syn::Result<()> {
    let braces_end = is_method(&input.fork());
    while !input.is_empty() {
        let token: TokenTree = input.parse()?;
        let is_last = match &token {
            TokenTree::Punct(punct) => punct.as_char() == ';',
            TokenTree::Group(group) => braces_end && crate::syntax::is_block(group),
            _ => false,
        };
        out.append(token);
        if is_last {
            break;
        }
    }
    Ok(())
}

/// The method, whose future is of the type that the interface says.
fn method(
    input: ParseStream<'_>,
    krate: &Path,
    has_runtime: bool,
    interface: &Path,
) -> syn::Result<TokenStream> {
    let (mut written, mut block): (Signature, Group) = (input.parse()?, input.parse()?);
    if let Some(signature) = impl_future::as_async(&written) {
        (written, block) = (signature, impl_future::awaited(&block));
    }
    let futures: Ident = match written.receiver.as_ref().and_then(Receiver::of) {
        Some(Receiver::RefMut) => format_ident!("Exclusive"),
        _ => format_ident!("Shared"),
    };
    let object = object_type(interface);
    let place = place_of(&written.asyncness);
    let of = quote!(<#object as #krate::__private::AsyncMethods>::#futures);
    let of = located(of, place);
    let output = |value: &TokenStream, lifetime: &TokenStream| quote!(#of<#lifetime, #value>);
    let signature = signature::rewritten(&written, &output);
    let within = has_runtime.then(|| located(quote!(#krate::__private::in_tokio), place));
    let (lints, block) = (lints(), body::rewritten(&written, &block, within));
    let mut out = TokenStream::new();
    out.append_all(lints);
    signature.to_tokens(&mut out);
    block.to_tokens(&mut out);
    Ok(out)
}
