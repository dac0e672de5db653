//! Methods that are not in the table: those with `where Self: Sized`, which no `dyn`
//! has, and those that return `self` as a `dyn Any`, which stays in its library.
//! What implements the trait without being a plugin needs them nevertheless.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;

use super::forward::named;
use crate::model::{Interface, LocalMethod};
use crate::syntax::Path;

/// The methods of an `impl` for a proxy.
///
/// ```text
/// Input:  fn as_any(&self) -> &dyn Any;
///         fn new() -> Self where Self: Sized;
/// Output: fn as_any(&self) -> &dyn Any { self }
///         fn new() -> Self where Self: Sized {
///             panic!("`new` needs the type itself, and a proxy is an instance in a plugin")
///         }
/// ```
pub(super) fn methods(Interface { krate, local, .. }: &Interface) -> TokenStream {
    let methods = local.iter().map(|method| self::method(krate, method));
    quote!(#(#methods)*)
}

fn method(krate: &Path, method: &LocalMethod) -> TokenStream {
    let (cfgs, lints) = (&method.cfgs, &method.lints);
    let forwarded = named(&method.signature);
    let (signature, this) = (forwarded.signature, forwarded.this);
    let body = match method.is_upcast {
        true => quote!(#this),
        false => {
            let text = format!(
                "`{}` needs the type itself, and a proxy is an instance in a plugin",
                signature.ident.unraw()
            );
            quote!(#krate::__private::core::panic!(#text))
        }
    };
    quote! {
        #(#cfgs)*
        #(#lints)*
        #[allow(unused_variables)]
        #signature {
            #body
        }
    }
}
