//! Closures and iterators that hosts and plugins hand to each other.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use fixture_interface::calls::*;
use fixture_interface::objects::{Factory, counter};
use fixture_interface::windows::Windows;
use plugin_interface::{Interface, PluginManager};

use crate::fixtures::{Directory, is_mapped};
use crate::objects::wait_until_unmapped;

/// The plugin, under a name that no other test uses.
pub(crate) fn calls(name: &str) -> CallsProxy {
    let directory = Directory::new();
    directory.add("objects", name);
    PluginManager::new().load::<dyn Calls>(directory.path()).unwrap().remove(0)
}

/// The message of a panic in there.
pub(crate) fn panic_of<T>(call: impl FnOnce() -> T) -> String {
    let panicked = catch_unwind(AssertUnwindSafe(call)).err().expect("a panic");
    *panicked.downcast::<String>().unwrap()
}

#[test]
fn an_address_arrives_as_it_is() {
    let directory = Directory::of(&["objects"]);
    let windows = PluginManager::new().load::<dyn Windows>(directory.path()).unwrap().remove(0);
    let (mut number, other) = (7_u64, 1_u8);
    let (parent, other) = ((&raw mut number).cast(), (&raw const other).cast());
    assert_eq!(windows.embed(parent, other), other);
    assert_eq!(windows.embed(parent, std::ptr::null()), std::ptr::null());
    assert_eq!(number, 9);
    let handles = vec![None, Some(parent), Some(std::ptr::null_mut())];
    assert_eq!(windows.handles(handles.clone()), handles);
}

