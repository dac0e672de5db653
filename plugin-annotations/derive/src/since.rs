//! `#[since("1.1")]` and `#[ffi(default = expression)]` of a field.

use plugin_annotations_backend::args::Args;
use plugin_annotations_backend::errors::Errors;
use plugin_annotations_backend::syntax::Attribute;
use plugin_annotations_backend::version::numbers;
use proc_macro2::TokenStream;
use syn::LitStr;

use crate::model::Since;

/// Reads the attributes of a field or a variant, as `what` says.
pub(crate) fn since(attributes: &[Attribute], what: &str, errors: &mut Errors) -> Option<Since> {
    let default = default(attributes, errors);
    let mut all = attributes.iter().filter(|attribute| attribute.is("since"));
    let Some(attribute) = all.next() else {
        if let Some((attribute, _)) = default {
            errors.at(
                attribute,
                "only a field with `#[since]` has a default, for a side that does not know it: add the version that added it, `#[since(\"..\")]`",
            );
        }
        return None;
    };
    if let Some(again) = all.next() {
        errors.at(again, &format!("a {what} is added once: keep one `#[since(\"..\")]`"));
    }
    let text = attribute.arguments().and_then(|tokens| syn::parse2::<LitStr>(tokens).ok());
    let Some(text) = text else {
        errors.at(
            attribute,
            &format!("expected the version that added the {what}, such as `#[since(\"1.1\")]`"),
        );
        return None;
    };
    if numbers(&text.value()).is_none() {
        errors.at(&text, "expected a version of two numbers, such as \"1.1\"");
        return None;
    }
    Some(Since { version: text.value(), default: default.map(|(_, value)| value) })
}

/// The attribute with the default, and the expression.
fn default<'a>(
    attributes: &'a [Attribute],
    errors: &mut Errors,
) -> Option<(&'a Attribute, TokenStream)> {
    let mut found = None;
    for attribute in attributes.iter().filter(|attribute| attribute.is("ffi")) {
        // `With` reports other mistakes in it.
        let tokens = attribute.arguments().unwrap_or_default();
        let Ok(Args { default: Some(value), .. }) =
            Args::parse(tokens, false, &["with", "default"])
        else {
            continue;
        };
        if found.replace((attribute, value)).is_some() {
            errors.at(attribute, "option `default` is given twice");
        }
    }
    found
}
