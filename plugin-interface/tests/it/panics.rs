//! Panics stay on their side, and arrive with their message.

use std::panic::catch_unwind;
use std::sync::Mutex;

use fixture_interface::{Echo, EchoProxy};
use plugin_interface::{
    CallError, LoadError, PluginManager, PluginPanic, PluginTrait, UnloadError, UnloadOutcome,
};

use crate::builds::sources;
use crate::deadline::until;
use crate::fixtures::{Directory, is_mapped};

fn echo() -> EchoProxy {
    let directory = Directory::of(&["healthy"]);
    PluginManager::new().load::<dyn Echo>(directory.path()).unwrap().remove(0)
}

/// The message that a call panics with.
fn message<T: std::fmt::Debug>(call: impl FnOnce() -> T + std::panic::UnwindSafe) -> String {
    *catch_unwind(call).unwrap_err().downcast::<String>().expect("a message")
}

#[test]
fn a_panic_reaches_the_host_with_its_message() {
    let echo = echo();
    for (how, expected) in [
        ("literal", "a literal"),
        ("formatted", "number 7"),
        ("index", "index out of bounds: the len is 2 but the index is 5"),
        ("payload", "Box<dyn Any>"),
    ] {
        assert_eq!(message(|| echo.panic(how)), expected);
    }
}

#[test]
fn a_payload_that_panics_when_dropped_is_contained_too() {
    let echo = echo();
    assert_eq!(message(|| echo.panic("bomb")), "Box<dyn Any>");
}

#[test]
fn a_plugin_that_panicked_stays_usable() {
    let echo = echo();
    for _ in 0..100 {
        assert_eq!(message(|| echo.panic("literal")), "a literal");
        assert_eq!(echo.panic("not at all"), 1);
    }
}

#[test]
fn a_checked_view_tells_message_and_place_and_returns_values() {
    let echo = echo();
    let checked = EchoProxy::checked(&echo);
    assert_eq!(checked.u8(7), Ok(7));
    assert_eq!(checked.result_unit(true).unwrap().unwrap_err(), "asked to fail");
    let CallError::Panicked { interface, method, message, location } =
        checked.panic("literal").unwrap_err()
    else {
        panic!("expected a panic")
    };
    assert_eq!((interface, method, &*message), ("Echo", "panic", "a literal"));
    let location = location.expect("a place");
    let source = sources().join("healthy/src/lib.rs");
    assert!(source.ends_with(&location.file), "{location}");
    let line = std::fs::read_to_string(source)
        .unwrap()
        .lines()
        .nth(location.line as usize - 1)
        .unwrap()
        .to_owned();
    assert!(line[location.column as usize - 1..].starts_with("panic!(\"a literal\")"), "{line}");
    let again = checked.panic("index").unwrap_err().to_string();
    assert!(again.starts_with("Echo::panic panicked at "), "{again}");
    assert!(again.ends_with(": index out of bounds: the len is 2 but the index is 5"), "{again}");
}

#[test]
fn the_hook_of_the_host_is_told_the_plugins_own_place() {
    static SEEN: Mutex<Vec<PluginPanic>> = Mutex::new(Vec::new());
    let echo = echo();
    let this = std::thread::current().id();
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| match PluginPanic::current() {
        Some(panic) if std::thread::current().id() == this => SEEN.lock().unwrap().push(panic),
        _ => before(info),
    }));
    assert_eq!(message(|| echo.panic("literal")), "a literal");
    assert_eq!(message(|| panic!("{}", "the host's own")), "the host's own");
    assert_eq!(PluginPanic::current(), None, "only within the hook");
    let seen = std::mem::take(&mut *SEEN.lock().unwrap());
    let [panic] = &seen[..] else { panic!("{seen:?}") };
    assert_eq!(panic.message, "a literal");
    assert!(panic.library.contains("healthy"), "{panic}");
    let CallError::Panicked { location, .. } =
        EchoProxy::checked(&echo).panic("literal").unwrap_err()
    else {
        panic!("expected a panic")
    };
    assert!(location.is_some() && panic.location == location, "{panic:?}");
}

#[test]
fn a_panic_on_another_thread_reaches_that_thread() {
    let echo = echo();
    std::thread::scope(|scope| {
        let panicked = scope.spawn(|| echo.panic("literal")).join().unwrap_err();
        assert_eq!(*panicked.downcast::<String>().unwrap(), "a literal");
    });
    assert_eq!(echo.u8(1), 1);
}

#[test]
fn constructors_that_fail_or_panic_are_named_and_the_others_load() {
    let directory = Directory::of(&["faulty"]);
    let mut manager = PluginManager::new();
    let handles = manager.load_plugins(directory.path(), PluginTrait::Greeter).unwrap();
    let names: Vec<_> = handles.iter().map(|handle| handle.name()).collect();
    assert_eq!(names, ["DropsBadly", "Fine", "GreetsBadly"]);
    let [panicked, failed] = manager.rejected() else { panic!("{:?}", manager.rejected()) };
    assert!(
        matches!(&panicked.error, LoadError::ConstructorPanicked { name, message, .. }
            if name == "Explodes" && message == "boom in the constructor"),
        "{panicked:?}"
    );
    assert!(
        matches!(&failed.error, LoadError::Constructor { name, message, .. }
            if name == "Refuses" && message == "invalid digit found in string"),
        "{failed:?}"
    );
    for handle in handles {
        drop(handle.close());
    }
}

#[test]
fn a_drop_that_panics_is_reported_by_close_and_counted() {
    let directory = Directory::of(&["faulty"]);
    let mut manager = PluginManager::new();
    let mut handles = manager.load_plugins(directory.path(), PluginTrait::Greeter).unwrap();
    let bad = handles.iter().position(|handle| handle.name() == "DropsBadly").unwrap();
    let bad = handles.remove(bad);
    for handle in handles {
        assert_eq!(handle.close().unwrap(), None);
    }
    match bad.close().unwrap_err() {
        UnloadError::DropPanicked { name, message, counter, .. } => {
            assert_eq!((name.as_str(), message.as_str()), ("DropsBadly", "boom in the drop"));
            assert_eq!(counter, Some(3), "unmade like the others");
        }
        other => panic!("{other}"),
    }
}

#[test]
fn a_drop_that_panics_while_the_host_unwinds_does_not_abort_it() {
    let directory = Directory::of(&["faulty"]);
    let mut manager = PluginManager::new();
    let handles = manager.load_plugins(directory.path(), PluginTrait::Greeter).unwrap();
    let unwound = catch_unwind(std::panic::AssertUnwindSafe(move || {
        let _handles = handles;
        panic!("the host's own");
    }));
    assert_eq!(*unwound.unwrap_err().downcast::<&str>().unwrap(), "the host's own");
}

#[test]
fn a_thread_that_outlives_its_library_may_panic() {
    let directory = Directory::new();
    directory.add("healthy", "outlived");
    let mut manager = PluginManager::new();
    let echo = manager.load::<dyn Echo>(directory.path()).unwrap().remove(0);
    let file = directory.path().join("now");
    assert_eq!(echo.panic(&format!("later {}", file.display())), 1);
    drop(echo);
    assert!(is_mapped("outlived"), "by its thread");
    let outcome = manager.outcome(directory.library("outlived")).unwrap();
    assert!(matches!(outcome, UnloadOutcome::Pinned { .. }), "{outcome:?}");
    std::fs::write(&file, "").unwrap();
    until("the thread removes the file", || !file.exists());
}
