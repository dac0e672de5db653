//! `#[derive(FfiSafe)]`: the layout of a struct or an enum while it is passed, its
//! conversions, and its description. Use it through `plugin-interface`.
//!
//! It has the same stages as the other macros. It is a crate of its own so that the
//! compiler builds both at the same time.
//!
//! ```
//! use plugin_annotations_backend::generate::Request;
//!
//! let request = Request::read(quote::quote! {
//!     unsafe plugin_interface unsafely derive {} { struct Point { x: f32, y: f32 } }
//! });
//! let code = plugin_annotations_derive::generate(&request.ok().unwrap());
//! assert!(code.to_string().contains("FfiSafe for Point"));
//! ```

mod check;
#[cfg(feature = "config")]
mod config;
mod definition;
mod grow;
mod grow_variants;
mod lend;
mod marks;
mod model;
mod parse;
mod parts;
mod plain;
mod proof;
mod since;
mod wire;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};

use plugin_annotations_backend::errors::Errors;
use plugin_annotations_backend::generate::Request;
use plugin_annotations_backend::spans::{place_of_unknown, written_at};
use plugin_annotations_backend::syntax::{Generics, Kind, Path};

#[cfg(feature = "config")]
pub use crate::config::derive_plugin_config;
use crate::model::{Body, Derived, Field};
use crate::parts::parts;
use crate::plain::Plain;

