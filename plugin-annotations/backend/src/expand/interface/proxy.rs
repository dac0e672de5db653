//! The proxy: the trait, implemented by calls through a vtable.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::ext::IdentExt;

use super::super::{ffi_item, place_of};
use super::forward::{Forwarded, forwarded};
use crate::changed;
use crate::expand::interface::{
    lent_memory, local, object, printed, proxy_name, since, supertraits,
};
use crate::formatted;
use crate::lifetimes;
use crate::model::{Interface, Method, Receiver};
use crate::owning::owning;
use crate::spans::written_at;
use crate::syntax::Signature;

/// ```text
/// Output: struct GreeterProxy { plugin_object: Object<dyn Greeter> }
/// ```
pub(super) fn definition(Interface { krate, item, lints, .. }: &Interface) -> TokenStream {
    let (vis, name, proxy) = (&item.vis, &item.ident, proxy_name(item));
    let doc = format!(
        "An instance of [`{name}`] in a plugin, which stays loaded while this value exists.\n\n\
         # Panics\n\n\
         If the implementation of a method panics, the method panics here as well. The payload \
         is the same message as a `String`. The plugin stays usable."
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
    }
}

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
pub(super) fn implementation(interface: &Interface) -> TokenStream {
    let Interface { krate, item, methods, .. } = interface;
    let (name, proxy) = (&item.ident, proxy_name(item));
    let calls = methods.iter().map(|method| call(interface, method));
    let of_trait = methods.iter().filter(|method| method.is_here());
    let bodies = of_trait.map(|method| body(interface, method));
    let local = local::methods(interface);
    let (object, boxed) = (object::of_proxy(interface), object::boxed(interface));
    let complete = supertraits::complete(interface);
    let printed = printed::of_proxy(interface);
    let inherited = interface.inherited().into_iter().map(|(path, methods)| {
        let bodies = methods.into_iter().map(|method| body(interface, method));
        quote! {
            #[allow(deprecated)]
            impl #path for #proxy {
                #(#bodies)*
            }
        }
    });
    let inherited = quote!(#(#inherited)*);
    quote! {
        #[allow(clippy::borrowed_box, clippy::type_complexity)]
        impl #proxy {
            #(#calls)*
        }

        #[allow(deprecated)]
        impl #name for #proxy #complete {
            #(#bodies)*
            #local
            #object
        }

        #boxed
        #printed
        #inherited

        // The only `Drop` there can be. One of the author would get a `&mut` to an
        // object that is borrowed for a call, and could move it elsewhere.
        impl #krate::__private::core::ops::Drop for #proxy {
            #[inline]
            fn drop(&mut self) {}
        }
    }
}

