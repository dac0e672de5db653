//! `#[plugin_interface]`: the trait, its vtable, its proxy, its descriptor.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt;
use syn::{FnArg, Ident, ItemTrait, Pat, Path, TraitItem, Visibility};

use super::{crossing, place_of};
use crate::errors::Errors;
use crate::lifetimes;
use crate::model::{Interface, Method, Receiver};
use crate::parse;

pub(crate) fn run(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let interface = parse::interface(args, item.clone(), &mut errors);
    match (interface, errors.into_tokens()) {
        (Some(interface), None) => expand(&interface),
        (_, errors) => {
            let stub = stub(item);
            quote!(#stub #errors)
        }
    }
}

/// The trait and a proxy in name only: what is reported is the mistake, not
/// what follows from it.
fn stub(item: TokenStream) -> TokenStream {
    let Ok(mut item) = syn::parse2::<ItemTrait>(item.clone()) else {
        return item;
    };
    for item in &mut item.items {
        if let TraitItem::Fn(function) = item {
            function.sig.inputs.iter_mut().for_each(drop_pattern);
        }
    }
    let (vis, proxy) = (&item.vis, proxy_name(&item));
    quote!(#item #[doc(hidden)] #vis enum #proxy {})
}

/// A pattern is a second error where a method has no body.
fn drop_pattern(input: &mut FnArg) {
    if let FnArg::Typed(typed) = input
        && !matches!(*typed.pat, Pat::Ident(_))
    {
        *typed.pat = syn::parse_quote!(_);
    }
}

fn expand(interface: &Interface) -> TokenStream {
    let item = &interface.item;
    let vtable = vtable(interface);
    let proxy = proxy(interface);
    let shims = interface.methods.iter().map(|method| shim(interface, method));
    let vtable_for = vtable_for(interface);
    let implementation = implementation(interface);
    let host = host(interface);
    // The shims come first: they name each type where its author wrote it, and
    // so do the errors about it.
    quote! {
        #item
        #[allow(deprecated)]
        const _: () = {
            #(#shims)*
            #vtable_for
            #implementation
        };
        #vtable
        #proxy
        #host
    }
}

fn vtable_name(item: &ItemTrait) -> Ident {
    format_ident!("{}VTable", item.ident.unraw())
}

fn proxy_name(item: &ItemTrait) -> Ident {
    format_ident!("{}Proxy", item.ident.unraw())
}

fn shim_name(method: &Method) -> Ident {
    format_ident!("call_{}", method.signature.ident.unraw())
}

/// ```text
/// Input:  fn greet(&self, target: &str) -> String;
/// Output: greet: unsafe extern "C" fn(
///             *mut Opaque,
///             <&'static str as FfiSafe>::Wire,
///         ) -> Outcome<<String as FfiSafe>::Returned>,
/// ```
fn vtable(Interface { krate, item, methods, .. }: &Interface) -> TokenStream {
    let (vis, name, vtable) = (&item.vis, &item.ident, vtable_name(item));
    let registration = format_ident!("{}Registration", item.ident.unraw());
    let fields = methods.iter().map(|method| {
        let (cfgs, field) = (&method.cfgs, &method.signature.ident);
        let wires = wires(krate, method);
        let returned = crossing(krate, &lifetimes::fixed(&method.output), "Returned");
        quote! {
            #(#cfgs)*
            #field: unsafe extern "C" fn(
                *mut #krate::abi::Opaque,
                #(#wires,)*
            ) -> #krate::abi::Outcome<#returned>
        }
    });
    let vtable_doc = format!("The methods of one implementation of [`{name}`], as they cross.");
    let registration_doc =
        format!("An instance of [`{name}`] and its methods, as makers return it.");
    quote! {
        #[doc = #vtable_doc]
        #[repr(C)]
        #vis struct #vtable {
            plugin_vtable_header: #krate::abi::VTableHeader,
            #(#fields,)*
        }

        #[doc = #registration_doc]
        #[allow(dead_code)]
        #vis type #registration = #krate::abi::Registration<#vtable>;
    }
}

/// How each parameter of a method lies in memory.
fn wires(krate: &Path, method: &Method) -> impl Iterator<Item = TokenStream> {
    method.parameters.iter().map(|p| crossing(krate, &lifetimes::fixed(&p.ty), "Wire"))
}

