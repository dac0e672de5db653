//! Finds the references in a return type, and names the type in which the caller
//! reads them: the proxy has a copy of what is not plain data.
//!
//! A reference to an object is read as one to a proxy, which the proxy keeps.
//!
//! References to texts and numbers stay as they are. So does what is behind an alias,
//! which the compiler refuses if a copy or a proxy were needed.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};

use crate::replace::{extent, replaced};
use crate::syntax::{Path, flat, is_passed_by_pointer, is_shared_object};

/// `&'a T` becomes `OfSelf<'a, T>`, and `&T` becomes `OfSelf<'_, T>`. Likewise,
/// `&dyn T` becomes `ObjectOfSelf<'_, dyn T>`.
pub(crate) fn read(krate: &Path, ty: TokenStream) -> TokenStream {
    rewrite(&flat(ty), &krate.to_token_stream()).0
}

/// The same where only other references matter.
pub(crate) fn without(ty: TokenStream) -> TokenStream {
    rewrite(&flat(ty), &TokenStream::new()).0
}

/// The types in a return type that `read` names: of these the caller may have to keep
/// copies.
pub(crate) fn all_in(krate: &Path, ty: TokenStream) -> Vec<TokenStream> {
    rewrite(&flat(ty), &krate.to_token_stream()).1
}

/// Returns the type, and what stands in it for such references.
fn rewrite(tokens: &[TokenTree], krate: &TokenStream) -> (TokenStream, Vec<TokenStream>) {
    let mut found = Vec::new();
    let rewritten = replaced(tokens, &mut |rest, out| {
        let TokenTree::Punct(and) = &rest[0] else { return None };
        if and.as_char() != '&' {
            return None;
        }
        let (lifetime, from) = match &rest[1..] {
            [TokenTree::Punct(quote), name, ..] if quote.as_char() == '\'' => {
                (quote!(#quote #name), 3)
            }
            _ => (quote_spanned!(and.span()=> '_), 1),
        };
        let end = from + extent(&rest[from..]);
        let of: TokenStream = rest[from..end].iter().cloned().collect();
        let name = match is_passed_by_pointer(&of) {
            false => quote!(OfSelf),
            true if is_shared_object(&of) => quote!(ObjectOfSelf),
            true => {
                out.extend(rest[..end].iter().cloned());
                return Some(end);
            }
        };
        let of = within_parentheses(of);
        let read = quote_spanned!(and.span()=> #krate::__private::#name<#lifetime, #of>);
        found.push(read.clone());
        out.extend(read);
        Some(end)
    });
    (rewritten, found)
}

/// Returns `dyn Tool + Send` of `(dyn Tool + Send)`, which needs no parentheses where
/// no `&` is before it.
fn within_parentheses(of: TokenStream) -> TokenStream {
    match &flat(of.clone())[..] {
        [TokenTree::Group(group)] if is_shared_object(&of) => group.stream(),
        _ => of,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(ty: TokenStream) -> String {
        rewrite(&flat(ty), &quote!(k)).0.to_string().replace(' ', "")
    }

    #[test]
    fn a_reference_to_what_may_be_copied_is_read_as_another_type() {
        let (of, object) = (quote!(k::__private::OfSelf), quote!(k::__private::ObjectOfSelf));
        for (ty, expected) in [
            (quote!(&Config), quote!(#of<'_, Config>)),
            (quote!(&'a [String]), quote!(#of<'a, [String]>)),
            (quote!(Option<&Config>), quote!(Option<#of<'_, Config> >)),
            (quote!(Vec<(u8, &'a Map<K, V>)>), quote!(Vec<(u8, #of<'a, Map<K, V>>)>)),
            (quote!(Result<&[Row], &str>), quote!(Result<#of<'_, [Row]>, &str>)),
            (quote!(&[[u8; 4]]), quote!(#of<'_, [[u8; 4]]>)),
            (quote!(&'a dyn Tool), quote!(#object<'a, dyn Tool>)),
            (quote!(Vec<&(dyn Tool + Send)>), quote!(Vec<#object<'_, dyn Tool + Send> >)),
        ] {
            assert_eq!(read(ty), expected.to_string().replace(' ', ""));
        }
    }

    #[test]
    fn other_references_stay() {
        for ty in [
            quote!(&str),
            quote!(&'a [u8]),
            quote!(&f32),
            quote!(&mut [Row]),
            quote!(&'a mut dyn Tool),
            quote!(Box<dyn Fn(u8) -> &Row + '_>),
            quote!(BoxFuture<'_, &Row>),
            quote!(Words<'_>),
        ] {
            assert_eq!(read(ty.clone()), ty.to_string().replace(' ', ""));
        }
    }
}
