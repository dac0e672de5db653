//! Writes the lifetime of each object that a type owns.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};

use crate::replace::{extent, is_punct};
use crate::syntax::{divide, flat};

/// `Box<dyn Trait>` becomes `Box<dyn Trait + 'static>`, which it means in a signature.
/// In a body the compiler would look for a lifetime, and name the type in other words.
pub(crate) fn owning(tokens: TokenStream) -> TokenStream {
    let tokens = flat(tokens);
    let mut out = TokenStream::new();
    let mut rest = &tokens[..];
    while let Some(token) = rest.first() {
        let mut end = 1;
        match token {
            // What is behind it has its lifetime: `&'a mut dyn Trait`, `&(dyn Trait + Send)`.
            TokenTree::Punct(and) if and.as_char() == '&' || and.as_char() == '*' => {
                end = end_of_reference(rest);
                out.extend(rest[..end].iter().cloned());
                match rest.get(end) {
                    Some(TokenTree::Ident(ident)) if ident == "dyn" => {
                        let object = &rest[end..end + extent(&rest[end..])];
                        end += object.len();
                        out.extend(within(object));
                    }
                    Some(TokenTree::Group(group))
                        if group.delimiter() == Delimiter::Parenthesis =>
                    {
                        let object = flat(group.stream());
                        let mut borrowed = Group::new(group.delimiter(), within(&object));
                        borrowed.set_span(group.span());
                        borrowed.to_tokens(&mut out);
                        end += 1;
                    }
                    _ => {}
                }
            }
            TokenTree::Ident(ident) if ident == "dyn" => {
                end = extent(rest);
                let bounds: TokenStream = rest[1..end].iter().cloned().collect();
                let is_lifetime = |bound: TokenStream| is_punct(flat(bound).first(), '\'');
                let is_bounded = divide(bounds, '+').into_iter().any(is_lifetime);
                // In `<dyn Trait as Other>::Item`.
                let is_before_as =
                    |token: &TokenTree| matches!(token, TokenTree::Ident(i) if i == "as");
                let is_qualified = rest[..end].iter().any(is_before_as);
                out.extend(within(&rest[..end]));
                out.extend((!is_bounded && !is_qualified).then(|| quote!(+ 'static)));
            }
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), owning(group.stream()));
                inner.set_span(group.span());
                inner.to_tokens(&mut out);
            }
            other => other.to_tokens(&mut out),
        }
        rest = &rest[end..];
    }
    out
}

/// The objects in an object that has its lifetime. The tokens may be another type.
fn within(object: &[TokenTree]) -> TokenStream {
    let is_object = matches!(object.first(), Some(TokenTree::Ident(ident)) if ident == "dyn");
    let (first, rest) = object.split_at(usize::from(is_object));
    first.iter().cloned().chain(owning(rest.iter().cloned().collect())).collect()
}

/// The number of tokens of `&'a mut`, or of `*const`.
pub(crate) fn end_of_reference(tokens: &[TokenTree]) -> usize {
    let mut end = 1;
    if is_punct(tokens.get(end), '\'') {
        end += 2;
    }
    let is_word = |ident: &str| ident == "mut" || ident == "const";
    if matches!(tokens.get(end), Some(TokenTree::Ident(ident)) if is_word(&ident.to_string())) {
        end += 1;
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_reference_owns_its_objects() {
        for (ty, expected) in [
            (quote!(<Box<dyn Fn()>>), quote!(<Box<dyn Fn() + 'static>>)),
            (
                quote!(<Box<dyn A + 'a>, (u8, Arc<dyn B>)>),
                quote!(<Box<dyn A + 'a>, (u8, Arc<dyn B + 'static>)>),
            ),
            (quote!(<&dyn A, &'a mut dyn B>), quote!(<&dyn A, &'a mut dyn B>)),
            (quote!((*const dyn A, *mut u8)), quote!((*const dyn A, *mut u8))),
            (
                quote!(<&(dyn A + Send), [Box<dyn Fn(u8) -> u8>; 2]>),
                quote!(<&(dyn A + Send), [Box<dyn Fn(u8) -> u8 + 'static>; 2]>),
            ),
            (
                quote!(&dyn Fn(Arc<dyn A>, &dyn B) -> Box<dyn C>),
                quote!(&dyn Fn(Arc<dyn A + 'static>, &dyn B) -> Box<dyn C + 'static>),
            ),
            (
                quote!(&(dyn Iterator<Item = Box<dyn A>> + Send)),
                quote!(&(dyn Iterator<Item = Box<dyn A + 'static>> + Send)),
            ),
            (
                quote!(Box<dyn Fn(Arc<dyn A>) + 'static>),
                quote!(Box<dyn Fn(Arc<dyn A + 'static>) + 'static>),
            ),
            (quote!(Arc<dyn 'static + A>), quote!(Arc<dyn 'static + A>)),
            (quote!(&(Box<dyn A>, u8)), quote!(&(Box<dyn A + 'static>, u8))),
            (quote!(Vec<<dyn A as B>::C>), quote!(Vec<<dyn A as B>::C>)),
        ] {
            assert_eq!(owning(ty).to_string(), expected.to_string());
        }
    }
}
