//! From the model to code. The user's item is kept even if there are errors.
//!
//! Generated code names everything by its full path, through
//! `plugin_interface::__private`, and compiles in a crate that forbids unsafe
//! code, denies all lints and has no prelude.

pub(crate) mod aggregates;
mod exports;
pub(crate) mod interface;
pub(crate) mod registration;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};

use crate::spans::{ends, ffi_constant, ffi_item, place_of};
use crate::syntax::Path;

/// `dyn Tool`, whose errors point to `Tool`.
pub(crate) fn object_type(interface: &Path) -> TokenStream {
    let (first, _) = ends(&interface.to_token_stream());
    let token = quote_spanned!(first=> dyn);
    quote!(#token #interface)
}

/// A static in the metadata section with the bytes of `record`, a `&'static [u8]`
/// constant.
///
/// ```text
/// Input:  NAME, <dyn Tool as Interface>::RECORD
/// Output: #[used] #[link_section = ".plugin"] static NAME: [u8; N] = *RECORD;
/// ```
fn metadata_static(krate: &Path, name: &str, record: &TokenStream) -> TokenStream {
    let name = quote::format_ident!("{name}");
    quote! {
        #[used]
        #[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__plugin"))]
        #[cfg_attr(not(target_vendor = "apple"), unsafe(link_section = ".plugin"))]
        static #name: [#krate::__private::core::primitive::u8; {
            let __record: &'static [#krate::__private::core::primitive::u8] = #record;
            <[_]>::len(__record)
        }] = #krate::__private::bytes_of(#record);
    }
}

/// The record of the package, as a constant.
///
/// ```text
/// Output: const PACKAGE_RECORD: &'static [u8] = ..;
/// ```
fn package_constant(krate: &Path) -> TokenStream {
    let private = quote!(#krate::__private);
    quote! {
        const PACKAGE_RECORD: &'static [#private::core::primitive::u8] = {
            const PACKAGE: #private::PackageDescription = #private::PackageDescription {
                name: #private::core::env!("CARGO_PKG_NAME"),
                version: #private::core::env!("CARGO_PKG_VERSION"),
                authors: #private::core::env!("CARGO_PKG_AUTHORS"),
                description: #private::core::env!("CARGO_PKG_DESCRIPTION"),
                license: #private::core::env!("CARGO_PKG_LICENSE"),
                repository: #private::core::env!("CARGO_PKG_REPOSITORY"),
                unwinds: #private::core::cfg!(panic = "unwind"),
            };
            &#private::package_record::<{ #private::package_record_len(&PACKAGE) }>(&PACKAGE)
        };
    }
}
