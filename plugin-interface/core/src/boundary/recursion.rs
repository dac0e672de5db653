//! Tests: types that refer to themselves can be passed, and are described.
#![expect(unsafe_code, reason = "implementations of FfiSafe guarantee layouts")]

use super::{Body, Definition, FfiSafe, Fields, Naming, Origin, Parameter, Shape, Source};
use crate::__private::method_hashes;
use crate::boundary::via::converts_via;
use crate::metadata::Writer;
use crate::metadata::encode::{self, Draft};
use crate::metadata::{InterfaceDescription, MethodDescription, ParameterDescription, Receiver};

/// Refers to itself, and to a type that refers back.
#[derive(Clone, Debug, Default, PartialEq)]
struct Tree {
    kids: Vec<Tree>,
    nest: Option<Box<Nest>>,
}

#[derive(Clone, Debug, PartialEq)]
struct Nest(Tree, u8);

#[derive(Clone, Debug, PartialEq)]
struct Node<T> {
    value: T,
    next: Option<Box<Node<T>>>,
}

static TREE: Definition = Definition::new(
    "garden::Tree",
    &[],
    Body::Struct(Fields::Named(&[
        ("kids", <Vec<Tree>>::SHAPE),
        ("nest", <Option<Box<Nest>>>::SHAPE),
    ])),
);

static NEST: Definition =
    Definition::new("garden::Nest", &[], Body::Struct(Fields::Tuple(&[Tree::SHAPE, u8::SHAPE])));

static NODE: Definition = Definition::new(
    "list::Node",
    &["T"],
    Body::Struct(Fields::Named(&[
        ("value", <Parameter<0>>::SHAPE),
        ("next", <Option<Box<Node<Parameter<0>>>>>::SHAPE),
    ])),
);

converts_via! {
    impl [] Tree,
    via: (Vec<Tree>, Option<Box<Nest>>), at 'a: Tree,
    shape: Shape::defined(&TREE, "garden::Tree", &[]),
    needs_scope: Never,
    lower: tree => (tree.kids, tree.nest),
    lift: (kids, nest) => Ok(Tree { kids, nest }),
}

converts_via! {
    impl [] Nest,
    via: (Tree, u8), at 'a: Nest,
    shape: Shape::defined(&NEST, "garden::Nest", &[]),
    needs_scope: Never,
    lower: nest => (nest.0, nest.1),
    lift: (tree, eggs) => Ok(Nest(tree, eggs)),
}

converts_via! {
    impl [T: FfiSafe] Node<T>,
    via: (T, Option<Box<Node<T>>>), at 'a: Node<T::At<'a>>,
    shape: Shape::defined(&NODE, "list::Node", &[T::SHAPE]),
    needs_scope: Never,
    lower: node => (node.value, node.next),
    lift: (value, next) => Ok(Node { value, next }),
}

/// Lowers and lifts a value within this library.
fn round_trip<T: FfiSafe>(value: T) -> T::At<'static> {
    // SAFETY: lowered here, and nothing is borrowed.
    unsafe { T::lift(value.lower(), Origin::Rust) }.unwrap()
}

#[test]
fn types_that_refer_to_themselves_are_passed() {
    let mut tree = Tree::default();
    for eggs in 0..5 {
        let nest = Some(Box::new(Nest(tree.clone(), eggs)));
        tree = Tree { kids: vec![tree.clone(), Tree::default(), tree], nest };
    }
    assert_eq!(round_trip(tree.clone()), tree);
    let last = Some(Box::new(Node { value: "last".to_owned(), next: None }));
    let list = Node { value: "first".to_owned(), next: last };
    assert_eq!(round_trip(list.clone()), list);
}

fn hashes(methods: &[MethodDescription]) -> &'static [u128] {
    methods.iter().map(MethodDescription::hash).collect::<Vec<_>>().leak()
}

