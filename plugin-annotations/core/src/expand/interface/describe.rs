//! `impl Interface for dyn Trait`: the descriptor and what belongs to it.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Path;
use syn::ext::IdentExt;

use super::super::crossing;
use super::{proxy_name, vtable_name};
use crate::lifetimes;
use crate::model::{Interface, Method, Receiver};

pub(super) fn implementation(
    Interface { krate, item, version, methods, .. }: &Interface,
) -> TokenStream {
    let (name, vtable, proxy) = (&item.ident, vtable_name(item), proxy_name(item));
    let text = item.ident.unraw().to_string();
    let methods = methods.iter().map(|method| describe(krate, method));
    quote! {
        // SAFETY: the vtable is `repr(C)` with the header first, and has the
        // methods of the description in their order.
        unsafe impl #krate::Interface for dyn #name {
            type VTable = #vtable;
            type Proxy = #proxy;

            const NAME: &'static #krate::__private::core::primitive::str = #text;

            const DESCRIPTION: &'static #krate::__private::InterfaceDescription = {
                use #krate::__private::Unmarked as _;
                &#krate::__private::InterfaceDescription {
                    path: #krate::__private::core::concat!(
                        #krate::__private::core::module_path!(), "::", #text
                    ),
                    version: #version,
                    send: <#krate::__private::Marker<dyn #name>>::IS_SEND,
                    sync: <#krate::__private::Marker<dyn #name>>::IS_SYNC,
                    methods: &[#(#methods),*],
                }
            };

            const RECORD: &'static [#krate::__private::core::primitive::u8] =
                &#krate::__private::interface_record::<
                    { #krate::__private::interface_record_len::<dyn #name>() }
                >(<dyn #name as #krate::Interface>::DESCRIPTION);

            fn proxy(__object: #krate::__private::Object<Self>) -> #proxy {
                #proxy { plugin_object: __object }
            }
        }
    }
}

fn describe(krate: &Path, method: &Method) -> TokenStream {
    let cfgs = &method.cfgs;
    let name = method.signature.ident.unraw().to_string();
    let since = method.since.as_deref().unwrap_or_default();
    let receiver = match method.receiver {
        Receiver::Ref => quote!(Ref),
        Receiver::RefMut => quote!(RefMut),
    };
    let parameters = method.parameters.iter().map(|parameter| {
        let name = &parameter.name;
        let shape = crossing(krate, &lifetimes::fixed(&parameter.ty), "SHAPE");
        quote! {
            #krate::__private::ParameterDescription {
                name: #name,
                shape: #shape,
            }
        }
    });
    let returns = crossing(krate, &lifetimes::fixed(&method.output), "SHAPE");
    quote! {
        #(#cfgs)*
        #krate::__private::MethodDescription {
            name: #name,
            since: #since,
            receiver: #krate::__private::Receiver::#receiver,
            parameters: &[#(#parameters),*],
            returns: #returns,
        }
    }
}
