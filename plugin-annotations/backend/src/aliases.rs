//! Finds the paths in a type that may be aliases, and what must be proven of them.
//!
//! A description tells where a type has its lifetimes by the tokens of the type. An
//! alias can hide several objects and borrows behind one lifetime, leave its lifetime
//! unused, or exchange its parameters. Two libraries could then write one text for
//! types of which one keeps what the other lends. So a path with lifetimes shows no
//! more than one object, or it is a type that is known by its name. The compiler
//! proves both.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};

use crate::lifetimes;
use crate::owning::{end_of_reference, owning};
use crate::replace::{extent, is_punct};
use crate::spans::ffi_item;
use crate::syntax::{Path, divide, flat};

/// The types of which the tokens of the arguments tell everything, and the number of
/// their lifetimes and types.
const KNOWN: [(&str, usize, usize); 10] = [
    ("Arc", 0, 1),
    ("BTreeMap", 0, 2),
    ("Box", 0, 1),
    ("BoxFuture", 1, 1),
    ("HashMap", 0, 2),
    ("Option", 0, 1),
    ("Pin", 0, 1),
    ("Result", 0, 2),
    ("Vec", 0, 1),
    ("VecDeque", 0, 1),
];

/// The paths in a type.
#[derive(Default)]
pub struct Aliases {
    /// The types whose lifetimes are told by tokens.
    told: Vec<Told>,
    /// The paths that are of known types: each must be what its name says.
    known: Vec<Path>,
    /// The number of paths without a lifetime in them: each may have a hidden one.
    others: usize,
    /// The number of references outside of these.
    references: usize,
}

/// A type with lifetimes.
struct Told {
    ty: TokenStream,
    is_behind_and: bool,
}

/// A lifetime that is not written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Hidden {
    /// There can be none.
    None,
    /// There is one if the type is lent: no other is written.
    Alone,
    /// There may be one beside those that are written.
    Beside,
}

impl Aliases {
    /// Finds the paths in a type.
    pub fn of(ty: &impl ToTokens) -> Aliases {
        let mut aliases = Aliases::default();
        aliases.pass(&flat(ty.to_token_stream()), None);
        aliases
    }

    /// Returns whether it may have a lifetime that is not written.
    pub fn hidden(&self) -> Hidden {
        let is_written = self.references > 0 || !self.told.is_empty() || !self.known.is_empty();
        match (self.others, is_written) {
            (0, _) => Hidden::None,
            (_, false) => Hidden::Alone,
            (_, true) => Hidden::Beside,
        }
    }

    /// The first type in it whose lifetimes are not of one kind: an alias could
    /// exchange them.
    pub fn mixed(&self, kind: &dyn Fn(&Ident) -> usize) -> Option<&TokenStream> {
        let is_mixed = |told: &&Told| {
            let names = lifetimes::borrowed(&told.ty).into_iter().map(|found| kind(&found.ident));
            let mut kinds = names.collect::<Vec<_>>();
            kinds.dedup();
            kinds.len() > 1
        };
        self.told.iter().find(is_mixed).map(|told| &told.ty)
    }

    /// Passes a type. `pointer` is the part before it in which it is passed: `&'a mut`.
    fn pass(&mut self, tokens: &[TokenTree], pointer: Option<&[TokenTree]>) {
        let tokens = &tokens[..extent(tokens)];
        let Some(first) = tokens.first() else { return };
        let is_word = |word: &&str| matches!(first, TokenTree::Ident(ident) if ident == word);
        match first {
            TokenTree::Punct(and) if and.as_char() == '&' => {
                self.references += 1;
                let end = end_of_reference(tokens);
                self.pass(&tokens[end..], Some(&tokens[..end]));
            }
            TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => {
                self.all(group.stream());
            }
            TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket => {
                self.pass(&flat(group.stream()), None);
            }
            // What an object takes and returns owns its data, or is lent for each call.
            _ if ["dyn", "impl", "for", "fn", "unsafe", "extern"].iter().any(is_word) => {}
            _ => self.path(tokens, pointer),
        }
    }

