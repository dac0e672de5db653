//! The signature in a record, and the words about lifetimes with which it ends.

use std::collections::HashMap;

/// Splits a signature from its lifetimes.
pub(super) fn split(signature: &str) -> (&str, &str) {
    signature.split_once(" where ").unwrap_or((signature, ""))
}

/// What a record says of each parameter, and of the return.
pub(super) struct Lifetimes<'t>(HashMap<&'t str, &'t str>);

impl<'t> Lifetimes<'t> {
    /// Parses `name: 'self at 1 + '_ at 2, return: '_`.
    pub(super) fn parse(text: &'t str) -> Self {
        let parts = text.split(", ").filter_map(|part| part.split_once(": "));
        Lifetimes(parts.collect())
    }

    /// Returns the names of which it says something.
    pub(super) fn names(&self) -> impl Iterator<Item = &'t str> {
        self.0.keys().copied()
    }

    /// Returns what it says of a parameter, or of `return`.
    pub(super) fn of(&self, name: &str) -> &'t str {
        self.0.get(name).copied().unwrap_or_default()
    }

    /// Returns `true` if the return borrows from parameters, and not from `self`.
    pub(super) fn is_of_arguments(&self) -> bool {
        self.of("return") == "'argument"
    }

    pub(super) fn names_self(&self) -> bool {
        self.0.values().any(|text| text.contains("'self"))
    }
}
