//! The page of errors names every variant of every error, and no other.

use std::collections::BTreeSet;
use std::fs::read_to_string;
use std::path::Path;

/// The enums, and the files that define them.
const ERRORS: &[(&str, &str)] = &[
    ("LoadError", "plugin-interface/src/host/error/load.rs"),
    ("InspectError", "plugin-interface/src/host/error/inspect.rs"),
    ("ProxyError", "plugin-interface/src/host/error/proxy.rs"),
    ("HealthError", "plugin-interface/src/host/error/health.rs"),
    ("UnloadError", "plugin-interface/src/host/error/unload.rs"),
    ("CallError", "plugin-interface/core/src/object/call_error.rs"),
    ("ServiceError", "plugin-interface/core/src/runtime/services.rs"),
    ("ReloadError", "plugin-interface/src/host/live/error.rs"),
    ("SignatureError", "plugin-interface/src/host/error/signature.rs"),
    ("ConfigurationError", "plugin-interface/src/host/error/configuration.rs"),
    ("SettingsError", "plugin-interface/core/src/config/error.rs"),
    ("LockError", "plugin-interface/src/host/trust/error.rs"),
    ("HotError", "plugin-interface/src/host/hot_library/error.rs"),
    ("DynamicError", "plugin-interface/src/host/by_descriptor/error.rs"),
    ("WorkerError", "plugin-interface/src/host/process/error.rs"),
];

/// The variants of an enum: the lines at its first level that begin with a name.
fn variants(name: &str, source: &str) -> BTreeSet<String> {
    let (_, body) = source.split_once(&format!("pub enum {name} {{\n")).expect("the enum");
    let body = body.split("\n}").next().unwrap();
    let first_level = body.lines().filter_map(|line| line.strip_prefix("    "));
    let named = first_level.filter(|line| line.starts_with(|c: char| c.is_ascii_uppercase()));
    named.map(|line| line.chars().take_while(char::is_ascii_alphanumeric).collect()).collect()
}

#[test]
fn every_variant_of_every_error_has_a_row() {
    let book = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = book.ancestors().nth(2).unwrap();
    let page = read_to_string(book.join("src/reference/errors.md")).unwrap();
    for (name, file) in ERRORS {
        let (_, section) = page.split_once(&format!("\n## `{name}`")).expect("a section");
        let section = section.split("\n## ").next().unwrap();
        let rows = section.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
        let rows: BTreeSet<String> = rows.map(str::to_owned).collect();
        assert_eq!(rows, variants(name, &read_to_string(root.join(file)).unwrap()), "{name}");
    }
}
