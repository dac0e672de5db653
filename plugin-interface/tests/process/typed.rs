//! Typed proxies of plugins in a process of their own.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Command;
use std::time::Duration;

use evolving::{Newer, Older, OlderProxy, Removed};
use fixture_interface::derived::{Derived, Ledger, Notice};
use fixture_interface::everything::Everything;
use fixture_interface::{Echo, EchoProxy, Tally};
use plugin_interface::process::{Isolated, WorkerError};
use plugin_interface::{
    CallError, Greeter, GreeterProxy, Interface, PluginManager, PluginTrait, ProxyError,
};
use positions::Positions;
use positions::made::Making;
use rounds::Rounds;

use super::builds::built as fixtures;
use super::{turn, worker};

pub(super) fn isolated(fixture: &str) -> Isolated {
    let library = &fixtures()[fixture];
    PluginManager::new().load_isolated(library, worker()).unwrap_or_else(|it| panic!("{it}"))
}

pub(super) fn proxy<I: Interface + ?Sized>(library: &Isolated) -> I::Proxy {
    let proxies = library.plugins().into_iter().map(|plugin| plugin.proxy::<I>());
    let (mut found, mut errors) = (None, Vec::new());
    proxies.for_each(|proxy| match proxy {
        Ok(proxy) => found = Some(proxy),
        Err(error) => errors.push(error.to_string()),
    });
    found.unwrap_or_else(|| panic!("{errors:#?}"))
}

#[test]
fn values_of_each_type_come_back_as_from_this_process() {
    let library = isolated("tagged");
    let proxies = (
        proxy::<dyn Everything>(&library),
        proxy::<dyn Derived>(&library),
        proxy::<dyn Positions>(&library),
        proxy::<dyn Making>(&library),
    );
    let is_thorough = std::env::var_os("PLUGIN_THOROUGH").is_some();
    let cases = if is_thorough { 4 } else { 1 };
    // What lives there is not seen from here.
    Rounds::by(proxies, cases, 100_000, &|| (0, 0)).all();
}

/// They are sent from where they lie, the first few of a message.
#[test]
fn long_texts_and_slices_come_as_short_ones_do() {
    let spinning = || {
        let worker = worker().spinning(Duration::from_millis(1));
        PluginManager::new().load_isolated(&fixtures()["tagged"], worker).unwrap()
    };
    for library in [isolated("tagged"), spinning()] {
        let everything = proxy::<dyn Everything>(&library);
        let derived = proxy::<dyn Derived>(&library);
        for len in [(16 << 10) - 1, 16 << 10, 100_001, 600_000] {
            let text = |first: char| format!("{first}{}", "1b23".repeat(len).split_at(len - 1).0);
            let texts = |count: u8| (0..count).map(|n| text((b'a' + n).into()));
            // More of them than are sent so, and short ones between.
            let many: VecDeque<_> = texts(12).flat_map(|long| [long, "short".to_owned()]).collect();
            assert!(everything.queue_of_strings(many.clone()) == many);
            let nested: Vec<_> = texts(3).map(|it| Some((it, Ok(vec![7; len])))).collect();
            assert!(everything.nested(nested.clone()) == nested);
            let (mut words, mut numbers) = ([text('x'), text('y')], [vec![1, 2], vec![3; len]]);
            everything.reversed(&mut words, &mut numbers);
            assert!(words == [text('y'), text('x')] && numbers == [vec![3; len], vec![1, 2]]);
            let pairs: Vec<_> = (0..len).map(|n| [n as u8, (n >> 8) as u8]).collect();
            assert!(everything.arrays_slice(&pairs) == pairs);
            assert!(everything.cow(Cow::Borrowed(&text('c'))).1 == text('c'));
            let ledger = |of: char, pages| Ledger { title: text(of), pages, year: 7 };
            let grown = ledger('l', vec![ledger('m', Vec::new()), ledger('n', Vec::new())]);
            assert!(derived.ledger(grown.clone()) == grown);
            let notice = Notice::Many { of: texts(9).map(Notice::Note).collect(), number: 1 };
            assert!(derived.notice(notice.clone()) == notice);
        }
    }
    let echo = proxy::<dyn Echo>(&isolated("healthy"));
    let error = "e".repeat(100_000);
    assert!(echo.result(Err(error.clone())) == Err(error));
    // More than a message has room for, though not in the pieces.
    let halves = vec!["h".repeat(9 << 20); 2];
    let error = EchoProxy::checked(&echo).strings(halves).unwrap_err().to_string();
    assert!(error.contains("expected arguments of at most"), "{error}");
    assert_eq!(echo.u8(1), 1);
}

