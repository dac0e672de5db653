//! The proxy: the trait, implemented by calls through a vtable.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::Ident;
use syn::ext::IdentExt;

use super::super::{crossing, place_of};
use super::proxy_name;
use crate::lifetimes;
use crate::model::Interface;

/// ```text
/// Input:  fn greet(&self, target: &str) -> String;
/// Output: fn greet(&self, target: &str) -> String {
///             let object = &self.plugin_object;
///             let outcome = (object.vtable().greet)(object.instance(), lower(target));
///             let value = object.finish::<String>("greet", outcome);
///             value
///         }
/// ```
pub(super) fn proxy(Interface { krate, item, lints, methods, .. }: &Interface) -> TokenStream {
    let (vis, name, proxy) = (&item.vis, &item.ident, proxy_name(item));
    let bodies = methods.iter().map(|method| {
        let (cfgs, field) = (&method.cfgs, &method.signature.ident);
        let mut signature = method.signature.clone();
        let mut arguments = Vec::new();
        // The `self` of the signature: where a macro wrote it, no other is it.
        let this = signature.receiver.as_ref().map(|receiver| receiver.self_token);
        for parameter in &mut signature.parameters {
            let nameless = || format_ident!("__argument_{}", arguments.len());
            let argument = parameter.name().unwrap_or_else(nameless);
            parameter.pattern = quote!(#argument);
            arguments.push(argument);
        }
        let lower =
            method.parameters.iter().map(|p| crossing(krate, &lifetimes::inferred(&p.ty), "lower"));
        let (output, text) = (lifetimes::fixed(&method.output), field.unraw().to_string());
        let value = Ident::new("__value", place_of(&method.output));
        quote! {
            #(#cfgs)*
            #[inline]
            #signature {
                let __object = &#this.plugin_object;
                // SAFETY: vtable and instance belong together (the contract of
                // `Object::new`), `self` is borrowed as the method asks, and
                // the outcome is finished as the method's own return type.
                unsafe {
                    let __outcome = (#krate::__private::Object::vtable(__object).#field)(
                        #krate::__private::Object::instance(__object),
                        #(#lower(#arguments),)*
                    );
                    let #value = #krate::__private::Object::finish::<#output>(
                        __object, #text, __outcome,
                    );
                    #value
                }
            }
        }
    });
    let doc = format!(
        "An instance of [`{name}`] in a plugin, which stays loaded while this lives.\n\n\
         # Panics\n\n\
         A method whose implementation panics panics here, with the same message as a `String` \
         for payload; the plugin stays usable."
    );
    quote! {
        #[doc = #doc]
        #(#lints)*
        #[allow(deprecated)]
        #[derive(#krate::__private::core::fmt::Debug)]
        #vis struct #proxy {
            plugin_object: #krate::__private::Object<dyn #name>,
        }

        #[allow(deprecated)]
        impl #name for #proxy {
            #(#bodies)*
        }
    }
}