/// ```text
/// Input:  fn greet(&self, target: &str) -> String;
/// Output: fn greet(&self, argument_0: &str) -> String {
///             let object = &self.plugin_object;
///             let outcome = (object.vtable().greet)(object.instance(), lower(argument_0));
///             let value = object.finish::<String>("greet", outcome);
///             value
///         }
/// ```
fn proxy(Interface { krate, item, methods, .. }: &Interface) -> TokenStream {
    let (vis, name, proxy) = (&item.vis, &item.ident, proxy_name(item));
    let bodies = methods.iter().map(|method| {
        let (cfgs, field) = (&method.cfgs, &method.signature.ident);
        let mut signature = method.signature.clone();
        let mut arguments = Vec::new();
        for input in &mut signature.inputs {
            if let FnArg::Typed(typed) = input {
                let argument = format_ident!("argument_{}", arguments.len());
                typed.attrs.clear();
                *typed.pat = syn::parse_quote!(#argument);
                arguments.push(argument);
            }
        }
        let lower =
            method.parameters.iter().map(|p| crossing(krate, &lifetimes::inferred(&p.ty), "lower"));
        let (output, text) = (lifetimes::fixed(&method.output), field.unraw().to_string());
        let value = Ident::new("value", place_of(&method.output));
        quote! {
            #(#cfgs)*
            #[inline]
            #signature {
                let object = &self.plugin_object;
                // SAFETY: vtable and instance belong together (the contract of
                // `Object::new`), `self` is borrowed as the method asks, and
                // the outcome is finished as the method's own return type.
                unsafe {
                    let outcome = (object.vtable().#field)(
                        object.instance(),
                        #(#lower(#arguments),)*
                    );
                    let #value = object.finish::<#output>(#text, outcome);
                    #value
                }
            }
        }
    });
    let doc =
        format!("An instance of [`{name}`] in a plugin, which stays loaded while this lives.");
    quote! {
        #[doc = #doc]
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

/// ```text
/// Input:  fn greet(&self, target: &str) -> String;
/// Output: unsafe extern "C" fn call_greet<P: Greeter>(this: *mut Opaque, argument_0: ..) -> .. {
///             fn given_0<'call>(value: <&'static str as FfiSafe>::At<'call>) -> &'call str {
///                 value
///             }
///             contain(|| P::greet(call.shared(this), given_0(call.argument(argument_0))))
///         }
/// ```
fn shim(Interface { krate, item, .. }: &Interface, method: &Method) -> TokenStream {
    let (cfgs, name, target) = (&method.cfgs, &item.ident, &method.signature.ident);
    let shim = shim_name(method);
    let arguments: Vec<_> =
        (0..method.parameters.len()).map(|i| format_ident!("argument_{i}")).collect();
    let wires = wires(krate, method);
    let returned = crossing(krate, &lifetimes::fixed(&method.output), "Returned");
    let output = lifetimes::inferred(&method.output);
    let lifted: Vec<_> = method.parameters.iter().map(|p| lifetimes::fixed(&p.ty)).collect();
    let given: Vec<_> = (0..method.parameters.len()).map(|i| format_ident!("given_{i}")).collect();
    // A borrow lasts for the call: where a type claims more, also behind an
    // alias, it is here that it does not compile. Nor does a type that becomes
    // another one when its lifetimes are rewritten.
    let givers = method.parameters.iter().zip(&lifted).zip(&given).map(|((p, lifted), given)| {
        let (at, ty) = (crossing(krate, lifted, "At"), lifetimes::of_call(&p.ty));
        let value = Ident::new("value", place_of(&p.ty));
        quote! {
            #[inline(always)]
            fn #given<'call>(#value: #at<'call>) -> #ty {
                #value
            }
        }
    });
    let borrow = match method.receiver {
        Receiver::Ref => quote!(shared),
        Receiver::RefMut => quote!(exclusive),
    };
    quote! {
        #(#cfgs)*
        unsafe extern "C" fn #shim<__Plugin: #name>(
            this: *mut #krate::abi::Opaque,
            #(#arguments: #wires,)*
        ) -> #krate::abi::Outcome<#returned> {
            #(#givers)*
            let call = #krate::__private::Call;
            // SAFETY: the caller passes the instance that the vtable was made
            // for, borrowed as the method asks, and what it lowered.
            #krate::__private::contain::<#output>(|| unsafe {
                <__Plugin as #name>::#target(
                    call.#borrow::<__Plugin>(this),
                    #(#given(call.argument::<#lifted>(#arguments)),)*
                )
            })
        }
    }
}

fn vtable_for(Interface { krate, item, methods, .. }: &Interface) -> TokenStream {
    let (name, vtable) = (&item.ident, vtable_name(item));
    let fields = methods.iter().map(|method| {
        let (cfgs, field, shim) = (&method.cfgs, &method.signature.ident, shim_name(method));
        quote!(#(#cfgs)* #field: #shim::<__Plugin>)
    });
    quote! {
        // SAFETY: each shim calls its method of `__Plugin`.
        unsafe impl<__Plugin: #name + 'static> #krate::__private::VTableFor<__Plugin> for dyn #name {
            const VTABLE: &'static #vtable = &#vtable {
                plugin_vtable_header: #krate::__private::vtable_header::<dyn #name, __Plugin>(),
                #(#fields,)*
            };
        }
    }
}