#[test]
fn closures_of_a_plugin_are_called_by_the_host() {
    let calls = calls("closures");
    let adder = calls.adder(2);
    let sum: u32 = std::thread::scope(|scope| {
        let threads = [1, 10].map(|value| {
            let adder = &adder;
            scope.spawn(move || adder(value))
        });
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(sum, 15);
    let mut collector = calls.collector();
    assert_eq!([collector("a".to_owned()), collector(String::new())], [1, 2]);
    let (once, unused) = (calls.once("said once".to_owned()), calls.once(String::new()));
    assert_eq!(calls.alive(), 4);
    assert_eq!(once(), "said once");
    assert_eq!(calls.alive(), 3);
    drop((adder, collector, unused));
    assert_eq!(calls.alive(), 0);
}

#[test]
fn closures_of_a_host_are_called_by_the_plugin() {
    let calls = calls("closures_of_host");
    assert_eq!(
        calls.four(&|a, b, c, d| format!("{a}{b}{c}{d:?} ")),
        "1twotrueSome('4') 0falseNone "
    );
    let mut seen = Vec::new();
    calls.each(vec![3, 1, 2], &mut |value| seen.push(value));
    assert_eq!(seen, [3, 1, 2]);
    let even = |value| if value % 2 == 0 { Ok(value / 2) } else { Err(format!("{value} is odd")) };
    assert_eq!(calls.apply(Box::new(even), 8), Ok(4));
    assert_eq!(calls.apply(Box::new(even), 7), Err("7 is odd".to_owned()));
    let mut step = 0;
    let double = move |value| {
        step += 1;
        2 * value + step
    };
    assert_eq!(calls.repeat(Box::new(double), 4), 26);
    assert_eq!(calls.finish(Box::new(|text| counter(text.len() as u32))), 8);
    let count = Arc::new(AtomicU32::new(1));
    let of_call = Arc::clone(&count);
    assert_eq!(calls.shared(Arc::new(move || of_call.fetch_add(1, Ordering::SeqCst))), 3);
    assert_eq!(Arc::strong_count(&count), 1, "what was handed over was dropped");
}

#[test]
fn closures_go_there_and_back() {
    let calls = calls("composed");
    let twice = calls.composed(Some(calls.adder(1)), Box::new(|value| value * 2));
    let again = calls.composed(Some(twice), calls.adder(100));
    assert_eq!([again(0), again(4)], [102, 110]);
    assert_eq!(calls.composed(None, Box::new(|value| value))(7), 7);
    drop(again);
    assert_eq!(calls.alive(), 0);
}

#[test]
fn a_panic_of_a_closure_is_that_of_its_call() {
    let calls = calls("panicking");
    let mut panicking = calls.panicking();
    assert_eq!(panicking(1), 1);
    assert_eq!(panic_of(|| panicking(3)), "three, in call 2");
    assert_eq!(panicking(1), 3);
    let once = calls.panicking_once();
    assert_eq!(panic_of(|| once(5)), "once, with 5");
    assert_eq!(calls.alive(), 0, "it was used up");
    let ours = panic_of(|| calls.each(vec![1], &mut |value| panic!("ours, with {value}")));
    assert_eq!(ours, "ours, with 1", "through the plugin");
}

#[test]
fn iterators_are_asked_on_the_side_that_made_them() {
    let calls = calls("iterators");
    let mut counted = calls.count_to(5);
    assert_eq!(counted.size_hint(), (5, Some(5)));
    assert_eq!(counted.next(), Some(1));
    assert_eq!((&mut counted).skip(1).collect::<Vec<_>>(), [3, 4, 5]);
    assert_eq!((counted.next(), calls.alive()), (None, 1));
    drop(counted);
    assert_eq!(calls.alive(), 0);
    let text = "what it borrows".to_owned();
    assert_eq!(calls.words(&text).collect::<Vec<_>>(), ["what", "it", "borrows"]);
    assert_eq!(calls.total(Box::new(calls.count_to(4).chain([90]))), 100);
    assert_eq!(panic_of(|| calls.count_to(20).sum::<u32>()), "thirteen");
    assert_eq!(calls.alive(), 0);
    let failing = (0..3).map(|value| 1 / (2 - value));
    assert!(panic_of(|| calls.total(Box::new(failing))).contains("divide by zero"));
}

#[test]
fn closures_and_iterators_keep_their_library_mapped() {
    for (name, uses) in [("kept_by_closure", 0), ("kept_by_once", 1), ("kept_by_iterator", 2)] {
        let calls = calls(name);
        let (closure, once, iterator) =
            (calls.adder(1), calls.once("x".to_owned()), calls.count_to(2));
        drop(calls);
        match uses {
            0 => {
                drop((once, iterator));
                assert!(is_mapped(name));
                assert_eq!(closure(1), 2);
                drop(closure);
            }
            1 => {
                drop((closure, iterator));
                assert!(is_mapped(name));
                assert_eq!(once(), "x");
            }
            _ => {
                drop((once, closure));
                assert!(is_mapped(name));
                assert_eq!(iterator.last(), Some(2));
            }
        }
        wait_until_unmapped(name);
    }
}

#[test]
fn signatures_name_objects_closures_and_futures_as_rust_does() {
    let library = Directory::of(&["objects"]);
    let metadata = plugin_interface::inspect(library.library("objects")).unwrap();
    let of = |path: &str| metadata.interfaces.iter().find(|found| found.path == path).unwrap();
    let signature = |path, name: &str| {
        let method = of(path).methods.iter().find(|method| method.name == name);
        method.unwrap().signature.clone()
    };
    let calls = <dyn Calls as Interface>::DESCRIPTION.path;
    let factory = <dyn Factory as Interface>::DESCRIPTION.path;
    for (path, name, expected) in [
        (calls, "adder", "fn adder(&self, by: u32) -> Box<dyn Fn(u32) -> u32 + Send + Sync>"),
        (calls, "each", "fn each(&self, values: Vec<u32>, call: &mut dyn FnMut(u32))"),
        (
            calls,
            "count_to",
            "fn count_to(&self, last: u32) -> Box<dyn Iterator<Item = u32> + Send>",
        ),
        (calls, "never", "fn never(&self) -> Pin<Box<dyn Future<Output = ()> + Send>>"),
        (
            factory,
            "sum",
            "fn sum(&self, counters: Vec<&dyn Counter>, more: Option<&(dyn Counter + Send)>) -> u32",
        ),
        (factory, "kept", "fn kept(&self) -> Option<Arc<dyn Service>>"),
    ] {
        assert_eq!(signature(path, name), expected);
    }
    let objects = |path| of(path).objects.iter().map(|found| found.name()).collect::<Vec<_>>();
    assert_eq!(objects(calls), ["Counter"]);
    assert_eq!(objects(factory), ["Counter", "Node", "Service", "Shelf", "Factory"]);
    assert!(of(factory).types.iter().any(|found| found.definition.contains("spare")));
}

#[test]
fn what_a_plugin_returns_for_ever_outlives_its_library() {
    let calls = calls("for_ever");
    let (rules, primes) = (calls.rules(), calls.primes(2));
    assert_eq!((calls.rules().as_ptr(), calls.primes(2)), (rules.as_ptr(), primes));
    assert_eq!(calls.primes(9), Err("too many"));
    let refused = calls.primes(9).unwrap_err();
    drop(calls);
    wait_until_unmapped("for_ever");
    assert_eq!(rules, ["be brief", "be clear"]);
    assert_eq!((primes, refused), (Ok(&[2, 3][..]), "too many"));
}
