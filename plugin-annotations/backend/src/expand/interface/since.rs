//! Methods with `#[since]`: the calls to plugins that were built without them.
//!
//! The trait's default body runs in the host, with the proxy as `self`. The proxy
//! overrides the method, so the body is called through a newtype that overrides
//! all other methods.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::ext::IdentExt;

use super::forward::{Forwarded, forwarded};
use super::vtable::offset;
use super::{proxy_name, sized};
use crate::model::{Interface, Method, Receiver};

fn newtype_name(interface: &Interface, method: &Method) -> Ident {
    let (proxy, method) = (proxy_name(&interface.item), method.signature.ident.unraw());
    format_ident!("__{proxy}Without_{method}")
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
    let (krate, name) = (&interface.krate, &interface.item.ident);
    let (newtype, target) = (newtype_name(interface, method), &method.signature.ident);
    let (offset, of) = (offset(interface, method), of(method.receiver));
    let is_missing = quote!(!#krate::__private::Object::has(&#proxy.plugin_object, #offset));
    Some((is_missing, quote!(<#newtype as #name>::#target(#newtype::#of(#proxy), #(#arguments),*))))
}

fn of(receiver: Receiver) -> Ident {
    match receiver {
        Receiver::Ref => format_ident!("of"),
        Receiver::RefMut => format_ident!("of_mut"),
    }
}

/// The newtype of each method with `#[since]`.
///
/// ```text
/// Input:  fn greet(&self); #[since("1.1")] fn wave(&self) { .. }
/// Output: struct __GreeterProxyWithout_wave(GreeterProxy);
///         impl Greeter for __GreeterProxyWithout_wave {
///             fn greet(&self) { self.0.greet() }
///         }
/// ```
pub(super) fn newtypes(interface: &Interface) -> TokenStream {
    let since = interface.methods.iter().filter(|method| method.since.is_some());
    let newtypes = since.map(|missing| newtype(interface, missing));
    quote!(#(#newtypes)*)
}

fn newtype(interface: &Interface, missing: &Method) -> TokenStream {
    let Interface { item, methods, .. } = interface;
    let (name, proxy, newtype) = (&item.ident, proxy_name(item), newtype_name(interface, missing));
    let (of, reference) = match missing.receiver {
        Receiver::Ref => (of(missing.receiver), quote!(&)),
        Receiver::RefMut => (of(missing.receiver), quote!(&mut)),
    };
    let pointer = match missing.receiver {
        Receiver::Ref => quote!(*const #proxy as *const Self),
        Receiver::RefMut => quote!(*mut #proxy as *mut Self),
    };
    let target = &missing.signature.ident;
    let others = methods.iter().filter(|method| method.signature.ident != *target);
    let others = others.map(|method| {
        let (cfgs, lints, target) = (&method.cfgs, &method.lints, &method.signature.ident);
        let Forwarded { signature, this, arguments } = forwarded(method);
        let reference = match method.receiver {
            Receiver::Ref => quote!(&),
            Receiver::RefMut => quote!(&mut),
        };
        quote! {
            #(#cfgs)*
            #(#lints)*
            #[inline]
            #signature {
                <#proxy as #name>::#target(#reference #this.0, #(#arguments),*)
            }
        }
    });
    let (cfgs, sized) = (&missing.cfgs, sized::methods(interface));
    quote! {
        #(#cfgs)*
        #[allow(non_camel_case_types)]
        #[repr(transparent)]
        struct #newtype(#proxy);

        #(#cfgs)*
        impl #newtype {
            #[inline]
            fn #of(__proxy: #reference #proxy) -> #reference Self {
                // SAFETY: the newtype is transparent, and borrowed like the proxy.
                unsafe { #reference *(__proxy as #pointer) }
            }
        }

        #(#cfgs)*
        #[allow(deprecated)]
        impl #name for #newtype {
            #(#others)*
            #sized
        }
    }
}
