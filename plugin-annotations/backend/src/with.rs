//! `#[ffi(with = module)]`: a type of another crate is passed as
//! `module::Crossing`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};

use crate::args::Args;
use crate::errors::Errors;
use crate::spans::{ends, located, place_of};
use crate::syntax::{Attribute, Path};

/// The module. Mistakes in it are errors at its name.
pub struct With(Path);

impl With {
    /// Reads the attributes of a parameter or a method.
    pub fn of(attributes: &[Attribute], errors: &mut Errors) -> Option<With> {
        With::among(attributes, &["with"], errors)
    }

    /// Reads the attributes of a field, which may have a default too.
    pub fn of_field(attributes: &[Attribute], errors: &mut Errors) -> Option<With> {
        With::among(attributes, &["with", "default"], errors)
    }

    fn among(attributes: &[Attribute], allowed: &[&str], errors: &mut Errors) -> Option<With> {
        let mut with = None;
        for attribute in attributes.iter().filter(|attribute| attribute.is("ffi")) {
            let tokens = attribute.arguments().unwrap_or_default();
            let found = Args::parse(tokens, false, allowed);
            let Some(found) = errors.keep(found) else { continue };
            let Some(module) = found.with else {
                if found.default.is_some() {
                    continue;
                }
                errors.at(attribute, "name a module: `#[ffi(with = module)]`");
                continue;
            };
            if with.replace(With(module)).is_some() {
                errors.at(attribute, "option `with` is given twice");
            }
        }
        with
    }

    /// `module::Crossing`.
    pub fn carrier(&self) -> TokenStream {
        self.item("Crossing")
    }

    /// `module::lower(value)`.
    pub fn lower(&self, value: &TokenStream) -> TokenStream {
        let lower = self.item("lower");
        let value = located(value.clone(), self.place());
        // The type of the pointer excludes an `unsafe fn`, even in an unsafe block.
        quote_spanned! {self.place()=> {
            let __lower: fn(_) -> _ = #lower;
            __lower(#value)
        }}
    }

    /// `module::lift(carrier)`, which is a `Result`.
    pub fn lift(&self, krate: &Path, carrier: &TokenStream) -> TokenStream {
        let lift = self.item("lift");
        let private = quote!(#krate::__private);
        let result = quote!(#private::core::result::Result<_, #private::LiftError>);
        let carrier = located(carrier.clone(), self.place());
        quote_spanned! {self.place()=> {
            let __lift: fn(_) -> #result = #lift;
            __lift(#carrier)
        }}
    }

    fn item(&self, name: &str) -> TokenStream {
        let (path, name) = (&self.0, Ident::new(name, ends(&self.0.to_token_stream()).1));
        quote!(#path::#name)
    }

    /// The place of its errors.
    pub fn place(&self) -> Span {
        place_of(&self.0)
    }
}
