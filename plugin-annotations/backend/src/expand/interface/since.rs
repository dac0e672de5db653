//! Methods with `#[since]`: the calls to plugins that were built without them.
//!
//! The trait's default body runs in the host, with the proxy as `self`. The proxy
//! overrides the method, so the body is that of a hidden method.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::ext::IdentExt;

use super::forward::named;
use super::proxy_name;
use super::vtable::offset;
use crate::attributes;
use crate::model::{Interface, Method};
use crate::syntax::{TraitItem, TraitMethod};

fn body_name(method: &Ident) -> Ident {
    format_ident!("__default_{}", method.unraw())
}

/// For a method with `#[since]`: the condition that the plugin lacks it, and the
/// call of its default body with `proxy`.
pub(super) fn default_call(
    interface: &Interface,
    method: &Method,
    proxy: &TokenStream,
    arguments: &[Ident],
) -> Option<(TokenStream, TokenStream)> {
    method.since.as_ref()?;
    let Interface { krate, item, .. } = interface;
    let (name, proxy_name) = (&item.ident, proxy_name(item));
    let (offset, body) = (offset(interface, method), body_name(&method.signature.ident));
    let is_missing = quote!(!#krate::__private::Object::has(&#proxy.plugin_object, #offset));
    Some((is_missing, quote!(<#proxy_name as #name>::#body(#proxy, #(#arguments),*))))
}

/// A method with `#[since]`, which calls its default body.
///
/// ```text
/// Input:  #[since("1.1")] fn wave(&self, hand: &str) { body }
/// Output: fn wave(&self, hand: &str) { Self::__default_wave(self, hand) }
/// ```
pub(super) fn calls_its_body(method: &TraitMethod) -> Option<TokenStream> {
    if method.since.is_empty() {
        return None;
    }
    let body = body_name(&method.signature.ident);
    let forwarded = named(&method.signature);
    let (signature, this, arguments) = (forwarded.signature, forwarded.this, forwarded.arguments);
    Some(quote!(#signature { Self::#body(#this, #(#arguments),*) }))
}

/// The default body of each method with `#[since]`, as a hidden method.
///
/// ```text
/// Output: fn __default_wave(&self, hand: &str) { body }
/// ```
pub(super) fn bodies(Interface { item, .. }: &Interface) -> TokenStream {
    let bodies = item.items.iter().filter_map(|item| match item {
        TraitItem::Method(method) if !method.since.is_empty() => Some(body(method)),
        _ => None,
    });
    quote!(#(#bodies)*)
}

fn body(method: &TraitMethod) -> TokenStream {
    let (cfgs, lints) = (attributes::cfgs(&method.attrs), attributes::lints(&method.attrs));
    let (mut signature, body) = (method.signature.clone(), &method.body);
    signature.ident = body_name(&method.signature.ident);
    quote! {
        #(#cfgs)*
        #(#lints)*
        #[doc(hidden)]
        #signature #body
    }
}
