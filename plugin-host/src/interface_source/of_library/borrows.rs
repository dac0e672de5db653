//! The places in a type where a lifetime may stand.

use std::collections::BTreeSet;

use proc_macro2::{TokenStream, TokenTree};
use syn::visit_mut::{self, VisitMut};
use syn::{
    GenericArgument, Lifetime, PathArguments, Type, TypeParamBound, TypeReference, parse_quote,
};

/// The kind of a place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Place {
    /// `&'a T`.
    Reference,
    /// `dyn Trait + 'a`.
    Object,
    /// `Type<'a>`.
    Argument,
    /// `BoxFuture<'a, T>`.
    Future,
}

/// A lifetime at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Written {
    /// Nothing.
    None,
    /// `'_`.
    Lent,
    /// That of `self`.
    OfSelf,
}

/// Visits the places in order, as their lifetimes stand in the text.
struct Places<'a, F> {
    lending: &'a BTreeSet<String>,
    visit: F,
}

impl<F: FnMut(Place) -> Option<Lifetime>> VisitMut for Places<'_, F> {
    fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
        if let Some(lifetime) = (self.visit)(Place::Reference) {
            reference.lifetime = Some(lifetime);
        }
        visit_mut::visit_type_reference_mut(self, reference);
        if let Type::TraitObject(object) = &*reference.elem
            && object.bounds.len() > 1
        {
            let object = object.clone();
            *reference.elem = parse_quote!((#object));
        }
    }

    fn visit_type_trait_object_mut(&mut self, object: &mut syn::TypeTraitObject) {
        visit_mut::visit_type_trait_object_mut(self, object);
        if let Some(lifetime) = (self.visit)(Place::Object) {
            object.bounds.push(TypeParamBound::Lifetime(lifetime));
        }
    }

    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        let name = path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
        let place = match &*name {
            "BoxFuture" => Some(Place::Future),
            "Cow" => Some(Place::Argument),
            name if self.lending.contains(name) || is_arguments(path) => Some(Place::Argument),
            _ => None,
        };
        if let Some(place) = place
            && let Some(lifetime) = (self.visit)(place)
            && let Some(last) = path.segments.last_mut()
        {
            match &mut last.arguments {
                PathArguments::AngleBracketed(arguments) => {
                    arguments.args.insert(0, GenericArgument::Lifetime(lifetime));
                }
                arguments => *arguments = PathArguments::AngleBracketed(parse_quote!(<#lifetime>)),
            }
        }
        visit_mut::visit_path_mut(self, path);
    }
}

/// Returns `true` for `fmt::Arguments`.
fn is_arguments(path: &syn::Path) -> bool {
    let names: Vec<_> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    matches!(&names[..], [.., module, name] if module == "fmt" && name == "Arguments")
}

/// Returns `true` if the text of a type has a lifetime of its own, which the text
/// need not show.
pub(super) fn has_borrow(text: &str) -> bool {
    ["&", "Cow<", "fmt::Arguments"].iter().any(|borrow| text.contains(borrow))
}

/// Returns the places of a type.
pub(super) fn places(ty: &Type, lending: &BTreeSet<String>) -> Vec<Place> {
    let mut places = Vec::new();
    let visit = |place| {
        places.push(place);
        None
    };
    Places { lending, visit }.visit_type_mut(&mut ty.clone());
    places
}

/// Writes lifetimes into the places of a type. The next one comes from `next`.
pub(super) fn write(
    ty: &mut Type,
    lending: &BTreeSet<String>,
    next: impl FnMut(Place) -> Option<Lifetime>,
) {
    Places { lending, visit: next }.visit_type_mut(ty);
}

/// Returns a type with these lifetimes in its places.
pub(super) fn with(ty: &Type, lending: &BTreeSet<String>, lifetimes: &[Written]) -> Type {
    let mut ty = ty.clone();
    let mut next = lifetimes.iter();
    write(&mut ty, lending, |place| match next.next() {
        Some(Written::Lent) => Some(parse_quote!('_)),
        Some(Written::OfSelf) => Some(parse_quote!('a)),
        _ if place == Place::Future => Some(parse_quote!('static)),
        _ => None,
    });
    ty
}

/// Returns the text that a record has for the lifetimes of a type: those that its
/// name does not show. The numbers count brackets and commas.
pub(super) fn recorded(ty: &Type) -> String {
    let walk = Walk::of(ty);
    walk.texts(walk.borrows > 1).collect::<Vec<_>>().join(" + ")
}

/// Returns `true` if a record with this text may be that of the type with more
/// lifetimes in its later places.
pub(super) fn is_begun(ty: &Type, text: &str) -> bool {
    let walk = Walk::of(ty);
    let several = text.contains(" at ");
    let mut parts = text.split(" + ");
    (several || walk.borrows <= 1) && walk.texts(several).all(|text| parts.next() == Some(&*text))
}

#[derive(Default)]
struct Walk {
    found: Vec<(bool, usize)>,
    at: usize,
    borrows: usize,
}

impl Walk {
    fn of(ty: &Type) -> Self {
        let mut walk = Walk::default();
        walk.pass(quote::ToTokens::to_token_stream(ty));
        walk
    }

    /// Returns what a record tells of each lifetime, of which there may be several.
    fn texts(&self, several: bool) -> impl Iterator<Item = String> {
        self.found.iter().filter_map(move |(of_self, at)| match (of_self, several) {
            (true, false) => Some("'self".to_owned()),
            (false, false) => None,
            (true, true) => Some(format!("'self at {at}")),
            (false, true) => Some(format!("'_ at {at}")),
        })
    }

    fn pass(&mut self, tokens: TokenStream) {
        let (mut before, mut last) = (String::new(), String::new());
        let mut tokens = tokens.into_iter();
        while let Some(token) = tokens.next() {
            let here = token.to_string();
            match token {
                TokenTree::Group(group) => {
                    self.at += 1;
                    self.pass(group.stream());
                }
                TokenTree::Ident(ident) if ident == "dyn" || ident == "BoxFuture" => {
                    self.borrows += 1;
                }
                TokenTree::Punct(punct) => match punct.as_char() {
                    '<' | ',' => self.at += 1,
                    '&' => self.borrows += 1,
                    '\'' => {
                        let name = tokens.next().map(|name| name.to_string()).unwrap_or_default();
                        self.lifetime(&name, &before, &last);
                    }
                    _ => {}
                },
                _ => {}
            }
            (before, last) = (last, here);
        }
    }

    /// Notes a lifetime behind these two tokens.
    fn lifetime(&mut self, name: &str, before: &str, last: &str) {
        if name == "static" {
            return;
        }
        let is_behind_and = last == "&";
        let is_of_object = ["+", "dyn"].contains(&last) || before == "BoxFuture";
        self.borrows += usize::from(!is_behind_and && !is_of_object);
        let of_self = name == "a";
        if of_self || !is_behind_and && before != "Cow" {
            self.found.push((of_self, self.at));
        }
    }
}
