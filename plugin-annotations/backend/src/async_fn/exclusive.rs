//! `&mut T` as a parameter of an `async` method: what is passed in its place.

use quote::{ToTokens, quote, quote_spanned};

use super::{future, signature};
use crate::changed::Changed;
use crate::errors::Errors;
use crate::lifetimes;
use crate::model::Parameter;
use crate::spans::{located, place_of};
use crate::syntax::{Path, Signature, Type};

/// Finds the parameters that are a `&mut` to a type, and puts what is passed in their
/// place and in that of the future.
pub(crate) fn replace(
    krate: &Path,
    written: &Signature,
    is_send: bool,
    parameters: &mut [Parameter],
    output: &mut Type,
    errors: &mut Errors,
) -> Vec<Changed> {
    let mut all = Vec::new();
    let mut value = signature::value(written);
    for (index, parameter) in parameters.iter_mut().enumerate() {
        let found = parameter.ty.changed_referent().filter(|_| parameter.with.is_none());
        let Some((lifetime, of)) = found else { continue };
        if lifetimes::borrows(&of) {
            let message = "an `async` method cannot change a value that borrows, since its future could outlive what it borrows: take the value and return it, or take parts that own their data";
            errors.at(&parameter.ty, message);
            continue;
        }
        let place = place_of(&of);
        let krate = located(krate.to_token_stream(), place);
        let taken = quote_spanned!(place=> #krate::__private::TakenInFuture<#lifetime, #of>);
        let with = quote_spanned!(place=> #krate::__private::WithChanged<#of, #value>);
        parameter.ty = taken.into();
        all.push(Changed::new(index, of, value, krate));
        value = with;
    }
    if !all.is_empty() {
        let end = signature::end(written);
        *output = future(&value, is_send, &quote!(#end)).into();
    }
    all
}
