//! Names of packages: all that cargo, rustc and Clippy accept without a word.

use crate::exit::UsageError;

/// The keywords of Rust, with those that are reserved.
const KEYWORDS: [&str; 51] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate",
    "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl",
    "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref",
    "return", "self", "static", "struct", "super", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Names with a meaning to cargo, to the compiler or to Windows.
const TAKEN: [&str; 20] = [
    "alloc",
    "aux",
    "build",
    "con",
    "core",
    "deps",
    "examples",
    "incremental",
    "nul",
    "plugin-annotations",
    "plugin-host",
    "plugin-interface",
    "plugin_annotations",
    "plugin_host",
    "plugin_interface",
    "prn",
    "proc-macro",
    "proc_macro",
    "std",
    "test",
];

/// Checks the name of a package.
pub(crate) fn check(name: &str) -> Result<(), UsageError> {
    let found = match fault(name) {
        None => return Ok(()),
        Some(fault) => fault,
    };
    Err(UsageError(format!(
        "expected the name of a package, found `{name}`, which {found}; \
         write lower-case letters, digits and single hyphens, such as my-app"
    )))
}

fn fault(name: &str) -> Option<&'static str> {
    let is_allowed =
        |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    if name.is_empty() {
        Some("is empty")
    } else if name.len() > 48 {
        Some("is longer than 48 characters")
    } else if !name.starts_with(|c: char| c.is_ascii_lowercase()) {
        Some("does not begin with a lower-case letter")
    } else if !name.chars().all(is_allowed) {
        Some("has a character that no package name has")
    } else if name.ends_with(['-', '_']) || name.replace('-', "_").contains("__") {
        Some("has a hyphen that stands before no letter or digit")
    } else if KEYWORDS.contains(&name) {
        Some("is a keyword of Rust")
    } else if TAKEN.contains(&name) {
        Some("has a meaning of its own")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn ordinary_names_are_accepted() {
        for name in ["a", "my-app", "my_app", "app2", "tests", "x-1"] {
            check(name).unwrap();
        }
    }

    #[test]
    fn each_fault_is_named() {
        for (name, fault) in [
            ("", "is empty"),
            ("2048", "does not begin"),
            ("-app", "does not begin"),
            ("My-App", "does not begin"),
            ("myApp", "has a character"),
            ("my app", "has a character"),
            ("my\napp", "has a character"),
            ("größe", "has a character"),
            ("app-", "has a hyphen"),
            ("a--b", "has a hyphen"),
            ("a-_b", "has a hyphen"),
            ("self", "is a keyword"),
            ("async", "is a keyword"),
            ("test", "has a meaning"),
            ("plugin-interface", "has a meaning"),
            (&"a".repeat(49), "is longer"),
        ] {
            let error = check(name).unwrap_err().to_string();
            assert!(error.contains(fault) && error.contains("such as my-app"), "{error}");
        }
    }
}