/// Returns the fingerprint of a method that takes values of these types, and
/// that of an interface with this method.
fn fingerprints(shapes: &[&'static Shape]) -> (u128, u128) {
    let parameters = shapes.iter().map(|shape| ParameterDescription {
        name: "_",
        shape,
        is_lent: false,
        lifetimes: "",
    });
    let parameters = Box::leak(parameters.collect());
    let (receiver, returns) = (Receiver::Ref, <()>::SHAPE);
    let (name, since, is_lent, lifetimes) = ("grow", "", false, "");
    let method =
        || MethodDescription { name, since, receiver, parameters, returns, is_lent, lifetimes };
    let (path, version, methods) = ("garden::Garden", "1.0", Box::leak(Box::new([method()])));
    let interface = InterfaceDescription {
        path,
        source: Source::UNKNOWN,
        version,
        send: true,
        sync: true,
        methods,
        hashes: hashes(methods),
    };
    let mut record = Writer::<4096>::new();
    let len = encode::interface_record(&mut record, &interface);
    let fingerprint = encode::fingerprint(&record.filled(len));
    (method().hash(), fingerprint)
}

#[test]
fn a_change_deep_within_a_type_changes_the_fingerprints() {
    static OLD: Definition =
        Definition::new("m::Egg", &[], Body::Struct(Fields::Named(&[("size", u8::SHAPE)])));
    static NEW: Definition =
        Definition::new("m::Egg", &[], Body::Struct(Fields::Named(&[("size", u16::SHAPE)])));
    const OLD_EGG: Shape = Shape::defined(&OLD, "m::Egg", &[]);
    const NEW_EGG: Shape = Shape::defined(&NEW, "m::Egg", &[]);
    static OLD_BOX: Definition = Definition::new(
        "m::Eggs",
        &[],
        Body::Enum(&[("None", Fields::Unit), ("Some", Fields::Tuple(&[&OLD_EGG]))]),
    );
    static NEW_BOX: Definition = Definition::new(
        "m::Eggs",
        &[],
        Body::Enum(&[("None", Fields::Unit), ("Some", Fields::Tuple(&[&NEW_EGG]))]),
    );
    assert_eq!(OLD_BOX.fingerprint(), NEW_BOX.fingerprint(), "it reads the same");
    const OLD_EGGS: &Shape = &Shape::defined(&OLD_BOX, "m::Eggs", &[]);
    const NEW_EGGS: &Shape = &Shape::defined(&NEW_BOX, "m::Eggs", &[]);
    let (old, new) = (fingerprints(&[OLD_EGGS]), fingerprints(&[NEW_EGGS]));
    assert_ne!(old.0, new.0);
    assert_ne!(old.1, new.1);
}

#[test]
fn types_of_one_name_differ_by_their_paths() {
    static ONE: Definition = Definition::new("one::Egg", &[], Body::Struct(Fields::Unit));
    static OTHER: Definition = Definition::new("other::Egg", &[], Body::Struct(Fields::Unit));
    const A: &Shape = &Shape::defined(&ONE, "one::Egg", &[]);
    const B: &Shape = &Shape::defined(&OTHER, "other::Egg", &[]);
    assert_ne!(fingerprints(&[A, B, A]), fingerprints(&[A, B, B]));
}

/// A type of the same path and text as others, in its own place.
const fn place(run: usize) -> Source {
    Source { file: "garden/lib.rs", run, version: None }
}

/// Returns the shapes of two trees with these seeds. All types are of one path and
/// read the same, but for the seeds.
macro_rules! trees {
    ($one:ty, $other:ty) => {{
        static ONE: Definition =
            Definition::new("m::Seed", &[], Body::Struct(Fields::Tuple(&[<$one>::SHAPE])))
                .at(place(1));
        static OTHER: Definition =
            Definition::new("m::Seed", &[], Body::Struct(Fields::Tuple(&[<$other>::SHAPE])))
                .at(place(2));
        const SEEDS: [Shape; 2] =
            [Shape::defined(&ONE, "m::Seed", &[]), Shape::defined(&OTHER, "m::Seed", &[])];
        static FIRST: Definition =
            Definition::new("m::Tree", &[], Body::Struct(Fields::Tuple(&[&SEEDS[0]]))).at(place(3));
        static SECOND: Definition =
            Definition::new("m::Tree", &[], Body::Struct(Fields::Tuple(&[&SEEDS[1]]))).at(place(4));
        const TREES: [Shape; 2] =
            [Shape::defined(&FIRST, "m::Tree", &[]), Shape::defined(&SECOND, "m::Tree", &[])];
        [&TREES[0], &TREES[1]]
    }};
}

#[test]
fn types_of_one_path_are_told_apart_by_their_places() {
    let ([old, new], [same, changed]) = (trees!(u8, u16), trees!(u8, u32));
    assert_eq!(fingerprints(&[old]), fingerprints(&[same]));
    assert_ne!(fingerprints(&[old, new]), fingerprints(&[old, changed]));
    assert_ne!(fingerprints(&[old, new]), fingerprints(&[new, old]));
    assert_ne!(fingerprints(&[old, old, new]), fingerprints(&[old, new, new]));
}

#[test]
fn which_of_two_types_of_one_path_and_text_is_which_counts() {
    let [one, other] = trees!(u8, u8);
    assert_eq!(fingerprints(&[one, one]), fingerprints(&[other, other]));
    assert_ne!(fingerprints(&[one, one]), fingerprints(&[one, other]));
}

#[test]
fn two_interfaces_with_one_hash_of_64_bits_differ() {
    // Found in four minutes by a search for collisions of FNV-1a.
    let found = [("mlnenapcnmdacehb", u64::SHAPE), ("lnchbjpcmabnabkd", String::SHAPE)];
    let [one, other] = found.map(|(name, returns)| {
        let (receiver, since, parameters) = (Receiver::Ref, "", &[][..]);
        let method = |name, returns| MethodDescription {
            name,
            since,
            receiver,
            parameters,
            returns,
            is_lent: false,
            lifetimes: "",
        };
        let methods = Box::leak(Box::new([method("a", returns), method(name, <()>::SHAPE)]));
        let methods = &*methods;
        let (path, source, version) = ("tools::Tool", Source::UNKNOWN, "1.0");
        let (send, sync, hashes) = (true, true, hashes(methods));
        let interface = InterfaceDescription { path, source, version, send, sync, methods, hashes };
        let mut record = Writer::<1024>::new();
        let len = encode::interface_record(&mut record, &interface);
        encode::fingerprint(&record.filled(len))
    });
    assert_ne!(one, other);
}

#[test]
fn the_name_of_an_object_does_not_hide_which_of_two_interfaces_it_is() {
    static ONE: InterfaceDescription = InterfaceDescription { source: place(1), ..GARDEN };
    static OTHER: InterfaceDescription = InterfaceDescription { source: place(2), ..GARDEN };
    const A: &Shape = &Shape::object("garden::Garden", &ONE);
    const B: &Shape = &Shape::object("garden::Garden", &OTHER);
    assert_eq!(fingerprints(&[A, A]), fingerprints(&[B, B]));
    assert_ne!(fingerprints(&[A, A, B]), fingerprints(&[A, B, B]));
}

#[test]
fn arguments_of_generic_types_count() {
    assert_ne!(fingerprints(&[<Node<u8>>::SHAPE]), fingerprints(&[<Node<u16>>::SHAPE]));
    assert_ne!(fingerprints(&[<Node<Tree>>::SHAPE]), fingerprints(&[<Node<Nest>>::SHAPE]));
}

#[test]
fn lifetimes_count_and_names_of_parameters_do_not() {
    let method = |name, shape, is_lent, lifetimes| {
        let parameter = ParameterDescription { name, shape, is_lent, lifetimes };
        MethodDescription {
            name: "pick",
            since: "",
            receiver: Receiver::Ref,
            parameters: Box::leak(Box::new([parameter])),
            returns: <&str>::SHAPE,
            is_lent: true,
            lifetimes: "",
        }
    };
    let text = |method: &MethodDescription| {
        let mut text = Writer::<128>::new();
        method.write_signature(&mut text, Naming::Short(&[]));
        let len = text.len();
        String::from_utf8(text.filled(len)).unwrap()
    };
    let call = <Box<dyn Fn()>>::SHAPE;
    let (lent, kept) = (method("x", call, true, ""), method("x", call, false, ""));
    assert_ne!(lent.hash(), kept.hash());
    assert_eq!(lent.hash(), method("y", call, true, "").hash());
    assert_eq!(text(&lent), "fn pick(&self, x: Box<dyn Fn()>) -> &str where x: '_");
    assert_eq!(text(&kept), "fn pick(&self, x: Box<dyn Fn()>) -> &str");
    let (own, borrowed) =
        (method("x", <&str>::SHAPE, true, ""), method("x", <&str>::SHAPE, true, "'self"));
    assert_ne!(own.hash(), borrowed.hash());
    assert_eq!(text(&own), "fn pick(&self, x: &str) -> &str");
    assert_eq!(text(&borrowed), "fn pick(&self, x: &str) -> &str where x: 'self");
}

#[test]
fn lifetimes_of_fields_count() {
    const CALL: &Shape = <Box<dyn Fn()>>::SHAPE;
    const fn calls(lending: &'static str) -> Definition {
        let body = Body::Struct(Fields::Named(&[("now", CALL), ("later", CALL)]));
        Definition::new("m::Calls", &[], body).lending(lending, false)
    }
    static NOW: Definition = calls("now: '0 at 2");
    static LATER: Definition = calls("later: '0 at 2");
    const A: &Shape = &Shape::defined(&NOW, "m::Calls", &[]);
    const B: &Shape = &Shape::defined(&LATER, "m::Calls", &[]);
    assert_ne!(fingerprints(&[A]), fingerprints(&[B]));
    let mut text = Writer::<128>::new();
    NOW.write_text(&mut text);
    let len = text.len();
    let expected = "struct Calls { now: Box<dyn Fn()>, later: Box<dyn Fn()> } where now: '0 at 2";
    assert_eq!(String::from_utf8(text.filled(len)).unwrap(), expected);
}

#[test]
fn lifetimes_of_fields_count_if_an_object_is_among_them() {
    type Types = &'static [&'static Shape];
    let is_told = |fields: Types, has_several| {
        let outer = |lending| {
            let body = Body::Struct(Fields::Tuple(fields));
            Definition::new("m::Outer", &[], body).lending(lending, has_several)
        };
        let (plain, lending) = (outer(""), outer("0: '0 at 2"));
        let mut text = Writer::<96>::new();
        lending.write_text(&mut text);
        let len = text.len();
        let is_told = String::from_utf8(text.filled(len)).unwrap().ends_with(" where 0: '0 at 2");
        assert_eq!(is_told, plain.fingerprint() != lending.fingerprint());
        is_told
    };
    static WORD: Definition =
        Definition::new("m::Word", &[], Body::Struct(Fields::Tuple(&[<&str>::SHAPE])));
    static CALL: Definition =
        Definition::new("m::Call", &[], Body::Struct(Fields::Tuple(&[<Box<dyn Fn()>>::SHAPE])));
    const WORDS: Types = &[&Shape::defined(&WORD, "m::Word", &[])];
    const CALLS: Types = &[&Shape::defined(&CALL, "m::Call", &[])];
    assert!(!is_told(WORDS, false) && is_told(WORDS, true) && is_told(CALLS, false));
    assert!(!is_told(&[<&dyn Fn()>::SHAPE], false));
}

