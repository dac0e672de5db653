//! The checked views: the methods of a proxy, which return an error for a panic.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt;

use super::forward::{Forwarded, forwarded};
use super::proxy::call_name;
use crate::changed;
use crate::expand::interface::{proxy_name, since, supertraits};
use crate::formatted;
use crate::model::{Interface, Method, Receiver};
use crate::spans::written_at;

/// The receivers for which there is a view: `&self`, and others that methods have.
fn receivers(interface: &Interface) -> impl Iterator<Item = Receiver> {
    let has = |of: &Receiver| {
        *of == Receiver::Ref || interface.methods.iter().any(|method| method.receiver == *of)
    };
    [Receiver::Ref, Receiver::RefMut, Receiver::Owned].into_iter().filter(has)
}

fn view_name(interface: &Interface, receiver: Receiver) -> Ident {
    let suffix = match receiver {
        Receiver::Ref => "Checked",
        Receiver::RefMut => "CheckedMut",
        Receiver::Owned => "CheckedBox",
    };
    format_ident!("{}{suffix}", interface.item.ident.unraw())
}

/// ```text
/// Output: struct GreeterChecked<'p> { proxy: &'p GreeterProxy }
///         struct GreeterCheckedMut<'p> { proxy: ExclusiveProxy<'p, dyn Greeter> }
///         struct GreeterCheckedBox { proxy: Box<GreeterProxy> }
/// ```
pub(super) fn definitions(interface: &Interface) -> TokenStream {
    let views = receivers(interface).map(|receiver| definition(interface, receiver));
    quote!(#(#views)*)
}

fn definition(interface: &Interface, receiver: Receiver) -> TokenStream {
    let Interface { krate, documented, item, lints, .. } = interface;
    let (vis, name, proxy) = (&item.vis, &item.ident, proxy_name(item));
    let view = view_name(interface, receiver);
    let core = quote!(#krate::__private::core);
    let (field, derive) = match receiver {
        Receiver::Ref => (quote!(&'__p #proxy), quote!(#core::clone::Clone, #core::marker::Copy,)),
        Receiver::RefMut => (quote!(#krate::__private::ExclusiveProxy<'__p, dyn #name>), quote!()),
        Receiver::Owned => (quote!(#krate::__private::Box<#proxy>), quote!()),
    };
    let lifetime = (receiver != Receiver::Owned).then(|| quote!(<'__p>));
    let doc = format!(
        "The methods of {a} [`{proxy}`], each returning a [`CallError`]({krate}::CallError) \
         where the plugin panicked.",
        a = article(&proxy.to_string()),
        krate = quote!(#documented).to_string().replace(' ', "")
    );
    quote! {
        #[doc = #doc]
        #[doc(hidden)]
        #(#lints)*
        #[derive(#derive #core::fmt::Debug)]
        #[allow(dead_code, deprecated)]
        #vis struct #view #lifetime {
            proxy: #field,
        }
    }
}

/// ```text
/// Input:  fn greet(&self, target: &str) -> String;
/// Output: impl GreeterProxy {
///             fn supports(proxy: &Self, method: &str) -> bool;
///             fn checked(proxy: &Self) -> GreeterChecked<'_>;
///             fn of(proxy: &dyn Greeter) -> Option<&Self>;
///         }
///         impl GreeterChecked<'_> {
///             fn greet(&self, target: &str) -> Result<String, CallError>;
///         }
/// ```
pub(super) fn views(interface: &Interface) -> TokenStream {
    let Interface { krate, documented, item, .. } = interface;
    let (vis, name, proxy) = (&item.vis, &item.ident, proxy_name(item));
    let views = receivers(interface).map(|receiver| view(interface, receiver));
    let has = |of: Receiver| receivers(interface).any(|receiver| receiver == of);
    let checked = view_name(interface, Receiver::Ref);
    let checked_mut = view_name(interface, Receiver::RefMut);
    let checked_box = view_name(interface, Receiver::Owned);
    let to_owned = has(Receiver::Owned).then(|| {
        quote! {
            /// The methods that take `self: Box<Self>`, each with an error if it panics;
            /// or the value, if it is no remote object.
            #[allow(dead_code)]
            #[inline]
            #vis fn checked_box(object: #krate::__private::Box<dyn #name>)
                -> #krate::__private::core::result::Result<
                    #checked_box,
                    #krate::__private::Box<dyn #name>,
                >
            {
                #krate::__private::core::result::Result::map(
                    #krate::__private::Object::<dyn #name>::boxed_proxy(object),
                    |__proxy| #checked_box { proxy: __proxy },
                )
            }
        }
    });
    let to_exclusive = has(Receiver::RefMut).then(|| {
        quote! {
            /// The methods, also those that take `&mut self`, each with an error
            /// if it panics.
            #[allow(dead_code)]
            #[inline]
            #vis fn checked_mut(proxy: &mut Self) -> #checked_mut<'_> {
                #checked_mut { proxy: #krate::__private::ExclusiveProxy::of(proxy) }
            }

            /// The same view of a value of the trait; `None` if it is no remote
            /// object.
            #[allow(dead_code)]
            #[inline]
            #vis fn checked_mut_of<'__v>(proxy: &'__v mut dyn #name)
                -> #krate::__private::core::option::Option<#checked_mut<'__v>>
            {
                #krate::__private::core::option::Option::map(
                    #krate::__private::ExclusiveProxy::of_value(proxy, #name::__plugin_object),
                    |__proxy| #checked_mut { proxy: __proxy },
                )
            }
        }
    });
    let checked_doc = format!(
        "Returns a view with the same methods, as far as they take `&self`. Each returns a \
         [`CallError`]({krate}::CallError) if the plugin panics.",
        krate = quote!(#documented).to_string().replace(' ', "")
    );
    let of_doc = format!(
        "The proxy behind a value of [`{name}`] that is a remote object: a `Box`, an `Arc` or a \
         reference. Use [`checked`](Self::checked) to get its panics as errors. `None` if it is a \
         local value."
    );
    let supports_doc = format!(
        "Returns `true` if this plugin has the method `method` of [`{name}`] itself. A plugin \
         that was built before the method was added does not: its default body runs in the host.\n\n\
         # Panics\n\n\
         If [`{name}`] has no method of that name."
    );
    quote! {
        #[allow(deprecated)]
        impl #proxy {
            #[doc = #supports_doc]
            #[allow(dead_code)]
            #[inline]
            #[track_caller]
            #vis fn supports(proxy: &Self, method: &#krate::__private::core::primitive::str)
                -> #krate::__private::core::primitive::bool
            {
                #krate::__private::Object::supports(&proxy.plugin_object, method)
            }

            #[doc = #checked_doc]
            #[allow(dead_code)]
            #[inline]
            #vis fn checked(proxy: &Self) -> #checked<'_> {
                #checked { proxy }
            }

            #[doc = #of_doc]
            #[allow(dead_code)]
            #[inline]
            #vis fn of<'__v>(proxy: &'__v dyn #name)
                -> #krate::__private::core::option::Option<&'__v Self>
            {
                #krate::__private::core::option::Option::map(
                    #name::__plugin_object(proxy),
                    #krate::__private::Object::as_proxy,
                )
            }

            #to_exclusive
            #to_owned
        }

        #(#views)*
    }
}

/// The methods of the view that `receiver` can call.
fn view(interface: &Interface, receiver: Receiver) -> TokenStream {
    let view = view_name(interface, receiver);
    let lifetime = (receiver != Receiver::Owned).then(|| quote!(<'_>));
    let methods = interface
        .methods
        .iter()
        .filter(|method| match receiver {
            Receiver::RefMut => method.receiver != Receiver::Owned,
            _ => method.receiver == receiver,
        })
        .map(|method| checked(interface, method, receiver));
    quote! {
        #[allow(dead_code, deprecated, clippy::borrowed_box, clippy::type_complexity)]
        impl #view #lifetime {
            #(#methods)*
        }
    }
}

/// A method of the view of `receiver`.
fn checked(interface: &Interface, method: &Method, receiver: Receiver) -> TokenStream {
    let Interface { krate, item, .. } = interface;
    let (vis, cfgs, docs, lints) = (&item.vis, &method.cfgs, &method.docs, &method.lints);
    let Forwarded { mut signature, this, arguments } = forwarded(method);
    let result = quote!(#krate::__private::core::result::Result);
    let output = match (method.formatter, &signature.output) {
        (Some(_), _) => quote!(#krate::__private::core::fmt::Result),
        (None, Some((_, output))) => output.to_token_stream(),
        (None, None) => method.output.to_token_stream(),
    };
    let passed = formatted::arguments(method.formatter, &arguments);
    let passed = changed::arguments(&method.changed, passed);
    signature.returns(quote!(#result<#output, #krate::CallError>));
    if let Some(boxed) = signature.receiver.as_mut().filter(|_| receiver == Receiver::Owned) {
        boxed.unbox();
    }
    let exclusive = quote!(#krate::__private::ExclusiveProxy);
    let proxy = match (receiver, method.receiver) {
        (Receiver::Ref | Receiver::Owned, _) => quote!(#this.proxy),
        (Receiver::RefMut, Receiver::Ref) => quote!(#exclusive::get(&#this.proxy)),
        // SAFETY: the method calls it, and never hands it out.
        (Receiver::RefMut, _) => {
            quote!(unsafe { #exclusive::get_mut(&mut #this.proxy) })
        }
    };
    let (interface_name, proxy_name) = (&item.ident, proxy_name(item));
    let name = item.ident.unraw().to_string();
    let text = method.signature.ident.unraw().to_string();
    let call = call_name(method);
    let checked = quote! {
        // SAFETY: `checked` drops a fault, while the proxy keeps the library loaded.
        #krate::__private::Object::<dyn #interface_name>::checked(
            #text,
            unsafe { #proxy_name::#call(__proxy, #(#passed),*) },
        )
    };
    let mut call = match receiver {
        Receiver::Owned => quote!(#proxy_name::#call(__proxy, #(#passed),*)),
        _ => checked,
    };
    if method.formatter.is_some() {
        let written = formatted::written(krate, method.formatter, &arguments, quote!(__text));
        call = quote!(#result::map({ #call }, |__text| #written));
    }
    call = changed::put_back(&method.changed, &arguments, call, Some(&output));
    let default = since::default_call(interface, method, &quote!(__proxy), &arguments);
    if let Some((is_missing, default)) = default {
        let default = quote!(#krate::__private::contain_default(#name, #text, move || #default));
        call = quote!(if #is_missing { #default } else { #call });
    }
    // The default body takes a value of the trait.
    if method.since.is_some() {
        signature.generics.add_where(supertraits::complete(interface));
    }
    let checked = quote! {
        #signature {
            let __proxy = #proxy;
            #call
        }
    };
    let checked = written_at(checked, method.place_of_changed());
    let of_changed = changed::lints(&method.changed);
    quote! {
        #(#cfgs)*
        #(#docs)*
        #(#lints)*
        #of_changed
        #[inline]
        #vis #checked
    }
}

/// The article before a name.
fn article(name: &str) -> &'static str {
    let sounds_like_you = ["Uni", "Use", "Usa", "Uti", "Eu", "One"];
    let is_vowel = name.starts_with(['A', 'E', 'I', 'O', 'U', 'a', 'e', 'i', 'o', 'u']);
    if is_vowel && !sounds_like_you.iter().any(|start| name.starts_with(start)) {
        "an"
    } else {
        "a"
    }
}

#[cfg(test)]
mod tests {
    use super::article;

    #[test]
    fn the_article_fits_the_name() {
        for name in ["OutputProxy", "AudioProxy", "UpdateProxy", "itemProxy"] {
            assert_eq!(article(name), "an", "{name}");
        }
        for name in ["ToolProxy", "UserProxy", "UnitProxy", "OneShotProxy", "EuroProxy"] {
            assert_eq!(article(name), "a", "{name}");
        }
    }
}
