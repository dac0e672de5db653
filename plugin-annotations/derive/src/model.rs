//! What the derive describes, once parsed.

use plugin_annotations_backend::syntax::{Generics, Path};
use plugin_annotations_backend::with::With;
use proc_macro2::{Ident, TokenStream};

/// A type that is to cross.
pub(crate) struct Derived {
    /// `plugin-interface`.
    pub(crate) krate: Path,
    pub(crate) name: Ident,
    pub(crate) generics: Generics,
    /// Whether the compiler lays it out as it crosses, which `#[repr(C)]` says.
    pub(crate) is_repr_c: bool,
    pub(crate) body: Body,
}

pub(crate) enum Body {
    Struct(Fields),
    Enum(Vec<(Ident, Fields)>),
}

/// What a struct or a variant consists of.
pub(crate) enum Fields {
    Unit,
    Tuple(Vec<Field>),
    Named(Vec<Field>),
}

pub(crate) struct Field {
    /// `None` in a tuple.
    pub(crate) name: Option<Ident>,
    /// Its name, or its number in a tuple.
    pub(crate) member: TokenStream,
    /// As it is named outside of the type's definition, where `Self` is another.
    pub(crate) ty: TokenStream,
    pub(crate) with: Option<With>,
}

impl Field {
    /// The type that crosses.
    pub(crate) fn carrier(&self) -> TokenStream {
        self.with.as_ref().map_or_else(|| self.ty.clone(), With::carrier)
    }
}

impl Fields {
    pub(crate) fn all(&self) -> &[Field] {
        match self {
            Fields::Unit => &[],
            Fields::Tuple(fields) | Fields::Named(fields) => fields,
        }
    }
}
