//! The proxy: the trait, implemented by calls through a vtable.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::ext::IdentExt;

use super::super::{crossing, place_of};
use crate::expand::interface::{object, proxy_name, since, vtable_name};
use crate::lifetimes;
use crate::model::{Interface, Method};
use crate::syntax::Signature;

/// ```text
/// Input:  fn greet(&self, target: &str) -> String;
/// Output: unsafe fn __call_greet(&self, target: &str) -> Result<String, ReturnError> {
///             let object = &self.plugin_object;
///             let outcome = (object.vtable().greet)(object.instance(), lower(target));
///             object.finish::<String>(outcome)
///         }
///         fn greet(&self, target: &str) -> String {
///             value("greet", unsafe { Self::__call_greet(self, target) })
///         }
/// ```
pub(super) fn proxy(interface: &Interface) -> TokenStream {
    let Interface { krate, item, lints, methods, .. } = interface;
    let (vis, name, proxy) = (&item.vis, &item.ident, proxy_name(item));
    let calls = methods.iter().map(|method| call(interface, method));
    let bodies = methods.iter().map(|method| {
        let cfgs = &method.cfgs;
        let Forwarded { signature, this, arguments } = forwarded(method);
        let (text, call) = (signature.ident.unraw().to_string(), call_name(method));
        let mut value = quote! {
            // SAFETY: a fault ends in there, while `self` keeps its library.
            #krate::__private::Object::<dyn #name>::value(
                #text,
                unsafe { Self::#call(#this, #(#arguments),*) },
            )
        };
        let default = since::default_call(interface, method, &quote!(#this), &arguments);
        if let Some((is_missing, default)) = default {
            value = quote!(if #is_missing { #default } else { #value });
        }
        quote! {
            #(#cfgs)*
            #[inline]
            #signature {
                #value
            }
        }
    });
    let object = object::of_proxy(interface);
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
        #[repr(transparent)]
        #vis struct #proxy {
            plugin_object: #krate::__private::Object<dyn #name>,
        }

        #[allow(clippy::borrowed_box, clippy::type_complexity)]
        impl #proxy {
            #(#calls)*
        }

        #[allow(deprecated)]
        impl #name for #proxy {
            #(#bodies)*
            #object
        }
    }
}

/// A method that is to be written once more, with a name for each parameter.
pub(super) struct Forwarded {
    pub(super) signature: Signature,
    /// The `self` of the signature: where a macro wrote it, no other is it.
    pub(super) this: Option<Ident>,
    pub(super) arguments: Vec<Ident>,
}

pub(super) fn forwarded(method: &Method) -> Forwarded {
    let mut signature = method.signature.clone();
    let mut arguments = Vec::new();
    let this = signature.receiver.as_ref().map(|receiver| receiver.self_token.clone());
    for parameter in &mut signature.parameters {
        let nameless = || format_ident!("__argument_{}", arguments.len());
        let argument = parameter.name().unwrap_or_else(nameless);
        parameter.pattern = quote!(#argument);
        arguments.push(argument);
    }
    Forwarded { signature, this, arguments }
}

pub(super) fn call_name(method: &Method) -> Ident {
    format_ident!("__call_{}", method.signature.ident.unraw())
}

/// The call of a method through the vtable, of which the trait's method and
/// that of the checked view make what they return. It is unsafe since a fault
/// must not outlive the proxy: what frees it is the plugin's code.
fn call(Interface { krate, .. }: &Interface, method: &Method) -> TokenStream {
    let (cfgs, field) = (&method.cfgs, &method.signature.ident);
    let Forwarded { mut signature, this, arguments } = forwarded(method);
    let (output, result) = (&method.output, quote!(#krate::__private::core::result::Result));
    signature.ident = call_name(method);
    signature.returns(quote!(#result<#output, #krate::__private::ReturnError>));
    let values = method.parameters.iter().zip(&arguments).map(|(p, argument)| {
        let (ty, argument) = (lifetimes::inferred(&p.carrier()), quote!(#argument));
        let value = p.with.as_ref().map_or(argument.clone(), |with| with.lower(&argument));
        (ty, value)
    });
    // Where one panics, those before it are not lost.
    let (guards, wires): (Vec<_>, Vec<_>) = match method.may_lose_arguments() {
        false => values
            .map(|(ty, value)| {
                let lower = crossing(krate, &ty, "lower");
                (quote!(), quote!(#lower(#value)))
            })
            .unzip(),
        true => values
            .enumerate()
            .map(|(i, (ty, value))| {
                let [lower, into_wire] =
                    ["lower_guarded", "into_wire"].map(|name| crossing(krate, &ty, name));
                let guard = format_ident!("__lowered_{i}");
                (quote!(let #guard = #lower(#value);), quote!(#into_wire(#guard)))
            })
            .unzip(),
    };
    let returned = lifetimes::fixed(&method.returned());
    let value = Ident::new("__value", place_of(&method.output));
    let is = method.output_with.as_ref().map_or(quote!(#value), |with| {
        let lifted = with.lift(krate, &quote!(__carrier));
        quote! {
            #result::and_then(#value, |__carrier| {
                #result::map_err(#lifted, #krate::__private::ReturnError::invalid)
            })
        }
    });
    quote! {
        #(#cfgs)*
        #[inline]
        unsafe #signature {
            let __object = &#this.plugin_object;
            #(#guards)*
            // SAFETY: vtable and instance belong together (the contract of
            // `Object::new`), `self` is borrowed as the method asks, and the
            // outcome is finished as the method's own return type.
            unsafe {
                let __outcome = ((*#krate::__private::Object::vtable(__object)).#field)(
                    #krate::__private::Object::instance(__object),
                    #(#wires,)*
                );
                let #value = #krate::__private::Object::finish::<#returned>(__object, __outcome);
                #is
            }
        }
    }
}

/// Where a method lies in the vtable.
pub(super) fn offset(Interface { krate, item, .. }: &Interface, method: &Method) -> TokenStream {
    let (vtable, field) = (vtable_name(item), &method.signature.ident);
    quote!(#krate::__private::core::mem::offset_of!(#vtable, #field))
}
