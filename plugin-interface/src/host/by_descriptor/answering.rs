//! Tests of proxies whose calls a function answers.
#![expect(
    unsafe_code,
    clippy::undocumented_unsafe_blocks,
    reason = "`__generate!` is of this crate, so its `unsafe` is seen"
)]

use std::sync::atomic::{AtomicU8, Ordering};

use super::answered::Answered;
use super::error::DynamicError;
use super::transfer::{HEAD, Reply};
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

type Answer = Result<Vec<u8>, String>;

/// A proxy of which each method gets the bytes of its arguments and returns a reply.
fn proxy(answer: impl Fn(usize, &[u8]) -> Answer + Send + Sync + 'static) -> EditsProxy {
    let answer = move |method, message: &mut Vec<u8>| {
        *message = answer(method, &message[HEAD..])?;
        Ok(0)
    };
    Answered::proxy::<dyn Edits>(9, Box::new(answer)).unwrap()
}

/// Returns the reply of a method that returned.
fn returned(parts: &[&[u8]]) -> Answer {
    Ok([&[0], &*parts.concat()].concat())
}

/// Returns the bytes of a text, or of a row of bytes.
fn row(bytes: &[u8]) -> Vec<u8> {
    [&(bytes.len() as u32).to_le_bytes(), bytes].concat()
}

const UNIT: &[u8] = &[0];

#[test]
fn arguments_arrive_and_what_is_lent_comes_back_changed() {
    let edits = proxy(|method, arguments| match method {
        0 => {
            let Some(([1, 2, 0, 0, 0], [a, b, times])) = arguments.split_first_chunk() else {
                assert_eq!(arguments, [&[1][..], &row(b"ababab"), &[0]].concat());
                return returned(&[&0_usize.to_ne_bytes(), &[1], &row(b"")]);
            };
            let text = [*a, *b].repeat(usize::from(*times));
            returned(&[&text.len().to_ne_bytes(), &[1], &row(&text)])
        }
        1 => {
            let long = row(&[b'a'; 100]);
            assert_eq!(arguments, [&[1, 2, 0, 0, 0, 1][..], &long, &[0]].concat());
            returned(&[UNIT, &[1, 3, 0, 0, 0, 0, 1], &long, &[0]])
        }
        2 => {
            let number = u64::from_ne_bytes(arguments[1..].try_into().unwrap()) + 1;
            returned(&[UNIT, &[1], &number.to_ne_bytes()])
        }
        3 if arguments.len() == 4 => returned(&[UNIT, arguments]),
        3 => {
            let [3, 0, 0, 0, a, b, c, d, e, f] = *arguments else { panic!("{arguments:?}") };
            returned(&[UNIT, &[3, 0, 0, 0, e, f, c, d, a, b]])
        }
        6 => {
            assert!(arguments.is_empty());
            returned(&[UNIT])
        }
        7 => returned(&[&row(&[&arguments[4..], b"!"].concat())]),
        8 => returned(&[&arguments[arguments.len() - 2..]]),
        other => panic!("{other}"),
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
    assert_eq!(edits.take("x".repeat(1000)).len(), 1001);
    assert_eq!(edits.last(1, (2.0, 6.0), (3, 4), 5, [7; 40], -8), -8);
}

#[test]
fn what_is_returned_by_reference_stays_where_it_is() {
    let calls = AtomicU8::new(0);
    let edits = proxy(move |method, _| {
        let digit = b'0' + calls.fetch_add(1, Ordering::Relaxed) % 2;
        match method {
            4 => returned(&[&row(&[b"word ", &[digit][..]].concat())]),
            _ => returned(&[&[2, 0, 0, 0], &row(b"a"), &[0], &row(b"b"), &[1], &row(&[digit])]),
        }
    });
    let [first, second, third] = [edits.word(), edits.word(), edits.word()];
    assert_eq!([first, second, third], ["word 0", "word 1", "word 0"]);
    assert_eq!(first.as_ptr(), third.as_ptr(), "each value once");
    let words = edits.words();
    assert_eq!(words, [("a", None), ("b", Some("1"))]);
    assert_eq!(edits.words()[0].0.as_ptr(), words[0].0.as_ptr());
}

#[test]
fn an_invalid_reply_is_an_error_and_changes_nothing() {
    let lost = |result: Result<(), CallError>, expected: &str| match result {
        Err(CallError::Lost { message, .. }) => assert!(message.contains(expected), "{message}"),
        other => panic!("{other:?}"),
    };
    let always = |reply: Answer| proxy(move |_, _| reply.clone());
    let six = 6_usize.to_ne_bytes();
    let mut text = "kept".to_owned();
    for (reply, expected) in [
        (Ok(vec![]), "expected 1 bytes more in the message, found 0"),
        (Ok(vec![5]), "expected a kind of reply below 5, found 5"),
        (returned(&[&six[..7]]), "bytes more in the message, found 7"),
        (returned(&[&six]), "`text`: expected 1 bytes more in the message, found 0"),
        (returned(&[&six, &[1], &row(b"\xff")]), "`text`: text must be UTF-8"),
        (returned(&[&six, &[1, 9, 0, 0, 0], b"short"]), "`text`: "),
        (returned(&[&six, &[1, 0xff, 0xff, 0xff, 0xff]]), "`text`: "),
        (returned(&[&six, &[1], &row(b"new"), b"?"]), "found 1 bytes more"),
        (Ok([&[1][..], &six].concat()), "only a `Result` may be an error"),
    ] {
        let edits = always(reply);
        lost(EditsProxy::checked(&edits).text(&mut text, 1).map(drop), expected);
        assert_eq!(text, "kept");
    }
    let mut numbers = [1, 2];
    for (reply, expected) in [
        (returned(&[UNIT, &[1, 0, 0, 0, 7, 7]]), "`row`: expected 2 values, found 1"),
        (returned(&[UNIT, &[2, 0, 0, 0, 7, 7, 7]]), "`row`: expected 4 bytes more"),
        (Ok([&[1][..], &row(b"\xff"), &[2, 0, 0, 0, 7, 7, 7, 7]].concat()), "must be UTF-8"),
    ] {
        let edits = always(reply);
        lost(EditsProxy::checked(&edits).row(&mut numbers).map(drop), expected);
        assert_eq!(numbers, [1, 2]);
    }
    let edits = always(Ok([&[1][..], &row(b"no"), &[2, 0, 0, 0, 3, 0, 4, 0]].concat()));
    assert_eq!(edits.row(&mut numbers), Err("no".to_owned()));
    assert_eq!(numbers, [3, 4]);
}

#[test]
fn panics_and_losses_are_those_of_the_call() {
    let location = PanicLocation::known("src/lib.rs".to_owned(), 3, 7);
    let reported = location.clone();
    let edits = proxy(move |method, _| match method {
        2 => Err("it died".to_owned()),
        1 => panic!("here"),
        _ => {
            let mut reply = Vec::new();
            let (message, location) = ("no".to_owned(), reported.clone());
            Reply::Panicked { message, location }.write(&mut reply);
            Ok(reply)
        }
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
    let never =
        || Box::new(|_: usize, _: &mut Vec<u8>| -> Result<usize, String> { unreachable!() });
    let lends = Answered::proxy::<dyn Lends>(1, never()).map(drop);
    let Err(error @ DynamicError::Unsupported { .. }) = lends else { panic!("{lends:?}") };
    assert!(error.to_string().contains("lend(&mut self)"), "{error}");
    let calls = Answered::proxy::<dyn Calls>(1, never()).map(drop).unwrap_err();
    assert!(calls.to_string().contains("cannot go to another process"), "{calls}");
}
