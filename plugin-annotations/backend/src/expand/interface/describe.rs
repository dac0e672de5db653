//! `impl Interface for dyn Trait`: the descriptor and its parts.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;

use super::super::{ffi_constant, ffi_item, place_of};
use super::{object, proxy_name, unnamed, vtable_name};
use crate::aliases::{self, Aliases, Hidden};
use crate::identity;
use crate::lifetimes;
use crate::model::{Interface, Method, Receiver};
use crate::spans::{located, written_at};
use crate::syntax::{Kind, Path, Type};

/// ```text
/// Output: static __METHODS: &[MethodDescription] = ..;
///         static __HASHES: [u128; method_count(__METHODS)] = ..;
///         static __DESCRIPTION: InterfaceDescription = ..;
///         unsafe impl Interface for dyn Greeter { .. }
/// ```
///
/// The description is a static, since the methods of an interface may refer to the
/// interface. So are the hashes: the compiler computes them once in each crate, for all
/// records that have this interface in them.
pub(super) fn implementation(interface: &Interface) -> TokenStream {
    let Interface { krate, item, version, path, methods, .. } = interface;
    let functions = object::functions(interface);
    let (name, vtable, proxy) = (&item.ident, vtable_name(item), proxy_name(item));
    let text = item.ident.unraw().to_string();
    let (path, source) = (identity::path(krate, &text, path.as_deref()), identity::source(krate));
    let copies = copies(interface);
    let proofs: TokenStream = methods.iter().map(|method| proofs(krate, method)).collect();
    let methods = methods.iter().map(|method| describe(krate, method));
    let unnamed = unnamed(item);
    quote! {
        #path

        #proofs

        static __METHODS: &[#krate::__private::MethodDescription] = {
            #[allow(unused_imports)]
            use #krate::__private::Lent as _;
            &[#(#methods),*]
        };

        static __HASHES: [
            #krate::__private::core::primitive::u128;
            #krate::__private::method_count(__METHODS)
        ] = #krate::__private::method_hashes(__METHODS);

        static __DESCRIPTION: #krate::__private::InterfaceDescription = {
            #[allow(unused_imports)]
            use #krate::__private::Unmarked as _;
            #krate::__private::InterfaceDescription {
                path: __PATH,
                source: #source,
                version: #version,
                send: <#krate::__private::Marker<dyn #name>>::IS_SEND,
                sync: <#krate::__private::Marker<dyn #name>>::IS_SYNC,
                methods: __METHODS,
                hashes: &__HASHES,
            }
        };

        const __DRAFT: #krate::__private::Draft = #krate::__private::Draft::new(&__DESCRIPTION);

        impl<'__b> #krate::HasProxy for dyn #name + '__b {
            type Proxy = #proxy;
        }

        // SAFETY: the vtable is `repr(C)` with the header first, and has the
        // methods of the description in their order; the proxy is transparent.
        #unnamed
        unsafe impl #krate::Interface for dyn #name {
            type VTable = #vtable;

            type Copies = #copies;

            const NAME: &'static #krate::__private::core::primitive::str = #text;

            const DESCRIPTION: &'static #krate::__private::InterfaceDescription = &__DESCRIPTION;

            const RECORD: &'static [#krate::__private::core::primitive::u8] =
                &#krate::__private::Draft::record::<{ #krate::__private::Draft::len(&__DRAFT) }>(
                    &__DRAFT,
                    &__DESCRIPTION,
                );

            #functions
        }
    }
}

