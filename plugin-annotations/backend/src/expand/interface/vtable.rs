//! The vtable: its layout, its functions, and the table for each type.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};
use syn::ext::IdentExt;

use super::super::{ffi_constant, ffi_item, place_of};
use super::{future, unnamed, vtable_name};
use crate::changed;
use crate::forever;
use crate::lifetimes;
use crate::model::{Declared, Interface, Method, Receiver};
use crate::spans::{located, written_at};
use crate::syntax::{Attribute, Path};

/// ```text
/// Input:  fn greet(&self, target: &str) -> String;
/// Output: greet: unsafe extern "C" fn(
///             *mut Opaque,
///             <&'static str as FfiSafe>::Passed,
///         ) -> Outcome<<String as FfiSafe>::Returned>,
/// ```
pub(super) fn layout(Interface { krate, item, lints, methods, .. }: &Interface) -> TokenStream {
    let (vis, name, vtable) = (&item.vis, &item.ident, vtable_name(item));
    let registration = format_ident!("{}Registration", item.ident.unraw());
    let fields = methods.iter().map(|method| {
        let (cfgs, field) = (&method.cfgs, &method.signature.ident);
        let wires = passed_types(krate, method);
        let returned = ffi_item(krate, &lifetimes::fixed(&method.returned()), "Returned");
        let pointer = quote! {
            extern "C" fn(
                *mut #krate::abi::Opaque,
                #(#wires,)*
            ) -> #krate::abi::Outcome<#returned>
        };
        // This `unsafe` is that of a type, and no unsafe code.
        let place = method.place();
        let unsafety = Ident::new("unsafe", place.unwrap_or_else(Span::call_site));
        let pointer = written_at(pointer, place);
        quote!(#(#cfgs)* #field: #unsafety #pointer)
    });
    // A lint about the name of a field asks the struct.
    let of_fields = methods.iter().flat_map(|method| &method.lints);
    let vtable_doc = format!("The vtable of one implementation of [`{name}`].");
    let registration_doc =
        format!("An instance of [`{name}`] and its vtable, as makers return it.");
    quote! {
        #[doc = #vtable_doc]
        #[doc(hidden)]
        #(#lints)*
        #(#of_fields)*
        #[allow(deprecated, non_snake_case, unused_qualifications)]
        #[allow(clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction)]
        #[repr(C)]
        #vis struct #vtable {
            plugin_vtable_header: #krate::abi::VTableHeader,
            #(#fields,)*
        }

        #[doc = #registration_doc]
        #[doc(hidden)]
        #(#lints)*
        #[allow(dead_code, deprecated)]
        #vis type #registration = #krate::abi::Registration<#vtable>;
    }
}

/// The type in which each parameter of a method is passed.
fn passed_types(krate: &Path, method: &Method) -> impl Iterator<Item = TokenStream> {
    method.parameters.iter().map(|p| ffi_item(krate, &lifetimes::fixed(&p.carrier()), "Passed"))
}