fn implementation(Interface { krate, item, version, methods, .. }: &Interface) -> TokenStream {
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

            const SHAREABLE: #krate::__private::core::primitive::bool = {
                use #krate::__private::{Marker, Unmarked as _};
                <Self as #krate::Interface>::DESCRIPTION.is_shared()
                    && (<Marker<dyn #name>>::IS_SYNC || !<Marker<dyn #name>>::IS_SEND)
            };

            const DESCRIPTION: &'static #krate::__private::InterfaceDescription =
                &#krate::__private::InterfaceDescription {
                    path: #krate::__private::core::concat!(
                        #krate::__private::core::module_path!(), "::", #text
                    ),
                    version: #version,
                    methods: &[#(#methods),*],
                };

            const RECORD: &'static [#krate::__private::core::primitive::u8] = {
                use #krate::__private::interface_record;
                const LEN: #krate::__private::core::primitive::usize =
                    interface_record::<0>(<dyn #name as #krate::Interface>::DESCRIPTION).len();
                &interface_record::<LEN>(<dyn #name as #krate::Interface>::DESCRIPTION).into_bytes()
            };

            fn proxy(object: #krate::__private::Object<Self>) -> #proxy {
                #proxy { plugin_object: object }
            }
        }
    }
}

fn describe(krate: &Path, method: &Method) -> TokenStream {
    let cfgs = &method.cfgs;
    let name = method.signature.ident.unraw().to_string();
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
            receiver: #krate::__private::Receiver::#receiver,
            parameters: &[#(#parameters),*],
            returns: #returns,
        }
    }
}

/// What only a host needs, behind the gate that knows whether this is one.
fn host(Interface { krate, item, .. }: &Interface) -> TokenStream {
    let (vis, name) = (ours(&item.vis), &item.ident);
    let snake = snake_case(&item.ident.unraw().to_string());
    let (load, unload) = (format_ident!("load_{snake}_from_lib"), format_ident!("unload_{snake}"));
    let load_doc = format!(
        "Loads one library and makes all its registrations of [`{name}`], raw.\n\n\
         The library is checked and copied as by `PluginManager`, which is what most hosts want. \
         Give both values to [`{unload}`].\n\n\
         # Errors\n\n\
         If the library cannot be loaded, or is no plugin for this interface."
    );
    let unload_doc = format!(
        "Unmakes the registrations and closes the library.\n\n\
         # Errors\n\n\
         If the library cannot be closed, or the drop of an instance panicked.\n\n\
         # Safety\n\n\
         1. Both values came from one call of [`{load}`], and are not used again.\n\
         2. Nothing of the library is in use: no registration, and nothing borrowed from one."
    );
    quote! {
        #krate::__host_only! {
            #[doc = #load_doc]
            #[allow(dead_code)]
            #vis fn #load(path: &::std::path::Path) -> #krate::__private::core::result::Result<
                (#krate::libloading::Library, *const #krate::RegistrationArray),
                #krate::LoadError,
            > {
                #krate::__private::load_from_lib::<dyn #name>(path)
            }

            #[doc = #unload_doc]
            #[allow(dead_code)]
            #vis unsafe fn #unload(
                library: #krate::libloading::Library,
                registrations: *const #krate::RegistrationArray,
            ) -> #krate::__private::core::result::Result<(), #krate::UnloadError> {
                // SAFETY: the same contract.
                unsafe { #krate::__private::unload::<dyn #name>(library, registrations) }
            }
        }
    }
}

/// The visibility as a token of this macro. An `unsafe fn` that begins with the
/// user's own token would be theirs, and so refused, where it comes from a
/// `macro_rules!` in a crate that forbids unsafe code.
fn ours(vis: &Visibility) -> TokenStream {
    let respan = |mut token: TokenTree| {
        token.set_span(Span::call_site());
        token
    };
    vis.to_token_stream().into_iter().map(respan).collect()
}

/// `TextTools` becomes `text_tools`, `HTTPServer` becomes `http_server`.
fn snake_case(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let mut out = String::new();
    for (i, &c) in chars.iter().enumerate() {
        let after_lower = i > 0 && !chars[i - 1].is_uppercase();
        let before_lower = chars.get(i + 1).is_some_and(|next| next.is_lowercase());
        if c.is_uppercase() && i > 0 && chars[i - 1] != '_' && (after_lower || before_lower) {
            out.push('_');
        }
        out.extend(c.to_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::snake_case;

    #[test]
    fn names_of_traits_become_names_of_functions() {
        for (name, expected) in [
            ("Greeter", "greeter"),
            ("TextTools", "text_tools"),
            ("HTTPServer", "http_server"),
            ("Vec2D", "vec2_d"),
            ("Snake_Case", "snake_case"),
        ] {
            assert_eq!(snake_case(name), expected);
        }
    }
}
