//! The model of settings.

use plugin_annotations_backend::syntax::{Attribute, Path, Type};
use proc_macro2::{Ident, TokenStream};

use super::default::Default;

/// A struct of settings, or an enum that is the type of one.
pub(super) struct Described {
    /// `plugin-interface`.
    pub(super) krate: Path,
    pub(super) name: Ident,
    pub(super) body: Body,
    /// Its `#[allow(..)]` attributes.
    pub(super) lints: Vec<Attribute>,
}

pub(super) enum Body {
    Settings(Vec<Setting>),
    Choices(Vec<Choice>),
}

/// One field.
pub(super) struct Setting {
    pub(super) field: Ident,
    /// Its name in a file.
    pub(super) name: String,
    pub(super) doc: String,
    pub(super) ty: Type,
    pub(super) default: Option<Default>,
    pub(super) range: Option<Range>,
}

/// The smallest and the largest number, as they are written.
pub(super) struct Range {
    pub(super) from: TokenStream,
    pub(super) to: TokenStream,
    pub(super) is_float: bool,
}

/// One variant.
pub(super) struct Choice {
    pub(super) variant: Ident,
    /// Its name in a file.
    pub(super) name: String,
    pub(super) doc: String,
}
