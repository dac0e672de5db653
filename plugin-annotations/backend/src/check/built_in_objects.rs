//! Closures and iterators that borrow what they cannot: the compiler would list all that
//! they can.

use proc_macro2::{Delimiter, Ident, TokenTree};
use quote::ToTokens;

use crate::errors::Errors;
use crate::forever;
use crate::items_of_self::arguments;
use crate::lifetimes;
use crate::replace::is_punct;
use crate::syntax::{Path, Type, divide, flat};

/// Rejects closures that take objects by reference, wherever they are in a type.
pub(crate) fn closures(ty: &Type, errors: &mut Errors) {
    each(&flat(ty.to_token_stream()), &mut |tokens| {
        let [TokenTree::Ident(name), TokenTree::Group(taken), ..] = tokens else { return };
        let is_closure = ["Fn", "FnMut", "FnOnce"].iter().any(|closure| name == closure);
        if !is_closure || taken.delimiter() != Delimiter::Parenthesis {
            return;
        }
        for argument in divide(taken.stream(), ',') {
            if let Some(object) = borrowed_object(&flat(argument)) {
                errors.at(
                    &object,
                    "a closure cannot take an object by reference: write a trait with one method that takes it, under `#[plugin_interface]`, and pass `Box<dyn Trait>` or `&mut dyn Trait` in place of the closure",
                );
            }
        }
    });
}

/// Rejects iterators whose items borrow, wherever they are in a type.
pub(crate) fn iterators(ty: &Type, is_returned: bool, errors: &mut Errors) {
    each(&flat(forever::without(ty)), &mut |tokens| {
        let [TokenTree::Ident(word), rest @ ..] = tokens else { return };
        let iterator = divide(rest.iter().cloned().collect(), '+').into_iter().next();
        let Some(iterator) = iterator.filter(|_| word == "dyn").and_then(Path::of) else { return };
        let is_it = iterator.last().is_some_and(|last| last == "Iterator");
        let [item] = &arguments(iterator.arguments())[..] else { return };
        if !is_it || !lifetimes::borrows(item) {
            return;
        }
        errors.at(
            item,
            match is_returned {
                true => "an iterator that a method returns can yield references, as in `Box<dyn Iterator<Item = &T> + '_>`, or what owns its data: `Item = (String, u8)` instead of `Item = (&str, u8)`",
                false => "an iterator that a method takes yields what owns its data: `Item = String` instead of `Item = &str`; or take a slice",
            },
        );
    });
}

/// The `dyn` of `&dyn Trait`, `&'a mut dyn Trait` or `&(dyn Trait + Send)`.
fn borrowed_object(argument: &[TokenTree]) -> Option<Ident> {
    let [and, rest @ ..] = argument else { return None };
    if !is_punct(Some(and), '&') {
        return None;
    }
    let rest = match rest {
        [quote, TokenTree::Ident(_), rest @ ..] if is_punct(Some(quote), '\'') => rest,
        rest => rest,
    };
    let rest = match rest {
        [TokenTree::Ident(word), rest @ ..] if word == "mut" => rest,
        rest => rest,
    };
    match rest.first()? {
        TokenTree::Ident(word) if word == "dyn" => Some(word.clone()),
        TokenTree::Group(group) => match flat(group.stream()).first()? {
            TokenTree::Ident(word) if word == "dyn" => Some(word.clone()),
            _ => None,
        },
        _ => None,
    }
}

/// Calls `found` with the tokens from each one on, at any depth.
fn each(tokens: &[TokenTree], found: &mut dyn FnMut(&[TokenTree])) {
    for (i, token) in tokens.iter().enumerate() {
        found(&tokens[i..]);
        if let TokenTree::Group(group) = token {
            each(&flat(group.stream()), found);
        }
    }
}

#[cfg(test)]
mod tests {
    use proc_macro2::TokenStream;
    use quote::quote;

    use super::*;

    fn found(ty: TokenStream) -> [usize; 2] {
        let ty = Type::from(ty);
        let count = |check: &dyn Fn(&Type, &mut Errors)| {
            let mut errors = Errors::default();
            check(&ty, &mut errors);
            errors.into_tokens().to_token_stream().to_string().matches("compile_error").count()
        };
        [count(&closures), count(&|ty, errors| iterators(ty, true, errors))]
    }

    #[test]
    fn what_borrows_is_found_at_any_depth() {
        for (ty, expected) in [
            (quote!(&mut dyn FnMut(&mut dyn Tool)), [1, 0]),
            (quote!(Vec<(u8, Box<dyn Fn(u8, &'a (dyn Tool + Send)) -> u8>)>), [1, 0]),
            (quote!(Box<dyn FnOnce(&str, Box<dyn Tool>)>), [0, 0]),
            (quote!(Box<dyn Fn(&[u8])>), [0, 0]),
            (quote!(Box<dyn Iterator<Item = (&str, u8)> + '_>), [0, 1]),
            (quote!(&mut dyn std::iter::Iterator<Item = Cow<'a, str>>), [0, 1]),
            (quote!(Option<Box<dyn Iterator<Item = String> + '_>>), [0, 0]),
        ] {
            assert_eq!(found(ty.clone()), expected, "{ty}");
        }
    }
}
