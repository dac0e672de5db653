//! The model of a struct or an enum.

use plugin_annotations_backend::syntax::{Attribute, Generics, Path};
use plugin_annotations_backend::with::With;
use proc_macro2::{Ident, TokenStream};

/// A type that becomes FFI-safe.
pub(crate) struct Derived {
    /// `plugin-interface`.
    pub(crate) krate: Path,
    pub(crate) name: Ident,
    /// The path that identifies it, if not its own.
    pub(crate) path: Option<String>,
    pub(crate) generics: Generics,
    /// `true` for `#[repr(C)]`: then it has the layout of its wire.
    pub(crate) is_repr_c: bool,
    /// `true` for a struct to which later versions append fields, and for an enum to
    /// which they append variants.
    pub(crate) grows: bool,
    /// The versions that added the last variants of an enum.
    pub(crate) later: Vec<String>,
    /// The variant that stands for those of later versions.
    pub(crate) other: Option<Ident>,
    pub(crate) body: Body,
    /// Its `#[allow(..)]` attributes.
    pub(crate) lints: Vec<Attribute>,
}

pub(crate) enum Body {
    Struct(Fields),
    Enum(Vec<(Ident, Fields)>),
}

/// The fields of a struct or a variant.
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
    /// Without `Self`, which has another meaning outside of the definition.
    pub(crate) ty: TokenStream,
    pub(crate) with: Option<With>,
    /// The later version that added it.
    pub(crate) since: Option<Since>,
}

/// The version that added a field to a struct that grows.
pub(crate) struct Since {
    /// Such as `1.1`.
    pub(crate) version: String,
    /// Its value if the other side does not know it. `None` for `Default`.
    pub(crate) default: Option<TokenStream>,
}

impl Field {
    /// The type that is passed.
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
