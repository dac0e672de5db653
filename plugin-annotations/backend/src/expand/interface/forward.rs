//! Methods that are written again, to forward a call.

use proc_macro2::Ident;
use quote::{format_ident, quote};

use crate::model::Method;
use crate::syntax::Signature;

/// A method to write again, with a name for each parameter.
pub(super) struct Forwarded {
    pub(super) signature: Signature,
    /// The `self` of the signature. If a macro wrote it, no other token means it.
    pub(super) this: Option<Ident>,
    pub(super) arguments: Vec<Ident>,
}

pub(super) fn forwarded(method: &Method) -> Forwarded {
    named(&method.signature)
}

pub(super) fn named(signature: &Signature) -> Forwarded {
    let mut signature = signature.clone();
    let mut arguments = Vec::new();
    let this = signature.receiver.as_ref().map(|receiver| receiver.self_token.clone());
    for parameter in &mut signature.parameters {
        let nameless = || format_ident!("__argument_{}", arguments.len());
        let argument = parameter.name().unwrap_or_else(nameless);
        parameter.pattern = quote!(#argument);
        arguments.push(argument);
    }
    Forwarded { signature, this, arguments }
}