/// The method of the trait.
fn body(interface: &Interface, method: &Method) -> TokenStream {
    let (krate, name) = (&interface.krate, &interface.item.ident);
    let (cfgs, lints) = (&method.cfgs, &method.lints);
    let Forwarded { signature, this, arguments } = forwarded(method);
    let (text, call) = (signature.ident.unraw().to_string(), call_name(method));
    let passed = formatted::arguments(method.formatter, &arguments);
    let passed = changed::arguments(&method.changed, passed);
    let mut value = match method.receiver {
        Receiver::Owned => quote! {
            #krate::__private::Object::<dyn #name>::value_of_last(
                Self::#call(#this, #(#passed),*),
            )
        },
        _ => quote! {
        // SAFETY: `value` drops a fault, while `self` keeps the library loaded.
        #krate::__private::Object::<dyn #name>::value(
            #text,
            unsafe { Self::#call(#this, #(#passed),*) },
        )
        },
    };
    value = formatted::written(krate, method.formatter, &arguments, value);
    value = changed::put_back(&method.changed, &arguments, value, None);
    let default = since::default_call(interface, method, &quote!(#this), &arguments);
    if let Some((is_missing, default)) = default {
        value = quote!(if #is_missing { #default } else { #value });
    }
    let body = written_at(quote!(#signature { #value }), method.place_of_changed());
    let of_changed = changed::lints(&method.changed);
    quote! {
        #(#cfgs)*
        #(#lints)*
        #of_changed
        #[inline]
        #body
    }
}

pub(super) fn call_name(method: &Method) -> Ident {
    format_ident!("__call_{}", method.signature.ident.unraw())
}

/// The call of a method through the vtable. The method of the trait and that of the
/// checked view convert its result.
///
/// It is unsafe since a fault must not outlive the proxy: the plugin's code frees
/// it.
fn call(interface: &Interface, method: &Method) -> TokenStream {
    let krate = &interface.krate;
    let (cfgs, lints, field) = (&method.cfgs, &method.lints, &method.signature.ident);
    let Forwarded { mut signature, this, arguments } = forwarded(method);
    let (output, result) = (&method.output, quote!(#krate::__private::core::result::Result));
    let text = signature.ident.unraw().to_string();
    signature.ident = call_name(method);
    for changed in &method.changed {
        signature.parameters[changed.index()].ty = method.parameters[changed.index()].ty.clone();
    }
    let is_last = method.receiver == Receiver::Owned;
    let error = match is_last {
        true => quote!(#krate::CallError),
        false => quote!(#krate::__private::ReturnError),
    };
    signature.returns(quote!(#result<#output, #error>));
    let values = method.parameters.iter().zip(&arguments).map(|(p, argument)| {
        let (ty, argument) = (owning(lifetimes::inferred(&p.carrier())), quote!(#argument));
        let value = p.with.as_ref().map_or(argument.clone(), |with| with.lower(krate, &argument));
        (ty, value)
    });
    let values = values.enumerate().map(|(i, (ty, value))| match Some(i) == method.formatter {
        true => (ty, quote!(#krate::__private::core::fmt::Formatter::alternate(#value))),
        false => (ty, value),
    });
    // If lowering one panics, the previous ones are dropped and do not leak.
    let (guards, wires): (Vec<_>, Vec<_>) = match method.may_lose_arguments() || is_last {
        false => values
            .map(|(ty, value)| {
                let lower = ffi_item(krate, &ty, "lower_argument");
                (quote!(), quote!(#krate::__private::pass(&#lower(#value, &__scope))))
            })
            .unzip(),
        true => values
            .enumerate()
            .map(|(i, (ty, value))| {
                let [lower, into_wire] =
                    ["lower_argument_guarded", "into_wire"].map(|name| ffi_item(krate, &ty, name));
                let guard = format_ident!("__lowered_{i}");
                (
                    quote!(let #guard = #lower(#value, &__scope);),
                    quote!(#krate::__private::pass(&#into_wire(#guard))),
                )
            })
            .unzip(),
    };
    let returned = lifetimes::fixed(&method.received(krate));
    let value = Ident::new("__value", place_of(&method.output));
    let is = method.output_with.as_ref().map_or(quote!(#value), |with| {
        let lifted = with.lift(krate, &quote!(__carrier));
        quote! {
            #result::and_then(#value, |__carrier| {
                #result::map_err(#lifted, #krate::__private::ReturnError::invalid)
            })
        }
    });
    let is_exclusive = method.receiver == Receiver::RefMut && interface.keeps_copies();
    let forget = is_exclusive
        .then(|| quote!(#krate::__private::Object::forget_copies(&mut #this.plugin_object);));
    if is_last {
        let call = last_call(interface, method, signature, quote!(#(#guards)*), &wires, &is);
        return quote!(#(#cfgs)* #(#lints)* #call);
    }
    let (lent, finish) = match method.borrows_arguments() {
        false => (quote!(), quote!(finish::<#returned>(__object, __outcome))),
        true => {
            let finish = quote!(finish_of_arguments::<#returned>(__object, __outcome, &__lent));
            (lent_memory::noted(krate, method, &arguments), finish)
        }
    };
    let call = quote! {
        unsafe #signature {
            #forget
            #lent
            let __object = &#this.plugin_object;
            let __scope = #krate::__private::Object::caller_scope(__object, #text);
            #(#guards)*
            // SAFETY: vtable and instance belong together (the contract of
            // `Object::new`), `self` is borrowed as the method asks, and the
            // outcome is finished as the method's own return type. The arguments
            // are borrowed until the end of this function.
            unsafe {
                let __outcome = ((*#krate::__private::Object::vtable(__object)).#field)(
                    #krate::__private::Object::instance(__object),
                    #(#wires,)*
                );
                let #value = #krate::__private::Object::#finish;
                #krate::__private::CallerScope::end(__scope, #is)
            }
        }
    };
    let call = written_at(call, method.place());
    let of_changed = changed::lints(&method.changed);
    quote!(#(#cfgs)* #(#lints)* #of_changed #[inline] #call)
}

/// The call of a method with `self: Box<Self>`. Its errors are read while the library
/// is still loaded, so it is safe.
///
/// ```text
/// Output: fn __call_finish(self: Box<Self>, ..) -> Result<String, CallError> {
///             let last = LastCall::of(self, "finish")?;
///             let object = last.object();
///             let outcome = (object.vtable().finish)(last.consume(), ..);
///             checked("finish", object.finish::<String>(outcome))
///         }
/// ```
fn last_call(
    Interface { krate, item, .. }: &Interface,
    method: &Method,
    signature: Signature,
    guards: TokenStream,
    wires: &[TokenStream],
    is: &TokenStream,
) -> TokenStream {
    let (name, field) = (&item.ident, &method.signature.ident);
    let (this, text) = (forwarded(method).this, method.signature.ident.unraw().to_string());
    let returned = lifetimes::fixed(&method.received(krate));
    let value = Ident::new("__value", place_of(&method.output));
    let call = quote! {
        #signature {
            let __last = #krate::__private::LastCall::<dyn #name>::of(#this, #text)?;
            let __object = #krate::__private::LastCall::object(&__last);
            let __scope = #krate::__private::Object::caller_scope(__object, #text);
            #guards
            // SAFETY: vtable and instance belong together (the contract of
            // `Object::new`), the function consumes the instance, and the outcome is
            // finished as the method's own return type. The arguments are borrowed
            // until the end of this function.
            let __returned = unsafe {
                let __outcome = ((*#krate::__private::Object::vtable(__object)).#field)(
                    #krate::__private::LastCall::consume(&__last),
                    #(#wires,)*
                );
                let #value = #krate::__private::Object::finish::<#returned>(__object, __outcome);
                #krate::__private::CallerScope::end(__scope, #is)
            };
            #krate::__private::Object::<dyn #name>::checked(#text, __returned)
        }
    };
    written_at(call, method.place())
}
