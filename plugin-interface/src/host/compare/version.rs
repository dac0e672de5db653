//! Versions of interfaces, such as `1.2`.

/// The part of a version that decides about compatibility.
pub(crate) fn major(version: &str) -> &str {
    version.split('.').next().unwrap_or_default()
}
