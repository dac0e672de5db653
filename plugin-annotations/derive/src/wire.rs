//! The wire: its layout, and the conversions to and from it.
//!
//! ```text
//! struct without fields        u8, always 0
//! struct                       struct { wire of each field }
//! enum, no variant has fields  u32, the number of the variant
//! enum                         struct { u32 tag; union { struct of each variant with fields } }
//! ```
//!
//! The layouts are generic over the wires in them, so that they have no lifetimes:
//! a type has the same wire at any lifetime.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};
use syn::ext::IdentExt;

use crate::model::{Body, Derived, Field};
use crate::parts::{Part, has_data};
use plugin_annotations_backend::forever;
use plugin_annotations_backend::lifetimes;
use plugin_annotations_backend::spans::{ffi_item, located};
use plugin_annotations_backend::syntax::{Kind, Path, Type};

/// Where a value is passed.
#[derive(Clone, Copy)]
pub(crate) enum Lowered {
    /// Anywhere.
    Value,
    /// As an argument, with a scope for what comes back.
    Argument,
}

/// The layout of a type, and the bodies of its conversions.
pub(crate) struct Conversions {
    /// The items that these need.
    pub(crate) layouts: TokenStream,
    pub(crate) wire: TokenStream,
    pub(crate) lower: TokenStream,
    /// For a type with lifetimes: what it lends may come back.
    pub(crate) lower_argument: Option<TokenStream>,
    pub(crate) lift: TokenStream,
    pub(crate) content: TokenStream,
}

