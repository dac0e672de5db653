//! Any value of each type: those of the standard library as `proptest` makes
//! them, structs and enums here.

use std::fmt::Debug;

use fixture_interface::derived::*;
use fixture_interface::each_owned;
use fixture_interface::everything::*;
use positions::each_basic;
use proptest::collection::vec;
use proptest::prelude::*;

/// A type and its values.
pub(crate) trait Any: Clone + Debug + PartialEq + 'static {
    fn any() -> BoxedStrategy<Self>;
}

macro_rules! arbitrary {
    ($($one:ident $($many:ident)?: $ty:ty = $edges:expr;)*) => {$(
        impl Any for $ty {
            fn any() -> BoxedStrategy<Self> {
                any::<$ty>().boxed()
            }
        }
    )*};
}

each_basic!(arbitrary);
each_owned!(arbitrary);

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
