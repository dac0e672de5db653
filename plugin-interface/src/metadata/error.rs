//! The error of records that cannot be decoded.

use core::fmt;

/// The error of records that cannot be decoded.
///
/// ```
/// let error = plugin_interface::MetadataError::Package;
/// assert_eq!(error.to_string(), "no record names the package");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MetadataError {
    /// Bytes that are not the begin of a record.
    Magic {
        /// The offset in the section.
        offset: usize,
    },
    /// Records in another version of the format.
    Version {
        /// The version that was found. The expected one is 1.
        found: u8,
    },
    /// A record that ends before its content does.
    Truncated {
        /// The offset in the section.
        offset: usize,
    },
    /// A text that is not UTF-8.
    Text {
        /// The offset in the section.
        offset: usize,
    },
    /// More of something than any plugin has.
    TooMany {
        /// Of what.
        what: &'static str,
        /// The most that is read.
        limit: usize,
    },
    /// A struct that grows, which is none of the interface's types.
    Growing,
    /// Records without a package.
    Package,
}

impl fmt::Display for MetadataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MetadataError::Magic { offset } => {
                write!(f, "expected a record at offset {offset}, found other bytes")
            }
            MetadataError::Version { found } => write!(
                f,
                "expected records of format 1, found format {found}: build the plugin with the host's version of plugin-interface"
            ),
            MetadataError::Truncated { offset } => {
                write!(f, "the record at offset {offset} ends before its content does")
            }
            MetadataError::Text { offset } => {
                write!(f, "expected UTF-8 text at offset {offset}, found other bytes")
            }
            MetadataError::TooMany { what, limit } => {
                write!(
                    f,
                    "expected at most {limit} {what}, found more: split the library or the interface"
                )
            }
            MetadataError::Growing => f.write_str(
                "expected each struct that grows among the types of its interface, found another",
            ),
            MetadataError::Package => f.write_str("no record names the package"),
        }
    }
}

impl core::error::Error for MetadataError {}
