//! The lifetimes of a method, where the text of its record has none.

use std::collections::BTreeSet;

use anyhow::Context as _;
use syn::visit::Visit;
use syn::visit_mut::{self, VisitMut};
use syn::{
    FnArg, Lifetime, Pat, ReceiverKind, ReturnType, TraitItemFn, Type, TypeReference, parse_quote,
};

use crate::interface_source::answers::text as text_of;

use super::borrows::{Place, Written, is_begun, places, recorded, with};
use super::record::Lifetimes;

/// The most places among which lifetimes are found.
const PLACES: usize = 12;

impl Lifetimes<'_> {
    /// Writes the lifetimes into a method.
    pub(super) fn write_into(
        &self,
        item: &mut TraitItemFn,
        lending: &BTreeSet<String>,
    ) -> anyhow::Result<()> {
        // A future that borrows from parameters is that of an `async fn`, which may
        // borrow from all of them.
        let output = match &item.sig.output {
            ReturnType::Type(_, ty) if self.of("return") == "'_" => future(ty),
            _ => None,
        };
        if let Some((output, send)) = output
            && (self.names_self() || !send)
        {
            item.sig.asyncness = Some(parse_quote!(async));
            item.sig.output = match output {
                Type::Tuple(tuple) if tuple.elems.is_empty() => ReturnType::Default,
                output => parse_quote!(-> #output),
            };
            for input in &mut item.sig.inputs {
                if let FnArg::Typed(input) = input {
                    *input.ty = chosen(&input.ty, lending, "")?;
                }
            }
            return Ok(());
        }
        for input in &mut item.sig.inputs {
            match input {
                FnArg::Receiver(receiver) => {
                    if let ReceiverKind::Reference(_, lifetime, _) = &mut receiver.kind
                        && self.names_self()
                    {
                        *lifetime = Some(parse_quote!('a));
                    }
                }
                FnArg::Typed(input) => {
                    let Pat::Ident(name) = &*input.pat else { continue };
                    let text = self.of(name.ident.to_string().trim_start_matches("r#"));
                    // The one lifetime of such a method is not that of `self`.
                    let text = text.replace("'return", "'self");
                    *input.ty = match text.is_empty() {
                        true => as_recorded(&input.ty, lending)?,
                        false => chosen(&input.ty, lending, &text)?,
                    };
                }
            }
        }
        let has_name = self.names_self() || self.is_of_arguments();
        if has_name {
            item.sig.generics = parse_quote!(<'a>);
        }
        if let ReturnType::Type(_, ty) = &mut item.sig.output {
            let text = if self.is_of_arguments() { "" } else { self.of("return") };
            **ty = chosen(ty, lending, text)?;
            Inner(false).visit_type_mut(ty);
            if has_name {
                NameOfSelf.visit_type_mut(ty);
            }
        }
        Ok(())
    }
}

/// Writes the lifetime of `self` in place of `'_` and of none.
struct NameOfSelf;

impl VisitMut for NameOfSelf {
    fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
        reference.lifetime.get_or_insert_with(|| parse_quote!('a));
        visit_mut::visit_type_reference_mut(self, reference);
    }

    /// A closure has lifetimes of its own.
    fn visit_parenthesized_generic_arguments_mut(
        &mut self,
        _: &mut syn::ParenthesizedGenericArguments,
    ) {
    }

    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        if lifetime.ident != "static" {
            *lifetime = parse_quote!('a);
        }
    }
}

/// Writes `'static` for references behind others, with `true` behind one: what `self`
/// lends has no borrows in it. So is a slice of them: a record does not tell that it is
/// the plugin's.
struct Inner(bool);

impl VisitMut for Inner {
    fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
        let mut found = HasReference(false);
        found.visit_type(&reference.elem);
        let is_list = matches!(*reference.elem, Type::Slice(_)) && found.0;
        if (self.0 || is_list) && reference.lifetime.is_none() {
            reference.lifetime = Some(parse_quote!('static));
        }
        let outer = std::mem::replace(&mut self.0, true);
        visit_mut::visit_type_reference_mut(self, reference);
        self.0 = outer;
    }

    /// A closure has lifetimes of its own.
    fn visit_parenthesized_generic_arguments_mut(
        &mut self,
        _: &mut syn::ParenthesizedGenericArguments,
    ) {
    }
}

/// Whether a type has a reference, outside of closures.
struct HasReference(bool);

impl Visit<'_> for HasReference {
    fn visit_type_reference(&mut self, _: &TypeReference) {
        self.0 = true;
    }

    fn visit_parenthesized_generic_arguments(&mut self, _: &syn::ParenthesizedGenericArguments) {}
}

/// Returns the output of `Pin<Box<dyn Future<Output = T> + Send>>`, and whether it
/// is `Send`.
fn future(ty: &Type) -> Option<(Type, bool)> {
    let text = text_of(ty).replace(' ', "");
    let inner = text.strip_prefix("Pin<Box<dynFuture<Output=")?.strip_suffix(">>")?;
    let (output, send) = match inner.strip_suffix(">+Send") {
        Some(output) => (output, true),
        None => (inner.strip_suffix('>')?, false),
    };
    // The spaces that a type needs.
    let output = output.replace("dyn", "dyn ").replace("&mut", "&mut ");
    Some((syn::parse_str(&output).ok()?, send))
}

/// Returns the type of a parameter for which a record has no text. Behind a reference,
/// `Type<'_>` has one, so there it was written without its lifetime.
fn as_recorded(ty: &Type, lending: &BTreeSet<String>) -> anyhow::Result<Type> {
    let usual = chosen(ty, lending, "")?;
    let hidden = with(ty, lending, &[]);
    let is_hidden = !recorded(&usual).is_empty() && recorded(&hidden).is_empty();
    Ok(if is_hidden { hidden } else { usual })
}

/// Returns the type with lifetimes for which a record has this text.
fn chosen(ty: &Type, lending: &BTreeSet<String>, text: &str) -> anyhow::Result<Type> {
    let places = places(ty, lending);
    let usual: Vec<_> = places
        .iter()
        .map(|place| if *place == Place::Argument { Written::Lent } else { Written::None })
        .collect();
    if text.is_empty() {
        return Ok(with(ty, lending, &usual));
    }
    if text == "'_" {
        // It is lent as a whole.
        let lent = places.iter().map(|place| match place {
            Place::Reference => Written::None,
            Place::Object | Place::Argument | Place::Future => Written::Lent,
        });
        return Ok(with(ty, lending, &lent.collect::<Vec<_>>()));
    }
    let found = match found(ty, lending, text, &places)? {
        Some(found) => Some(found),
        None => {
            let mut boxed = ty.clone();
            Boxed.visit_type_mut(&mut boxed);
            let places = self::places(&boxed, lending);
            self::found(&boxed, lending, text, &places)?
        }
    };
    found.with_context(|| format!("no place for `{text}`"))
}

/// Finds the lifetimes in the places of a type. The text of a record has them in the
/// order of the places, so only such beginnings are continued that the text begins with.
fn found(
    ty: &Type,
    lending: &BTreeSet<String>,
    text: &str,
    places: &[Place],
) -> anyhow::Result<Option<Type>> {
    anyhow::ensure!(places.len() <= PLACES, "`{text}` has too many possible places");
    let mut all = vec![Vec::new()];
    for place in places {
        let choices: &[Written] = match place {
            Place::Reference => &[Written::None, Written::OfSelf],
            Place::Argument => &[Written::Lent, Written::OfSelf],
            Place::Object | Place::Future => &[Written::None, Written::Lent, Written::OfSelf],
        };
        let longer = |written: Vec<Written>| {
            choices.iter().map(move |choice| [&written[..], &[*choice]].concat())
        };
        all = all.into_iter().flat_map(longer).collect();
        all.retain(|written| is_begun(&with(ty, lending, written), text));
    }
    // Of several, the one with the fewest at the end.
    all.sort_by(|one, other| one.iter().rev().cmp(other.iter().rev()));
    let mut types = all.iter().map(|written| with(ty, lending, written));
    Ok(types.find(|ty| recorded(ty) == text))
}

/// Writes `BoxFuture<T>` in place of what it stands for. In a record, the place of
/// its lifetime is another.
struct Boxed;

impl VisitMut for Boxed {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        if let Some((output, true)) = future(ty) {
            *ty = parse_quote!(plugin_interface::BoxFuture<#output>);
        }
        visit_mut::visit_type_mut(self, ty);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the type without spaces.
    fn chosen_in(ty: &str, text: &str) -> anyhow::Result<String> {
        let ty = syn::parse_str(ty).unwrap();
        chosen(&ty, &BTreeSet::new(), text).map(|ty| text_of(&ty).replace(' ', ""))
    }

    #[test]
    fn lifetimes_are_found_in_many_places() {
        let ty = format!("({})", ["&u8"; 12].join(","));
        let text = (1..=12).map(|at| format!("'self at {at}")).collect::<Vec<_>>().join(" + ");
        assert_eq!(chosen_in(&ty, &text).unwrap(), ty.replace('&', "&'a"));
        let last = "'self at 12";
        assert_eq!(chosen_in(&ty, last).unwrap().matches("'a").count(), 1);
        assert!(chosen_in(&ty, last).unwrap().ends_with("&'au8)"));
        let ty = format!("({})", ["&u8"; 13].join(", "));
        let error = chosen_in(&ty, "'self at 13").unwrap_err().to_string();
        assert!(error.contains("too many possible places"), "{error}");
    }

    #[test]
    fn of_several_answers_the_one_with_the_fewest_at_the_end_is_taken() {
        assert_eq!(chosen_in("&&&u8", "'self at 0").unwrap(), "&'a&&u8");
        let both = "(Box<dyn Fn()>, Box<dyn Fn() + Send>)";
        assert_eq!(
            chosen_in(both, "'_ at 3 + 'self at 6").unwrap(),
            "(Box<dynFn()+'_>,Box<dynFn()+Send+'a>)"
        );
    }

    /// What nobody wrote is refused after as many tries as places can share a number.
    #[test]
    fn no_text_is_tried_in_all_places() {
        let mut ty: Type = syn::parse_str("&&&&&&&&&&&&u8").unwrap();
        let text = format!("{} + '_ at 9", ["'self at 0"; 6].join(" + "));
        let places = places(&ty, &BTreeSet::new());
        assert!(found(&ty, &BTreeSet::new(), &text, &places).unwrap().is_none());
        ty = with(&ty, &BTreeSet::new(), &[Written::OfSelf]);
        assert!(is_begun(&ty, &text) && !is_begun(&ty, "'self at 1 + '_ at 9"));
    }
}
