//! Finds the lifetimes of a type, and rewrites them for use in generated code.

use proc_macro2::{Delimiter, Group, Ident, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::Lifetime;

use crate::owning::owning;
use crate::syntax::{Angles, Path, divide, flat};

/// `&'a str` and `&str` become `&'static str`: for types in a layout, which
/// depends only on the wire and has no lifetimes. So do objects: a body has the same
/// types as a layout, and its errors the same words.
pub fn fixed(ty: &impl ToTokens) -> TokenStream {
    owning(rewrite(ty.to_token_stream(), "static"))
}

/// `&'a str` and `&str` become `&'_ str`: for types in a body, where the
/// compiler finds the lifetime.
pub fn inferred(ty: &impl ToTokens) -> TokenStream {
    rewrite(ty.to_token_stream(), "_")
}

/// `&'a str` and `&str` become `&'call str`: for types in a function that has a
/// lifetime of this name.
pub fn of_call(ty: &impl ToTokens) -> TokenStream {
    rewrite(ty.to_token_stream(), "call")
}

/// `&'s str` becomes `&'__a str`: for a field of a type that is lifted with this
/// lifetime instead of its own. A type with `'static` owns its data.
pub fn of_lifted(ty: &impl ToTokens) -> TokenStream {
    if written(ty).is_empty() {
        return ty.to_token_stream();
    }
    rewrite(ty.to_token_stream(), "__a")
}

fn rewrite(tokens: TokenStream, name: &str) -> TokenStream {
    let mut out = TokenStream::new();
    let mut tokens = tokens.into_iter().peekable();
    let mut is_closure = false;
    while let Some(token) = tokens.next() {
        let is_of_closure = core::mem::take(&mut is_closure);
        match token {
            // The lifetimes in it belong to each call of the closure.
            TokenTree::Group(group)
                if is_of_closure && group.delimiter() == Delimiter::Parenthesis =>
            {
                group.to_tokens(&mut out);
                out.extend(returned(&mut tokens));
            }
            TokenTree::Ident(ident) => {
                is_closure = ["Fn", "FnMut", "FnOnce"].iter().any(|closure| ident == closure);
                ident.to_tokens(&mut out);
            }
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), rewrite(group.stream(), name));
                inner.set_span(group.span());
                inner.to_tokens(&mut out);
            }
            TokenTree::Punct(punct) if punct.as_char() == '\'' => {
                let stays = matches!(tokens.next(), Some(TokenTree::Ident(i)) if i == "static");
                let name = if stays { "static" } else { name };
                lifetime(name, punct.span()).to_tokens(&mut out);
            }
            TokenTree::Punct(punct) if punct.as_char() == '&' => {
                let mut and = Punct::new('&', Spacing::Alone);
                and.set_span(punct.span());
                and.to_tokens(&mut out);
                if !matches!(tokens.peek(), Some(TokenTree::Punct(p)) if p.as_char() == '\'') {
                    lifetime(name, punct.span()).to_tokens(&mut out);
                }
            }
            // The rest is the length of an array, which is no type.
            TokenTree::Punct(punct) if punct.as_char() == ';' => {
                punct.to_tokens(&mut out);
                out.extend(tokens);
                break;
            }
            other => other.to_tokens(&mut out),
        }
    }
    out
}

/// The `-> T` of the type of a function, if it comes next.
pub(crate) fn returned(
    tokens: &mut core::iter::Peekable<impl Iterator<Item = TokenTree>>,
) -> TokenStream {
    let is = |token: Option<&TokenTree>, chars: &str| matches!(token, Some(TokenTree::Punct(punct)) if chars.contains(punct.as_char()));
    let mut out = TokenStream::new();
    if !is(tokens.peek(), "-") {
        return out;
    }
    let mut angles = Angles::default();
    let mut behind_arrow = 0;
    while let Some(token) = tokens.peek() {
        let ends = angles.is_outside() && behind_arrow > 1 && is(Some(token), ",+>;");
        if ends {
            break;
        }
        angles.pass(token);
        behind_arrow += 1;
        out.extend(tokens.next());
    }
    out
}

fn lifetime(name: &str, span: Span) -> TokenStream {
    let lifetime = Lifetime { apostrophe: span, ident: Ident::new(name, span) };
    lifetime.to_token_stream()
}

