//! Types of other crates, and `fmt::Arguments`, through a library that uses them:
//! `cargo test --package plugin-interface-core --all-features`.

mod interface;
mod layouts;
mod refused;
mod table;
mod values;

use std::path::PathBuf;
use std::task::{Context, Poll, Waker};

use interface::*;
use plugin_interface::{HasProxy, Interface, PluginManager};
use serde_json::{Value, json};

/// The library of `plugin.rs`, which cargo builds beside this test, or as
/// `cargo build --example foreign` does.
fn library() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let examples = test.ancestors().nth(2).unwrap().join("examples");
    let name = format!("{}foreign{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    examples.join(name)
}

/// The proxy of an interface of it. Copied, since its directory has other files.
fn plugin<T: ?Sized + Interface + HasProxy>() -> T::Proxy {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join(library().file_name().unwrap());
    std::fs::copy(library(), file).unwrap();
    let mut manager = PluginManager::new();
    let mut loaded = manager.load::<T>(directory.path()).unwrap();
    assert!(!loaded.is_empty(), "{:?}", manager.rejected());
    loaded.remove(0)
}

#[test]
fn each_value_comes_back_from_each_position() {
    values::check(&plugin::<dyn Echo>());
}

#[test]
fn an_error_of_anyhow_arrives_with_its_causes_as_it_prints_them() {
    let faults = plugin::<dyn Faults>();
    let texts = ["the cause".to_owned(), "the middle".to_owned(), "the end".to_owned()];
    let error = faults.fail(&texts).unwrap_err();
    let chain: Vec<_> = error.chain().map(ToString::to_string).collect();
    assert_eq!(chain, ["the end", "the middle", "the cause"]);
    assert_eq!(format!("{error:#}"), "the end: the middle: the cause");
    let printed = format!("{error:?}");
    let expected = "the end\n\nCaused by:\n    0: the middle\n    1: the cause";
    assert!(printed.starts_with(expected), "{printed}");
    assert_eq!(faults.fail(&[]).unwrap(), json!({ "ok": [1, null] }));
    // There and back.
    let error = faults.aliased(error).unwrap_err();
    assert_eq!(format!("{error:#}"), "taken: the end: the middle: the cause");
}

#[test]
fn an_error_of_json_arrives_with_its_text_its_line_and_its_column() {
    let faults = plugin::<dyn Faults>();
    assert_eq!(faults.parse("[1]").unwrap(), json!([1]));
    let error = faults.parse("{\n 1").unwrap_err();
    let expected = serde_json::from_str::<Value>("{\n 1").unwrap_err();
    assert_eq!((error.to_string(), error.line()), (expected.to_string(), 2));
    let same = faults.cause(error).unwrap().unwrap_err();
    assert_eq!((same.to_string(), same.column()), (expected.to_string(), expected.column()));
}

#[test]
fn futures_closures_and_iterators_have_them_too() {
    let faults = plugin::<dyn Faults>();
    let mut later = faults.later("https://example.com/a".parse().unwrap());
    let Poll::Ready(bytes) = later.as_mut().poll(&mut Context::from_waker(Waker::noop())) else {
        panic!("the future waits for nothing")
    };
    assert_eq!(bytes.unwrap(), "example.com");
    let log = |value: Value| match value {
        Value::Null => anyhow::bail!("nothing"),
        other => Ok(other),
    };
    let errors = faults.call(&log);
    assert!(errors[0].is_none());
    assert_eq!(errors[1].as_ref().unwrap().to_string(), "nothing");
    let each: Vec<_> = faults.each().collect();
    assert_eq!(each[0].as_ref().unwrap().as_str(), "https://example.com/");
    assert_eq!(each[1].as_ref().unwrap_err().to_string(), "no url");
}

#[test]
fn arguments_of_a_format_are_what_they_print() {
    let log = plugin::<dyn Log>();
    let (number, word) = (7, "word".repeat(100));
    let record = |args| Record { target: "there", args };
    let expected = format!("there: {number:>3} {word}");
    assert_eq!(log.log(&record(format_args!("{number:>3} {word}"))), expected);
    let more = Some(format_args!("{{{number}}}"));
    assert_eq!(log.args(format_args!(""), more), " Some({7})");
}
