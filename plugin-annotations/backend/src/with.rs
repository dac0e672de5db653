//! `#[ffi(with = module)]`: a type of another crate is passed as
//! `module::Crossing`.

use proc_macro2::{Span, TokenStream};

use crate::args::Args;
use crate::errors::Errors;
use crate::spans::place_of;
use crate::syntax::{Attribute, Path};
use crate::with_form::Form;

/// The module, and where in the value it converts. Mistakes in it are errors at its
/// name.
pub struct With(Form);

impl With {
    /// Reads the attributes of a parameter or a method. The value has type `ty`.
    pub fn of(attributes: &[Attribute], ty: &TokenStream, errors: &mut Errors) -> Option<With> {
        With::among(attributes, &["with"], ty, errors)
    }

    /// Reads the attributes of a field, which may have a default too.
    pub fn of_field(
        attributes: &[Attribute],
        ty: &TokenStream,
        errors: &mut Errors,
    ) -> Option<With> {
        With::among(attributes, &["with", "default"], ty, errors)
    }

    fn among(
        attributes: &[Attribute],
        allowed: &[&str],
        ty: &TokenStream,
        errors: &mut Errors,
    ) -> Option<With> {
        let mut with = None;
        for attribute in attributes.iter().filter(|attribute| attribute.is("ffi")) {
            let tokens = attribute.arguments().unwrap_or_default();
            let found = Args::parse(tokens, false, allowed);
            let Some(found) = errors.keep(found) else { continue };
            let Some(form) = found.with else {
                if found.default.is_some() {
                    continue;
                }
                errors.at(attribute, "name a module: `#[ffi(with = module)]`");
                continue;
            };
            let Some(form) = errors.keep(Form::of(&form, ty)) else { continue };
            if with.replace(With(form)).is_some() {
                errors.at(attribute, "option `with` is given twice");
            }
        }
        with
    }

    /// What is passed in place of a return type with iterators of references.
    pub(crate) fn of_items(krate: &Path, ty: &TokenStream) -> Option<With> {
        Form::of_items(krate, ty).map(With)
    }

    /// The types that are passed in place of iterators of references.
    pub(crate) fn items(&self) -> Vec<&TokenStream> {
        self.0.items()
    }

    /// The type that is passed, such as `module::Crossing`.
    pub fn carrier(&self) -> TokenStream {
        self.0.carrier()
    }

    /// `module::lower(value)`.
    pub fn lower(&self, krate: &Path, value: &TokenStream) -> TokenStream {
        self.0.lower(krate, value)
    }

    /// `module::lift(carrier)`, which is a `Result`.
    pub fn lift(&self, krate: &Path, carrier: &TokenStream) -> TokenStream {
        self.0.lift(krate, carrier)
    }

    /// The place of its errors.
    pub fn place(&self) -> Span {
        self.0.module().map_or_else(Span::call_site, place_of)
    }
}
