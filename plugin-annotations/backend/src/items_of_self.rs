//! `Box<dyn Iterator<Item = &T> + '_>` in a return type, and the type that is passed in
//! place of it.

use proc_macro2::{TokenStream, TokenTree};
use quote::quote;

use crate::lifetimes;
use crate::replace::is_punct;
use crate::syntax::{Path, divide, flat};

/// `Box<dyn Iterator<Item = &'a T> + 'a>` becomes `ItemsOfSelf<'a, T>`.
pub(crate) fn carrier(krate: &Path, ty: &TokenStream) -> Option<TokenStream> {
    let path = Path::of(ty.clone()).filter(|path| is_named(path, "Box"))?;
    let [object] = &arguments(path.arguments())[..] else { return None };
    let bounds = divide(object.clone(), '+');
    let (iterator, bounds) = bounds.split_first()?;
    let [TokenTree::Ident(word), iterator @ ..] = &flat(iterator.clone())[..] else { return None };
    let iterator = Path::of(iterator.iter().cloned().collect())?;
    if word != "dyn" || !is_named(&iterator, "Iterator") {
        return None;
    }
    let [item] = &arguments(iterator.arguments())[..] else { return None };
    let (lifetime, of) = reference(&flat(item.clone()))?;
    let (mut borrows, mut sends) = (false, false);
    for bound in bounds {
        match &flat(bound.clone())[..] {
            [TokenTree::Punct(_), TokenTree::Ident(_)] => borrows = true,
            [TokenTree::Ident(name)] if name == "Send" => sends = true,
            _ => return None,
        }
    }
    let name = if sends { quote!(SendItemsOfSelf) } else { quote!(ItemsOfSelf) };
    borrows.then(|| quote!(#krate::__private::#name<#lifetime, #of>))
}

/// The lifetime and the type of `Item = &'a T`, if that type owns its data.
fn reference(item: &[TokenTree]) -> Option<(TokenStream, TokenStream)> {
    let [TokenTree::Ident(name), equals, and, rest @ ..] = item else { return None };
    if name != "Item" || !is_punct(Some(equals), '=') || !is_punct(Some(and), '&') {
        return None;
    }
    let (lifetime, of) = match rest {
        [quote, TokenTree::Ident(name), of @ ..] if is_punct(Some(quote), '\'') => {
            (quote!(#quote #name), of)
        }
        _ => (quote!('_), rest),
    };
    let of: TokenStream = of.iter().cloned().collect();
    let is_word = |word: &str| matches!(of.clone().into_iter().next(), Some(TokenTree::Ident(first)) if first == word);
    let owns = !is_word("mut") && !is_word("dyn") && !lifetimes::borrows(&of);
    owns.then_some((lifetime, of))
}

fn is_named(path: &Path, name: &str) -> bool {
    path.last().is_some_and(|last| last == name)
}

/// What is in the angle brackets of a path, between the commas.
pub(crate) fn arguments(brackets: &TokenStream) -> Vec<TokenStream> {
    let tokens: Vec<_> = brackets.clone().into_iter().collect();
    let is = |token: &TokenTree, char| matches!(token, TokenTree::Punct(punct) if punct.as_char() == char);
    let [open, within @ .., close] = &tokens[..] else { return Vec::new() };
    if !is(open, '<') || !is(close, '>') {
        return Vec::new();
    }
    divide(within.iter().cloned().collect(), ',')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(ty: TokenStream) -> Option<String> {
        let krate = Path::of(quote!(k)).unwrap();
        carrier(&krate, &ty).map(|carrier| carrier.to_string().replace(' ', ""))
    }

    #[test]
    fn an_iterator_of_references_is_passed_as_another_type() {
        let text = |tokens: TokenStream| Some(tokens.to_string().replace(' ', ""));
        for (ty, expected) in [
            (quote!(Box<dyn Iterator<Item = &Row> + '_>), quote!(ItemsOfSelf<'_, Row>)),
            (quote!(Box<dyn Iterator<Item = &'a [u8]> + 'a>), quote!(ItemsOfSelf<'a, [u8]>)),
            (
                quote!(std::boxed::Box<dyn std::iter::Iterator<Item = &Map<K, V>> + Send + '_>),
                quote!(SendItemsOfSelf<'_, Map<K, V>>),
            ),
        ] {
            assert_eq!(read(ty), text(quote!(k::__private::#expected)));
        }
    }

    #[test]
    fn other_iterators_stay() {
        for ty in [
            quote!(Box<dyn Iterator<Item = Row> + '_>),
            quote!(Box<dyn Iterator<Item = &Row>>),
            quote!(Box<dyn Iterator<Item = &mut Row> + '_>),
            quote!(Box<dyn Iterator<Item = &dyn Tool> + '_>),
            quote!(Box<dyn Iterator<Item = &Line<'a>> + '_>),
            quote!(Box<dyn Iterator<Item = (&str, u8)> + '_>),
            quote!(Box<dyn Fn(&Row) + '_>),
            quote!(&dyn Iterator<Item = &Row>),
        ] {
            assert_eq!(read(ty.clone()), None, "{ty}");
        }
    }
}
