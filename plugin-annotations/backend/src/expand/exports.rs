//! The question whether a crate exports its makers by name.
//!
//! The names that a library exports contain those of its interface and types, but
//! not that of its crate. So two crates that export them do not link into one
//! program, and `rustc` makes the objects of an `rlib` and of a `cdylib` once, for
//! both. So only a crate that is nothing but a dynamic library exports the names.
//! Hosts find all plugins of the others through `plugin_entry_v1`.

use std::env;

/// Returns `true` unless this crate is compiled to be linked into others, as
/// `crate-type = ["cdylib", "rlib"]` is.
pub(super) fn are_wanted() -> bool {
    // Macros run within the compiler.
    !is_library(env::args())
}

/// Returns `true` if the arguments of a compiler name a library for Rust crates.
fn is_library(arguments: impl Iterator<Item = String>) -> bool {
    let mut follows = false;
    arguments.into_iter().any(|argument| {
        let types = match argument.strip_prefix("--crate-type") {
            Some(types) => types.strip_prefix('=').unwrap_or(types).to_owned(),
            None if follows => argument.clone(),
            None => String::new(),
        };
        follows = argument == "--crate-type";
        types.split(',').any(|kind| ["rlib", "lib", "dylib"].contains(&kind))
    })
}

#[cfg(test)]
mod tests {
    use crate::expand::exports::is_library;

    #[test]
    fn a_crate_is_a_library_if_one_of_its_types_is() {
        let of = |line: &str| is_library(line.split(' ').map(str::to_owned));
        assert!(of("rustc lib.rs --crate-type cdylib --crate-type rlib --emit=link"));
        assert!(of("rustc lib.rs --crate-type=cdylib,lib"));
        assert!(of("rustc lib.rs --crate-type lib"));
        assert!(!of("rustc lib.rs --crate-type cdylib"));
        assert!(!of("rustc lib.rs --test"));
        assert!(!of("rustc lib.rs --crate-name lib --crate-type=bin"));
    }
}
