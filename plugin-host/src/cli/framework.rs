//! The source of the framework's crates, as an option names it.

use std::path::PathBuf;

/// The source of the framework's crates.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Framework {
    /// A clone of the repository.
    Path(PathBuf),
    /// The address of the repository.
    Git(String),
    /// A published version.
    Version(String),
}

/// Parses `path=DIR`, `git=URL` or `version=VERSION`.
pub(crate) fn framework(text: &str) -> Result<Framework, String> {
    match text.split_once('=') {
        Some((_, "")) => Err("expected a value, found nothing after `=`".to_owned()),
        Some(("path", path)) => Ok(Framework::Path(path.into())),
        Some(("git", url)) => Ok(Framework::Git(url.to_owned())),
        Some(("version", version)) => Ok(Framework::Version(version.to_owned())),
        _ => Err("expected path=DIR, git=URL or version=VERSION, such as \
                  path=../rust-plugin-system"
            .to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Framework, framework};

    #[test]
    fn each_source_is_read() {
        assert_eq!(framework("path=../a=b"), Ok(Framework::Path("../a=b".into())));
        assert_eq!(framework("git=https://x/y"), Ok(Framework::Git("https://x/y".to_owned())));
        assert_eq!(framework("version=0.1"), Ok(Framework::Version("0.1".to_owned())));
    }

    #[test]
    fn anything_else_is_refused_with_an_example() {
        for text in ["", "0.1", "../clone", "branch=main"] {
            assert!(framework(text).unwrap_err().contains("path=DIR"), "{text}");
        }
        assert!(framework("path=").unwrap_err().contains("found nothing"));
    }
}
