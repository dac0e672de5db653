//! The arguments of `async` methods: the future borrows them for as long as it
//! lives, so the copies that are lent are stored with it.

use proc_macro2::TokenStream;
use quote::quote;

use super::super::{ffi_constant, place_of};
use crate::lifetimes;
use crate::model::{Method, Parameter, Sends};
use crate::spans::{ends, located};
use crate::syntax::Path;

/// The constant that tells whether an argument must be stored with the future.
/// Only a reference that is the whole parameter may have to be, or the whole of an
/// `Option`: of one that is hidden in another type, nobody can check that its value is
/// `Send`.
pub(super) fn needs_scope(
    krate: &Path,
    parameter: &Parameter,
    lifted: &TokenStream,
) -> TokenStream {
    let whole = ffi_constant(krate, lifted, "NEEDS_SCOPE");
    let checked = |part: &TokenStream| {
        let item = |name| ffi_constant(krate, part, name);
        let (needs_scope, shape) = (item("NEEDS_SCOPE"), item("SHAPE"));
        let check = quote!(#krate::__private::without_copies(#needs_scope, #shape));
        located(check, place_of(&parameter.ty))
    };
    match referent_of(parameter) {
        Some(_) if parameter.with.is_some() => checked(lifted),
        Some(referent) => {
            let check = checked(&lifetimes::fixed(&referent));
            quote!({ #check; #whole })
        }
        // A `&mut` to a proxy can lead to one that is moved away. A call finds that out
        // when it ends, but a future may be forgotten.
        None if parameter.ty.is_shared_object() => whole,
        None => checked(lifted),
    }
}

/// The type of which a parameter lends a copy: `T` of `&T` and of `Option<&T>`.
fn referent_of(parameter: &Parameter) -> Option<TokenStream> {
    let within = || parameter.ty.in_option().and_then(|of| of.copied_referent());
    parameter.ty.copied_referent().or_else(within)
}

/// A check for each copy that is lent: its value may be dropped on another thread
/// if the future is `Send`.
pub(super) fn sendable(krate: &Path, method: &Method, sends: &Sends) -> Vec<TokenStream> {
    let is_send = method.has_future && sends.of_receiver(method.receiver);
    let changed = method.changed.iter().map(|changed| changed.referent().clone());
    let referents = method.parameters.iter().filter_map(referent_of).chain(changed);
    let check = |referent: TokenStream| {
        let (ty, place) = (lifetimes::fixed(&referent), ends(&referent).0);
        let check = located(quote!(#krate::__private::sendable), place);
        quote!(const _: () = #check::<#ty>();)
    };
    referents.filter(|_| is_send).map(check).collect()
}
