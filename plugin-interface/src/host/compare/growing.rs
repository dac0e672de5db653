//! Types that grow: the fields and variants that later versions added.

use crate::metadata::signature::Body;
use crate::metadata::{InterfaceMetadata, LaterField, TypeMetadata};

/// A later field or variant that both sides have in one place, and that is not the same.
pub(crate) struct Conflict<'i> {
    /// The type, as each side knows it.
    pub(crate) types: [&'i TypeMetadata; 2],
    /// The number of the field or variant among the later ones.
    at: usize,
}

/// Returns the first later field or variant that is not the same.
///
/// Types with the same first version may be one type. Their paths are in its
/// fingerprint.
pub(crate) fn first_conflict<'i>(
    host: &'i InterfaceMetadata,
    plugin: &'i InterfaceMetadata,
) -> Option<Conflict<'i>> {
    both(host, plugin).find_map(|types| {
        let [ours, theirs] = types.map(later);
        let is_other =
            |(ours, theirs): (&LaterField, &LaterField)| ours.fingerprint != theirs.fingerprint;
        ours.iter().zip(theirs).position(is_other).map(|at| Conflict { types, at })
    })
}

impl Conflict<'_> {
    /// Returns what it is.
    pub(crate) fn kind(&self) -> &'static str {
        match self.types[0].syntax().map(|definition| definition.body) {
            Some(Body::GrowingEnum(_)) => "variant",
            _ => "field",
        }
    }

    /// Returns its name, or its number.
    pub(crate) fn name(&self) -> String {
        let [ours, _] = self.types;
        match &*later(ours)[self.at].name {
            "" => (parts(ours).len().saturating_sub(later(ours).len()) + self.at).to_string(),
            name => name.to_owned(),
        }
    }

    /// Returns it as each side knows it, from the definitions.
    pub(crate) fn texts(&self) -> [String; 2] {
        self.types.map(|ty| {
            let parts = parts(ty);
            let first = parts.len().saturating_sub(later(ty).len());
            parts.get(first + self.at).cloned().unwrap_or_default()
        })
    }
}

/// Returns the later fields and variants that only one of the two has.
pub(crate) fn appended<'i>(
    old: &'i InterfaceMetadata,
    new: &'i InterfaceMetadata,
) -> impl Iterator<Item = &'i LaterField> {
    both(old, new).flat_map(|[old, new]| later(new).iter().skip(later(old).len()))
}

fn both<'i>(
    host: &'i InterfaceMetadata,
    plugin: &'i InterfaceMetadata,
) -> impl Iterator<Item = [&'i TypeMetadata; 2]> {
    let growing = host.types.iter().filter(|ty| ty.later.is_some());
    growing.flat_map(|ours| {
        let same = |theirs: &&TypeMetadata| {
            theirs.later.is_some() && theirs.fingerprint == ours.fingerprint
        };
        plugin.types.iter().filter(same).map(move |theirs| [ours, theirs])
    })
}

fn later(ty: &TypeMetadata) -> &[LaterField] {
    ty.later.as_deref().unwrap_or_default()
}

/// Returns the text of each field or variant.
fn parts(ty: &TypeMetadata) -> Vec<String> {
    match ty.syntax().map(|definition| definition.body) {
        Some(Body::Growing(fields)) => fields.iter().map(ToString::to_string).collect(),
        Some(Body::GrowingEnum(variants)) => variants.iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    }
}
