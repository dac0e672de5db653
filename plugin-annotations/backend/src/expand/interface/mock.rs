//! `#[automock]` below `#[plugin_interface]`: the mock, by `mockall::mock!`.
//!
//! `automock` itself would also mock the hidden method of the trait.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use super::forward::{Forwarded, named};
use crate::model::Interface;

/// ```text
/// Input:  #[cfg_attr(test, automock)] trait Greeter { fn name(&self) -> &str; }
/// Output: #[cfg(all(test, all()))]
///         mockall::mock! {
///             Greeter {}
///             impl Greeter for Greeter { fn name(&self) -> &str; }
///         }
/// ```
pub(super) fn mocks(
    Interface { item, methods, local, mocks, lints, .. }: &Interface,
) -> TokenStream {
    let (vis, name) = (&item.vis, &item.ident);
    let lints: Vec<_> =
        lints.iter().chain(methods.iter().flat_map(|method| &method.lints)).collect();
    let all = methods.iter().map(|method| (&method.cfgs, &method.signature));
    let all = all.chain(local.iter().map(|method| (&method.cfgs, &method.signature)));
    let methods = all.map(|(cfgs, signature)| {
        let Forwarded { mut signature, .. } = named(signature);
        if let Some(receiver) = &mut signature.receiver {
            // The bodies of the mock have a `self` of this place.
            receiver.self_token = Ident::new("self", Span::call_site());
        }
        quote!(#(#cfgs)* #signature;)
    });
    let methods = quote!(#(#methods)*);
    let mocks = mocks.iter().map(|condition| {
        quote! {
            #[cfg(#condition)]
            ::mockall::mock! {
                #(#lints)*
                #vis #name {}

                impl #name for #name {
                    #methods
                }
            }
        }
    });
    quote!(#(#mocks)*)
}
