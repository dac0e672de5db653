//! The proof that a plain type has the layout of its wire. The derive reads tokens,
//! which may not be those of the type that the compiler sees.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use crate::model::{Body, Derived};
use crate::parts::{Part, has_data};
use plugin_annotations_backend::spans::ffi_item;
use plugin_annotations_backend::syntax::Path;

/// ```text
/// Input:  #[repr(C)] struct Pair { small: u8, big: u32 }
/// Output: const SAMPLE: MaybeUninit<Self::Wire> = __Wire(u8::SAMPLE, u32::SAMPLE);
///         const PLAIN: bool = {
///             if Self::ByRef::IS_POINTER {
///                 assert!(u8::PLAIN && u32::PLAIN);
///                 assert!(has_size_of_wire::<Self>()
///                     && offset_of!(Self, small) == offset_of!(Self::Wire, 0) && ..);
///             }
///             Self::ByRef::IS_POINTER
///         };
/// ```
///
/// For each variant of an enum, the last line becomes:
///
/// ```text
/// let wire = __Wire { tag: 1, variant: __Variants { Depth: __WireOfDepth(u32::SAMPLE) } };
/// assert!(match seen_as(&wire) {
///     Self::Depth { 0: __0 } => is_same_place(__0, &wire.variant.Depth.0),
///     _ => false,
/// });
/// assert!(tag(&Self::Depth { 0: sample(u32::SAMPLE) }) == 1);
/// ```
pub(crate) fn proof(derived: &Derived, parts: &[Part<'_>]) -> TokenStream {
    let Derived { krate, name, body, .. } = derived;
    let private = quote!(#krate::__private);
    let core = quote!(#private::core);
    let own = quote!(<Self as #krate::FfiSafe>);
    let maybe = quote!(#core::mem::MaybeUninit);
    let fields = || parts.iter().flat_map(|part| part.fields());
    let are_plain = fields().map(|field| ffi_item(krate, &field.ty, "PLAIN"));
    let proofs: Vec<_> = (0u32..)
        .zip(parts)
        .map(|(tag, part)| match body {
            Body::Struct(_) => part.lies_as_its_wire(krate),
            Body::Enum(_) => part.is_variant_of_its_wire(krate, tag, has_data(parts)),
        })
        .collect();
    let sample = parts.first().map(|part| match body {
        Body::Struct(_) => part.sample(krate),
        Body::Enum(_) => part.sample_of_variant(krate, 0, has_data(parts)),
    });
    let is_pointer = quote!(<#own::ByRef as #private::ByRef>::IS_POINTER);
    let message = format!(
        "`{name}` has another layout than `#[derive(FfiSafe)]` read: an attribute below the derive changed it; write that one above the derive"
    );
    quote! {
        const SAMPLE: #maybe<#own::Wire> = if #is_pointer {
            #maybe::new(#sample)
        } else {
            #maybe::uninit()
        };
        #[allow(unreachable_patterns)]
        const PLAIN: #core::primitive::bool = {
            if #is_pointer {
                #core::assert!(true #(&& #are_plain)*);
                #core::assert!(#private::has_size_of_wire::<Self>() #(&& #proofs)*, #message);
            }
            #is_pointer
        };
    }
}

impl Part<'_> {
    /// The wire of a value.
    fn sample(&self, krate: &Path) -> TokenStream {
        let wire = &self.wire;
        let samples = self.fields().iter().map(|field| {
            let sample = ffi_item(krate, &field.ty, "SAMPLE");
            quote! {
                // SAFETY: the field is plain, so it has a sample.
                unsafe { #sample.assume_init() }
            }
        });
        quote!(#wire(#(#samples),*))
    }

    /// The wire of an enum that is this variant.
    fn sample_of_variant(&self, krate: &Path, tag: u32, has_data: bool) -> TokenStream {
        let wire = &self.wire;
        match self.fields() {
            _ if !has_data => quote!(#tag),
            [] => quote!(__Wire { tag: #tag, variant: __Variants { __none: () } }),
            _ => {
                let sample = self.sample(krate);
                quote!(__Wire { tag: #tag, variant: __Variants { #wire: #sample } })
            }
        }
    }

    /// An expression: each field of the struct lies where its wire does.
    fn lies_as_its_wire(&self, krate: &Path) -> TokenStream {
        let offset_of = quote!(#krate::__private::core::mem::offset_of!);
        let own = quote!(<Self as #krate::FfiSafe>);
        let fields = self.fields().iter().enumerate().map(|(i, field)| {
            let (member, place) = (&field.member, Literal::usize_unsuffixed(i));
            quote!(#offset_of(Self, #member) == #offset_of(#own::Wire, #place))
        });
        quote!(true #(&& #fields)*)
    }

    /// An expression: the wire of this variant is seen as the variant, and a value
    /// of it begins with the tag.
    fn is_variant_of_its_wire(&self, krate: &Path, tag: u32, has_data: bool) -> TokenStream {
        let private = quote!(#krate::__private);
        let maybe = quote!(#private::core::mem::MaybeUninit);
        let (path, wire, pattern) = (&self.path, &self.wire, self.pattern());
        let sample = self.sample_of_variant(krate, tag, has_data);
        let (mut places, mut values) = (Vec::new(), Vec::new());
        for ((i, field), value) in self.fields().iter().enumerate().zip(self.values()) {
            let (member, place) = (&field.member, Literal::usize_unsuffixed(i));
            let of_field = ffi_item(krate, &field.ty, "SAMPLE");
            places.push(quote! {
                // SAFETY: the wire was made with these fields, and both are in it.
                unsafe { #private::is_same_place(#value, &__wire.variant.#wire.#place) }
            });
            values.push(quote! {
                // SAFETY: the field is plain.
                #member: unsafe { #private::sample(#of_field) }
            });
        }
        quote! {{
            let __wire: <Self as #krate::FfiSafe>::Wire = #sample;
            // SAFETY: this is in the constant `PLAIN`, and `__wire` is a sample.
            let __seen = unsafe { #private::seen_as::<_, Self>(&__wire) };
            let __value: #maybe<Self> = #maybe::new(#path { #(#values),* });
            // SAFETY: this is in the constant `PLAIN`.
            let __tag = unsafe { #private::tag(&__value) };
            __tag == #tag && match __seen {
                #pattern => true #(&& #places)*,
                _ => false,
            }
        }}
    }
}
