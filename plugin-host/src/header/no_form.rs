//! The reasons why something has no form in C.

use plugin_interface::metadata::layout::LayoutError;
use plugin_interface::metadata::signature::Type;

/// The reason that a method cannot be declared in C.
pub(super) struct NoForm(pub(super) String);

impl From<LayoutError> for NoForm {
    fn from(error: LayoutError) -> Self {
        match error {
            LayoutError::Unknown { ty } | LayoutError::TooLarge { ty } => no_form(&ty),
            LayoutError::Recursive { .. } => NoForm("one of its types contains itself".to_owned()),
            error => NoForm(error.to_string()),
        }
    }
}

pub(super) fn no_form(ty: &Type) -> NoForm {
    NoForm(format!("`{ty}` has no form in C"))
}
