//! Borrowed objects in return values: `&dyn Trait` and `&mut dyn Trait`.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;

use crate::aliases::Aliases;
use crate::errors::Errors;
use crate::forever;
use crate::lifetimes;
use crate::model::Method;
use crate::of_self;
use crate::syntax::{Signature, Type};

/// Rejects a method whose return value might keep a borrowed object: the object
/// exists only during the call.
pub(crate) fn of_parameters(method: &Method, errors: &mut Errors) {
    if method.has_future {
        return;
    }
    for parameter in method.parameters.iter().filter(|parameter| method.may_return(parameter)) {
        if let Some(token) = find(parameter.ty.to_token_stream(), false) {
            errors.at(
                &token,
                "a borrowed object exists only during the call, and the return value might keep it: take a `Box<dyn Trait>` or an `Arc<dyn Trait>`, or remove the lifetimes of the parameters",
            );
        }
    }
}

/// Rejects a type of which one lifetime may be that of the return value, and another
/// is not: an alias could exchange them.
pub(crate) fn told_apart(method: &Method, errors: &mut Errors) {
    for parameter in method.parameters.iter().filter(|parameter| parameter.with.is_none()) {
        let aliases = Aliases::of(&parameter.ty);
        let kind = |name: &Ident| usize::from(method.may_be_returned(parameter, name));
        if let Some(ty) = aliases.mixed(&kind) {
            errors.at(
                ty,
                "the return value may borrow for one lifetime of this type and not for the other, and an alias could exchange them: write one lifetime for both",
            );
        }
    }
}

/// Rejects what a return value cannot borrow from an argument, since it may outlive
/// `self`: an object, or the right to change something.
pub(super) fn of_arguments(signature: &Signature, output: &Type, errors: &mut Errors) {
    let borrowed = lifetimes::borrowed(&forever::without(output));
    let Some(of_argument) = borrowed.iter().find(|found| signature.is_of_arguments(found)) else {
        return;
    };
    let all = borrowed.iter().all(|found| signature.is_of_arguments(found));
    if !all || lifetimes::hides_a_reference(output) {
        errors.at(
            of_argument,
            "a return value cannot borrow from `self` and from an argument: return an owned value in place of one, or borrow both for one lifetime: `&'a self`",
        );
    }
    if let Some(other) = borrowed.iter().find(|found| found.ident != of_argument.ident && all) {
        errors.at(
            other,
            &format!(
                "a return value can borrow from arguments for one lifetime: write `{of_argument}` here and in the arguments"
            ),
        );
    }
    for word in ["dyn", "mut"] {
        if let Some(token) = super::keyword(output, word) {
            errors.at(
                &token,
                "a return value can borrow text, slices and plain data from an argument, but no object, and not `mut`: return an owned value, or borrow `self` for as long: `&'a self`",
            );
        }
    }
}

/// Rejects a reference to an object in a return value that the caller's proxy cannot
/// keep: one that is exclusive, of a trait that is no interface, in a closure or in the value
/// of a future.
pub(super) fn in_output(output: &Type, errors: &mut Errors) {
    if let Some(token) = find(of_self::without(output.to_token_stream()), false) {
        errors.at(
            &token,
            "a method can return a reference to an object as the `&dyn Trait` of an interface or as `&dyn Fn`, but not within a closure or a future: return an owned value, or `Box<dyn Trait + '_>`, which may borrow from `self`",
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
