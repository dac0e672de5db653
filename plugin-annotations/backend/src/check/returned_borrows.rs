//! Borrowed objects in return values: `&dyn Trait` and `&mut dyn Trait`.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;

use crate::errors::Errors;
use crate::model::Method;
use crate::syntax::Type;

/// Rejects a method whose return value might keep a borrowed object: the object
/// exists only during the call.
pub(crate) fn of_parameters(method: &Method, errors: &mut Errors) {
    if method.has_future || !method.may_return_arguments() {
        return;
    }
    for parameter in &method.parameters {
        if let Some(token) = find(parameter.ty.to_token_stream(), false) {
            errors.at(
                &token,
                "a borrowed object exists only during the call, and the return value might keep it: take a `Box<dyn Trait>` or an `Arc<dyn Trait>`, or remove the lifetimes of the parameters",
            );
        }
    }
}

/// Rejects a reference to an object in a return value: nothing in the caller would
/// hold the object.
pub(super) fn in_output(output: &Type, errors: &mut Errors) {
    if let Some(token) = find(output.to_token_stream(), false) {
        errors.at(
            &token,
            "a method cannot return a reference to an object: return `Box<dyn Trait + '_>`, which may borrow from `self`, or `Arc<dyn Trait>`",
        );
    }
}

/// The first `dyn` behind an `&`, at any depth.
fn find(tokens: TokenStream, mut is_behind: bool) -> Option<Ident> {
    let mut tokens = tokens.into_iter();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Ident(ident) if ident == "dyn" && is_behind => return Some(ident),
            // A `mut` may be between the two.
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