/// The position of the next token in a type.
///
/// It decides what a `'static` means: that the value in a box owns its data, or
/// that something is borrowed for ever.
#[derive(Clone, Copy, Default)]
struct Place {
    /// Behind `dyn Trait +`, or `BoxFuture<`.
    is_for_owner: bool,
    /// Behind `BoxFuture`.
    is_behind_future: bool,
    /// Behind `Cow`, and behind `Cow<`.
    is_behind_cow: bool,
    is_in_cow: bool,
    /// Behind `&`, `&'a` or `&mut`.
    is_behind_and: bool,
    /// In the parentheses of `&(dyn Trait + ..)`, which is borrowed.
    is_borrowed: bool,
    angles: Angles,
}

impl Place {
    /// The place behind `token`, which is here.
    fn behind(&self, token: &TokenTree) -> Place {
        let mut next =
            Place { is_borrowed: self.is_borrowed, angles: self.angles, ..Place::default() };
        next.angles.pass(token);
        match token {
            TokenTree::Ident(ident) => {
                next.is_for_owner = ident == "dyn";
                next.is_behind_future = ident == "BoxFuture";
                next.is_behind_cow = ident == "Cow";
                next.is_behind_and = self.is_behind_and && ident == "mut";
            }
            TokenTree::Punct(punct) => match punct.as_char() {
                '+' => next.is_for_owner = true,
                '<' => {
                    next.is_for_owner = self.is_behind_future;
                    next.is_in_cow = self.is_behind_cow;
                }
                '&' => next.is_behind_and = true,
                // Its name is read with it.
                '\'' => next.is_behind_and = self.is_behind_and,
                _ => {}
            },
            _ => {}
        }
        next
    }

    /// The place of the first token in a group that is here.
    fn within(&self, group: &Group) -> Place {
        let first = || flat(group.stream()).into_iter().next();
        let is_object = || matches!(first(), Some(TokenTree::Ident(ident)) if ident == "dyn");
        // A `dyn Error` is received as a value that owns its texts.
        let is_borrowed = self.is_behind_and && is_object() && !is_error(group);
        Place { is_borrowed, ..Place::default() }
    }

    /// Returns `true` if a lifetime of this name is no borrow here.
    fn is_owned(&self, name: Option<&TokenTree>) -> bool {
        let is_static = matches!(name, Some(TokenTree::Ident(ident)) if ident == "static");
        is_static && self.is_for_owner && !(self.is_borrowed && self.angles.is_outside())
    }
}

/// Returns `true` for `(dyn Error + ..)`.
fn is_error(group: &Group) -> bool {
    let object: TokenStream = flat(group.stream()).into_iter().skip(1).collect();
    let first = divide(object, '+').into_iter().next().and_then(Path::of);
    first.as_ref().and_then(Path::last).is_some_and(|last| last == "Error")
}

/// Returns `true` if a type borrows something, with a written lifetime or not.
/// The lifetime of a path in a return value is always written: a hidden one does
/// not compile. Of a parameter it may be hidden, and belongs to its argument alone.
pub fn borrows(ty: &impl ToTokens) -> bool {
    fn has_reference(tokens: TokenStream) -> bool {
        tokens.into_iter().any(|token| match token {
            TokenTree::Group(group) => has_reference(group.stream()),
            TokenTree::Punct(punct) => punct.as_char() == '&',
            _ => false,
        })
    }
    has_reference(ty.to_token_stream()) || !borrowed(ty).is_empty()
}

/// Returns `true` if there is an `&` without a lifetime in a type.
pub(crate) fn hides_a_reference(ty: &impl ToTokens) -> bool {
    let mut tokens = ty.to_token_stream().into_iter().peekable();
    while let Some(token) = tokens.next() {
        let is_hidden = match token {
            TokenTree::Group(group) => hides_a_reference(&group.stream()),
            TokenTree::Punct(punct) if punct.as_char() == '&' => {
                !matches!(tokens.peek(), Some(TokenTree::Punct(p)) if p.as_char() == '\'')
            }
            _ => false,
        };
        if is_hidden {
            return true;
        }
    }
    false
}

/// Every lifetime that is written in a type.
pub fn written(ty: &impl ToTokens) -> Vec<Lifetime> {
    all(ty).into_iter().map(|(lifetime, _)| lifetime).collect()
}

/// The written lifetimes of borrows, without those of owned values.
pub fn borrowed(ty: &impl ToTokens) -> Vec<Lifetime> {
    let borrowed = all(ty).into_iter().filter(|(_, is_owned)| !is_owned);
    borrowed.map(|(lifetime, _)| lifetime).collect()
}

