//! Tests of proxies whose calls a function answers.
#![expect(
    unsafe_code,
    clippy::undocumented_unsafe_blocks,
    reason = "`__generate!` is of this crate, so its `unsafe` is seen"
)]

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::answered::{Answered, Reply};
use super::error::DynamicError;
use crate::{CallError, PanicLocation, plugin_interface};

/// Changes what is lent, and returns what is borrowed.
#[plugin_interface]
trait Edits: Send + Sync {
    fn text(&self, text: &mut String, times: u8) -> usize;
    fn list(&self, list: &mut Vec<Option<String>>);
    fn number(&self, number: &mut u64);
    fn row(&self, row: &mut [u16]) -> Result<(), String>;
    fn word(&self) -> &str;
    fn words(&self) -> Vec<(&str, Option<&str>)>;
    fn nothing(&self, nothing: [u32; 0]);
    fn take(&mut self, text: String) -> String;
    fn last(&self, a: u8, b: (f32, f64), c: (u64, u64), d: u128, e: [u8; 40], f: i16) -> i16;
}

/// Has a method that returns what another process cannot change.
#[plugin_interface]
trait Lends {
    fn lend(&mut self) -> &mut [u8];
}

/// Takes a closure.
#[plugin_interface]
trait Calls {
    fn call(&self, what: &dyn Fn(u32) -> u32);
}

fn proxy(answer: impl Fn(&str, Vec<Value>) -> Reply + Send + Sync + 'static) -> EditsProxy {
    Answered::proxy::<dyn Edits>(9, Box::new(answer)).unwrap()
}

/// Returns the proxy of one that always answers so.
fn always(value: Value, changed: Value) -> EditsProxy {
    let changed: Vec<(String, Value)> =
        changed.as_object().unwrap().iter().map(|(k, v)| (k.clone(), v.clone())).collect();
    proxy(move |_, _| Reply::Returned { value: value.clone(), changed: changed.clone() })
}

#[test]
fn arguments_arrive_and_what_is_lent_comes_back_changed() {
    let edits = proxy(|method, arguments| {
        let (value, changed) = match (method, &arguments[..]) {
            ("text", [Value::String(text), times]) => {
                let changed = text.repeat(times.as_u64().unwrap() as usize);
                (json!(changed.len()), vec![("text".to_owned(), json!(changed))])
            }
            ("list", [Value::Array(list)]) => {
                let changed = list.iter().rev().cloned().chain([Value::Null]).collect::<Vec<_>>();
                (Value::Null, vec![("list".to_owned(), json!(changed))])
            }
            ("number", [number]) => {
                let changed = number.as_u64().unwrap() + 1;
                (Value::Null, vec![("number".to_owned(), json!(changed))])
            }
            ("row", [Value::Array(row)]) => {
                let changed: Vec<_> = row.iter().rev().collect();
                (json!({ "Ok": null }), vec![("row".to_owned(), json!(changed))])
            }
            ("nothing", [nothing]) => {
                assert_eq!(*nothing, json!([]));
                (Value::Null, vec![])
            }
            ("take", [text]) => (json!(format!("{text}!")), vec![]),
            ("last", [.., last]) => (last.clone(), vec![]),
            other => panic!("{other:?}"),
        };
        Reply::Returned { value, changed }
    });
    let mut text = "ab".to_owned();
    assert_eq!(edits.text(&mut text, 3), 6);
    assert_eq!(text, "ababab");
    assert_eq!(edits.text(&mut text, 0), 0);
    assert_eq!(text, "");
    let mut list = vec![Some("a".repeat(100)), None];
    edits.list(&mut list);
    assert_eq!(list, [None, Some("a".repeat(100)), None]);
    let mut number = u64::MAX - 1;
    edits.number(&mut number);
    assert_eq!(number, u64::MAX);
    let mut row = [1, 2, 3];
    assert_eq!(edits.row(&mut row), Ok(()));
    assert_eq!(row, [3, 2, 1]);
    assert_eq!(edits.row(&mut []), Ok(()));
    edits.nothing([]);
    let mut edits = edits;
    assert_eq!(edits.take("x".repeat(1000)).len(), 1003);
    assert_eq!(edits.last(1, (2.0, 6.0), (3, 4), 5, [7; 40], -8), -8);
}

