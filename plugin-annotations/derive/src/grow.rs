//! A struct that grows: its fields lie in a block behind a header, so that an older
//! or a newer side finds those that it knows.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{ToTokens, format_ident, quote};

use crate::model::{Derived, Field};
use crate::parts::Part;
use crate::wire::{Conversions, Lowered};
use plugin_annotations_backend::forever;
use plugin_annotations_backend::lifetimes;
use plugin_annotations_backend::spans::{ffi_item, located, place_of};
use plugin_annotations_backend::syntax::{Kind, Path};

pub(crate) fn conversions(derived: &Derived, part: &Part<'_>) -> Conversions {
    let krate = &derived.krate;
    let defaults = part.fields().iter().zip(part.values());
    let defaults = defaults.filter_map(|(field, value)| default(derived, field, &value));
    let layout = layout(krate, part);
    Conversions {
        layouts: quote!(#layout #(#defaults)*),
        wire: quote!(#krate::abi::RawGrowing),
        lower: lower(krate, part),
        lower_argument: None,
        lift: lift(derived, part),
        content: content(krate, part),
    }
}

/// ```text
/// Input:  struct Page { text: String, #[since("1.1")] size: u32 }
/// Output: #[repr(C)] struct __Wire<A, B>(GrowingHeader, A, B);
/// ```
pub(crate) fn layout(krate: &Path, part: &Part<'_>) -> TokenStream {
    let (core, layout) = (quote!(#krate::__private::core), &part.wire);
    let wires: Vec<_> = part.values().map(|value| format_ident!("__W{value}")).collect();
    quote! {
        #[derive(#core::clone::Clone, #core::marker::Copy)]
        #[repr(C)]
        pub struct #layout<#(#wires),*>(#krate::abi::GrowingHeader, #(#wires),*);
    }
}

/// The value of a field that the other side does not know. It is a safe function,
/// since its body is the author's code.
///
/// ```text
/// Output: fn __default__1() -> u32 { Default::default() }
/// ```
fn default(
    Derived { krate, generics, .. }: &Derived,
    field: &Field,
    value: &impl ToTokens,
) -> Option<TokenStream> {
    let since = field.since.as_ref()?;
    let (name, ty) = (default_name(value), &field.ty);
    let parameters = generics.of(Kind::Type).map(|parameter| &parameter.ident);
    let value = since.default.clone().unwrap_or_else(|| {
        let trait_ = quote!(#krate::__private::core::default::Default);
        located(quote!(#trait_::default()), place_of(ty))
    });
    Some(quote! {
        #[inline]
        fn #name<#(#parameters),*>() -> #ty {
            #value
        }
    })
}

fn default_name(value: &impl ToTokens) -> proc_macro2::Ident {
    format_ident!("__default_of{}", value.to_token_stream().to_string().trim_start_matches('_'))
}

/// The impl of `Grows` for a struct, or for the variant of that number.
pub(crate) fn grows(
    Derived { krate, name, generics, .. }: &Derived,
    parameters: &TokenStream,
    part: &Part<'_>,
    variant: u32,
) -> TokenStream {
    let layout = &part.wire;
    let (private, arguments) = (quote!(#krate::__private), generics.arguments());
    let primitive = quote!(#private::core::primitive);
    let carriers: Vec<_> = part.fields().iter().map(Field::carrier).collect();
    let wires = carriers.iter().map(|ty| ffi_item(krate, ty, "Wire"));
    let count = carriers.len() as u32;
    let first = part.fields().iter().filter(|field| field.since.is_none()).count() as u32;
    let drops = (0..count).zip(&carriers).map(|(number, ty)| {
        let place = place(number);
        quote!(if __from <= #number { #private::end_by_guard::<#ty>(__block.#place); })
    });
    quote! {
        // SAFETY: the block is `repr(C)`, and each field from that number on is
        // dropped once, by a guard that does not panic.
        unsafe impl #parameters #private::Grows<#variant> for #name #arguments {
            type Block = #layout<#(#wires),*>;
            const FIELDS: #primitive::u32 = #count;
            const FIRST: #primitive::u32 = #first;

            #[allow(unused_variables, unused_unsafe)]
            unsafe fn drop_from(__block: &Self::Block, __from: #primitive::u32) {
                // SAFETY: the contract of this function.
                unsafe { #(#drops)* }
            }
        }
    }
}

/// The place of a field in the block, behind the header.
fn place(number: u32) -> Literal {
    Literal::u32_unsuffixed(number + 1)
}

/// The distance of a field from the begin of the block of a variant.
pub(crate) fn offset(krate: &Path, variant: u32, number: u32) -> TokenStream {
    let (private, place) = (quote!(#krate::__private), place(number));
    quote!(#private::core::mem::offset_of!(<Self as #private::Grows<#variant>>::Block, #place))
}

fn lower(krate: &Path, part: &Part<'_>) -> TokenStream {
    let (pattern, lowered) = (part.pattern(), lowered(krate, part, 0));
    quote! {
        let #pattern = self;
        #lowered
    }
}

/// The block of the values of a variant.
pub(crate) fn lowered(krate: &Path, part: &Part<'_>, variant: u32) -> TokenStream {
    let layout = &part.wire;
    let (before, wires) = part.lowered(krate, Lowered::Value, true);
    quote! {
        #before
        #krate::__private::lower_block::<Self, #variant>(
            #layout(#krate::abi::GrowingHeader::of::<Self, #variant>(), #(#wires),*),
        )
    }
}

/// The block owns what is not taken over yet. So an error or a panic leaks nothing.
fn lift(Derived { krate, generics, .. }: &Derived, part: &Part<'_>) -> TokenStream {
    let (private, path) = (quote!(#krate::__private), &part.path);
    let option = quote!(#private::core::option::Option);
    let at = generics.of(Kind::Type).map(|parameter| {
        let parameter = &parameter.ident;
        quote!(<#parameter as #krate::FfiSafe>::At<'__a>)
    });
    let at = quote!(::<#(#at),*>);
    let values: Vec<_> = part.values().collect();
    let taken = (0..).zip(part.fields()).zip(&values).map(|((number, field), value)| {
        let ty = lifetimes::of_lifted(&forever::received(krate, field.carrier()));
        let offset = offset(krate, 0, number);
        if field.since.is_none() {
            return taken(krate, field, value, &offset);
        }
        let (default, value_of) = (default_name(value), converted(krate, field, quote!(__value)));
        quote! {
            // SAFETY: as for a field of the first version.
            let #value = match unsafe {
                #private::Received::<Self>::take_later::<#ty>(&mut __block, #offset)
            }? {
                #option::Some(__value) => #value_of,
                #option::None => #default #at(),
            };
        }
    });
    let members = part.fields().iter().map(|field| &field.member);
    quote! {
        // SAFETY: the contract of this function.
        #[allow(unused_mut)]
        let mut __block = unsafe { #private::Received::<Self>::new(__wire, __origin) }?;
        #(#taken)*
        #private::core::mem::drop(__block);
        #private::core::result::Result::Ok(#path { #(#members: #values),* })
    }
}

fn content(krate: &Path, part: &Part<'_>) -> TokenStream {
    content_of(krate, part, 0)
}

/// The statements that take over a field that the sender has.
pub(crate) fn taken(
    krate: &Path,
    field: &Field,
    value: &Ident,
    offset: &TokenStream,
) -> TokenStream {
    let ty = lifetimes::of_lifted(&forever::received(krate, field.carrier()));
    let value_of = converted(krate, field, quote!(#value));
    quote! {
        // SAFETY: the contract of this function; each field is taken over in its
        // turn, from its place in the block.
        let #value = unsafe {
            #krate::__private::Received::<Self>::take::<#ty>(&mut __block, #offset)
        }?;
        let #value = #value_of;
    }
}

/// The value of the field, which its module converts if it has one.
fn converted(krate: &Path, field: &Field, lifted: TokenStream) -> TokenStream {
    match &field.with {
        Some(with) => {
            let converted = with.lift(krate, &lifted);
            quote!(#converted?)
        }
        None => lifted,
    }
}

/// Appends the content of the fields of a variant.
pub(crate) fn content_of(krate: &Path, part: &Part<'_>, variant: u32) -> TokenStream {
    let fields = (0..).zip(part.fields()).map(|(number, field)| {
        let ty = lifetimes::fixed(&forever::received(krate, field.carrier()));
        let offset = offset(krate, variant, number);
        let append = quote!(#krate::__private::content_of_field::<#ty>);
        quote!(#append(__wire, #number, #offset, __content);)
    });
    quote!(#(#fields)*)
}
