//! The signature of an `async` method, as that of one that returns a future.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};
use syn::Lifetime;

use super::lifetimes::Names;
use crate::syntax::{GenericParameter, Generics, Kind, Parameter, Signature, divide};

/// The signature with a name for each lifetime. `output` writes the type of the
/// future, from that of its value and its lifetime.
pub(crate) fn rewritten(
    written: &Signature,
    output: &dyn Fn(&TokenStream, &TokenStream) -> TokenStream,
) -> Signature {
    let mut signature = written.clone();
    signature.asyncness = None;
    let mut names = Names::default();
    if let Some(receiver) = signature.receiver.as_mut().filter(|receiver| receiver.is_reference()) {
        let next = || names.next(receiver.self_token.span());
        receiver.lifetime = Some(receiver.lifetime.take().unwrap_or_else(next));
    }
    for (i, parameter) in signature.parameters.iter_mut().enumerate() {
        parameter.pattern = outer(i, parameter);
        parameter.ty = names.name(&parameter.ty).into();
    }
    let end = end(written);
    let value = value(written);
    signature.returns(output(&value, &quote!(#end)));
    signature.generics = generics(&written.generics, &names.into_vec(), &end);
    signature
}

/// The lifetime of the future.
pub(crate) fn end(written: &Signature) -> Lifetime {
    let place = written.asyncness.as_ref().map_or_else(Span::call_site, Ident::span);
    Lifetime { apostrophe: place, ident: Ident::new("async_trait", place) }
}

/// The type of the future's value.
pub(crate) fn value(written: &Signature) -> TokenStream {
    written.output.as_ref().map_or_else(|| quote!(()), |(_, ty)| quote!(#ty))
}

/// The name of a parameter outside of the future: without its `mut`, or its
/// pattern.
pub(super) fn outer(i: usize, parameter: &Parameter) -> TokenStream {
    match parameter.name() {
        Some(name) => quote!(#name),
        None => {
            let name = format_ident!("__argument_{i}");
            quote!(#name)
        }
    }
}

/// The lifetimes that were written, those that got a name, that of the future, and
/// the other parameters; with the predicate that each outlives the future.
fn generics(written: &Generics, named: &[Lifetime], end: &Lifetime) -> Generics {
    let is_lifetime = |parameter: &&GenericParameter| parameter.kind == Kind::Lifetime;
    let (lifetimes, others): (Vec<_>, Vec<_>) = written.params.iter().partition(is_lifetime);
    let named = named.iter().chain([end]).map(GenericParameter::lifetime);
    let params: Vec<_> =
        lifetimes.into_iter().cloned().chain(named).chain(others.into_iter().cloned()).collect();
    let predicates = written.where_clause.iter().flat_map(|(_, all)| divide(all.clone(), ','));
    let outliving = params.iter().filter(|parameter| parameter.kind != Kind::Const);
    let outliving =
        outliving.map(GenericParameter::name).filter(|name| name.to_string() != end.to_string());
    let clause = quote!(#(#predicates,)* #(#outliving: #end,)* Self: #end);
    let place = Ident::new("where", end.ident.span());
    Generics::with_params(params, Some((place, clause)))
}