pub(crate) fn conversions(derived: &Derived, parts: &[Part<'_>]) -> Conversions {
    let Derived { krate, name, generics, body, .. } = derived;
    Conversions {
        layouts: layouts(krate, body, parts),
        wire: of(krate, body, parts),
        lower: lower(krate, body, parts, Lowered::Value),
        lower_argument: generics
            .of(Kind::Lifetime)
            .next()
            .map(|_| lower(krate, body, parts, Lowered::Argument)),
        lift: lift(krate, name, body, parts),
        content: content(krate, body, parts),
    }
}

impl Part<'_> {
    fn layout(&self, derives: &TokenStream) -> TokenStream {
        let wire = &self.wire;
        let wires: Vec<_> = self.values().map(|value| format_ident!("__W{value}")).collect();
        quote! {
            #derives
            #[repr(C)]
            pub struct #wire<#(#wires),*>(#(#wires),*);
        }
    }

    fn wire(&self, krate: &Path) -> TokenStream {
        let wire = &self.wire;
        let wires = self.fields().iter().map(|field| ffi_item(krate, &field.carrier(), "Wire"));
        quote!(#wire<#(#wires),*>)
    }

    /// The wires of the values. Modules convert values before any value is lowered.
    /// If lowering one panics, the previous ones are dropped.
    fn lower(&self, krate: &Path, how: Lowered) -> TokenStream {
        let wire = &self.wire;
        let (before, wires) = self.lowered(krate, how, self.may_lose_fields());
        quote!({ #before #wire(#(#wires),*) })
    }

    /// The statements that lower the values, and the wires, which are guarded until
    /// then if `guarded`.
    pub(crate) fn lowered(
        &self,
        krate: &Path,
        how: Lowered,
        guarded: bool,
    ) -> (TokenStream, Vec<TokenStream>) {
        let fields = || self.fields().iter().zip(self.values());
        let converted = fields().filter_map(|(field, value)| {
            let with = field.with.as_ref()?;
            // A drop might use a borrow, and a call that takes the value by reference
            // outlasts that borrow. FFI-safe types have no such drop.
            let lowered = with.lower(krate, &quote!(#value));
            let owns = located(quote!(#krate::__private::owns(&#value)), with.place());
            Some(quote!(#owns; let #value = #lowered;))
        });
        let lowered = fields().map(|(field, value)| {
            let (names, scope) = match how {
                Lowered::Value => (["lower", "lower_guarded"], quote!()),
                Lowered::Argument => {
                    (["lower_argument", "lower_argument_guarded"], quote!(, __scope))
                }
            };
            let [lower, lower_guarded] = names.map(|name| ffi_item(krate, &field.carrier(), name));
            let into_wire = ffi_item(krate, &field.carrier(), "into_wire");
            let guard = quote!(let #value = #lower_guarded(#value #scope););
            match guarded {
                true => (guard, quote!(#into_wire(#value))),
                false => (quote!(), quote!(#lower(#value #scope))),
            }
        });
        let (guards, wires): (Vec<_>, Vec<_>) = lowered.unzip();
        (quote!(#(#converted)* #(#guards)*), wires)
    }

    /// Returns `true` if a field could leak because another one panics while it is
    /// passed, or is rejected.
    fn may_lose_fields(&self) -> bool {
        let types = || self.fields().iter().map(|field| Type::from(field.carrier()));
        let may_fail = types().filter(|ty| !ty.is_number()).count();
        may_fail > 1 && types().any(|ty| !ty.is_scalar())
    }

    /// The value of the wires in `wire`. All fields are taken over before a rejected
    /// one is an error, and before modules convert any.
    fn lift(&self, krate: &Path, wire: &TokenStream) -> TokenStream {
        let path = &self.path;
        let lifted = self.fields().iter().enumerate().map(|(i, field)| {
            let place = Literal::usize_unsuffixed(i);
            let ty = lifetimes::of_lifted(&forever::received(krate, field.carrier()));
            let lift = ffi_item(krate, &ty, "lift");
            quote!(#lift::<'__a>(#wire.#place, __origin))
        });
        let value = |field: &Field, lifted: TokenStream| {
            let lifted = quote!(#lifted?);
            field.with.as_ref().map_or(lifted.clone(), |with| {
                let value = with.lift(krate, &lifted);
                quote!(#value?)
            })
        };
        let members = self.fields().iter().map(|field| &field.member);
        if !self.may_lose_fields() {
            let values =
                self.fields().iter().zip(lifted).map(|(field, lifted)| value(field, lifted));
            return quote!(#path { #(#members: #values),* });
        }
        let names: Vec<_> = self.values().collect();
        let values =
            self.fields().iter().zip(&names).map(|(field, name)| value(field, quote!(#name)));
        quote! {
            #(let #names = #lifted;)*
            #path { #(#members: #values),* }
        }
    }
}

impl Part<'_> {
    /// Appends the content of the wires in `wire`.
    fn content(&self, krate: &Path, wire: &TokenStream) -> TokenStream {
        let fields = self.fields().iter().enumerate().map(|(i, field)| {
            let place = Literal::usize_unsuffixed(i);
            let ty = lifetimes::fixed(&forever::received(krate, field.carrier()));
            let content = ffi_item(krate, &ty, "content");
            quote!(#content(#wire.#place, __content);)
        });
        quote!(#(#fields)*)
    }
}

fn with_data<'a>(parts: &'a [Part<'a>]) -> impl Iterator<Item = &'a Part<'a>> {
    parts.iter().filter(|part| !part.is_empty())
}

fn layouts(krate: &Path, body: &Body, parts: &[Part<'_>]) -> TokenStream {
    let core = quote!(#krate::__private::core);
    let derives = quote!(#[derive(#core::clone::Clone, #core::marker::Copy)]);
    let structs = with_data(parts).map(|part| part.layout(&derives));
    let of_enum = (matches!(body, Body::Enum(_)) && has_data(parts)).then(|| {
        let names: Vec<_> = with_data(parts).map(|part| &part.wire).collect();
        quote! {
            #derives
            #[repr(C)]
            #[allow(non_snake_case)]
            pub union __Variants<#(#names: #core::marker::Copy),*> {
                __none: (),
                #(#names: #names,)*
            }

            #derives
            #[repr(C)]
            pub struct __Wire<__V> {
                tag: #core::primitive::u32,
                variant: __V,
            }
        }
    });
    quote!(#(#structs)* #of_enum)
}

fn of(krate: &Path, body: &Body, parts: &[Part<'_>]) -> TokenStream {
    let primitive = quote!(#krate::__private::core::primitive);
    match (body, parts) {
        (Body::Struct(_), [part]) if !part.is_empty() => part.wire(krate),
        (Body::Struct(_), _) => quote!(#primitive::u8),
        (Body::Enum(_), parts) if has_data(parts) => {
            let wires = with_data(parts).map(|part| part.wire(krate));
            quote!(__Wire<__Variants<#(#wires),*>>)
        }
        (Body::Enum(_), _) => quote!(#primitive::u32),
    }
}

fn lower(krate: &Path, body: &Body, parts: &[Part<'_>], how: Lowered) -> TokenStream {
    let has_data = has_data(parts);
    let arms = (0u32..).zip(parts).map(|(tag, part)| {
        let (pattern, wire, value) = (part.pattern(), &part.wire, part.lower(krate, how));
        let lowered = match (body, part.is_empty()) {
            (Body::Struct(_), true) => quote!(0),
            (Body::Struct(_), false) => value,
            (Body::Enum(_), _) if !has_data => quote!(#tag),
            (Body::Enum(_), true) => {
                quote!(__Wire { tag: #tag, variant: __Variants { __none: () } })
            }
            (Body::Enum(_), false) => {
                quote!(__Wire { tag: #tag, variant: __Variants { #wire: #value } })
            }
        };
        quote!(#pattern => #lowered)
    });
    quote!(match self { #(#arms,)* })
}

fn content(krate: &Path, body: &Body, parts: &[Part<'_>]) -> TokenStream {
    if matches!(body, Body::Struct(_)) {
        let fields: Vec<_> =
            with_data(parts).map(|part| part.content(krate, &quote!(__wire))).collect();
        return quote!(#(#fields)*);
    }
    let tag = if has_data(parts) { quote!(__wire.tag) } else { quote!(__wire) };
    let arms = (0u32..).zip(parts).filter(|(_, part)| !part.is_empty()).map(|(tag, part)| {
        let (wire, content) = (&part.wire, part.content(krate, &quote!(__variant)));
        quote!(#tag => { let __variant = __wire.variant.#wire; #content })
    });
    quote! {
        __content.number(#tag as #krate::__private::core::primitive::usize);
        match #tag { #(#arms)* _ => {} }
    }
}

fn lift(krate: &Path, name: &Ident, body: &Body, parts: &[Part<'_>]) -> TokenStream {
    let private = quote!(#krate::__private);
    let ok = quote!(#private::core::result::Result::Ok);
    let arms: Vec<_> = (0u32..)
        .zip(parts)
        .map(|(tag, part)| {
            let (wire, value) = match body {
                Body::Struct(_) => (quote!(), quote!(__wire)),
                Body::Enum(_) => {
                    let wire = &part.wire;
                    (quote!(let __variant = __wire.variant.#wire;), quote!(__variant))
                }
            };
            let lifted = part.lift(krate, &value);
            let lifted = if part.is_empty() {
                lifted
            } else {
                quote! {
                    // SAFETY: the contract of this function, for each field; in an
                    // enum, the tag tells that they are present.
                    unsafe { #wire #lifted }
                }
            };
            match body {
                Body::Struct(_) => lifted,
                Body::Enum(_) => quote!(#tag => #lifted),
            }
        })
        .collect();
    if matches!(body, Body::Struct(_)) {
        return quote!(#ok(#(#arms)*));
    }
    let (text, count) = (name.unraw().to_string(), parts.len());
    let tag = if has_data(parts) { quote!(__wire.tag) } else { quote!(__wire) };
    quote! {
        #ok(match #tag {
            #(#arms,)*
            __tag => return #private::core::result::Result::Err(#private::LiftError::Variant {
                of: #text,
                variants: #count,
                found: __tag,
            }),
        })
    }
}
