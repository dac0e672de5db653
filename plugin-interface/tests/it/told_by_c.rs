//! What a plugin in C passes to an object or a closure of a host is validated,
//! wherever the object was before.

use fixture_interface::foreign::*;
use plugin_interface::CallError;

use crate::calls::panic_of;
use crate::objects_of_c::{choir, listener};

/// Counts what arrives, and holds that it is what its type says.
struct Host;

impl Told for Host {
    fn text(&self, text: &str) -> u32 {
        assert!(std::str::from_utf8(text.as_bytes()).is_ok(), "the text is not UTF-8");
        text.len() as u32
    }

    fn own(&self, text: String) -> u32 {
        self.text(&text)
    }

    fn flags(&self, flags: &[bool]) -> u32 {
        flags.len() as u32
    }

    fn places(&self, places: &mut [&mut [u8]]) -> u32 {
        places.iter().map(|place| place.len() as u32).sum()
    }

    fn flag(&self, flag: bool) -> u32 {
        flag.into()
    }
}

/// What the plugin tells, by its number, and what is answered.
const RIGHT: &[(u32, u32)] = &[(0, 2), (2, 2), (4, 2), (6, 3), (8, 1), (10, 0), (12, 0), (14, 0)];

const TEXT: &str = "text must be UTF-8, found a bad byte at 1";
const BOOL: &str = "a bool must be 0 or 1, found 2";
const NULL: &str = "a pointer must not be null";
const WRONG: &[(u32, &str)] = &[
    (1, TEXT),
    (3, TEXT),
    (5, BOOL),
    (7, NULL),
    (9, BOOL),
    (11, NULL),
    (13, NULL),
    (15, NULL),
    (17, "a pointer must be aligned for its target, found 0x"),
    (19, "a length must not exceed its memory, found 18446744073709551615"),
];

#[track_caller]
fn refused(what: u32, answer: Result<u32, CallError>, expected: &str) {
    match answer {
        Err(CallError::Panicked { message, .. }) => {
            let expected = format!("the caller passed an invalid value: {expected}");
            assert!(message.starts_with(&expected), "{what}: {message}");
        }
        other => panic!("{what}: {other:?}"),
    }
}

#[test]
fn an_object_that_is_lent_validates_what_it_is_told() {
    let choir = choir("choir_tells");
    let checked = ChoirProxy::checked(&choir);
    for &(what, expected) in RIGHT {
        assert_eq!(choir.tell(&Host, what), expected, "{what}");
    }
    for &(what, expected) in WRONG {
        refused(what, checked.tell(&Host, what), expected);
    }
}

#[test]
fn an_object_that_is_given_away_validates_what_it_is_told() {
    let choir = choir("choir_tells_owner");
    let checked = ChoirProxy::checked(&choir);
    for &(what, expected) in RIGHT {
        assert_eq!(choir.tell_owner(Box::new(Host), what), expected, "{what}");
    }
    for &(what, expected) in WRONG {
        refused(what, checked.tell_owner(Box::new(Host), what), expected);
    }
}

#[test]
fn a_closure_validates_what_it_is_told() {
    let choir = choir("choir_tells_closure");
    let told = |text: String| Host.own(text);
    assert_eq!(choir.tell_closure(&told, 0), 2);
    refused(1, ChoirProxy::checked(&choir).tell_closure(&told, 1), TEXT);
}

#[test]
fn an_object_of_a_plugin_in_rust_validates_what_a_plugin_in_c_tells_it() {
    let (choir, listener) = (choir("choir_tells_ear"), listener("told_ear"));
    for &(what, expected) in RIGHT.iter().filter(|(what, _)| *what != 6) {
        assert_eq!(listener.hear_told(&choir, what), expected, "{what}");
    }
    for &(what, expected) in WRONG {
        let message = panic_of(|| listener.hear_told(&choir, what));
        let expected = format!("the caller passed an invalid value: {expected}");
        assert!(message.starts_with(&expected), "{what}: {message}");
    }
}
