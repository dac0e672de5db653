//! The values of later fields, where an older side has none.

use anyhow::Context as _;
use syn::{Attribute, Item};

use crate::interface_source::answers::{Answers, is_default};
use crate::interface_source::methods::Methods;
use crate::interface_source::read::Sources;

/// A value for a field that needs one.
pub(super) struct Value {
    pub(super) ty: String,
    pub(super) field: String,
    pub(super) value: String,
}

/// Returns the values of the fields whose types need not have a `Default`, in the
/// module that was written.
pub(super) fn values(module: &str) -> anyhow::Result<Vec<Value>> {
    let sources = Sources::of_module("interface", module)?;
    let mut values = Vec::new();
    for (number, item) in sources.items() {
        let Item::Struct(item) = item else { continue };
        for field in item.fields.iter().filter(|field| is_later(&field.attrs)) {
            let mut full = field.ty.clone();
            sources.qualify(number, &mut full);
            let mut answers = Answers::new(&sources, Methods::All);
            let name = field.ident.as_ref().map(ToString::to_string).unwrap_or_default();
            let ty = item.ident.to_string();
            // An object would need a type of its own.
            let value = answers.of(&full, 0).filter(|_| answers.others.is_empty());
            let value = value.with_context(|| {
                format!(
                    "the later field `{name}` of {ty} has no plain value; depend on the crate of \
                     the interface instead, with --for"
                )
            })?;
            if !is_default(&value) {
                values.push(Value { ty, field: name, value });
            }
        }
    }
    Ok(values)
}

fn is_later(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| attribute.path().is_ident("since"))
}
