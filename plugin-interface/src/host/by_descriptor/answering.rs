//! Tests of proxies whose calls a function answers.
#![expect(
    unsafe_code,
    clippy::undocumented_unsafe_blocks,
    reason = "`__generate!` is of this crate, so its `unsafe` is seen"
)]

use std::borrow::Cow;
use std::fmt;
use std::num::NonZero;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, Weak};

use proptest::prelude::*;

use super::answered::{Answered, serve};
use super::error::DynamicError;
use super::transfer::{
    Exports, HEAD, Handle, Outgoing, Peer, PeerAnswer, RELEASE, Reply, call_and_forget,
};
use crate::interface::Interface;
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

/// Lends numbers that may not have each value.
#[plugin_interface]
trait Marks: Send + Sync {
    fn mark(&self, flags: &mut [bool], letter: &mut char, count: &mut NonZero<u8>);
}

/// Has a method that returns what another process cannot change.
#[plugin_interface]
trait Lends {
    fn lend(&mut self) -> &mut [u8];
}

/// Returns parts of its arguments, within a type.
#[plugin_interface]
trait Splits: Send + Sync {
    fn split<'a>(&self, text: &'a str) -> Vec<Part<'a>>;
}

#[derive(crate::FfiSafe)]
struct Part<'a> {
    text: &'a str,
}

/// Lends what is behind other references, and in options.
#[plugin_interface]
trait Fills: Send + Sync {
    fn fill(&self, rows: &mut [&mut [u16]], last: Option<&mut u8>) -> Result<(), String>;
}

/// Returns what it owns, or borrows from its arguments.
#[plugin_interface]
trait Trims: Send + Sync {
    fn trim<'a>(&self, text: &'a str) -> Cow<'a, str>;
}

/// Lends the owner of an object.
#[plugin_interface]
trait Rows {
    fn row(&self, what: &Arc<dyn Tally>);
}

type Answer = Result<Vec<u8>, String>;

/// Another process, as a function answers for it.
struct Elsewhere<F> {
    answer: F,
    exports: Exports,
    this: Weak<Self>,
}

impl<F> fmt::Debug for Elsewhere<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Elsewhere")
    }
}

