//! The supertraits of an interface: what its proxy must be as well.
//!
//! The compiler decides whether it is. It asks where the proxy is used as a value
//! of the trait, so that a plugin needs no such impl, and an author can write it
//! beside the interface.

use proc_macro2::TokenStream;
use quote::quote;

use super::proxy_name;
use crate::lifetimes::written;
use crate::model::Interface;

/// The condition of everything that needs the proxy as a value of the trait.
///
/// ```text
/// Input:  trait Tool: Send + CloneBox { .. }
/// Output: where for<'p> ToolProxy: Send + CloneBox
/// ```
///
/// Without the `for<'p>`, the compiler would ask at once.
pub(super) fn complete(Interface { item, .. }: &Interface) -> TokenStream {
    let proxy = proxy_name(item);
    let bounds: Vec<_> =
        item.supertraits.iter().filter(|bound| written(bound).is_empty()).collect();
    if bounds.is_empty() {
        return TokenStream::new();
    }
    quote!(where for<'__p> #proxy: #(#bounds)+*)
}
