//! Finds the references in a return type, and names the type in which the caller
//! reads them: the proxy has a copy of what is not plain data.
//!
//! References to texts, numbers and objects stay as they are. So does what is
//! behind an alias, which the compiler refuses if a copy were needed.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};

use crate::replace::{extent, replaced};
use crate::syntax::{Path, flat, is_passed_by_pointer};

/// `&'a T` becomes `OfSelf<'a, T>`, and `&T` becomes `OfSelf<'_, T>`.
pub(crate) fn read(krate: &Path, ty: TokenStream) -> TokenStream {
    rewrite(&flat(ty), &krate.to_token_stream()).0
}

/// Returns `true` if the caller of a method that returns this may have to keep a copy.
pub(crate) fn is_in(ty: TokenStream) -> bool {
    rewrite(&flat(ty), &TokenStream::new()).1
}

/// Returns the type, and `true` if it has such a reference.
fn rewrite(tokens: &[TokenTree], krate: &TokenStream) -> (TokenStream, bool) {
    let mut is_changed = false;
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
        if is_passed_by_pointer(&of) {
            out.extend(rest[..end].iter().cloned());
        } else {
            out.extend(quote_spanned!(and.span()=> #krate::__private::OfSelf<#lifetime, #of>));
            is_changed = true;
        }
        Some(end)
    });
    (rewritten, is_changed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(ty: TokenStream) -> String {
        rewrite(&flat(ty), &quote!(k)).0.to_string().replace(' ', "")
    }

    #[test]
    fn a_reference_to_what_may_be_copied_is_read_as_another_type() {
        let of = quote!(k::__private::OfSelf);
        for (ty, expected) in [
            (quote!(&Config), quote!(#of<'_, Config>)),
            (quote!(&'a [String]), quote!(#of<'a, [String]>)),
            (quote!(Option<&Config>), quote!(Option<#of<'_, Config> >)),
            (quote!(Vec<(u8, &'a Map<K, V>)>), quote!(Vec<(u8, #of<'a, Map<K, V>>)>)),
            (quote!(Result<&[Row], &str>), quote!(Result<#of<'_, [Row]>, &str>)),
            (quote!(&[[u8; 4]]), quote!(#of<'_, [[u8; 4]]>)),
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
            quote!(&'a dyn Tool),
            quote!(Box<dyn Fn(u8) -> &Row + '_>),
            quote!(BoxFuture<'_, &Row>),
            quote!(Words<'_>),
        ] {
            assert_eq!(read(ty.clone()), ty.to_string().replace(' ', ""));
        }
    }
}
