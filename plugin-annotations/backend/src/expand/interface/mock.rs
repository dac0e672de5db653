//! `#[automock]` below `#[plugin_interface]`: the mock, by `mockall::mock!`.
//!
//! `automock` itself would also mock the hidden method of the trait.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use super::forward::{Forwarded, named};
use crate::model::{Interface, Method};
use crate::syntax::{Attribute, Signature};

/// ```text
/// Input:  #[cfg_attr(test, automock)] trait Greeter { fn name(&self) -> &str; }
/// Output: #[cfg(all(test, all()))]
///         mockall::mock! {
///             Greeter {}
///             impl Greeter for Greeter { fn name(&self) -> &str; }
///         }
/// ```
pub(super) fn mocks(
    interface @ Interface { krate, item, methods, local, mocks, lints, .. }: &Interface,
) -> TokenStream {
    let (vis, name) = (&item.vis, &item.ident);
    let lints: Vec<_> =
        lints.iter().chain(methods.iter().flat_map(|method| &method.lints)).collect();
    // The mock of an `async` method returns the value.
    let is_async = methods.iter().any(|method| method.written.is_some());
    let async_impl = is_async.then(|| quote!(#[#krate::__private::async_trait(crate = #krate)]));
    let written = |method: &'_ Method| method.written.as_ref().unwrap_or(&method.signature).clone();
    let of_trait = methods.iter().filter(|method| method.is_here());
    let all = of_trait.map(|method| (&method.cfgs, written(method)));
    let all = all.chain(local.iter().map(|method| (&method.cfgs, method.signature.clone())));
    let methods = all.map(|(cfgs, signature)| mocked(cfgs, &signature));
    let methods = quote!(#(#methods)*);
    let inherited = interface.inherited().into_iter().map(|(path, methods)| {
        let methods = methods.into_iter().map(|method| mocked(&method.cfgs, &method.signature));
        quote!(impl #path for #name { #(#methods)* })
    });
    let inherited = quote!(#(#inherited)*);
    let mocks = mocks.iter().map(|condition| {
        quote! {
            #[cfg(#condition)]
            ::mockall::mock! {
                #(#lints)*
                #vis #name {}

                #async_impl
                impl #name for #name {
                    #methods
                }
                #inherited
            }
        }
    });
    quote!(#(#mocks)*)
}

fn mocked(cfgs: &[Attribute], signature: &Signature) -> TokenStream {
    let Forwarded { mut signature, .. } = named(signature);
    if let Some(receiver) = &mut signature.receiver {
        // The bodies of the mock have a `self` of this place.
        receiver.self_token = Ident::new("self", Span::call_site());
    }
    quote!(#(#cfgs)* #signature;)
}
