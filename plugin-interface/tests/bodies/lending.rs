//! What objects do that a host and a plugin lend and give to each other, wherever the
//! plugin is.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use fixture_interface::lending::{Ladder, Lending, LendingProxy};
use fixture_interface::objects::{Counter, CounterProxy, Node, Plain, counter};
use plugin_interface::CallError;

/// Runs all of it.
pub(crate) fn all(lending: &LendingProxy) {
    objects_are_lent_for_a_call(lending);
    closures_are_lent_for_a_call(lending);
    a_host_calls_the_plugin_that_calls_it(lending);
    threads_of_a_plugin_call_the_host(lending);
    panics_of_the_host_go_through_the_plugin(lending);
    objects_of_a_plugin_are_called_and_dropped_where_they_live(lending);
    closures_and_iterators_of_a_plugin_are_called(lending);
    panics_of_objects_are_those_of_their_calls(lending);
    what_is_given_is_dropped_once(lending);
}

/// The host's ladder.
pub(crate) struct Steps(pub(crate) &'static str);

impl Ladder for Steps {
    fn name(&self) -> &str {
        self.0
    }

    fn climb(&self, by: &dyn Lending, height: u32) -> u32 {
        match height {
            0 => 0,
            _ => 1 + by.descend(self, height - 1),
        }
    }

    fn fail(&self, why: &str) -> u32 {
        panic!("the host cannot: {why}")
    }

    fn visit(&self, visitor: &mut dyn FnMut(String) -> usize) -> usize {
        visitor(" and".to_owned());
        visitor(" more".to_owned())
    }

    fn counter(&self, start: u32) -> Box<dyn Counter> {
        counter(start)
    }
}

fn objects_are_lent_for_a_call(lending: &LendingProxy) {
    let (mut ours, mut theirs) = (Plain::default(), lending.sendable(10));
    assert_eq!(lending.add(&mut ours, 3), 6);
    assert_eq!(ours.get(), 6);
    assert_eq!(lending.add(&mut *theirs, 1), 12);
    assert_eq!(lending.sum(vec![&ours, &*theirs, &ours], Some(&*theirs)), 36);
    assert_eq!(lending.sum(vec![], None), 0);
}

fn closures_are_lent_for_a_call(lending: &LendingProxy) {
    let mut seen = Vec::new();
    lending.each(vec![1, 2, 3], &mut |value| seen.push(value));
    assert_eq!(seen, [1, 2, 3]);
    let four = lending.four(&|a, b, c, d| format!("{a} {b} {c} {d:?}"));
    assert_eq!(four, "1 two true Some('4')");
}

fn a_host_calls_the_plugin_that_calls_it(lending: &LendingProxy) {
    assert_eq!(lending.descend(&Steps("host"), 12), 12);
    assert_eq!(lending.be_visited(&Steps("host"), "one".to_owned()), "one and more 12");
    assert_eq!(lending.add_there(&Steps("host"), 4), 4 + 1 + 2 + 4);
    // What is lent calls the proxy that it is lent to.
    let inner = lending.four(&|a, _, _, _| lending.four(&|b, _, _, _| (a + b).to_string()));
    assert_eq!(inner, "2");
}

fn threads_of_a_plugin_call_the_host(lending: &LendingProxy) {
    let calls = AtomicU32::new(0);
    let call = |number| {
        calls.fetch_add(1, Ordering::Relaxed);
        number * 2
    };
    assert_eq!(lending.on_threads(5, &call), 20);
    assert_eq!(calls.load(Ordering::Relaxed), 5);
}

fn panics_of_the_host_go_through_the_plugin(lending: &LendingProxy) {
    assert_eq!(lending.fail(&Steps("steps"), true), "steps: the host cannot: caught");
    let panicked = catch_unwind(AssertUnwindSafe(|| lending.fail(&Steps("steps"), false)));
    assert_eq!(*panicked.unwrap_err().downcast::<String>().unwrap(), "the host cannot: uncaught");
    assert_eq!(lending.descend(&Steps("host"), 2), 2, "both are usable");
}

fn objects_of_a_plugin_are_called_and_dropped_where_they_live(lending: &LendingProxy) {
    fn count(node: &dyn Node) -> usize {
        1 + node.kids().iter().map(|kid| count(&**kid)).sum::<usize>()
    }
    let mut one = lending.counter(40);
    assert_eq!((one.add(2), one.get(), lending.alive()), (42, 42, 1));
    one.absorb(vec![counter(1), lending.counter(2), lending.sendable(3)]);
    assert_eq!((one.get(), lending.alive()), (48, 1));
    drop(one);
    let mut sendable = lending.sendable(1);
    let thread = std::thread::spawn(move || {
        sendable.add(1);
        sendable
    });
    assert_eq!(thread.join().unwrap().get(), 2);
    let shared = lending.shared(7);
    let second = Arc::clone(&shared);
    drop(shared);
    assert_eq!((second.get(), lending.alive()), (7, 1));
    drop(second);
    let many = lending.maybe(Some(5)).unwrap();
    let numbers: Vec<_> = many.iter().map(|counter| counter.get()).collect();
    assert_eq!(
        (numbers, lending.maybe(None).err()),
        (vec![5, 6, 7], Some("nowhere to start".into()))
    );
    drop(many);
    let tree = lending.tree(4);
    assert_eq!((tree.name(), count(&*tree)), ("branch 4".to_owned(), 16));
    drop(tree);
    assert_eq!(lending.alive(), 0);
}

fn closures_and_iterators_of_a_plugin_are_called(lending: &LendingProxy) {
    let (adder, once) = (lending.adder(3), lending.once("once".to_owned()));
    assert_eq!((adder(4), lending.alive()), (7, 2));
    assert_eq!((once(), lending.alive()), ("once".to_owned(), 1));
    drop((adder, lending.once("never called".to_owned())));
    assert_eq!(lending.alive(), 0);
    let mut numbers = lending.count_to(4);
    assert_eq!((numbers.next(), numbers.size_hint()), (Some(1), (3, Some(3))));
    // Whoever collects it takes a mebibyte at once.
    let many = lending.count_to(u32::MAX).size_hint();
    assert_eq!(many, (1 << 18, Some(u32::MAX as usize)));
    assert_eq!(numbers.collect::<Vec<_>>(), [2, 3, 4]);
    let text = "a few words".to_owned();
    assert_eq!(lending.words(&text).collect::<Vec<_>>(), ["a", "few", "words"]);
}

fn panics_of_objects_are_those_of_their_calls(lending: &LendingProxy) {
    let mut faulty = lending.faulty();
    let panicked = catch_unwind(AssertUnwindSafe(|| faulty.add(3))).unwrap_err();
    assert_eq!(*panicked.downcast::<String>().unwrap(), "cannot add 3");
    let checked = CounterProxy::checked_mut_of(&mut *faulty).unwrap().add(3);
    let Err(CallError::Panicked { message, location, .. }) = checked else { panic!("{checked:?}") };
    assert_eq!(message, "cannot add 3");
    assert!(location.unwrap().file.ends_with("objects/src/lib.rs"));
    drop(faulty);
    assert_eq!(lending.alive(), 0, "its drop panicked, and ended there");
}

/// Tells when it is dropped.
struct Told(Rc<RefCell<u32>>);

impl Drop for Told {
    fn drop(&mut self) {
        *self.0.borrow_mut() += 1;
    }
}

fn what_is_given_is_dropped_once(lending: &LendingProxy) {
    let drops = Rc::new(RefCell::new(0));
    let told = Told(Rc::clone(&drops));
    let call = move |number: u32| {
        drop(told);
        number.to_string()
    };
    assert_eq!(lending.apply(Box::new(call), 5), "5");
    assert_eq!(*drops.borrow(), 1);
    let (told, numbers) = (Told(Rc::clone(&drops)), [1, 2, 3]);
    let values = numbers.iter().map(|number| {
        let _told = &told;
        *number
    });
    assert_eq!(lending.total(Box::new(values)), 6003);
    drop(told);
    assert_eq!(*drops.borrow(), 2);
    assert_eq!(lending.same(counter(8)).get(), 8);
    assert_eq!(lending.same(lending.counter(9)).get(), 9);

    let kept = Arc::new(());
    let inner = Arc::clone(&kept);
    lending.keep(Arc::new(move |value| value + Arc::strong_count(&inner) as u32));
    assert_eq!(lending.call_kept(40), Some(42));
    lending.forget();
    assert_eq!((lending.call_kept(1), Arc::strong_count(&kept)), (None, 1));
}
