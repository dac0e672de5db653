//! Finds what a type borrows for `'static`, and names the types in which its
//! receiver reads it: as values that never end, or are owned.
//!
//! Only what the tokens say is read. `'static` behind an alias stays a borrow,
//! which the compiler refuses where the receiver needs more.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};

use crate::replace::{extent, is_punct, replaced};
use crate::syntax::{Path, flat};

/// `&'static str` becomes `Static<str>`, and `Cow<'static, str>` becomes
/// `StaticCow<str>`, at any depth.
pub fn received(krate: &Path, ty: TokenStream) -> TokenStream {
    rewrite(&flat(ty), &krate.to_token_stream())
}

/// The type without the lifetimes that [`received`] replaces: for checks of
/// the others.
pub fn without(ty: &impl ToTokens) -> TokenStream {
    rewrite(&flat(ty.to_token_stream()), &TokenStream::new())
}

fn rewrite(tokens: &[TokenTree], krate: &TokenStream) -> TokenStream {
    replaced(tokens, &mut |rest, out| match &rest[0] {
        TokenTree::Punct(and) if and.as_char() == '&' && is_borrow_of_data(rest) => {
            let end = 3 + extent(&rest[3..]);
            let of = rewrite(&rest[3..end], krate);
            out.extend(quote_spanned!(and.span()=> #krate::__private::Static<#of>));
            Some(end)
        }
        TokenTree::Ident(cow) if cow == "Cow" && is_static_cow(rest) => {
            remove_path(out);
            out.extend(quote_spanned!(cow.span()=> #krate::__private::StaticCow<));
            Some(5)
        }
        _ => None,
    })
}

/// Returns `true` for `&'static T`, where `T` is data: no object, and no `self`.
fn is_borrow_of_data(tokens: &[TokenTree]) -> bool {
    let is_object = |token: &TokenTree| match token {
        TokenTree::Ident(ident) => ["dyn", "mut", "self"].iter().any(|word| ident == word),
        TokenTree::Group(group) => {
            matches!(flat(group.stream()).first(), Some(TokenTree::Ident(i)) if i == "dyn")
        }
        _ => false,
    };
    is_static(&tokens[1..]) && tokens.get(3).is_some_and(|of| !is_object(of))
}

/// Returns `true` for `Cow<'static, T>`.
fn is_static_cow(tokens: &[TokenTree]) -> bool {
    is_punct(tokens.get(1), '<') && is_static(&tokens[2..]) && is_punct(tokens.get(4), ',')
}

fn is_static(tokens: &[TokenTree]) -> bool {
    let is_name = matches!(tokens.get(1), Some(TokenTree::Ident(ident)) if ident == "static");
    is_punct(tokens.first(), '\'') && is_name
}

/// Removes the `std::borrow::` that was read.
fn remove_path(out: &mut Vec<TokenTree>) {
    while let [.., TokenTree::Punct(first), TokenTree::Punct(second)] = &out[..]
        && first.as_char() == ':'
        && second.as_char() == ':'
    {
        out.truncate(out.len() - 2);
        if let Some(TokenTree::Ident(_)) = out.last() {
            out.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    fn received(ty: TokenStream) -> String {
        tidy(&rewrite(&flat(ty), &quote!(k)))
    }

    fn tidy(tokens: &TokenStream) -> String {
        tokens.to_string().replace(' ', "")
    }

    #[test]
    fn what_is_borrowed_for_static_is_read_as_another_type() {
        let (of, cow) = (quote!(k::__private::Static), quote!(k::__private::StaticCow));
        for (ty, expected) in [
            (quote!(&'static str), quote!(#of<str>)),
            (quote!(Vec<&'static str>), quote!(Vec<#of<str> >)),
            (quote!(&'static [&'static str]), quote!(#of<[#of<str>]>)),
            (quote!(Result<&'static str, &'static str>), quote!(Result<#of<str>, #of<str> >)),
            (quote!((u8, &'static [u8])), quote!((u8, #of<[u8]>))),
            (quote!([&'static str; 3]), quote!([#of<str>; 3])),
            (quote!(&'a HashSet<&'static str>), quote!(&'a HashSet<#of<str> >)),
            (quote!(std::borrow::Cow<'static, str>), quote!(#cow<str>)),
            (quote!(::std::borrow::Cow<'static, [u8]>), quote!(#cow<[u8]>)),
            (quote!(Option<Cow<'static, str>>), quote!(Option<#cow<str> >)),
            (quote!(Result<Box<dyn Tool>, &'static str>), quote!(Result<Box<dyn Tool>, #of<str> >)),
        ] {
            assert_eq!(received(ty), tidy(&expected));
        }
    }

    #[test]
    fn objects_and_other_types_stay() {
        for ty in [
            quote!(&'a str),
            quote!(&str),
            quote!(Words<'static>),
            quote!(&'static self),
            quote!(&'static mut [u8]),
            quote!(&'static dyn Tool),
            quote!(&'static (dyn Tool + Send)),
            quote!(Box<dyn Fn(&'static str) -> Vec<&'static str> + 'static>),
            quote!(BoxFuture<'static, &'static str>),
            quote!(Box<dyn Iterator<Item = &'static str>>),
            quote!(fn(&'static str) -> u8),
        ] {
            assert_eq!(received(ty.clone()), tidy(&ty));
        }
    }
}