/// Returns `true` if a type may require that one named lifetime outlives another, as
/// `&'a &'b T` does, and `Of<'a, 'b>` if it is declared so. One that requires `'static`
/// has no `FfiSafe`.
pub(crate) fn may_imply_bounds(ty: &impl ToTokens) -> bool {
    let named: Vec<_> = written(ty).into_iter().filter(|found| found.ident != "_").collect();
    named.iter().any(|found| *found != named[0])
}

/// Every written lifetime, with `true` if it belongs to an owned value.
fn all(ty: &impl ToTokens) -> Vec<(Lifetime, bool)> {
    let mut found = Vec::new();
    collect(ty.to_token_stream(), Place::default(), &mut found);
    found
}

fn collect(tokens: TokenStream, mut place: Place, found: &mut Vec<(Lifetime, bool)>) {
    let mut tokens = tokens.into_iter();
    while let Some(token) = tokens.next() {
        let here = place;
        place = here.behind(&token);
        match token {
            TokenTree::Group(group) => collect(group.stream(), here.within(&group), found),
            TokenTree::Punct(quote) if quote.as_char() == '\'' => {
                let name = tokens.next();
                let is_owned = here.is_owned(name.as_ref());
                if let Some(TokenTree::Ident(ident)) = name {
                    let apostrophe = quote.span();
                    found.push((Lifetime { apostrophe, ident }, is_owned));
                }
            }
            _ => {}
        }
    }
}

/// The lifetimes of a type that neither its name tells nor whether it borrows at
/// all: `word` where the return value may have it too, and where a type has
/// several objects or borrows, `'_ at 3` for each that is lent.
///
/// Two libraries must agree on them. One would keep what the other lends. The
/// number counts the commas and brackets before, so that it does not depend on
/// paths.
pub(crate) fn unseen(
    word: &str,
    ty: &impl ToTokens,
    is_of_word: &dyn Fn(&Ident) -> bool,
) -> String {
    let walk = Unseen::of(ty);
    let text = |found: &Found| match (is_of_word(&found.name), walk.borrows > 1) {
        (true, false) => Some(word.to_owned()),
        (true, true) => Some(format!("{word} at {}", found.at)),
        (false, true) if !found.is_seen => Some(format!("'_ at {}", found.at)),
        (false, _) => None,
    };
    joined(walk.found.iter().filter_map(text))
}

/// The lifetimes of a field that its type's name does not show, of a type that has
/// these: the number of each, and where it is.
///
/// Two libraries must agree on them, as on those of a parameter.
pub fn unseen_in_field(ty: &impl ToTokens, names: &[&Ident]) -> String {
    let text = |found: &Found| {
        let number = names.iter().position(|name| **name == found.name)?;
        (names.len() > 1 || !found.is_seen).then(|| format!("'{number} at {}", found.at))
    };
    joined(Unseen::of(ty).found.iter().filter_map(text))
}

fn joined(texts: impl Iterator<Item = String>) -> String {
    texts.collect::<Vec<_>>().join(" + ")
}

/// A lifetime in a type.
struct Found {
    name: Ident,
    at: usize,
    /// The name of the type shows that something is borrowed here.
    is_seen: bool,
}

#[derive(Default)]
struct Unseen {
    found: Vec<Found>,
    at: usize,
    /// The number of objects, references and types with lifetimes.
    borrows: usize,
}

impl Unseen {
    fn of(ty: &impl ToTokens) -> Self {
        let mut walk = Unseen::default();
        walk.pass(ty.to_token_stream(), Place::default());
        walk
    }

    fn pass(&mut self, tokens: TokenStream, mut place: Place) {
        let mut tokens = flat(tokens).into_iter();
        while let Some(token) = tokens.next() {
            let here = place;
            place = here.behind(&token);
            match token {
                TokenTree::Group(group) => {
                    self.at += 1;
                    self.pass(group.stream(), here.within(&group));
                }
                TokenTree::Ident(ident) if ident == "dyn" || ident == "BoxFuture" => {
                    self.borrows += 1;
                }
                TokenTree::Punct(punct) => match punct.as_char() {
                    '<' | ',' => self.at += 1,
                    '&' => self.borrows += 1,
                    '\'' => self.lifetime(here, tokens.next()),
                    _ => {}
                },
                _ => {}
            }
        }
    }