impl<F> Peer for Elsewhere<F>
where
    F: Fn(&Arc<dyn Peer>, Outgoing<'_>, &mut Vec<u8>) -> Result<usize, String>,
    F: Send + Sync + 'static,
{
    fn call(&self, call: Outgoing<'_>, message: &mut Vec<u8>) -> Result<PeerAnswer, String> {
        let this: Arc<dyn Peer> = self.this.upgrade().unwrap();
        let begin = (self.answer)(&this, call, message)?;
        Ok(PeerAnswer { begin, lane: 0 })
    }

    fn call_waker(&self, call: Outgoing<'static>) {
        call_and_forget(self, call);
    }

    fn exports(&self) -> &Exports {
        &self.exports
    }
}

/// Returns a proxy of the first methods, which a function answers.
fn answered<I: Interface + ?Sized>(
    count: usize,
    answer: impl Fn(usize, &mut Vec<u8>) -> Result<usize, String> + Send + Sync + 'static,
) -> Result<I::Proxy, DynamicError> {
    elsewhere::<I>(count, move |_, call, message| answer(call.method as usize, message))
}

/// Does the same. The function may call what it is given or lent.
pub(super) fn elsewhere<I: Interface + ?Sized>(
    count: usize,
    answer: impl Fn(&Arc<dyn Peer>, Outgoing<'_>, &mut Vec<u8>) -> Result<usize, String>
    + Send
    + Sync
    + 'static,
) -> Result<I::Proxy, DynamicError> {
    let (exports, this) = (Exports::default(), Weak::clone);
    let peer: Arc<dyn Peer> =
        Arc::new_cyclic(|weak| Elsewhere { answer, exports, this: this(weak) });
    let peers = move |call: &mut dyn FnMut(&Arc<dyn Peer>)| {
        call(&peer);
        Ok(())
    };
    Answered::proxy::<I>(count, (0, None), Box::new(peers))
}

/// A proxy of which each method gets the bytes of its arguments and returns a reply.
fn proxy(answer: impl Fn(usize, &[u8]) -> Answer + Send + Sync + 'static) -> EditsProxy {
    let answer = move |method, message: &mut Vec<u8>| {
        *message = answer(method, &message[HEAD..])?;
        Ok(0)
    };
    answered::<dyn Edits>(9, answer).unwrap()
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
fn what_is_lent_never_has_a_value_that_its_type_has_not() {
    let flags = |bytes: [u8; 2]| [&[2, 0, 0, 0], &bytes[..]].concat();
    let letter = |number: u32| [&[1], &number.to_ne_bytes()[..]].concat();
    let mark = |parts: [Vec<u8>; 3], values: &mut ([bool; 2], char, NonZero<u8>)| {
        let reply = [&[0], UNIT, &parts.concat()].concat();
        let answer = move |_: usize, message: &mut Vec<u8>| {
            *message = reply.clone();
            Ok(0)
        };
        let marks = answered::<dyn Marks>(1, answer).unwrap();
        let (flags, letter, count) = values;
        MarksProxy::checked(&marks).mark(flags, letter, count).map_err(|error| error.to_string())
    };
    let before = ([true, false], 'a', NonZero::<u8>::MIN);
    let mut values = before;
    for (parts, expected) in [
        ([flags([1, 2]), letter(98), vec![1, 2]], "`flags`: a bool must be 0 or 1, found 2"),
        ([flags([1, 1]), letter(0xd800), vec![1, 2]], "`letter`: a char must be"),
        ([flags([1, 1]), letter(98), vec![1, 0]], "`count`: a NonZero must not be 0"),
    ] {
        let error = mark(parts, &mut values).unwrap_err();
        assert!(error.contains(expected), "{error}");
        assert_eq!(values, before);
    }
    mark([flags([0, 1]), letter(0x10ffff), vec![1, 9]], &mut values).unwrap();
    assert_eq!(values, ([false, true], '\u{10ffff}', NonZero::new(9).unwrap()));
}

#[test]
fn what_is_lent_within_another_value_comes_back_in_the_order_in_which_it_was_sent() {
    let fills = |rows: &'static [&'static [u8]], failed: u8| {
        let answer = move |_: usize, message: &mut Vec<u8>| {
            let (first, second) = ([1, 0, 0, 0, 7, 0], [2, 0, 0, 0, 8, 0, 9, 0]);
            let sent = [&[2, 0, 0, 0][..], &first, &second, &[1, 1, 5]].concat();
            assert_eq!(message[HEAD..], sent);
            *message = [&[failed], &rows.concat()[..]].concat();
            Ok(0)
        };
        answered::<dyn Fills>(1, answer).unwrap()
    };
    let fill = |proxy: &FillsProxy| {
        let (mut first, mut second, mut last) = ([7], [8, 9], 5);
        let checked = FillsProxy::checked(proxy);
        let result = checked.fill(&mut [&mut first, &mut second], Some(&mut last));
        (result.map_err(|error| error.to_string()), (first, second, last))
    };
    let returned = fills(&[UNIT, &[1, 0, 0, 0, 1, 1], &[2, 0, 0, 0, 2, 0, 3, 0], &[1, 4]], 0);
    assert_eq!(fill(&returned), (Ok(Ok(())), ([257], [2, 3], 4)));
    let failed: &[&[u8]] = &[&[2, 0, 0, 0], b"no", &[1, 0, 0, 0, 1, 1], &[2, 0, 0, 0, 2, 0, 3, 0]];
    assert_eq!(fill(&fills(failed, 1)).1, ([7], [8, 9], 5), "one is missing");
    for (rows, expected) in [
        (&[UNIT, &[2, 0, 0, 0, 1, 1, 1, 1]][..], "`rows`: expected 1 values, found 2"),
        (&[UNIT, &[1, 0, 0, 0, 1, 1], &[1, 0, 0, 0, 2, 0]], "`rows`: expected 2 values, found 1"),
        (
            &[UNIT, &[1, 0, 0, 0, 1, 1], &[2, 0, 0, 0, 2, 0, 3, 0]],
            "`last`: expected 1 bytes more in the message, found 0",
        ),
    ] {
        let (result, values) = fill(&fills(rows, 0));
        assert!(result.as_ref().unwrap_err().contains(expected), "{result:?}");
        assert_eq!(values, ([7], [8, 9], 5));
    }
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
    let never = |_: usize, _: &mut Vec<u8>| -> Result<usize, String> { unreachable!() };
    let lends = answered::<dyn Lends>(1, never).map(drop);
    let Err(error @ DynamicError::Unsupported { .. }) = lends else { panic!("{lends:?}") };
    assert!(error.to_string().contains("lend(&mut self)"), "{error}");
    let rows = answered::<dyn Rows>(1, never).map(drop).unwrap_err();
    assert!(rows.to_string().contains("an object behind a reference"), "{rows}");
    let splits = answered::<dyn Splits>(1, never).map(drop).unwrap_err();
    assert!(splits.to_string().contains("a reference to a part of an argument"), "{splits}");
    answered::<dyn Trims>(1, never).unwrap();
}

#[test]
fn what_is_returned_by_reference_takes_no_more_than_its_room() {
    let calls = AtomicU8::new(0);
    let mut edits = proxy(move |method, _| match method {
        4 => returned(&[&row(&vec![calls.fetch_add(1, Ordering::Relaxed); 50 << 20])]),
        _ => returned(&[&row(b"")]),
    });
    for _ in 0..2 {
        assert_eq!(edits.word().len(), 50 << 20);
        // Nothing is borrowed any more.
        edits.take(String::new());
    }
    let checked = EditsProxy::checked(&edits);
    let words: Vec<_> = (0..3).map(|_| checked.word()).collect();
    let [Ok(first), Ok(_), Err(CallError::Lost { message, .. })] = &words[..] else {
        panic!("{:?}", words.iter().map(|word| word.as_ref().map(|word| word.len())))
    };
    assert!(message.contains("at most 256 MiB"), "{message}");
    assert!(first.bytes().all(|byte| byte == 2));
}

mod old {
    use crate::{FfiSafe, plugin_interface};

    #[derive(Debug, PartialEq, FfiSafe)]
    #[ffi(growing)]
    pub(super) struct Page {
        pub(super) text: String,
    }

    #[derive(Debug, PartialEq, FfiSafe)]
    #[ffi(growing)]
    pub(super) enum Event {
        Opened,
        Named(u8, String),
        #[ffi(other)]
        Other,
    }

    #[plugin_interface]
    pub(super) trait Pages: Send + Sync {
        fn turn(&self, page: Page) -> Page;
        fn next(&self, event: Event) -> Event;
    }
}

mod new {
    use crate::{FfiSafe, plugin_interface};

    #[derive(Debug, PartialEq, FfiSafe)]
    #[ffi(growing)]
    pub(super) struct Page {
        pub(super) text: String,
        #[since("1.1")]
        #[ffi(default = Some(7))]
        pub(super) number: Option<u32>,
        #[since("1.2")]
        pub(super) lines: Vec<String>,
    }

    #[derive(Debug, PartialEq, FfiSafe)]
    #[ffi(growing)]
    pub(super) enum Event {
        Opened,
        Named(u8, String),
        #[ffi(other)]
        Other,
        #[since("1.1")]
        Closed(Vec<String>),
    }

    #[plugin_interface]
    pub(super) trait Pages: Send + Sync {
        fn turn(&self, page: Page) -> Page;
        fn next(&self, event: Event) -> Event;
    }
}

/// A proxy of one version, whose plugin returns what a plugin of another version sends.
fn pages<I: Interface + ?Sized>(sent: Vec<Vec<u8>>, returned: Vec<Vec<u8>>) -> I::Proxy {
    let answer = move |method: usize, message: &mut Vec<u8>| {
        assert_eq!(message[HEAD..], sent[method], "method {method}");
        *message = [&[0], &returned[method][..]].concat();
        Ok(0)
    };
    answered::<I>(2, answer).unwrap()
}

/// Returns the bytes of a block: its length, the numbers of fields and variant, and these.
fn block(fields: u32, variant: u32, bytes: &[&[u8]]) -> Vec<u8> {
    let numbers = [fields.to_le_bytes(), variant.to_le_bytes()].concat();
    row(&[&numbers, &*bytes.concat()].concat())
}

#[test]
fn what_grows_arrives_as_far_as_each_side_knows_it() {
    let lines = [&[1, 0, 0, 0][..], &row(b"line")].concat();
    let old_page = block(1, 0, &[&row(b"old")]);
    let new_page = block(3, 0, &[&row(b"new"), &[1, 3, 0, 0, 0], &lines]);
    let named = block(2, 1, &[&[5], &row(b"named")]);
    let closed = block(1, 3, &[&lines]);

    let sent = vec![new_page.clone(), closed.clone()];
    let proxy = pages::<dyn new::Pages>(sent, vec![old_page.clone(), named.clone()]);
    let lines = vec!["line".to_owned()];
    let page = new::Page { text: "new".to_owned(), number: Some(3), lines: lines.clone() };
    let old = new::Page { text: "old".to_owned(), number: Some(7), lines: vec![] };
    assert_eq!(new::Pages::turn(&proxy, page), old);
    let event = new::Pages::next(&proxy, new::Event::Closed(lines));
    assert_eq!(event, new::Event::Named(5, "named".to_owned()));

    let sent = vec![old_page, named];
    let proxy = pages::<dyn old::Pages>(sent, vec![new_page, closed]);
    let page = old::Pages::turn(&proxy, old::Page { text: "old".to_owned() });
    assert_eq!(page, old::Page { text: "new".to_owned() });
    let event = old::Pages::next(&proxy, old::Event::Named(5, "named".to_owned()));
    assert_eq!(event, old::Event::Other);
}

#[test]
fn a_block_that_is_invalid_is_an_error() {
    for (bytes, expected) in [
        (block(0, 0, &[]), "0"),
        (block(1, 0, &[]), "expected 4 bytes more"),
        (row(&[1, 0, 0]), "expected 4 bytes more in the message, found 3"),
        ([&block(1, 0, &[&row(b"text")])[..], b"?"].concat(), "found 1 bytes more"),
        (vec![0xff; 4], "in the message, found 0"),
    ] {
        let reply = bytes.clone();
        let answer = move |_: usize, message: &mut Vec<u8>| {
            *message = [&[0], &reply[..]].concat();
            Ok(0)
        };
        let proxy = answered::<dyn old::Pages>(2, answer).unwrap();
        let page = old::Page { text: "sent".to_owned() };
        let error = old::PagesProxy::checked(&proxy).turn(page).unwrap_err().to_string();
        assert!(error.contains(expected), "{bytes:?}: {error}");
    }
}

#[plugin_interface]
trait Tally {
    fn add(&mut self, by: u32) -> u32;
    fn get(&self) -> u32;
}

/// Lends and gives objects.
#[plugin_interface]
trait Meets: Send + Sync {
    fn meet(&self, call: &dyn Fn(u32, String) -> String, tally: &mut dyn Tally) -> Box<dyn Tally>;
    fn see(&self, tally: &dyn Tally);
    fn take(&self, once: Box<dyn FnOnce(u32) -> u32 + Send>);
}

struct Count(u32);

impl Tally for Count {
    fn add(&mut self, by: u32) -> u32 {
        self.0 = self.0.wrapping_add(by);
        self.0
    }

    fn get(&self) -> u32 {
        self.0
    }
}

/// Reads a handle.
pub(super) fn handle(bytes: &[u8]) -> Handle {
    let word = |at: usize| u32::from_le_bytes(bytes[at..][..4].try_into().unwrap());
    Handle { index: word(0), generation: word(4) }
}

/// Reads the handles of two objects that are lent, each behind a byte.
fn lent(message: &[u8]) -> [Handle; 2] {
    [1, 10].map(|at| handle(&message[HEAD + at..]))
}

/// Calls an object for the other process, and returns the reply.
pub(super) fn call(peer: &Arc<dyn Peer>, object: Handle, method: u32, arguments: &[u8]) -> Vec<u8> {
    let mut reply = Vec::new();
    serve(peer, 0, (object, method), arguments, &mut reply);
    reply
}

#[track_caller]
pub(super) fn is_refused(reply: &[u8], expected: &str) {
    match Reply::read(reply) {
        Ok(Reply::Refused(reason)) => assert!(reason.contains(expected), "{reason}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_object_is_called_by_its_handle_until_its_loan_ends() {
    const OWN: Handle = Handle { index: 9, generation: 4 };
    let calls = Arc::new(Mutex::new((Vec::new(), None)));
    let noted = Arc::clone(&calls);
    let five = 5_u32.to_ne_bytes();
    let meets = elsewhere::<dyn Meets>(3, move |peer, of, message| {
        if of.object == OWN {
            noted.lock().unwrap().0.push(of.method);
            *message = returned(&[&five])?;
            return Ok(0);
        }
        let [closure, tally] = lent(message);
        let arguments = [&five[..], &row(b"a")].concat();
        assert_eq!(call(peer, closure, 0, &arguments), returned(&[&row(b"a5")]).unwrap());
        assert_eq!(call(peer, tally, 0, &five), returned(&[&6_u32.to_ne_bytes()]).unwrap());
        let of_another = Handle { generation: tally.generation + 1, ..tally };
        let Handle { generation, .. } = tally;
        for (object, method, arguments, expected) in [
            (of_another, 0, &five[..], "the object has gone"),
            (Handle { index: u32::MAX, generation }, 0, &five, "the object has gone"),
            (Handle { index: 0, generation: 0 }, 0, &five, "there is no such plugin"),
            (tally, 2, &five, "there is no such method"),
            (tally, RELEASE, &[], "only an object that was given can be released"),
            (tally, 0, &[1, 2], "expected 4 bytes more in the message, found 2"),
            (tally, 1, &[1], "expected the end of the message, found 1 bytes more"),
        ] {
            is_refused(&call(peer, object, method, arguments), expected);
        }
        std::thread::scope(|scope| {
            let other = scope.spawn(|| call(peer, tally, 1, &[])).join().unwrap();
            is_refused(&other, "only the thread that the object belongs to may use it");
        });
        noted.lock().unwrap().1 = Some((Arc::clone(peer), tally));
        let words = [OWN.index, OWN.generation].map(u32::to_le_bytes).concat();
        *message = returned(&[&words])?;
        Ok(0)
    });
    let (meets, mut count) = (meets.unwrap(), Count(1));
    let mut theirs = meets.meet(&|number, text| format!("{text}{number}"), &mut count);
    assert_eq!(count.0, 6);
    let (peer, tally) = calls.lock().unwrap().1.take().unwrap();
    is_refused(&call(&peer, tally, 1, &[]), "a loan ends with its call");
    assert_eq!((theirs.add(3), theirs.get()), (5, 5));
    drop(theirs);
    assert_eq!(calls.lock().unwrap().0, [0, 1, RELEASE]);
}

#[test]
fn an_object_is_borrowed_as_its_pointer_says() {
    let meets = elsewhere::<dyn Meets>(3, |peer, of, message| {
        if of.method == 1 {
            let tally = handle(&message[HEAD + 1..]);
            is_refused(&call(peer, tally, 0, &[0; 4]), "is not borrowed exclusively");
            assert_eq!(call(peer, tally, 1, &[]), returned(&[&1_u32.to_ne_bytes()]).unwrap());
        } else {
            let once = handle(&message[HEAD..]);
            is_refused(&call(peer, once, 0, &[0; 3]), "expected 4 bytes more");
            let seven = returned(&[&7_u32.to_ne_bytes()]).unwrap();
            assert_eq!(call(peer, once, 0, &7_u32.to_ne_bytes()), seven);
            is_refused(&call(peer, once, 0, &[0; 4]), "the object has gone");
            is_refused(&call(peer, once, RELEASE, &[]), "the object has gone");
        }
        *message = returned(&[UNIT])?;
        Ok(0)
    });
    let meets = meets.unwrap();
    meets.see(&Count(1));
    meets.take(Box::new(|number| number));
}

#[test]
fn what_was_given_with_a_call_that_failed_is_dropped() {
    for (is_sent, is_called) in [(false, false), (true, false), (true, true)] {
        let meets = elsewhere::<dyn Meets>(3, move |_, _, message| {
            if !is_sent {
                return Err("it died".to_owned());
            }
            message.clear();
            match is_called {
                false => Reply::Refused("no".to_owned()).write(message),
                true => *message = returned(&[UNIT])?,
            }
            Ok(0)
        });
        let (token, meets) = (Arc::new(()), meets.unwrap());
        let given = Arc::clone(&token);
        let _ = MeetsProxy::checked(&meets).take(Box::new(move |it| {
            drop(given);
            it
        }));
        // What was called for may be used later.
        assert_eq!(Arc::strong_count(&token), 1 + usize::from(is_called));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_call_disturbs_an_object(
        calls in prop::collection::vec((
            (0..4_u32, 0..3_u32),
            prop_oneof![0..4_u32, Just(RELEASE)],
            prop::collection::vec(prop_oneof![0..3_u8, any::<u8>()], 0..24),
        ), 100),
    ) {
        let meets = elsewhere::<dyn Meets>(3, move |peer, _, message| {
            let [closure, tally] = lent(message);
            for ((index, generation), method, arguments) in &calls {
                let object = match index {
                    0 => closure,
                    1 => tally,
                    _ => Handle { index: index - 2, generation: *generation },
                };
                Reply::read(&call(peer, object, *method, arguments)).unwrap();
            }
            Err("enough".to_owned())
        });
        let (meets, mut count) = (meets.unwrap(), Count(1));
        let closure = |number: u32, text: String| format!("{text}{number}");
        let error = MeetsProxy::checked(&meets).meet(&closure, &mut count).map(drop).unwrap_err();
        prop_assert!(error.to_string().ends_with("enough"));
    }
}
