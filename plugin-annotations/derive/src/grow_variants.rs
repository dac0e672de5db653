//! An enum that grows: the fields of its variant lie in a block, whose header has the
//! number of the variant. So an older side can drop a variant that it does not know.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;

use crate::grow::{content_of, grows as grows_by_fields, layout, lowered, offset, taken};
use crate::model::Derived;
use crate::parts::Part;
use crate::wire::Conversions;

pub(crate) fn conversions(derived: &Derived, parts: &[Part<'_>]) -> Conversions {
    let krate = &derived.krate;
    let layouts = with_data(parts).map(|(_, part)| layout(krate, part));
    Conversions {
        layouts: quote!(#(#layouts)*),
        wire: quote!(#krate::abi::RawGrowing),
        lower: lower(derived, parts),
        lower_argument: None,
        lift: lift(derived, parts),
        content: content(derived, parts),
    }
}

/// The impl of `Grows` for each variant with fields.
pub(crate) fn grows(
    derived: &Derived,
    parameters: &TokenStream,
    parts: &[Part<'_>],
) -> TokenStream {
    with_data(parts)
        .map(|(variant, part)| grows_by_fields(derived, parameters, part, variant))
        .collect()
}

fn numbered<'a>(parts: &'a [Part<'a>]) -> impl Iterator<Item = (u32, &'a Part<'a>)> {
    (0..).zip(parts)
}

fn with_data<'a>(parts: &'a [Part<'a>]) -> impl Iterator<Item = (u32, &'a Part<'a>)> {
    numbered(parts).filter(|(_, part)| !part.is_empty())
}

/// A variant without fields needs no memory.
fn lower(Derived { krate, .. }: &Derived, parts: &[Part<'_>]) -> TokenStream {
    let arms = numbered(parts).map(|(variant, part)| {
        let pattern = part.pattern();
        let lowered = match part.is_empty() {
            true => quote!(#krate::__private::lower_alone::<#variant>()),
            false => lowered(krate, part, variant),
        };
        quote!(#pattern => { #lowered })
    });
    quote!(match self { #(#arms)* })
}

/// The block owns what is not taken over yet. So an error or a panic leaks nothing,
/// and the sender drops a variant that this side does not know.
fn lift(Derived { krate, name, other, .. }: &Derived, parts: &[Part<'_>]) -> TokenStream {
    let private = quote!(#krate::__private);
    let (result, done) =
        (quote!(#private::core::result::Result), quote!(#private::core::mem::drop(__block);));
    let arms = numbered(parts).map(|(variant, part)| {
        let (path, count) = (&part.path, part.fields().len() as u32);
        let values: Vec<_> = part.values().collect();
        let taken = (0..).zip(part.fields()).zip(&values).map(|((number, field), value)| {
            taken(krate, field, value, &offset(krate, variant, number))
        });
        let members = part.fields().iter().map(|field| &field.member);
        quote! {
            #variant => {
                #private::Received::<Self>::has(&__block, #count)?;
                #(#taken)*
                #done
                #result::Ok(#path { #(#members: #values),* })
            }
        }
    });
    let later = match other {
        Some(other) => quote!(_ => { #done #result::Ok(#name::#other {}) }),
        None => {
            let (text, count) = (name.unraw().to_string(), parts.len());
            quote! {
                __found => #result::Err(#private::LiftError::LaterVariant {
                    of: #text,
                    variants: #count,
                    found: __found,
                }),
            }
        }
    };
    quote! {
        // SAFETY: the contract of this function.
        #[allow(unused_mut)]
        let mut __block = unsafe { #private::Received::<Self>::any(__wire, __origin) }?;
        match #private::Received::<Self>::variant(&__block) {
            #(#arms)*
            #later
        }
    }
}

fn content(Derived { krate, .. }: &Derived, parts: &[Part<'_>]) -> TokenStream {
    let arms = with_data(parts).map(|(variant, part)| {
        let content = content_of(krate, part, variant);
        quote!(#variant => { #content })
    });
    let private = quote!(#krate::__private);
    quote! {
        if let #private::core::option::Option::Some(__variant) =
            #private::content_of_variant(__wire, __content)
        {
            match __variant { #(#arms)* _ => {} }
        }
    }
}
