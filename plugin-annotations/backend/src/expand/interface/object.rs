//! `dyn Trait` as a value: the pointers to it, and the method that tells a proxy
//! from the author's own types.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{proxy_name, supertraits};
use crate::model::Interface;

/// A hidden method of the trait, which only the proxy overrides: a remote object
/// is passed on as it is.
///
/// ```text
/// Output: fn __plugin_object(&self) -> Option<&Object<dyn Greeter>> { None }
/// ```
pub(super) fn method(interface: &Interface) -> TokenStream {
    let signature = signature(interface);
    let krate = &interface.krate;
    quote! {
        #[doc(hidden)]
        #[inline]
        #signature {
            #krate::__private::core::option::Option::None
        }
    }
}

/// The same method of the proxy.
pub(super) fn of_proxy(interface: &Interface) -> TokenStream {
    let signature = signature(interface);
    let krate = &interface.krate;
    quote! {
        #[inline]
        #signature {
            #krate::__private::core::option::Option::Some(&self.plugin_object)
        }
    }
}

fn signature(Interface { krate, item, .. }: &Interface) -> TokenStream {
    let name = &item.ident;
    quote! {
        fn __plugin_object(&self)
            -> #krate::__private::core::option::Option<&#krate::__private::Object<dyn #name>>
    }
}

/// The functions of `impl Interface for dyn Trait` that concern values.
pub(super) fn functions(Interface { krate, item, .. }: &Interface) -> TokenStream {
    let (name, proxy) = (&item.ident, proxy_name(item));
    quote! {
        const SHAPE: &'static #krate::__private::Shape =
            &#krate::__private::Shape::object(__PATH, &__DESCRIPTION);

        #[inline]
        fn proxy(__object: #krate::__private::Object<Self>) -> #proxy {
            #proxy { plugin_object: __object }
        }

        #[inline]
        fn object(&self)
            -> #krate::__private::core::option::Option<&#krate::__private::Object<Self>>
        {
            <Self as #name>::__plugin_object(self)
        }
    }
}

/// The proxy as a value of the trait.
///
/// ```text
/// Output: unsafe impl CompleteProxy<dyn Greeter> for GreeterProxy { .. }
/// ```
pub(super) fn boxed(interface: &Interface) -> TokenStream {
    let Interface { krate, item, .. } = interface;
    let (name, proxy, complete) = (&item.ident, proxy_name(item), supertraits::complete(interface));
    quote! {
        // SAFETY: it returns the pointer.
        unsafe impl #krate::__private::CompleteProxy<dyn #name> for #proxy #complete {
            #[inline]
            fn as_dyn(proxy: *mut Self) -> *mut dyn #name {
                proxy
            }
        }
    }
}

/// ```text
/// Output: unsafe impl<'b> Pointee for dyn Greeter + 'b {
///             type Kind = DynPointee<dyn Greeter>;
///             type At<'a> = <&'a dyn Greeter as Deref>::Target;
///             ..
///         }
///         unsafe impl<'b> Pointee for dyn Greeter + Send + 'b { .. }
///         unsafe impl<'b> Pointee for dyn Greeter + Send + Sync + 'b { .. }
/// ```
///
/// Behind `&'a`, the bound that is not written is `'a`, or `'static` if a
/// supertrait is, such as `Any`.
pub(super) fn pointees(interface: &Interface) -> TokenStream {
    let Interface { krate, item, .. } = interface;
    let name = &item.ident;
    let core = quote!(#krate::__private::core);
    let marker = quote!(#core::marker);
    let pointees = [
        (quote!(), ""),
        (quote!(+ #marker::Send), " + Send"),
        (quote!(+ #marker::Send + #marker::Sync), " + Send + Sync"),
    ]
    .map(|(markers, text)| {
        let [send, sync] = ["IS_SEND", "IS_SYNC"].map(|is| {
            let is = format_ident!("{is}");
            quote!({ #[allow(unused_imports)]
                use #krate::__private::Unmarked as _; <#krate::__private::Marker<dyn #name #markers>>::#is })
        });
        quote! {
            // SAFETY: the interface, its markers, and any lifetime.
            unsafe impl<'__b> #krate::__private::Pointee for dyn #name #markers + '__b {
                type Kind = #krate::__private::DynPointee<dyn #name>;
                type Threads = #krate::__private::Threads<#send, #sync>;
                type At<'__a> = <&'__a (dyn #name #markers) as #core::ops::Deref>::Target;
                const MARKERS: &'static #core::primitive::str = #text;
            }
        }
    });
    quote!(#(#pointees)*)
}
