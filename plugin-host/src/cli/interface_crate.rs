//! The source of an interface crate, as `--for` names it.

use std::path::PathBuf;

/// The source of a crate.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum InterfaceCrate {
    /// Its folder.
    Path(PathBuf),
    /// A repository, the package in it, and what to check out, such as
    /// `("branch", "main")`.
    Git { url: String, package: String, checkout: Option<(String, String)> },
    /// A published package.
    Version { package: String, version: String },
}

const EXPECTED: &str = "expected the folder of an interface crate, git=URL#PACKAGE or \
                        PACKAGE@VERSION, such as ../tool, git=https://example.org/it#tool or \
                        tool@0.1";

/// Parses a folder, `git=URL#PACKAGE` or `PACKAGE@VERSION`.
pub(crate) fn interface_crate(text: &str) -> Result<InterfaceCrate, String> {
    if let Some(path) = text.strip_prefix("path=") {
        return Ok(InterfaceCrate::Path(path.into()));
    }
    if let Some(url) = text.strip_prefix("git=") {
        return git(url).ok_or_else(|| EXPECTED.to_owned());
    }
    if let Some((package, version)) = text.split_once('@')
        && !text.contains(['/', std::path::MAIN_SEPARATOR])
    {
        let (package, version) = (package.to_owned(), version.to_owned());
        return match package.is_empty() || version.is_empty() {
            true => Err(EXPECTED.to_owned()),
            false => Ok(InterfaceCrate::Version { package, version }),
        };
    }
    if text.is_empty() || text.contains("://") {
        return Err(EXPECTED.to_owned());
    }
    Ok(InterfaceCrate::Path(text.into()))
}

/// Parses `URL[?branch=..][#PACKAGE]`. Without a package, it is named like the
/// repository.
fn git(text: &str) -> Option<InterfaceCrate> {
    let (text, package) = match text.split_once('#') {
        Some((text, package)) => (text, Some(package)),
        None => (text, None),
    };
    let (url, checkout) = match text.split_once('?') {
        Some((url, checkout)) => (url, Some(checkout.split_once('=')?)),
        None => (text, None),
    };
    if checkout.is_some_and(|(kind, _)| !["branch", "rev", "tag"].contains(&kind)) {
        return None;
    }
    let last = url.trim_end_matches('/').rsplit(['/', ':']).next()?.trim_end_matches(".git");
    let package = package.unwrap_or(last).to_owned();
    if url.is_empty() || package.is_empty() {
        return None;
    }
    let checkout = checkout.map(|(kind, value)| (kind.to_owned(), value.to_owned()));
    Some(InterfaceCrate::Git { url: url.to_owned(), package, checkout })
}

#[cfg(test)]
mod tests {
    use super::{InterfaceCrate, interface_crate};

    #[test]
    fn each_source_is_read() {
        for (text, url, package, checkout) in [
            ("git=https://x/tool", "https://x/tool", "tool", None),
            ("git=https://x/all.git#tool", "https://x/all.git", "tool", None),
            ("git=https://x/all.git", "https://x/all.git", "all", None),
            ("git=https://x/y?branch=a#t", "https://x/y", "t", Some(("branch", "a"))),
        ] {
            let (url, package) = (url.to_owned(), package.to_owned());
            let checkout = checkout.map(|(kind, of): (&str, &str)| (kind.into(), of.into()));
            let expected = InterfaceCrate::Git { url, package, checkout };
            assert_eq!(interface_crate(text), Ok(expected));
        }
        for path in ["../tool", "tool", "a@b/c", "path=x@y"] {
            let expected = InterfaceCrate::Path(path.trim_start_matches("path=").into());
            assert_eq!(interface_crate(path), Ok(expected));
        }
        let version = InterfaceCrate::Version { package: "tool".into(), version: "0.1".into() };
        assert_eq!(interface_crate("tool@0.1"), Ok(version));
    }

    #[test]
    fn anything_else_is_refused_with_an_example() {
        for text in ["", "https://x/y", "@1", "tool@", "git=", "git=https://x/y?depth=1"] {
            assert!(interface_crate(text).unwrap_err().contains("tool@0.1"), "{text}");
        }
    }
}