/// What a proxy keeps: nothing if all references that methods return are to plain data.
fn copies(interface: &Interface) -> TokenStream {
    let krate = &interface.krate;
    if interface.printed.has_causes() {
        return quote!(#krate::__private::Copies);
    }
    let by_ref = quote!(#krate::__private::ByRef);
    let all = interface.methods.iter().flat_map(|method| {
        let all = method.copied(krate).into_iter();
        // A method that is not compiled may name types that are not there.
        all.map(|read| match method.cfgs.is_empty() {
            true => {
                let read = lifetimes::fixed(&read);
                quote!(<#read as #krate::__private::ReadBy>::By)
            }
            false => quote!(#krate::__private::ByCopy),
        })
    });
    let whole = all.reduce(|all, by| quote!(<#all as #by_ref>::And<#by>));
    whole.map_or_else(|| quote!(()), |by| quote!(<#by as #by_ref>::Copies))
}

fn describe(krate: &Path, method: &Method) -> TokenStream {
    let cfgs = &method.cfgs;
    let name = method.signature.ident.unraw().to_string();
    let since = method.since.as_deref().unwrap_or_default();
    let receiver = match method.receiver {
        Receiver::Ref => quote!(Ref),
        Receiver::RefMut => quote!(RefMut),
        Receiver::Owned => quote!(Owned),
    };
    let parameters = method.parameters.iter().map(|parameter| {
        let name = &parameter.name;
        let shape = ffi_constant(krate, &lifetimes::fixed(&parameter.carrier()), "SHAPE");
        let lifetimes = method.unseen_lifetimes(krate, parameter, &shape);
        let is_lent = aliases::is_lent(krate, &parameter.ty);
        let aliases = match &parameter.with {
            // Its tokens tell nothing about what the module makes of it.
            Some(_) => Aliases::default(),
            // What is passed is not a type that was written.
            None if method.changed(parameter).is_some() => Aliases::default(),
            None => Aliases::of(&parameter.ty),
        };
        let hides = hides(krate, &aliases, &parameter.ty);
        let told = aliases.list(krate, &|ty| ty);
        let description = quote! {
            #krate::__private::parameter(#name, #shape, #is_lent, #lifetimes, #hides, #told)
        };
        located(description, place_of(&parameter.ty))
    });
    let returned = lifetimes::fixed(&method.received(krate));
    let is_lent = aliases::is_lent(krate, &method.output);
    let told = match &method.output_with {
        Some(_) => quote!(&[]),
        None => Aliases::of(&method.output).list(krate, &|ty| method.read(krate, ty)),
    };
    let shape = ffi_constant(krate, &returned, "SHAPE");
    let needs_scope = ffi_item(krate, &returned, "NEEDS_SCOPE");
    let lifetimes = method.unseen_lifetimes_of_return(krate, &shape);
    let place = place_of(&returned);
    let returns = located(quote!(#krate::__private::returned(#shape, #needs_scope, #told)), place);
    let description = quote! {
        #krate::__private::MethodDescription {
            name: #name,
            since: #since,
            receiver: #krate::__private::Receiver::#receiver,
            parameters: &[#(#parameters),*],
            returns: #returns,
            is_lent: #is_lent,
            lifetimes: #lifetimes,
        }
    };
    let description = written_at(description, method.place());
    quote!(#(#cfgs)* #description)
}

/// States whether a parameter has a lifetime that is not written.
fn hides(krate: &Path, aliases: &Aliases, ty: &Type) -> TokenStream {
    let option = quote!(#krate::__private::core::option::Option);
    match aliases.hidden() {
        Hidden::None => quote!(#option::Some(false)),
        Hidden::Alone => quote!(#option::None),
        Hidden::Beside => {
            // The written ones are for ever, so what is lent is hidden.
            let is_lent = aliases::is_lent(krate, &lifetimes::fixed(ty));
            quote!(#option::Some(#is_lent))
        }
    }
}

/// The proofs that the types of a method are what their names say.
fn proofs(krate: &Path, method: &Method) -> TokenStream {
    let cfgs = &method.cfgs;
    let taken = method.parameters.iter().filter(|parameter| parameter.with.is_none());
    let types = taken.map(|parameter| &parameter.ty);
    // The macros wrote the future that changes parameters.
    let is_written = method.output_with.is_none() && method.changed.is_empty();
    let returned = Some(&method.output).filter(|_| is_written);
    let declared = method.signature.generics.of(Kind::Lifetime);
    let declared = quote!(<#(#declared),*>);
    let all = types.chain(returned).map(Aliases::of);
    let proofs = all.flat_map(|aliases| aliases.proofs(krate, &declared));
    proofs.map(|proof| quote!(#(#cfgs)* #proof)).collect()
}