    fn lifetime(&mut self, here: Place, name: Option<TokenTree>) {
        let is_owned = here.is_owned(name.as_ref());
        let Some(TokenTree::Ident(name)) = name else { return };
        if is_owned || name == "static" {
            return;
        }
        let is_of_type = !here.is_for_owner && !here.is_behind_and;
        self.borrows += usize::from(is_of_type);
        let is_seen = here.is_behind_and || here.is_in_cow;
        self.found.push(Found { name, at: self.at, is_seen });
    }
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    #[test]
    fn a_static_of_what_is_owned_is_no_borrow_and_stays() {
        for owned in [
            quote!(Box<dyn Trait + 'static>),
            quote!(Vec<Option<Box<dyn Fn(u32) -> u32 + Send + 'static>>>),
            quote!(Arc<dyn 'static + Send + Trait>),
            quote!(plugin_interface::BoxFuture<'static, u32>),
            quote!((u8, Box<(dyn Trait + 'static)>)),
        ] {
            assert!(borrowed(&owned).is_empty() && !borrows(&owned), "{owned}");
            assert_eq!(written(&owned).len(), 1, "{owned}");
            assert_eq!(of_call(&owned).to_string(), owned.to_string());
        }
        let within = quote!(&mut (dyn Iterator<Item = Box<dyn Trait + 'static>> + Send));
        assert!(borrowed(&within).is_empty() && borrows(&within));
        let fixed = quote!(&'call mut (dyn Iterator<Item = Box<dyn Trait + 'static>> + Send));
        assert_eq!(of_call(&within).to_string(), fixed.to_string());
    }

    #[test]
    fn lifetimes_that_types_do_not_show_are_told() {
        let unseen = |ty: TokenStream| unseen("'self", &ty, &|name| name == "a");
        for (ty, expected) in [
            (quote!(&str), ""),
            (quote!(&'b mut [u8]), ""),
            (quote!(&'a str), "'self"),
            (quote!(BoxFuture<'static, u8>), ""),
            (quote!(Box<dyn Fn() + '_>), ""),
            (quote!(Option<Words<'a>>), "'self"),
            (quote!((Box<dyn Fn() + '_>, Box<dyn Fn()>)), "'_ at 3"),
            (quote!((Box<dyn Fn()>, std::boxed::Box<dyn Fn() + '_>)), "'_ at 6"),
            (quote!((BoxFuture<'_, u8>, BoxFuture<'static, u8>)), "'_ at 2"),
            (quote!((&'b str, &'a str)), "'self at 2"),
            (quote!((Words<'b>, &'b dyn Fn())), "'_ at 2"),
            (quote!((Call<'_>, &str)), "'_ at 2"),
            (quote!((Box<dyn Fn() + '_>, Words<'_>)), "'_ at 3 + '_ at 5"),
            (quote!((Box<dyn Fn()>, Words<'_>)), "'_ at 5"),
            (quote!((&'b str, Cow<'b, str>, &'static str)), ""),
        ] {
            assert_eq!(unseen(ty.clone()), expected, "{ty}");
        }
    }

    #[test]
    fn lifetimes_of_fields_are_told_if_their_types_do_not() {
        let [a, b] = ["a", "b"].map(|name| Ident::new(name, Span::call_site()));
        for (ty, of_one, of_two) in [
            (quote!(&'a str), "", "'0 at 0"),
            (quote!(Cow<'a, str>), "", "'0 at 1"),
            (quote!(Option<Words<'a>>), "'0 at 2", "'0 at 2"),
            (quote!(Box<dyn Fn() + 'a>), "'0 at 2", "'0 at 2"),
            (quote!((Box<dyn Fn()>, Call<'a>)), "'0 at 5", "'0 at 5"),
            (quote!((&'a str, &'b str)), "", "'0 at 1 + '1 at 2"),
            (quote!(Vec<Box<dyn Fn() + 'static>>), "", ""),
        ] {
            assert_eq!(unseen_in_field(&ty, &[&a]), of_one, "{ty}");
            assert_eq!(unseen_in_field(&ty, &[&a, &b]), of_two, "{ty}");
        }
    }

    #[test]
    fn a_static_of_what_is_borrowed_is_one() {
        for ty in [
            quote!(&'static str),
            quote!(Cow<'static, str>),
            quote!(Words<'static>),
            quote!(&(dyn Trait + 'static)),
            quote!(&mut (dyn Trait + 'static)),
            quote!(&'a (dyn 'static + Trait)),
            quote!(Box<dyn Fn(&'static str) + Send>),
            quote!(BoxFuture<'a, &'static str>),
        ] {
            let is_static = borrowed(&ty).iter().any(|lifetime| lifetime.ident == "static");
            assert!(is_static && borrows(&ty), "{ty}");
        }
    }
}
