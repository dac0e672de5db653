//! A struct of references: a `&mut` to it lends each of them again.

use proc_macro2::{TokenStream, TokenTree};
use quote::quote;

use crate::model::{Body, Derived, Field};
use crate::parts::Part;
use plugin_annotations_backend::lifetimes;
use plugin_annotations_backend::spans::ffi_item;
use plugin_annotations_backend::syntax::{Kind, flat};

/// Returns `true` for a struct whose fields are all references, and that has
/// lifetimes, but no other parameters. Without a lifetime it owns what it has: a
/// `&'static str` comes back as a number does.
///
/// What is behind a `&mut` must have no lifetime, since it could not become a shorter
/// one.
pub(crate) fn is_lent_by_fields(Derived { generics, body, .. }: &Derived) -> bool {
    let Body::Struct(fields) = body else { return false };
    let is_lent = |field: &Field| match behind_and(field) {
        Some((true, target)) => !lifetimes::borrows(&target),
        found => found.is_some(),
    };
    !generics.params.is_empty()
        && !fields.all().is_empty()
        && generics.params.iter().all(|parameter| parameter.kind == Kind::Lifetime)
        && fields.all().iter().all(|field| field.with.is_none() && is_lent(field))
}

/// ```text
/// Input:  struct Output<'s> { left: &'s mut [f32], name: &'s str }
/// Output: unsafe impl<'s> LendFields for Output<'s> {
///             fn lend<'a>(&'a mut self, scope: &CallerScope) -> Self::Wire {
///                 let Output { left: __0, name: __1 } = self;
///                 let lent: Output<'a> = Output { left: &mut **__0, name: *__1 };
///                 FfiSafe::lower_argument(lent, scope)
///             }
///         }
/// ```
pub(crate) fn lend(
    derived: &Derived,
    parameters: &TokenStream,
    at: &TokenStream,
    parts: &[Part<'_>],
) -> TokenStream {
    let ([part], true) = (parts, is_lent_by_fields(derived)) else { return TokenStream::new() };
    let Derived { krate, name, generics, .. } = derived;
    let (pattern, path, arguments) = (part.pattern(), &part.path, generics.arguments());
    let members = part.fields().iter().map(|field| &field.member);
    let values =
        part.fields().iter().zip(part.values()).map(|(field, value)| match behind_and(field) {
            Some((true, _)) => quote!(&mut **#value),
            _ => quote!(*#value),
        });
    let lower = ffi_item(krate, &quote!(#name #at), "lower_argument");
    quote! {
        // SAFETY: the struct with its references, for the time of the borrow.
        unsafe impl #parameters #krate::__private::LendFields for #name #arguments {
            #[inline]
            fn lend<'__a>(
                &'__a mut self,
                __scope: &#krate::__private::CallerScope,
            ) -> <Self as #krate::FfiSafe>::Wire {
                let #pattern = self;
                let __lent: #name #at = #path { #(#members: #values),* };
                #lower(__lent, __scope)
            }
        }
    }
}

/// For a reference, `true` if it is a `&mut`, and its target.
fn behind_and(field: &Field) -> Option<(bool, TokenStream)> {
    let mut tokens = flat(field.ty.clone()).into_iter().peekable();
    let is = |token: Option<&TokenTree>, char: char| matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == char);
    if !is(tokens.next().as_ref(), '&') {
        return None;
    }
    if is(tokens.peek(), '\'') {
        tokens.nth(1);
    }
    let is_mutable = matches!(tokens.peek(), Some(TokenTree::Ident(ident)) if ident == "mut");
    Some((is_mutable, tokens.skip(is_mutable.into()).collect()))
}
