//! The attribute macros of `plugin-annotations`, as functions from tokens to
//! tokens. Use them through `plugin-interface`.
//!
//! They are a crate of their own for the sake of build times. The compiler starts
//! an ordinary crate once the metadata of its dependencies is known, but a macro
//! crate only once they are compiled completely. This saves a third of a second in
//! the first build of a plugin.
//!
//! All macros have the same stages: `parse` turns tokens into a `model`, `check`
//! rejects mistakes (all of them at once), `expand` writes code. Between the last
//! two the tokens go through a macro of `plugin-interface` (`generate`).
//!
//! ```
//! use quote::quote;
//!
//! let code = plugin_annotations_backend::plugin_interface(
//!     quote!(version = "1.2"),
//!     quote! { pub trait Counter { fn count(&self, text: &str) -> u64; } },
//! );
//! assert!(code.to_string().starts_with(":: plugin_interface :: __generate !"));
//!
//! let request = plugin_annotations_backend::generate::Request::read(quote! {
//!     unsafe plugin_interface unsafely plugin_interface {} { pub trait Counter { fn count(&self); } }
//! });
//! let code = plugin_annotations_backend::generate::generate(&request.ok().unwrap());
//! assert!(code.to_string().contains("CounterProxy"));
//! ```

#[doc(hidden)]
pub mod aliases;
#[doc(hidden)]
pub mod args;
mod async_fn;
#[doc(hidden)]
pub mod attributes;
mod changed;
mod check;
#[doc(hidden)]
pub mod errors;
mod expand;
#[doc(hidden)]
pub mod forever;
mod formatted;
#[doc(hidden)]
pub mod generate;
#[doc(hidden)]
pub mod identity;
mod items_of_self;
#[doc(hidden)]
pub mod lifetimes;
mod model;
mod of_self;
mod owning;
mod parse;
mod printed;
mod replace;
#[doc(hidden)]
pub mod spans;
#[doc(hidden)]
pub mod syntax;
#[doc(hidden)]
pub mod version;
#[doc(hidden)]
pub mod with;
mod with_form;

pub use async_fn::item::run as async_impl;
pub use expand::aggregates::run as plugin_aggregates;
pub use expand::interface::run as plugin_interface;
pub use expand::registration::run as plugin_impl;
