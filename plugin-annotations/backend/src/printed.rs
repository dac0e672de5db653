//! The supertraits `Display` and `Error`: their methods are in the table, so that a
//! proxy prints what its plugin prints.
//!
//! They are known by the paths at which the standard library has them. A trait of
//! the author with such a name is written with another path, such as
//! `crate::Error`.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;

use crate::errors::Errors;
use crate::spans::place_of;
use crate::syntax::{ItemTrait, TraitItem};

/// The method that prints, by `Display`.
pub(crate) const DISPLAY: &str = "fmt_display";
/// The method that returns the causes of an error.
pub(crate) const CAUSES: &str = "error_causes";

/// The places of the supertraits. Each `Error` is `Display` as well.
#[derive(Default)]
pub(crate) struct Printed {
    display: Option<Span>,
    error: Option<Span>,
}

impl Printed {
    pub(crate) fn of(item: &ItemTrait) -> Self {
        let place = |paths: &[&str]| {
            let is_it = |bound: &&TokenStream| {
                let text = bound.to_string().replace(' ', "");
                paths.contains(&text.trim_start_matches("::"))
            };
            item.supertraits.iter().find(is_it).map(place_of)
        };
        let error = place(&["Error", "error::Error", "std::error::Error", "core::error::Error"]);
        let display =
            place(&["Display", "fmt::Display", "std::fmt::Display", "core::fmt::Display"]);
        Printed { display: display.or(error), error }
    }

    pub(crate) fn has_display(&self) -> bool {
        self.display.is_some()
    }

    pub(crate) fn has_causes(&self) -> bool {
        self.error.is_some()
    }

    /// The signatures of the methods, which come before those of the trait, and their
    /// documentation.
    ///
    /// ```text
    /// Output: fn fmt_display(&self, alternate: bool) -> Result<String, fmt::Error>;
    ///         fn error_causes(&self) -> Vec<String>;
    /// ```
    pub(crate) fn methods(&self) -> impl Iterator<Item = (TokenStream, &'static str)> {
        let display = self.display.map(|place| {
            let signature = quote_spanned! {place=>
                fn fmt_display(&self, alternate: ::core::primitive::bool)
                    -> ::core::result::Result<::std::string::String, ::core::fmt::Error>
            };
            (signature, "Returns the text that its `Display` writes.")
        });
        let causes = self.error.map(|place| {
            let signature = quote_spanned! {place=>
                fn error_causes(&self) -> ::std::vec::Vec<::std::string::String>
            };
            (signature, "Returns the texts of its causes, by `source` of its `Error`.")
        });
        [display, causes].into_iter().flatten()
    }

    /// Rejects methods of the author that have the name of one of these.
    pub(crate) fn refuse_same_names(&self, item: &ItemTrait, errors: &mut Errors) {
        for (name, supertrait) in
            [(DISPLAY, self.display.is_some()), (CAUSES, self.error.is_some())]
        {
            let methods = item.items.iter().filter_map(|item| match item {
                TraitItem::Method(method) => Some(&method.signature.ident),
                TraitItem::Other(_) => None,
            });
            for ident in methods.filter(|ident| supertrait && *ident == name) {
                errors.at(
                    ident,
                    "the supertraits `Display` and `Error` have a method of this name in the interface: rename this one",
                );
            }
        }
    }
}
