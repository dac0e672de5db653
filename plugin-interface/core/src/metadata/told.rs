//! Holds what the tokens of a type tell about its lifetimes against the type itself,
//! when an interface is compiled.
//!
//! A description has the lifetimes of a type by its tokens. Behind an alias the
//! compiler sees more than they tell: whether something is lent at all, and how many
//! parts may borrow. If these do not agree, two libraries could write one text for
//! types of which one keeps what the other lends.

use crate::boundary::Shape;
use crate::metadata::ParameterDescription;

/// What the tokens tell of one type: whether it is lent, its name, and whether it is
/// behind a reference.
pub type Told = (bool, &'static Shape, bool);

/// Describes a parameter. `hides` states whether it has a lifetime that is not written,
/// beside those that are; it is `None` if none is.
#[track_caller]
pub const fn parameter(
    name: &'static str,
    shape: &'static Shape,
    is_lent: bool,
    lifetimes: &'static str,
    hides: Option<bool>,
    told: &[Told],
) -> ParameterDescription {
    let hides = match hides {
        Some(hides) => hides,
        None => is_lent,
    };
    // The definition of a derived type tells what it borrows.
    assert!(
        !hides || !shape.shows_object(),
        "an object in it hides its lifetime: write `'_` in angle brackets behind each type that borrows, as in `Context<'_>`",
    );
    is_told(told);
    ParameterDescription { name, shape, is_lent, lifetimes }
}

/// Returns the lifetimes of a type that count. They tell which of several parts is lent,
/// so that they count only if one of these is an object.
pub const fn of_objects(shape: &Shape, lifetimes: &'static str) -> &'static str {
    if shape.owns_objects() { lifetimes } else { "" }
}

/// Checks types whose lifetimes their tokens tell.
#[track_caller]
pub const fn is_told(told: &[Told]) {
    let mut i = 0;
    while i < told.len() {
        let (is_lent, shape, is_behind_reference) = told[i];
        assert!(
            is_lent,
            "the type does not use the lifetime that is written: remove it here and from the alias",
        );
        assert!(
            !shape.hides_several(is_behind_reference as usize),
            "an alias hides which of several parts borrows: write out the type for which it stands, or derive `FfiSafe` for a struct",
        );
        i += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FfiSafe;
    use crate::boundary::{Body, Definition, Fields};

    type Call = Box<dyn Fn()>;

    static WORD: Definition =
        Definition::new("a::Word", &[], Body::Struct(Fields::Tuple(&[<&str>::SHAPE])));
    static SIZE: Definition =
        Definition::new("a::Size", &[], Body::Struct(Fields::Tuple(&[u32::SHAPE])));

    #[test]
    #[should_panic(expected = "an object in it hides its lifetime")]
    fn an_object_beside_what_is_written_hides_no_lifetime() {
        parameter("call", <(Call, &str)>::SHAPE, true, "", Some(true), &[]);
    }

    #[test]
    #[should_panic(expected = "an object in it hides its lifetime")]
    fn an_object_alone_hides_no_lifetime() {
        parameter("call", Call::SHAPE, true, "", None, &[]);
    }

    #[test]
    #[should_panic(expected = "hides which of several parts borrows")]
    fn an_object_beside_another_part_is_refused() {
        is_told(&[(true, Call::SHAPE, false), (true, <(&str, Call)>::SHAPE, false)]);
    }

    #[test]
    #[should_panic(expected = "hides which of several parts borrows")]
    fn an_object_beside_a_type_whose_fields_borrow_is_refused() {
        const ALIKE: [&Shape; 2] = [&Shape::defined(&WORD, "a::Word", &[]), Call::SHAPE];
        is_told(&[(true, &Shape::Tuple(&ALIKE), false)]);
    }

    #[test]
    fn an_object_beside_a_type_that_owns_its_fields_is_the_one_that_borrows() {
        const ALIKE: [&Shape; 2] = [&Shape::defined(&SIZE, "a::Size", &[]), Call::SHAPE];
        is_told(&[(true, &Shape::Tuple(&ALIKE), false)]);
    }

    #[test]
    #[should_panic(expected = "does not use the lifetime")]
    fn a_lifetime_that_is_not_used_is_refused() {
        is_told(&[(false, Call::SHAPE, false)]);
    }

    #[test]
    fn lifetimes_of_several_parts_count_if_one_is_an_object() {
        static CALLS: Definition =
            Definition::new("a::Calls", &[], Body::Struct(Fields::Tuple(&[Call::SHAPE])));
        const WITHIN: [&Shape; 2] = [&Shape::defined(&CALLS, "a::Calls", &[]), <&str>::SHAPE];
        const WORDS: [&Shape; 2] = [&Shape::defined(&WORD, "a::Word", &[]), <&dyn Fn()>::SHAPE];
        for (shape, expected) in [
            (<(Call, &str)>::SHAPE, "'_ at 2"),
            (<(Vec<Call>, &str)>::SHAPE, "'_ at 2"),
            (&Shape::Tuple(&WITHIN), "'_ at 2"),
            (&Shape::Tuple(&WORDS), ""),
        ] {
            assert_eq!(of_objects(shape, "'_ at 2"), expected, "{shape:?}");
        }
    }

    #[test]
    fn what_hides_no_object_and_what_is_told_is_described() {
        let told = [(true, Call::SHAPE, false), (true, <&str>::SHAPE, true)];
        let found = parameter("call", <(Call, &str)>::SHAPE, true, "'_ at 2", Some(false), &told);
        assert!(found.is_lent && found.lifetimes == "'_ at 2");
        let found = parameter("words", <(&str, u8)>::SHAPE, true, "", Some(true), &[]);
        assert!(found.is_lent && found.lifetimes.is_empty());
    }
}