/// A description of these types, as constants.
const GARDEN: InterfaceDescription = InterfaceDescription {
    path: "garden::Garden",
    source: Source::UNKNOWN,
    version: "1.0",
    send: true,
    sync: true,
    methods: METHODS,
    hashes: &method_hashes::<1>(METHODS),
};

const METHODS: &[MethodDescription] = &[MethodDescription {
    name: "grow",
    since: "",
    receiver: Receiver::Ref,
    parameters: &[ParameterDescription {
        name: "trees",
        shape: <Vec<Tree>>::SHAPE,
        is_lent: false,
        lifetimes: "",
    }],
    returns: <Node<Tree>>::SHAPE,
    is_lent: false,
    lifetimes: "",
}];

#[test]
fn the_record_of_an_interface_has_each_type_once() {
    const DRAFT: Draft = Draft::new(&GARDEN);
    const RECORD: [u8; DRAFT.len()] = DRAFT.record(&GARDEN);
    for definition in [
        "struct Tree { kids: Vec<Tree>, nest: Option<Box<Nest>> }",
        "struct Node<T> { value: T, next: Option<Box<Node<T>>> }",
        "struct Nest(Tree, u8)",
    ] {
        let found = RECORD.windows(definition.len()).filter(|text| *text == definition.as_bytes());
        assert_eq!(found.count(), 1, "{definition}");
    }
}
