//! Methods with `self: Box<Self>`: each instance is dropped once, whatever happens.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use fixture_interface::consuming::{Fragile, LIVING, Office, Paper, Work, WorkProxy};
use plugin_interface::{CallError, PluginManager};

use crate::fixtures::{Directory, is_mapped};
use crate::objects::wait_until_unmapped;

fn seal(text: &str) -> Fragile {
    Fragile(text.to_owned())
}

fn end() -> Vec<String> {
    vec!["!".to_owned(), "!".to_owned()]
}

/// Calls with the plugin, which has no works after that, and is unmapped.
fn with(name: &str, call: impl FnOnce(&dyn Office)) {
    let directory = Directory::new();
    directory.add("objects", name);
    let desk = PluginManager::new().load::<dyn Office>(directory.path()).unwrap().remove(0);
    call(&desk);
    assert_eq!(desk.living(), 0);
    drop(desk);
    wait_until_unmapped(name);
}

#[test]
fn a_method_consumes_the_object_of_a_plugin() {
    with("consuming_plugin", |desk| {
        let mut work = desk.open("pap");
        work.add("er");
        assert_eq!(work.finish(end(), &seal("red")), Ok("paper!!, red".to_owned()));
        assert_eq!(desk.living(), 0);
        assert_eq!(desk.open("e").finish(vec![], &seal("red")), Err("e".to_owned()));
        assert_eq!(desk.open("later").give_up(), "later.., given up");
        let parts = desk.open("two words").split();
        assert_eq!(desk.living(), 2);
        let texts: Vec<_> = parts.into_iter().map(Work::give_up).collect();
        assert_eq!(texts, ["two.., given up", "words.., given up"]);
    });
}

#[test]
fn a_plugin_consumes_an_object_of_the_host_and_its_own() {
    with("consuming_host", |desk| {
        let before = LIVING.load(Ordering::SeqCst);
        assert_eq!(desk.finish(Paper::boxed("host")), Ok("host!, sealed".to_owned()));
        // It is unwrapped there, and consumed without a call of this library.
        assert_eq!(desk.finish(desk.open("own")), Ok("own!, sealed".to_owned()));
        let panic = catch_unwind(AssertUnwindSafe(|| desk.finish(Paper::boxed("panic"))));
        assert!(panic.is_err());
        assert_eq!(LIVING.load(Ordering::SeqCst), before);
    });
}

#[test]
fn a_panic_consumes_the_object_too() {
    with("consuming_panic", |desk| {
        let work = WorkProxy::checked_box(desk.open("panic")).ok().unwrap();
        let Err(CallError::Panicked { message, method, .. }) = work.finish(end(), &seal("red"))
        else {
            panic!("it panics")
        };
        assert!(message.contains("at the end") && method == "finish", "{message}");
        assert_eq!(desk.living(), 0);
        let work = desk.open("panic");
        let panic = catch_unwind(AssertUnwindSafe(|| work.finish(end(), &seal("red"))));
        assert!(panic.unwrap_err().downcast::<String>().unwrap().contains("at the end"));
        assert_eq!(desk.living(), 0);
        // What is passed by clones may panic before the call.
        let work = desk.open("whole");
        let panic = catch_unwind(AssertUnwindSafe(|| work.finish(end(), &seal("broken"))));
        assert!(panic.is_err());
    });
}

#[test]
fn a_local_value_has_no_checked_view() {
    let local = WorkProxy::checked_box(Paper::boxed("local")).err().unwrap();
    assert_eq!(local.give_up(), "local.., given up");
}

/// One owner among others cannot have it consumed.
#[test]
fn an_object_in_an_arc_is_not_consumed() {
    with("consuming_arc", |desk| {
        let shared = desk.open("shared").into_shared();
        let other = Arc::clone(&shared);
        assert_eq!(other.text(), "shared");
        drop(other);
        let any: Arc<dyn Any + Send + Sync> = shared;
        let proxy = Arc::into_inner(any.downcast::<WorkProxy>().unwrap()).unwrap();
        let checked = WorkProxy::checked_box(Box::new(proxy)).ok().unwrap();
        let error = checked.finish(end(), &seal("red")).unwrap_err();
        assert_eq!(error, CallError::NotAlone { interface: "Work", method: "finish" });
        assert!(error.to_string().contains("has other owners; call it on a `Box<dyn Work>`"));
    });
}

#[test]
fn a_consumed_object_keeps_its_library_no_longer() {
    let directory = Directory::new();
    directory.add("objects", "consuming_last");
    let desk = PluginManager::new().load::<dyn Office>(directory.path()).unwrap().remove(0);
    let work = desk.open("last");
    drop(desk);
    assert!(is_mapped("consuming_last"));
    let parts = work.split();
    assert_eq!(parts[0].text(), "last");
    let ended = parts.into_iter().next().unwrap().finish(end(), &seal("red"));
    assert_eq!(ended, Ok("last!!, red".to_owned()));
    wait_until_unmapped("consuming_last");
}
