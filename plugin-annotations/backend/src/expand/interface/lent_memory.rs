//! The memory of arguments from which a return value may borrow, as their caller
//! notes it.
//!
//! What a method returns lies in such memory, or is a static of its library, which
//! the caller copies. A static may lie in an argument too, if a part of the library
//! is passed to it. So only memory that is lent for as long as the return value is
//! noted. If the tokens say too much, the noting does not compile.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use crate::forever;
use crate::lifetimes;
use crate::model::{Method, Parameter};
use crate::syntax::Path;

/// Whether an argument is lent for as long as the return value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lent {
    /// It is, by what the signature says.
    AsLong,
    /// It may be, or a part of it.
    Perhaps,
    /// It is not, and the return value cannot borrow from it.
    Shorter,
}

/// Notes the memory.
pub(super) fn noted(krate: &Path, method: &Method, arguments: &[Ident]) -> TokenStream {
    let notes = method.parameters.iter().zip(arguments);
    let notes = notes.filter_map(|(parameter, argument)| match lent(method, parameter) {
        Lent::AsLong => {
            Some(quote!((&#krate::__private::Lending(&#argument)).__plugin_lend(&mut __lent);))
        }
        Lent::Perhaps => Some(quote!(#krate::__private::LentMemory::add_unknown(&mut __lent);)),
        Lent::Shorter => None,
    });
    quote! {
        #[allow(unused_imports)]
        use #krate::__private::{LendsKnown as _, LendsUnknown as _};
        let mut __lent = #krate::__private::LentMemory::new();
        #(#notes)*
    }
}

/// All lifetimes of the return value are that of arguments. One that is not written
/// belongs to its argument alone.
fn lent(method: &Method, parameter: &Parameter) -> Lent {
    let returned = lifetimes::borrowed(&forever::without(&method.output));
    let taken = lifetimes::borrowed(&forever::without(&parameter.ty));
    let taken: Vec<_> = taken.into_iter().filter(|found| found.ident != "_").collect();
    let outlives = taken.iter().flat_map(|taken| {
        returned.iter().map(|returned| method.signature.outlives(taken, returned))
    });
    if taken.is_empty() {
        return Lent::Shorter;
    }
    let is_as_long = outlives.clone().all(|outlives| outlives);
    let may_be = || {
        outlives.clone().any(|outlives| outlives)
            || method.parameters.iter().any(|parameter| lifetimes::may_imply_bounds(&parameter.ty))
    };
    match is_as_long {
        true => Lent::AsLong,
        false if may_be() => Lent::Perhaps,
        false => Lent::Shorter,
    }
}
