//! What the attribute macros of `plugin-annotations` do, as functions from
//! tokens to tokens; use them through `plugin-interface`.
//!
//! They are not written in the macro crate, because the compiler begins with an
//! ordinary crate as soon as it knows the types of those it depends on, and
//! with a macro crate only once they are compiled to the end: a plugin's first
//! build waits a third of a second less.
//!
//! Each goes through the same stages: `parse` turns tokens into a `model`,
//! `check` refuses what cannot work (all of it at once), `expand` writes code.
//!
//! ```
//! use quote::quote;
//!
//! let code = plugin_annotations_backend::plugin_interface(
//!     quote!(version = "1.2"),
//!     quote! { pub trait Counter { fn count(&self, text: &str) -> u64; } },
//! );
//! assert!(code.to_string().contains("CounterProxy"));
//! ```

#[doc(hidden)]
pub mod args;
mod check;
#[doc(hidden)]
pub mod errors;
mod expand;
#[doc(hidden)]
pub mod lifetimes;
mod model;
mod parse;
#[doc(hidden)]
pub mod spans;
#[doc(hidden)]
pub mod syntax;
#[doc(hidden)]
pub mod with;

pub use expand::aggregates::run as plugin_aggregates;
pub use expand::interface::run as plugin_interface;
pub use expand::registration::run as plugin_impl;
