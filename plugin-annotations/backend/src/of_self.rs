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
        if is_passed_by_pointer(&of) {
            out.extend(rest[..end].iter().cloned());
        } else {
            let read = quote_spanned!(and.span()=> #krate::__private::OfSelf<#lifetime, #of>);
            found.push(read.clone());
            out.extend(read);
        }
        Some(end)
    });
    (rewritten, found)
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