#[test]
fn a_proxy_is_what_it_is_in_this_process() {
    let library = isolated("healthy");
    let tally = library.plugins().into_iter().find(|it| it.interface().ends_with("::Tally"));
    let refused = tally.expect("a tally").proxy::<dyn Tally>().unwrap_err();
    assert!(matches!(refused, WorkerError::NoValue { .. }), "{refused}");
    assert!(refused.to_string().contains("slots(&mut self) -> &mut [u8]"), "{refused}");
    assert!(refused.to_string().ends_with("; load the library in this process"), "{refused}");
    let plugin = library.plugins().into_iter().find(|it| it.interface().ends_with("::Echo"));
    let plugin = plugin.expect("an echo");
    let other = plugin.proxy::<dyn Everything>().unwrap_err();
    assert!(matches!(other, WorkerError::Proxy { source: ProxyError::OtherInterface { .. }, .. }));
    let (echo, second) = (plugin.proxy::<dyn Echo>().unwrap(), plugin.proxy::<dyn Echo>().unwrap());
    drop((library, plugin));
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let echo = if thread % 2 == 0 { &echo } else { &second };
            scope.spawn(move || {
                for value in 0..50 {
                    assert_eq!(echo.u64(thread << 32 | value), thread << 32 | value);
                }
            });
        }
    });
}

#[test]
fn versions_meet_as_in_this_process() {
    let library = isolated("evolving");
    let mut older = proxy::<dyn Older>(&library);
    let supported = ["name", "loud_name"].map(|method| OlderProxy::supports(&older, method));
    assert_eq!(supported, [true, false]);
    assert_eq!((older.name(), &*older.loud_name()), ("plugin", "PLUGIN"));
    assert_eq!(older.louder_name("!"), Ok("PLUGIN!".to_owned()));
    assert_eq!(older.name_twice(), "plugin");
    assert_eq!(older.name_twice(), "plugins");
    assert_eq!(proxy::<dyn Newer>(&library).name(), "newer");
    let removed = library.plugins().into_iter().find(|it| it.interface().ends_with("::Removed"));
    let error = removed.expect("a plugin of it").proxy::<dyn Removed>().unwrap_err();
    assert!(matches!(error, WorkerError::Proxy { source: ProxyError::Mismatch { .. }, .. }));
}

#[test]
fn a_death_is_the_error_of_the_call_and_the_next_one_is_answered() {
    let _turn = turn();
    let library = isolated("dying");
    let greeter = proxy::<dyn Greeter>(&library);
    assert_eq!(greeter.greet("you"), "Farewell, you");
    let checked = GreeterProxy::checked(&greeter);
    let name = checked.name().unwrap();
    for how in ["abort", "exit", "thread"] {
        let error = checked.greet(how).unwrap_err();
        let CallError::Lost { interface, method, message } = &error else { panic!("{error}") };
        assert_eq!((*interface, *method), ("Greeter", "greet"));
        assert!(message.contains("while `greet` ran"), "{message}");
        assert_eq!(checked.greet("next").unwrap(), "Farewell, next");
    }
    assert_eq!(name, checked.name().unwrap(), "it stays, as what it was borrowed from");
    let panic = catch_unwind(AssertUnwindSafe(|| greeter.greet("abort"))).unwrap_err();
    let message = panic.downcast_ref::<String>().unwrap();
    assert!(message.contains("killed by SIGABRT"), "{message}");
}

#[test]
fn a_plugin_in_c_that_lists_no_methods_has_no_proxy() {
    let folder = tempfile::tempdir().unwrap();
    let library = folder.path().join("libplain.so");
    let fingerprint = PluginTrait::Greeter.fingerprint();
    let [low, high] = [fingerprint as u64, (fingerprint >> 64) as u64];
    let status = Command::new("gcc")
        .args(["-shared", "-fPIC", "-o"])
        .arg(&library)
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/c/greeter.c"))
        .arg(format!("-DFINGERPRINT={{{low:#x}, {high:#x}}}"))
        .status();
    assert!(status.expect("the tests need gcc").success());
    let loaded = PluginManager::new().load_isolated(&library, worker()).unwrap();
    let error = loaded.plugins()[0].proxy::<dyn Greeter>().unwrap_err();
    assert!(matches!(error, WorkerError::NotDescribed { .. }), "{error}");
}
