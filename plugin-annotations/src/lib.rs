//! The macros of `plugin-interface`.
//!
//! Use them through that crate, which re-exports them. The generated code needs
//! it as well; if it has another name, say `crate = name`:
//!
//! - [`macro@plugin_interface`] makes a trait an interface,
//! - [`macro@plugin_impl`] makes an impl of it a plugin,
//! - [`macro@async_impl`] lets an impl that is no plugin have `async` methods,
//! - [`macro@plugin_aggregates`] makes a crate the library that offers them,
//! - [`macro@FfiSafe`] makes a struct or an enum an FFI-safe type.
//!
//! They are implemented in `plugin-annotations-backend`.

use plugin_annotations_backend::generate::Request;
use proc_macro::TokenStream;

#[doc = include_str!("../docs/plugin_interface.md")]
#[proc_macro_attribute]
pub fn plugin_interface(args: TokenStream, item: TokenStream) -> TokenStream {
    plugin_annotations_backend::plugin_interface(args.into(), item.into()).into()
}

#[doc = include_str!("../docs/plugin_impl.md")]
#[proc_macro_attribute]
pub fn plugin_impl(args: TokenStream, item: TokenStream) -> TokenStream {
    plugin_annotations_backend::plugin_impl(args.into(), item.into()).into()
}

#[doc = include_str!("../docs/async_impl.md")]
#[proc_macro_attribute]
pub fn async_impl(args: TokenStream, item: TokenStream) -> TokenStream {
    plugin_annotations_backend::async_impl(args.into(), item.into()).into()
}

#[doc = include_str!("../docs/plugin_aggregates.md")]
#[proc_macro_attribute]
pub fn plugin_aggregates(args: TokenStream, item: TokenStream) -> TokenStream {
    plugin_annotations_backend::plugin_aggregates(args.into(), item.into()).into()
}

#[doc = include_str!("../docs/ffi_safe.md")]
#[proc_macro_derive(FfiSafe, attributes(ffi, since))]
pub fn derive_ffi_safe(item: TokenStream) -> TokenStream {
    plugin_annotations_derive::derive_ffi_safe(item.into()).into()
}

/// Describes the settings of a plugin, or the variants of one setting.
///
/// `plugin_interface::PluginConfig` says how it is used.
#[cfg(feature = "config")]
#[proc_macro_derive(PluginConfig, attributes(config))]
pub fn derive_plugin_config(item: TokenStream) -> TokenStream {
    plugin_annotations_derive::derive_plugin_config(item.into()).into()
}

/// Writes the code of the macros above, for the crate that they name.
///
/// Only `plugin_interface::__generate!` calls it:
///
/// ```text
/// generate! { unsafe $crate unsafely plugin_impl { Tool } { impl Tool for Shout { .. } } }
/// ```
///
/// # Safety
///
/// The path behind `unsafe` is that of `plugin-interface`, since the unsafe code
/// that is written relies on its functions. What follows `unsafely` came from one of
/// the macros above. The code of the derive proves what it needs of the real item.
#[doc(hidden)]
#[proc_macro]
pub fn generate(input: TokenStream) -> TokenStream {
    let code = match Request::read(input.into()) {
        Ok(request) if request.kind == "derive" => plugin_annotations_derive::generate(&request),
        Ok(request) => plugin_annotations_backend::generate::generate(&request),
        Err(error) => error,
    };
    code.into()
}
