//! Objects that are lent: `&dyn Trait` and `&mut dyn Trait`, for one call.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;

use crate::errors::Errors;
use crate::model::Method;
use crate::syntax::Type;

/// An object that is lent lies in the call, and is gone when it returns.
pub(crate) fn kept(method: &Method, errors: &mut Errors) {
    if !method.may_return_arguments() {
        return;
    }
    for parameter in &method.parameters {
        if let Some(token) = find(parameter.ty.to_token_stream(), false) {
            errors.at(
                &token,
                "an object that is lent is gone when the call returns, and what this method returns might keep it: take a `Box<dyn Trait>` or an `Arc<dyn Trait>`, or leave the lifetimes of the parameters out",
            );
        }
    }
}

/// Nothing would hold it on the caller's side.
pub(super) fn returned(output: &Type, errors: &mut Errors) {
    if let Some(token) = find(output.to_token_stream(), false) {
        errors.at(
            &token,
            "a method cannot return a reference to an object: return `Box<dyn Trait + '_>`, which may borrow from `self`, or `Arc<dyn Trait>`",
        );
    }
}

/// The first `dyn` behind an `&`, however deep.
fn find(tokens: TokenStream, mut is_behind: bool) -> Option<Ident> {
    let mut tokens = tokens.into_iter();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Ident(ident) if ident == "dyn" && is_behind => return Some(ident),
            // What may stand between the two.
            TokenTree::Ident(ident) if ident == "mut" => {}
            TokenTree::Punct(punct) if punct.as_char() == '\'' => drop(tokens.next()),
            TokenTree::Group(group) => {
                if let Some(found) = find(group.stream(), is_behind) {
                    return Some(found);
                }
                is_behind = false;
            }
            other => is_behind = matches!(&other, TokenTree::Punct(p) if p.as_char() == '&'),
        }
    }
    None
}
