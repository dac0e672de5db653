//! The error of a type that has no layout.

use core::fmt;

use crate::metadata::signature::Type;

/// The error of a type that has no layout.
///
/// ```
/// # use plugin_interface::metadata::layout::LayoutError;
/// # use plugin_interface::metadata::signature::Type;
/// let error = LayoutError::Unknown { ty: Type::parse("Rc<u8>") };
/// assert_eq!(error.to_string(), "`Rc<u8>` is not FfiSafe, and the metadata does not define it");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LayoutError {
    /// The type is neither one that can be passed nor one that the metadata
    /// defines.
    Unknown {
        /// The type.
        ty: Type,
    },
    /// Two types have the same last name.
    Ambiguous {
        /// The name.
        name: String,
        /// The path of one.
        first: String,
        /// The path of the other; `None` for a type of the standard library.
        second: Option<String>,
    },
    /// A type contains itself by value, or is nested too deep.
    Recursive {
        /// The type.
        ty: Type,
    },
    /// An array has too many bytes, or a definition is too large for such arguments.
    TooLarge {
        /// The type.
        ty: Type,
    },
    /// With the type, the interface has more types than any that somebody wrote:
    /// generic types may make twice as many at each step.
    TooMany {
        /// The type.
        ty: Type,
    },
}

impl fmt::Display for LayoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LayoutError::Unknown { ty } => {
                write!(f, "`{ty}` is not FfiSafe, and the metadata does not define it")
            }
            LayoutError::Ambiguous { name, first, second } => {
                let second = second.as_deref().unwrap_or("a type of the standard library");
                write!(f, "`{name}` is both {first} and {second}")
            }
            LayoutError::Recursive { ty } => {
                write!(f, "`{ty}` contains itself, or is nested too deep")
            }
            LayoutError::TooLarge { ty } => write!(f, "`{ty}` has too many bytes"),
            LayoutError::TooMany { ty } => {
                write!(f, "`{ty}` is one type too many: they make ever more of one another")
            }
        }
    }
}

impl core::error::Error for LayoutError {}
