//! The table of types, which the documentation and the book show.

use std::collections::BTreeSet;
use std::path::Path;

use super::interface::*;

const TABLE: &str = include_str!("../../src/foreign/foreign.md");

macro_rules! names {
    ($($method:ident: $ty:ty,)*) => {
        /// Returns the last name of each type that is tested.
        fn tested() -> BTreeSet<String> {
            let mut names: BTreeSet<String> = [$(last_name(std::any::type_name::<$ty>())),*].into();
            // In the other interface.
            names.insert(last_name(std::any::type_name::<anyhow::Error>()));
            names.insert(last_name(std::any::type_name::<serde_json::Error>()));
            names
        }
    };
}
each_type!(names);

/// Returns `Map` of `serde_json::map::Map<String, Value>`.
fn last_name(path: &str) -> String {
    path.split('<').next().unwrap().rsplit("::").next().unwrap().to_owned()
}

#[test]
fn the_table_has_the_types_that_are_tested() {
    let mut known = BTreeSet::new();
    for row in TABLE.lines().skip(2) {
        let cells: Vec<_> = row.split(" | ").collect();
        let feature = cells[0].trim_matches(['|', ' ', '`']);
        for ty in cells[1].split('`').skip(1).step_by(2) {
            let (of, _) = ty.split_once("::").unwrap();
            assert_eq!(of, feature.replace('-', "_"), "{row}");
            known.insert(last_name(ty));
        }
    }
    let tested: BTreeSet<_> = tested()
        .into_iter()
        // A new name of an old type, which the older versions of the crate lack.
        .map(|name| if name == "SignedDuration" { "Duration".to_owned() } else { name })
        .map(|name| if name == "PlainDateTime" { "PrimitiveDateTime".to_owned() } else { name })
        .collect();
    assert_eq!(tested, known);
}

#[test]
fn the_book_shows_the_table() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let page = root.join("docs/book/src/interfaces/other-crates.md");
    assert!(std::fs::read_to_string(page).unwrap().contains(TABLE));
}