    /// Passes each type in a list, in which there may be lifetimes, and `Item = T`.
    fn all(&mut self, list: TokenStream) {
        for part in divide(list, ',') {
            let part = flat(part);
            match &part[..] {
                [TokenTree::Punct(quote), ..] if quote.as_char() == '\'' => {}
                [TokenTree::Ident(_), equals, rest @ ..] if is_punct(Some(equals), '=') => {
                    self.pass(rest, None);
                }
                ty => self.pass(ty, None),
            }
        }
    }

    fn path(&mut self, tokens: &[TokenTree], pointer: Option<&[TokenTree]>) {
        let ty: TokenStream = tokens.iter().cloned().collect();
        if !lends(tokens) {
            self.others += 1;
            return;
        }
        let Some(path) = known(ty.clone()) else {
            self.told(ty, pointer);
            return;
        };
        let arguments = within(&flat(path.arguments().clone()));
        let is_pointer = path.last().is_some_and(|last| last == "Box" || last == "Arc");
        // What is behind it may have no size.
        if is_pointer && is_unknown_path(&flat(arguments.clone())) {
            self.told(ty, pointer);
            return;
        }
        self.known.push(path);
        self.all(arguments);
    }

    fn told(&mut self, ty: TokenStream, pointer: Option<&[TokenTree]>) {
        let is_behind_and = pointer.is_some();
        let pointer: TokenStream = pointer.unwrap_or_default().iter().cloned().collect();
        self.told.push(Told { ty: quote!(#pointer #ty), is_behind_and });
    }

    /// The proofs that a path has the type that its name says, each a function with
    /// these parameters.
    pub fn proofs(&self, krate: &Path, parameters: &TokenStream) -> Vec<TokenStream> {
        let proof = |path: &Path| {
            let (name, arguments) = (path.last(), owning(path.arguments().clone()));
            quote! {
                const _: () = {
                    #[allow(dead_code, unused_lifetimes, unused_parens, clippy::all)]
                    fn is_known #parameters(ty: *mut #path) {
                        // Nothing is inferred but lifetimes that are not written.
                        let _: *mut #krate::__private::known::#name #arguments = ty;
                    }
                };
            }
        };
        self.known.iter().map(proof).collect()
    }

    /// Returns `true` if the list for `__private::is_told` has something.
    pub fn tell(&self) -> bool {
        !self.told.is_empty()
    }

    /// A list for `__private::is_told`, of what the tokens tell. `read` names the type
    /// in which the other side has it.
    pub fn list(&self, krate: &Path, read: &dyn Fn(TokenStream) -> TokenStream) -> TokenStream {
        let all = self.told.iter().map(|Told { ty, is_behind_and }| {
            let is_lent = is_lent(krate, ty);
            let shape = ffi_item(krate, &lifetimes::fixed(&read(ty.clone())), "SHAPE");
            quote!((#is_lent, #shape, #is_behind_and))
        });
        quote!(&[#(#all),*])
    }
}

/// The constant that tells whether a type borrows anything, also behind an alias.
/// An inherent constant hides the one of the trait for types that do not.
pub fn is_lent(krate: &Path, ty: &impl ToTokens) -> TokenStream {
    let ty = lifetimes::inferred(ty);
    quote!(<#krate::__private::Taken<fn(#ty)>>::IS_LENT)
}

/// The tokens in angle brackets, which may begin with `::`.
fn within(arguments: &[TokenTree]) -> TokenStream {
    let open = arguments.iter().position(|token| is_punct(Some(token), '<'));
    let Some(open) = open else { return TokenStream::new() };
    let end = arguments.len().saturating_sub(1).max(open + 1);
    arguments[open + 1..end].iter().cloned().collect()
}

/// Returns `true` for a path to a type that is not known.
fn is_unknown_path(ty: &[TokenTree]) -> bool {
    match ty.first() {
        Some(TokenTree::Ident(ident)) => {
            ident != "dyn" && known(ty.iter().cloned().collect()).is_none()
        }
        Some(TokenTree::Punct(punct)) => punct.as_char() != '&',
        _ => false,
    }
}

/// Returns a type as a path, if it is one of a known type.
fn known(ty: TokenStream) -> Option<Path> {
    let path = Path::of(ty)?;
    let parts = divide(within(&flat(path.arguments().clone())), ',');
    let is_lifetime = |part: &&TokenStream| {
        let first = flat((*part).clone()).into_iter().next();
        is_punct(first.as_ref(), '\'')
    };
    let lifetimes = parts.iter().filter(is_lifetime).count();
    let types = parts.len() - lifetimes;
    let last = path.last()?;
    let is_known =
        KNOWN.iter().any(|(name, of, with)| last == name && (*of, *with) == (lifetimes, types));
    is_known.then_some(path)
}

/// Returns `true` if something in a type is lent, and not for ever. The lifetimes in
/// a closure belong to each of its calls.
fn lends(tokens: &[TokenTree]) -> bool {
    let mut rest = tokens.iter().cloned().peekable();
    let mut is_closure = false;
    while let Some(token) = rest.next() {
        let is_of_closure = core::mem::take(&mut is_closure);
        let found = match &token {
            TokenTree::Group(_) if is_of_closure => {
                lifetimes::returned(&mut rest);
                false
            }
            TokenTree::Group(group) => lends(&flat(group.stream())),
            TokenTree::Ident(ident) => {
                is_closure = ["Fn", "FnMut", "FnOnce"].iter().any(|closure| ident == closure);
                false
            }
            TokenTree::Punct(punct) if punct.as_char() == '\'' => {
                !matches!(rest.next(), Some(TokenTree::Ident(ident)) if ident == "static")
            }
            TokenTree::Punct(punct) if punct.as_char() == '&' => !is_punct(rest.peek(), '\''),
            _ => false,
        };
        if found {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_told_known_or_hide_lifetimes() {
        for (ty, expected) in [
            (quote!(u32), "told [], known [], Alone"),
            (quote!(&mut [Line]), "told [], known [], Beside"),
            (quote!((Line, u8)), "told [], known [], Alone"),
            (quote!(&Word<'_>), "told [&Word<'_>], known [], None"),
            (quote!((Call<'a>, &str)), "told [Call<'a>], known [], Beside"),
            (quote!(Vec<Option<Call<'_>>>), "told [Call<'_>], known [Vec, Option], None"),
            (quote!(Box<Call<'_>>), "told [Box<Call<'_>>], known [], None"),
            (quote!(Box<dyn Fn(&str) + '_>), "told [], known [Box], None"),
            (quote!(Box<dyn Fn(&str)>), "told [], known [], Alone"),
            (quote!(Result<&'a str>), "told [Result<&'astr>], known [], None"),
            (quote!(Result<&'a str, Error>), "told [], known [Result], Beside"),
            (quote!(plugin_interface::BoxFuture<'a, u8>), "told [], known [BoxFuture], Beside"),
            (quote!(Cow<'a, [u8]>), "told [Cow<'a,[u8]>], known [], None"),
        ] {
            let aliases = Aliases::of(&ty);
            let text = |tokens: &TokenStream| tokens.to_string().replace(' ', "");
            let told: Vec<_> = aliases.told.iter().map(|told| text(&told.ty)).collect();
            let known: Vec<_> =
                aliases.known.iter().filter_map(Path::last).map(Ident::to_string).collect();
            let (told, known) = (told.join(", "), known.join(", "));
            let found = format!("told [{told}], known [{known}], {:?}", aliases.hidden());
            assert_eq!(found, expected, "{ty}");
        }
    }
}
