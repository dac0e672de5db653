//! Methods that return parts of their arguments, which may outlive the library.

use std::borrow::Cow;

use fixture_interface::splitting::{Reply, Splitter, SplitterProxy, Words};
use plugin_interface::{CallError, PluginManager};

use crate::calls::panic_of;
use crate::fixtures::{Directory, is_mapped};
use crate::objects::wait_until_unmapped;

fn splitter(name: &str) -> SplitterProxy {
    let directory = Directory::new();
    directory.add("objects", name);
    PluginManager::new().load::<dyn Splitter>(directory.path()).unwrap().remove(0)
}

#[test]
fn what_a_method_returns_of_its_arguments_outlives_the_library() {
    let name = "splitting";
    let splitter = splitter(name);
    let (text, numbers) = (String::from("one two Three"), [1_u16, 2, 3]);
    let (first, words) = (splitter.first(&text), splitter.words(&text));
    let longer = splitter.longer(&numbers, Some(&numbers[2..]));
    let equal = splitter.longer(&numbers, Some(&[9, 9, 9]));
    let (same, lower) = (splitter.normal(" a b "), splitter.normal(&text));
    let (unit, again) = (splitter.unit(&text), splitter.unit("x"));
    drop(splitter);
    wait_until_unmapped(name);
    assert!(!is_mapped(name));
    // Parts of the arguments, not copies.
    assert!(first == "one" && std::ptr::eq(first.as_ptr(), text.as_ptr()));
    assert!(words == ["one", "two", "Three"] && std::ptr::eq(words[2], &text[8..]));
    assert!(longer == Ok(&numbers[1..]) && std::ptr::eq(longer.unwrap(), &numbers[1..]));
    assert!(equal == Err(&3) && std::ptr::eq(equal.unwrap_err(), &numbers[2]));
    assert!(matches!(same, Cow::Borrowed("a b")));
    assert!(matches!(&lower, Cow::Owned(lower) if lower == "one two three"));
    // What was a static of the library.
    assert_eq!(unit, ("of this library", &[3, 1, 4][..], Cow::Borrowed("static")));
    assert!(std::ptr::eq(unit.0, again.0) && std::ptr::eq(unit.1, again.1));
    assert!(matches!(unit.2, Cow::Owned(_)));
}

#[test]
fn a_static_that_is_in_a_shorter_argument_is_copied() {
    let name = "splitting-own";
    let splitter = splitter(name);
    let longer = String::from("longer");
    let own: &'static str = splitter.own_for("text", splitter.own(), splitter.own(), "longer");
    let part = splitter.own_for("", "", "", &longer);
    drop(splitter);
    wait_until_unmapped(name);
    assert!(!is_mapped(name));
    assert_eq!(own, "a static of this library");
    assert!(part == "longer" && std::ptr::eq(part, &*longer));
}

#[test]
fn a_derived_type_borrows_from_the_argument_that_it_was() {
    let mut splitter = splitter("splitting-derived");
    let mut lines = Vec::new();
    let mut log = |line| lines.push(line);
    let reply = |text| Reply { from: "host".into(), kind: "question", text, code: None };
    let text = String::from("text");
    let answer = splitter.answer(reply(Cow::Borrowed(&text)), &mut log).unwrap().unwrap();
    assert_eq!(splitter.answer(reply("".into()), &mut log), Ok(None));
    assert_eq!(splitter.answer(reply("bad".into()), &mut log), Err("bad".to_owned()));
    let owned = splitter.answer(reply(Cow::Owned(text.clone())), &mut log).unwrap().unwrap();
    assert_eq!(lines, ["1 text", "2 ", "3 bad", "4 text"]);
    drop(splitter);
    assert_eq!(answer, Reply { kind: "answer", code: Some(1), ..reply("text".into()) });
    assert_eq!(owned, Reply { kind: "answer", code: Some(4), ..reply("text".into()) });
}

#[test]
fn a_part_of_an_argument_that_nobody_can_find_is_refused() {
    let splitter = splitter("splitting-hidden");
    let words = Words { first: "first" };
    let expected = "return a `Cow`";
    let message = panic_of(|| splitter.kind((1, words)).len());
    assert!(message.contains(expected), "{message}");
    let error = SplitterProxy::checked(&splitter).kind((1, words)).unwrap_err();
    assert!(matches!(error, CallError::Invalid { .. }), "{error:?}");
    // An empty one is in no memory.
    assert_eq!(splitter.kind((1, Words { first: "" })), "");
}

#[test]
fn a_lifetime_that_self_outlives_is_a_borrow_of_self_too() {
    let splitter = splitter("splitting-self");
    let prompt = String::from("> ");
    assert!(matches!(splitter.shortest(&prompt), Cow::Borrowed("> ")));
    assert_eq!(splitter.shortest("a long prompt"), "own");
}