#[test]
fn what_is_returned_by_reference_stays_where_it_is() {
    let calls = AtomicUsize::new(0);
    let edits = proxy(move |method, _| {
        let call = calls.fetch_add(1, Ordering::Relaxed);
        let value = match method {
            "word" => json!(format!("word {}", call % 2)),
            _ => json!([["a", null], ["b", format!("{}", call % 2)]]),
        };
        Reply::Returned { value, changed: vec![] }
    });
    let [first, second, third] = [edits.word(), edits.word(), edits.word()];
    assert_eq!([first, second, third], ["word 0", "word 1", "word 0"]);
    assert_eq!(first.as_ptr(), third.as_ptr(), "each value once");
    let words = edits.words();
    assert_eq!(words, [("a", None), ("b", Some("1"))]);
    assert_eq!(edits.words()[0].0.as_ptr(), words[0].0.as_ptr());
}

#[test]
fn an_invalid_answer_is_an_error_and_changes_nothing() {
    let lost = |result: Result<(), CallError>, expected: &str| match result {
        Err(CallError::Lost { message, .. }) => assert!(message.contains(expected), "{message}"),
        other => panic!("{other:?}"),
    };
    let mut text = "kept".to_owned();
    for (value, changed, expected) in [
        (json!("six"), json!({ "text": "new" }), "expected usize, found \"six\""),
        (json!(6), json!({ "text": 7 }), "`text`: expected"),
        (json!(6), json!({}), "`text`: expected its new value, found null"),
        (json!(-1), json!({ "text": "new" }), "found -1"),
    ] {
        let edits = always(value, changed);
        lost(EditsProxy::checked(&edits).text(&mut text, 1).map(drop), expected);
        assert_eq!(text, "kept");
    }
    let mut row = [1, 2];
    for (value, changed, expected) in [
        (json!({ "Ok": null }), json!({ "row": [1] }), "expected 2 values"),
        (json!({ "Ok": null }), json!({ "row": [1, 65536] }), "found 65536"),
        (json!(null), json!({ "row": [3, 4] }), "expected {\"Ok\": ..} or {\"Err\": ..}"),
        (json!({ "Ok": null, "Err": "" }), json!({ "row": [3, 4] }), "expected {\"Ok\": ..}"),
    ] {
        let edits = always(value, changed);
        lost(EditsProxy::checked(&edits).row(&mut row).map(drop), expected);
        assert_eq!(row, [1, 2]);
    }
    let edits = always(json!({ "Err": "no" }), json!({ "row": [3, 4] }));
    assert_eq!(edits.row(&mut row), Err("no".to_owned()));
    assert_eq!(row, [3, 4]);
}

#[test]
fn panics_and_losses_are_those_of_the_call() {
    let location = PanicLocation::known("src/lib.rs".to_owned(), 3, 7);
    let reported = location.clone();
    let edits = proxy(move |method, _| match method {
        "number" => Reply::Lost { message: "it died".to_owned() },
        "list" => panic!("here"),
        _ => Reply::Panicked { message: "no".to_owned(), location: reported.clone() },
    });
    let checked = EditsProxy::checked(&edits);
    let lost = checked.number(&mut 1).unwrap_err();
    assert_eq!(lost.to_string(), "Edits::number: it died");
    let Err(CallError::Panicked { message, location: found, .. }) = checked.word() else {
        panic!("a panic")
    };
    assert_eq!((message.as_str(), found), ("no", location));
    assert!(matches!(checked.list(&mut vec![]), Err(CallError::Lost { .. })));
    let message = std::panic::catch_unwind(|| edits.number(&mut 1)).unwrap_err();
    assert_eq!(message.downcast_ref::<String>().unwrap(), "Edits::number: it died");
}

#[test]
fn what_is_no_value_is_refused_by_name() {
    let never = || Box::new(|_: &str, _| -> Reply { unreachable!() });
    let lends = Answered::proxy::<dyn Lends>(1, never()).map(drop);
    let Err(error @ DynamicError::Unsupported { .. }) = lends else { panic!("{lends:?}") };
    assert!(error.to_string().contains("lend(&mut self)"), "{error}");
    let calls = Answered::proxy::<dyn Calls>(1, never()).map(drop).unwrap_err();
    assert!(calls.to_string().contains("cannot go to another process"), "{calls}");
}