/// Makes a struct or an enum FFI-safe.
///
/// Mistakes become a `compile_error!` in the returned code.
pub fn derive_ffi_safe(item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let derived = parse::derived(item.clone(), &mut errors);
    match (derived, errors.into_tokens()) {
        (Some(Derived { krate, .. }), None) => {
            Request::call(&krate, "derive", TokenStream::new(), item)
        }
        (_, errors) => quote!(#errors),
    }
}

/// The code of a derived type, with the path of the request.
pub fn generate(request: &Request) -> TokenStream {
    let mut errors = Errors::default();
    let derived = parse::derived(request.item.clone(), &mut errors);
    let generated = derived.map(|derived| expand(&request.krate, derived));
    let (proof, errors) = (request.proof(), errors.into_tokens());
    quote!(#generated #errors #proof)
}

/// ```text
/// Input:  struct Tree<T> { value: T, kids: Vec<Tree<T>> }
/// Output: struct __Wire<A, B>(A, B);
///         static __DEFINITION: Definition = ..;
///         impl<T: FfiSafe> FfiSafe for Tree<T> {
///             type Wire = __Wire<T::Wire, <Vec<Tree<T>>>::Wire>;
///             type At<'a> = Tree<T::At<'a>>;
///             ..
///         }
/// ```
fn expand(krate: &Path, derived: Derived) -> TokenStream {
    // `$crate` would be a place of its own in each error.
    let alias = Ident::new("__plugin_interface", Span::call_site());
    let derived = &Derived { krate: Path::from(alias.clone()), ..derived };
    let code = written_at(code(derived), place(derived));
    let lints = &derived.lints;
    quote! {
        #(#lints)*
        #[allow(deprecated, missing_debug_implementations, non_camel_case_types, unreachable_pub)]
        #[allow(single_use_lifetimes, unused_qualifications)]
        #[allow(clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction)]
        const _: () = {
            #[allow(unused_imports)]
            use #krate as #alias;
            #code
        };
    }
}

/// The place of the one field that may not be FFI-safe, if it is one. The code of a
/// module that converts a field has a place of its own.
fn place(derived: &Derived) -> Option<Span> {
    let fields: Vec<_> = match &derived.body {
        Body::Struct(fields) => fields.all().iter().collect(),
        Body::Enum(variants) => variants.iter().flat_map(|(_, fields)| fields.all()).collect(),
    };
    if fields.iter().any(|field| field.with.is_some()) {
        return None;
    }
    let types: Vec<_> = fields.into_iter().map(Field::carrier).collect();
    place_of_unknown(&types)
}

fn code(derived: &Derived) -> TokenStream {
    let Derived { krate, name, generics, body, .. } = derived;
    let private = quote!(#krate::__private);
    let (parameters, arguments) = (bounded(krate, generics), generics.arguments());
    let at = at(krate, generics);
    let parts = parts(name, body);
    let (conversions, grows) = match (derived.grows, body, &parts[..]) {
        (true, Body::Struct(_), [part]) => {
            (grow::conversions(derived, part), Some(grow::grows(derived, &parameters, part, 0)))
        }
        (true, Body::Enum(_), parts) => (
            grow_variants::conversions(derived, parts),
            Some(grow_variants::grows(derived, &parameters, parts)),
        ),
        _ => (wire::conversions(derived, &parts), None),
    };
    let wire::Conversions { layouts, wire, lower, lower_argument, lift, content } = conversions;
    let lower_argument = lower_argument.map(|lower| {
        quote! {
            #[inline]
            #[allow(unused_variables)]
            fn lower_argument(
                self,
                __scope: &#private::CallerScope,
            ) -> <Self as #krate::FfiSafe>::Wire {
                #lower
            }
        }
    });
    let lend = lend::lend(derived, &parameters, &at, &parts);
    let definition = definition::definition(derived);
    let Plain { by_ref, proof, of_plain } = plain::plain(derived, &parameters, &parts);
    let needs_scope = needs_scope(krate, generics);
    let of_fields = generics
        .of(Kind::Lifetime)
        .next()
        .map(|_| quote!(let __origin = #private::Origin::of_fields(__origin);));
    let shapes = generics.of(Kind::Type).map(|parameter| {
        let parameter = &parameter.ident;
        quote!(<#parameter as #krate::FfiSafe>::SHAPE)
    });
    // In full: an enum may have a variant of such a name.
    let own = quote!(<Self as #krate::FfiSafe>);
    let outcome = quote!(#krate::abi::Outcome);
    let result = quote!(#private::core::result::Result);
    quote! {
            #layouts
            #definition

            // SAFETY: each field is passed as its own wire, in order; an enum has
            // the fields of the variant that the tag names.
            unsafe impl #parameters #krate::FfiSafe for #name #arguments {
                type Wire = #wire;
                type Returned = #own::Wire;
                type At<'__a> = #name #at;
                type ByRef = #by_ref;
                type Slot = ();
                type Passed = #own::Wire;

                const SHAPE: &'static #private::Shape =
                    &#private::Shape::defined(&__DEFINITION, __PATH, &[#(#shapes),*]);
                #proof
                #needs_scope

                #[inline]
                fn lower(self) -> #own::Wire {
                    #lower
                }

                #lower_argument

                #[inline]
                unsafe fn lift<'__a>(
                    __wire: #own::Wire,
                    __origin: #private::Origin,
                ) -> #result<#own::At<'__a>, #private::LiftError> {
                    #of_fields
                    #lift
                }

                #[inline]
                #[allow(unused_unsafe, unused_variables)]
                unsafe fn content(__wire: #own::Wire, __content: &mut #private::Content) {
                    // SAFETY: the same contract, for each field of the variant that
                    // the tag names.
                    unsafe { #content }
                }

                #[inline]
                fn lower_return(self) -> #outcome<#own::Returned> {
                    #outcome::ok(#own::lower(self))
                }

                #[inline]
                unsafe fn lift_return<'__a>(
                    __outcome: #outcome<#own::Returned>,
                    __origin: #private::Origin,
                ) -> #result<#own::At<'__a>, #private::ReturnError> {
                    // SAFETY: the same contract.
                    unsafe { #private::lift_wire_return::<Self>(__outcome, __origin) }
                }
            }

            #grows
            #of_plain
            #lend

            // A value is taken apart when it is passed, so its `Drop` would not run.
            #[allow(dead_code)]
            trait MustNotImplDrop {}
            #[allow(drop_bounds)]
            impl<__T: #private::core::ops::Drop> MustNotImplDrop for __T {}
            impl #parameters MustNotImplDrop for #name #arguments {}
    }
}

/// The constant that tells whether a value may contain borrowed objects. It does not
/// depend on the fields, since a type may refer to itself: a type without a lifetime
/// borrows nothing.
fn needs_scope(krate: &Path, generics: &Generics) -> TokenStream {
    let borrows = generics.of(Kind::Lifetime).next().is_some();
    let parameters = generics.of(Kind::Type).map(|parameter| &parameter.ident);
    quote! {
        const NEEDS_SCOPE: #krate::__private::NeedsScope = #krate::__private::NeedsScope::derived(#borrows)
            #(.or(<#parameters as #krate::FfiSafe>::NEEDS_SCOPE))*;
    }
}

/// `<'s, T>` becomes `<'s, T: FfiSafe>`.
fn bounded(krate: &Path, generics: &Generics) -> TokenStream {
    let parameters = generics.params.iter().map(|parameter| match parameter.kind {
        Kind::Type => {
            let name = &parameter.ident;
            quote!(#name: #krate::FfiSafe)
        }
        Kind::Lifetime | Kind::Const => parameter.to_token_stream(),
    });
    quote!(<#(#parameters),*>)
}

/// The arguments of the type where all of its lifetimes are `'__a`.
fn at(krate: &Path, generics: &Generics) -> TokenStream {
    let arguments = generics.params.iter().map(|parameter| match parameter.kind {
        Kind::Type => {
            let parameter = &parameter.ident;
            quote!(<#parameter as #krate::FfiSafe>::At<'__a>)
        }
        Kind::Lifetime | Kind::Const => quote!('__a),
    });
    quote!(<#(#arguments),*>)
}
