//! `#[plugin_interface]`: the trait, its vtable, its proxy, its descriptor.

mod describe;
mod host;
mod proxy;
mod vtable;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::ext::IdentExt;
use syn::{FnArg, Ident, ItemTrait, Pat, TraitItem};

use crate::errors::Errors;
use crate::model::Interface;
use crate::parse;

pub(crate) fn run(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let interface = parse::interface(args, item.clone(), &mut errors);
    match (interface, errors.into_tokens()) {
        (Some(interface), None) => expand(&interface),
        (_, errors) => {
            let stub = stub(item);
            quote!(#stub #errors)
        }
    }
}

/// The trait and a proxy in name only: what is reported is the mistake, not
/// what follows from it.
fn stub(item: TokenStream) -> TokenStream {
    let Ok(mut item) = syn::parse2::<ItemTrait>(item.clone()) else {
        return item;
    };
    for item in &mut item.items {
        if let TraitItem::Fn(function) = item {
            function.sig.inputs.iter_mut().for_each(drop_pattern);
        }
    }
    let (vis, proxy) = (&item.vis, proxy_name(&item));
    quote!(#item #[doc(hidden)] #vis enum #proxy {})
}

/// A pattern is a second error where a method has no body.
fn drop_pattern(input: &mut FnArg) {
    if let FnArg::Typed(typed) = input
        && !matches!(*typed.pat, Pat::Ident(_))
    {
        *typed.pat = syn::parse_quote!(_);
    }
}

fn expand(interface: &Interface) -> TokenStream {
    let item = &interface.item;
    let vtable = vtable::layout(interface);
    let proxy = proxy::proxy(interface);
    let shims = interface.methods.iter().map(|method| vtable::shim(interface, method));
    let vtable_for = vtable::vtable_for(interface);
    let implementation = describe::implementation(interface);
    let host = host::host(interface);
    // The shims come first: they name each type where its author wrote it, and
    // so do the errors about it.
    quote! {
        #item
        #[allow(deprecated, clippy::type_complexity)]
        const _: () = {
            #(#shims)*
            #vtable_for
            #implementation
        };
        #vtable
        #proxy
        #host
    }
}

fn vtable_name(item: &ItemTrait) -> Ident {
    format_ident!("{}VTable", item.ident.unraw())
}

fn proxy_name(item: &ItemTrait) -> Ident {
    format_ident!("{}Proxy", item.ident.unraw())
}
