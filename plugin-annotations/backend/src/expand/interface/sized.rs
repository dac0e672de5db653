//! Methods with `where Self: Sized`. No `dyn` has them, so they are not in the table.
//! What implements the trait without being a plugin needs them nevertheless.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;

use super::forward::named;
use crate::model::Interface;

/// The methods of an `impl` for a proxy.
///
/// ```text
/// Input:  fn new() -> Self where Self: Sized;
/// Output: fn new() -> Self where Self: Sized {
///             panic!("`new` needs the type itself, and a proxy is an instance in a plugin")
///         }
/// ```
pub(super) fn methods(Interface { krate, sized, .. }: &Interface) -> TokenStream {
    let methods = sized.iter().map(|method| {
        let (cfgs, lints) = (&method.cfgs, &method.lints);
        let signature = named(&method.signature).signature;
        let text = format!(
            "`{}` needs the type itself, and a proxy is an instance in a plugin",
            signature.ident.unraw()
        );
        quote! {
            #(#cfgs)*
            #(#lints)*
            #[allow(unused_variables)]
            #signature {
                #krate::__private::core::panic!(#text)
            }
        }
    });
    quote!(#(#methods)*)
}