/// The offset of a method in the vtable.
pub(super) fn offset(Interface { krate, item, .. }: &Interface, method: &Method) -> TokenStream {
    let (vtable, field) = (vtable_name(item), &method.signature.ident);
    quote!(#krate::__private::core::mem::offset_of!(#vtable, #field))
}

fn shim_name(method: &Method) -> Ident {
    format_ident!("call_{}", method.signature.ident.unraw())
}

/// ```text
/// Input:  fn greet(&self, target: &str) -> String;
/// Output: unsafe extern "C" fn call_greet<P: Greeter + ?Sized, Q: InstanceStorage<P>>(this: *mut Opaque, argument_0: ..) -> .. {
///             fn convert_0<'call>(value: <&'static str as FfiSafe>::At<'call>) -> &'call str {
///                 value
///             }
///             call.contain(|| {
///                 let argument_0 = convert_0(call.argument(argument_0));
///                 P::greet(call.shared::<P, Q>(this), argument_0)
///             })
///         }
/// ```
pub(super) fn shim(
    Interface { krate, item, sends, .. }: &Interface,
    method: &Method,
) -> TokenStream {
    let (name, target) = (&item.ident, &method.signature.ident);
    let (cfgs, lints) = (&method.cfgs, &method.lints);
    let shim = shim_name(method);
    let arguments: Vec<_> =
        (0..method.parameters.len()).map(|i| format_ident!("__argument_{i}")).collect();
    let wires = passed_types(krate, method);
    let returned = ffi_item(krate, &lifetimes::fixed(&method.returned()), "Returned");
    let output = lifetimes::inferred(&method.returned());
    let lifted: Vec<_> = method
        .parameters
        .iter()
        .map(|p| lifetimes::fixed(&forever::received(krate, p.carrier())))
        .collect();
    let convert: Vec<_> =
        (0..method.parameters.len()).map(|i| format_ident!("__convert_{i}")).collect();
    // A borrow lasts for the call. A type that claims more, even behind an alias,
    // does not compile here. Nor does a type that becomes another one when its
    // lifetimes are rewritten.
    let conversions =
        method.parameters.iter().zip(&lifted).zip(&convert).map(|((p, lifted), convert)| {
            let (at, ty) = (ffi_item(krate, lifted, "At"), lifetimes::of_call(&p.ty));
            let value = Ident::new("__value", place_of(&p.ty));
            let is = p.with.as_ref().map_or(quote!(#value), |with| {
                let lifted = with.lift(krate, &quote!(#value));
                quote!(#krate::__private::valid(#lifted))
            });
            quote! {
                #[inline(always)]
                fn #convert<'call>(&'call self, #value: #at<'call>) -> #ty {
                    #is
                }
            }
        });
    // Methods, since a lifetime that is not written is that of `self` there.
    let has_arguments = !method.parameters.is_empty();
    let ends_first = has_arguments.then(|| quote!(let __ends_first = __Arguments;));
    let conversions = has_arguments.then(|| {
        quote! {
            struct __Arguments;
            #[allow(unknown_lints, mismatched_lifetime_syntaxes)]
            impl __Arguments {
                #(#conversions)*
            }
        }
    });
    // Borrowed objects are stored in the call, so the return value must not contain
    // them.
    let needs_scope = method.parameters.iter().zip(&lifted).map(|(parameter, lifted)| {
        let (needs_scope, place) = (ffi_constant(krate, lifted, "NEEDS_SCOPE"), place_of(lifted));
        match method.may_return(parameter) {
            _ if method.has_future => future::needs_scope(krate, parameter, lifted),
            true => {
                let shape = ffi_constant(krate, lifted, "SHAPE");
                located(quote!(#krate::__private::without_scope(#needs_scope, #shape)), place)
            }
            false => ffi_constant(krate, lifted, "NEEDS_SCOPE_BESIDE_SLOT"),
        }
    });
    // A lifetime that is hidden in the return value does not compile here. The
    // checks of what it may borrow read the lifetimes that are written.
    let borrowed = lifetimes::fixed(&method.returned());
    let sendable = future::sendable(krate, method, sends);
    let of_call = match method.has_future {
        true => quote!(#krate::__private::AsyncCall),
        false => quote!(#krate::__private::Call),
    };
    let borrowed_as =
        |borrow: TokenStream| quote!(#of_call::#borrow::<__Plugin, __Storage>(&__call, __this));
    // What the result does not borrow ends before it, so that the compiler sees
    // whether the tokens told the truth: bounds may be implied, and the method of a
    // supertrait may say less than is written here.
    let instance = match method.receiver {
        Receiver::Ref if method.borrows_arguments() => {
            let instance = borrowed_as(quote!(shared));
            quote!(#krate::__private::shorter(&__ends_first, #instance))
        }
        Receiver::RefMut if method.borrows_arguments() => {
            let instance = borrowed_as(quote!(exclusive));
            quote!(#krate::__private::shorter_mut(&__ends_first, #instance))
        }
        Receiver::Ref => borrowed_as(quote!(shared)),
        Receiver::RefMut => borrowed_as(quote!(exclusive)),
        Receiver::Owned => quote!(#krate::__private::alone(__instance)),
    };
    let ends: Vec<_> = method
        .parameters
        .iter()
        .map(|parameter| match method.must_end_first(parameter) {
            true => quote!(&__ends_first),
            false => quote!(&__Arguments),
        })
        .collect();
    // First, since it is owned also if an argument is invalid.
    let taken = (method.receiver == Receiver::Owned).then(|| {
        let taken = borrowed_as(quote!(taken));
        quote!(let __instance = #taken;)
    });
    let storage = match method.receiver {
        Receiver::Owned => format_ident!("OwningStorage"),
        _ => format_ident!("InstanceStorage"),
    };
    let target = match &method.of {
        Declared::Here => quote!(<__Plugin as #name>::#target),
        Declared::In(path) => quote!(<__Plugin as #path>::#target),
        Declared::Printed => quote!(#krate::__private::#target),
    };
    let call = |instance: &TokenStream, mut given: Vec<TokenStream>| {
        if let Some(index) = method.formatter {
            given[index] = quote!(__formatter);
        }
        quote! {
            #target(
                #instance,
                #(#given,)*
            )
        }
    };
    let call = changed::awaited(&method.changed, &arguments, &instance, &output, &call);
    let call = match method.formatter.map(|index| &arguments[index]) {
        Some(alternate) => {
            quote!(#krate::__private::format_text(#alternate, |__formatter| #call))
        }
        None => call,
    };
    // A supertrait may have another signature: the error is one of this method.
    let call = match method.of {
        Declared::In(_) => written_at(call, Some(place_of(&method.output))),
        Declared::Here | Declared::Printed => call,
    };
    let call = match method.has_future {
        true => quote!(#krate::__private::KeptByFuture::keep(&__call, #call)),
        false => call,
    };
    // What a future borrows lives longer than this frame.
    let slots: Vec<_> = (0..method.parameters.len())
        .filter(|_| !method.has_future)
        .map(|i| format_ident!("__slot_{i}"))
        .collect();
    let passed: Vec<_> = match method.has_future {
        true => arguments.iter().map(|argument| quote!(#argument)).collect(),
        false => slots.iter().zip(&arguments).map(|(slot, wire)| quote!(&#wire, &#slot)).collect(),
    };
    let taken_over = match method.may_lose_arguments() {
        false => quote! {
            #(let #arguments = __Arguments::#convert(
                #ends,
                #of_call::argument::<#lifted, __Plugin, __Storage>(&__call, #passed),
            );)*
        },
        // If one is rejected, the others are taken over and dropped.
        true => quote! {
            #(let #arguments =
                #of_call::try_argument::<#lifted, __Plugin, __Storage>(&__call, #passed);)*
            #(let #arguments = __Arguments::#convert(
                #ends,
                #krate::__private::valid(#arguments),
            );)*
        },
    };
    let call = method.output_with.as_ref().map_or(call.clone(), |with| with.lower(krate, &call));
    let shim = quote! {
        unsafe extern "C" fn #shim<
            __Plugin: #name + ?#krate::__private::core::marker::Sized,
            __Storage: #krate::__private::#storage<__Plugin>,
        >(
            __this: *mut #krate::abi::Opaque,
            #(#arguments: #wires,)*
        ) -> #krate::abi::Outcome<#returned> {
            #[allow(dead_code)]
            type __Returned = fn() -> #borrowed;
            #conversions
            #(#sendable)*
            let __call =
                #of_call::<{ #krate::__private::scopes(&[#(#needs_scope),*]) }>::new();
            #(let #slots = #krate::__private::slot();)*
            // SAFETY: the caller passes the instance of this vtable, borrowed as the
            // method requires, and the lowered arguments. These are taken over
            // first, since an instance with other owners panics. The result borrows
            // none of them, as the constants of their types are checked above.
            unsafe {
                #of_call::contain::<#output>(&__call, || {
                    #ends_first
                    #taken
                    #taken_over
                    #call
                })
            }
        }
    };
    let shim = written_at(shim, method.place());
    let of_changed = changed::lints(&method.changed);
    quote!(#(#cfgs)* #(#lints)* #of_changed #shim)
}

/// The tables. With a method that consumes its instance, only of objects.
pub(super) fn vtable_for(interface: &Interface) -> TokenStream {
    let consuming = interface.methods.iter().filter(|method| method.receiver == Receiver::Owned);
    let conditions: Vec<_> = consuming
        .map(|method| {
            let cfgs = method.cfgs.iter().filter(|attribute| attribute.is("cfg"));
            let all = cfgs.filter_map(Attribute::arguments);
            quote!(all(#(#all),*))
        })
        .collect();
    let of_all = vtable_in(interface, "InstanceStorage");
    if conditions.is_empty() {
        return of_all;
    }
    let of_objects = vtable_in(interface, "OwningStorage");
    quote! {
        #[cfg(not(any(#(#conditions),*)))]
        #of_all
        #[cfg(any(#(#conditions),*))]
        #of_objects
    }
}

/// The tables of instances in such a storage.
fn vtable_in(Interface { krate, item, methods, .. }: &Interface, storage: &str) -> TokenStream {
    let storage = format_ident!("{storage}");
    let (name, vtable) = (&item.ident, vtable_name(item));
    let fields = methods.iter().map(|method| {
        let (cfgs, field, shim) = (&method.cfgs, &method.signature.ident, shim_name(method));
        let value = quote!(#field: #shim::<__Plugin, __Storage>);
        let value = written_at(value, method.place());
        quote!(#(#cfgs)* #value)
    });
    let unnamed = unnamed(item);
    quote! {
        // SAFETY: each shim calls its method of `__Plugin`.
        #unnamed
        unsafe impl<__Plugin, __Storage> #krate::__private::VTableFor<__Plugin, __Storage> for dyn #name
        where
            __Plugin: #name + ?#krate::__private::core::marker::Sized + 'static,
            __Storage: #krate::__private::#storage<__Plugin>,
        {
            const VTABLE: &'static #vtable = &#vtable {
                plugin_vtable_header: #krate::__private::vtable_header::<dyn #name, __Storage>(),
                #(#fields,)*
            };
        }
    }
}
