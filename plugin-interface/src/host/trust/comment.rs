//! The trusted comment of a signature: what the signer says of the library.

use core::fmt;
use std::path::Path;

use super::library_file::LibraryFile;
use super::lock::{LockedPlugin, listed_interfaces};
use super::signature::{COMMENT_LINE, SignatureFile};
use crate::host::error::SignatureError;

/// The parts of a comment that must be those of the library.
const PARTS: [&str; 3] = ["name", "version", "interfaces"];

/// The comment that a library must have.
#[derive(Debug)]
pub(super) struct Comment([String; 3]);

impl Comment {
    pub(super) fn of(library: &LockedPlugin) -> Self {
        let interfaces = listed_interfaces(&library.interfaces);
        // One that was written by hand may be of no package.
        let name = match library.name.is_empty() {
            true => &library.file,
            false => &library.name,
        };
        Comment([name.clone(), library.version.clone(), interfaces])
    }

    /// Compares it with that of a signature.
    pub(super) fn check(&self, signature: &SignatureFile) -> Result<(), SignatureError> {
        for (what, expected) in PARTS.into_iter().zip(&self.0) {
            let found = part(signature.comment(), what);
            if found != *expected {
                let shown = |text: &str| match text {
                    "" => "none".to_owned(),
                    text => format!("`{}`", text.escape_debug()),
                };
                return Err(SignatureError::Comment {
                    path: signature.path.clone(),
                    line: COMMENT_LINE,
                    what,
                    expected: shown(expected),
                    found: shown(&found),
                });
            }
        }
        Ok(())
    }
}

/// Returns what a comment says; empty if it does not say it, and everything if
/// it says it several times.
fn part(comment: &str, what: &str) -> String {
    let parts = comment.split('\t').filter_map(|part| part.split_once(':'));
    let found: Vec<_> = parts.filter(|(name, _)| *name == what).map(|(_, value)| value).collect();
    found.join(" and ")
}

/// Writes the parts that the library has, between tabs.
impl fmt::Display for Comment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = PARTS.into_iter().zip(&self.0).filter(|(_, value)| !value.is_empty());
        let parts: Vec<_> = parts.map(|(name, value)| format!("{name}:{value}")).collect();
        f.write_str(&parts.join("\t"))
    }
}

/// Returns the trusted comment that a signature of the library must have: its
/// name, version and interfaces, after the name of its file.
///
/// `minisign` signs with it by its option `-t`.
///
/// # Errors
///
/// If the file cannot be read or is no sound library.
///
/// ```
/// let error = plugin_interface::trusted_comment("no/such/libx.so").unwrap_err();
/// assert!(error.to_string().contains("no/such/libx.so"));
/// ```
pub fn trusted_comment(library: impl AsRef<Path>) -> Result<String, crate::LoadError> {
    let library = library.as_ref();
    let described = LibraryFile::open(library)?.described()?;
    Ok(format!("file:{}\t{}", described.file, Comment::of(&described)))
}
