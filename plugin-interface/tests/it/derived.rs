//! Structs and enums of authors, there and back.

use fixture_interface::derived::*;
use fixture_interface::each_derived;
use fixture_interface::everything::Many;
use plugin_interface::{Interface, PluginManager};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::crossing::cases;
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

/// Any value of a type.
trait Any: Sized + Clone + std::fmt::Debug + 'static {
    fn any() -> BoxedStrategy<Self>;
}

macro_rules! any {
    ($($ty:ty: $strategy:expr => $($value:pat_param => $made:expr),+;)*) => {$(
        impl Any for $ty {
            fn any() -> BoxedStrategy<Self> {
                let parts = || $strategy;
                prop_oneof![$(parts().prop_map(|$value| $made)),+].boxed()
            }
        }
    )*};
}

any! {
    Empty: Just(()) => () => Empty;
    Wrapper: any::<String>() => text => Wrapper(text);
    Point: any::<(i32, f32, bool)>() => (x, y, is_set) => Point { x: x.into(), y, is_set };
    Side: Just(()) => () => Side::Left, () => Side::Right;
    Color: Just(()) => () => Color::Red, () => Color::Green;
    Pair<String, Option<Point>>: (any::<String>(), any::<bool>(), Point::any()) =>
        (text, _, point) => Pair(text, Some(point)), (text, ..) => Pair(text, None);
    Event: (any::<(i8, String, Option<String>)>(), Point::any(), Color::any()) =>
        _ => Event::Nothing,
        ((by, ..), point, _) => Event::Moved(by, point),
        ((_, name, old), ..) => Event::Named { name, old },
        _ => Event::Void(),
        (.., color) => Event::Colored(color);
    Spot: (Point::any(), any::<[u16; 3]>()) =>
        _ => Spot::None, (point, _) => Spot::At(point), (from, size) => Spot::Box { from, size };
    Parcel: (
        any::<(String, u8, (u64, [bool; 2]), char)>(),
        vec(Point::any(), 0..4),
        (Point::any(), Side::any(), Event::any(), Wrapper::any()),
    ) =>
        ((label, r#type, limits, kind), marks, (at, side, event, _)) => Parcel {
            label, r#type, at, marks, side: Some(side), limits, history: Ok(Box::new(event)), kind,
        },
        ((label, r#type, limits, kind), marks, (at, _, _, lost)) => Parcel {
            label, r#type, at, marks, side: None, limits, history: Err(lost), kind,
        };
    List<Parcel>: vec(Parcel::any(), 1..4) => values => {
        let list = |next, value| Some(Box::new(List { value, next }));
        *values.into_iter().fold(None, list).expect("one at least")
    };
}

impl Any for Tree {
    fn any() -> BoxedStrategy<Self> {
        let grown = |tree: BoxedStrategy<Tree>| {
            let nest = proptest::option::of((tree.clone(), any::<u8>()));
            (vec(tree, 0..4), nest).prop_map(|(kids, nest)| Tree {
                kids,
                nest: nest.map(|(tree, eggs)| Box::new(Nest(tree, eggs))),
            })
        };
        Just(Tree::default()).prop_recursive(5, 64, 4, grown).boxed()
    }
}

impl Any for Formula {
    fn any() -> BoxedStrategy<Self> {
        let number = any::<f64>().prop_map(Formula::Number);
        let grown = |formula: BoxedStrategy<Formula>| {
            prop_oneof![
                formula.clone().prop_map(|formula| Formula::Negated(Box::new(formula))),
                vec(formula, 0..4).prop_map(Formula::Sum),
            ]
        };
        number.prop_recursive(5, 64, 4, grown).boxed()
    }
}

macro_rules! round_trips {
    ($($one:ident $many:ident: $ty:ty;)*) => {$(
        #[test]
        fn $one() {
            let mirror = mirror();
            let same = |value: $ty| {
                prop_assert_eq!(mirror.$one(value.clone()), value);
                Ok(())
            };
            cases(24).run(&<$ty>::any(), same).unwrap();
            let one = || (0..3, <$ty>::any(), <$ty>::any()).prop_map(|(kind, a, b)| match kind {
                0 => None,
                1 => Some(Ok(a)),
                _ => Some(Err(b)),
            });
            let same = |values: Many<$ty>| {
                prop_assert_eq!(mirror.$many(values.clone()), values);
                Ok(())
            };
            cases(8).run(&vec(one(), 0..4), same).unwrap();
        }
    )*};
}

mod round_trip {
    use super::*;

    each_derived!(round_trips);
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
        ("Words", "struct Words<T> { first: &str, rest: Vec<&str>, note: T }"),
        ("Nest", "struct Nest(Tree, u8)"),
    ];
    let expected =
        expected.map(|(name, text)| (format!("fixture_interface::derived::{name}"), text));
    let expected: Vec<_> = expected.iter().map(|(path, text)| (&**path, *text)).collect();
    assert_eq!(types, expected);
}
