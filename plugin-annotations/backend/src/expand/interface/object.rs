//! `dyn Trait` as a value: the pointers to it, and the method that tells a proxy
//! from the author's own types.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};

use super::proxy_name;
use crate::lifetimes::written;
use crate::model::Interface;
use crate::spans::ends;

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
        fn boxed(__object: #krate::__private::Object<Self>) -> #krate::__private::Box<Self> {
            #krate::__private::Box::new(#proxy { plugin_object: __object })
        }

        #[inline]
        fn object(&self)
            -> #krate::__private::core::option::Option<&#krate::__private::Object<Self>>
        {
            <Self as #name>::__plugin_object(self)
        }
    }
}

/// ```text
/// Output: unsafe impl<'b> Pointee for dyn Greeter + 'b { type Kind = DynPointee<dyn Greeter>; .. }
///         unsafe impl<'b> Pointee for dyn Greeter + Send + 'b { .. }
///         unsafe impl<'b> Pointee for dyn Greeter + Send + Sync + 'b { .. }
/// ```
pub(super) fn pointees(interface: &Interface) -> TokenStream {
    let Interface { krate, item, .. } = interface;
    let name = &item.ident;
    // Under `trait Greeter: 'static` there is no `dyn Greeter + 'b`.
    let (any, lifetime, call) = match interface.is_static() {
        true => (quote!(), quote!('static), quote!('static)),
        false => (quote!(<'__b>), quote!('__b), quote!('__a)),
    };
    let marker = quote!(#krate::__private::core::marker);
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
            unsafe impl #any #krate::__private::Pointee for dyn #name #markers + #lifetime {
                type Kind = #krate::__private::DynPointee<dyn #name>;
                type Threads = #krate::__private::Threads<#send, #sync>;
                type At<'__a> = dyn #name #markers + #call;
                const MARKERS: &'static #krate::__private::core::primitive::str = #text;
            }
        }
    });
    quote!(#(#pointees)*)
}

/// Checks by type that the supertraits are `Send` and `Sync` of the standard
/// library.
pub(super) fn supertraits(Interface { krate, item, .. }: &Interface) -> TokenStream {
    let bounds = item.supertraits.iter().filter(|bound| written(bound).is_empty());
    let checks = bounds.map(|bound| {
        let (first, _) = ends(bound);
        let object = quote_spanned!(first=> dyn);
        quote!(const _: () = #krate::__private::supertrait::<#object #bound>();)
    });
    quote!(#(#checks)*)
}
