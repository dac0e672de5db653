//! Structs and enums of authors, there and back.

use fixture_interface::derived::*;
use plugin_interface::{Interface, PluginManager};

use crate::fixtures::Directory;

fn mirror() -> DerivedProxy {
    let directory = Directory::of(&["healthy"]);
    PluginManager::new().load::<dyn Derived>(directory.path()).unwrap().remove(0)
}

#[test]
fn a_value_of_each_type_comes_back() {
    reflect(&mirror());
}

#[test]
fn a_value_of_each_type_comes_back_where_both_sides_share_an_allocator() {
    let directory = Directory::of(&["shared_malloc"]);
    let mirrors = PluginManager::new().load::<dyn Derived>(directory.path()).unwrap();
    reflect(&mirrors[0]);
}

#[test]
fn the_metadata_of_a_library_has_each_definition_once() {
    let directory = Directory::of(&["healthy"]);
    let metadata = plugin_interface::inspect(directory.library("healthy")).unwrap();
    let path = <dyn Derived as Interface>::DESCRIPTION.path;
    let interface = metadata.interfaces.iter().find(|found| found.path == path).unwrap();
    let types: Vec<_> = interface.types.iter().map(|ty| (&*ty.path, &*ty.definition)).collect();
    let expected = [
        ("Empty", "struct Empty"),
        ("Wrapper", "struct Wrapper(String)"),
        (
            "Parcel",
            "struct Parcel { label: String, type: u8, at: Point, marks: Vec<Point>, side: Option<Side>, limits: (u64, [bool; 2]), history: Result<Box<Event>, Wrapper>, kind: char }",
        ),
        ("Point", "struct Point { x: f64, y: f32, is_set: bool }"),
        ("Pair", "struct Pair<A, B>(A, B)"),
        ("Side", "enum Side { Left, Right }"),
        ("Color", "enum Color { Red, Green }"),
        (
            "Event",
            "enum Event { Nothing, Moved(i8, Point), Named { name: String, old: Option<String> }, Void(), Colored(Color) }",
        ),
        ("Spot", "enum Spot { None, At(Point), Box { from: Point, size: [u16; 3] } }"),
        ("Tree", "struct Tree { kids: Vec<Tree>, nest: Option<Box<Nest>> }"),
        ("List", "struct List<T> { value: T, next: Option<Box<List<T>>> }"),
        ("Formula", "enum Formula { Number(f64), Negated(Box<Formula>), Sum(Vec<Formula>) }"),
        ("Label", "struct Label { name: &str, hint: Result<Cow<str>, &str> }"),
        (
            "Ledger",
            "growing struct Ledger { title: String, #[since(\"1.1\")] pages: Vec<Ledger>, #[since(\"1.1\")] year: u128 }",
        ),
        (
            "Notice",
            "growing enum Notice { Other, Note(String), #[since(\"1.1\")] Many { of: Vec<Notice>, number: u128 } }",
        ),
        ("Words", "struct Words<T> { first: &str, rest: Vec<&str>, note: T }"),
        ("Nest", "struct Nest(Tree, u8)"),
    ];
    let expected =
        expected.map(|(name, text)| (format!("fixture_interface::derived::{name}"), text));
    let expected: Vec<_> = expected.iter().map(|(path, text)| (&**path, *text)).collect();
    assert_eq!(types, expected);
}
