//! Objects, closures and iterators of a host and of a plugin in a process of its own.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use fixture_interface::calls::Calls;
use fixture_interface::lending::{Archive, Climber, Ladder, Later, Lending, LendingProxy};
use fixture_interface::objects::{CounterProxy, Plain};
use fixture_interface::splitting::Splitter;
use fixture_interface::visiting::{Changer, Row, Visitor};
use fixture_interface::windows::Windows;
use plugin_interface::process::{Isolated, WorkerError};
use plugin_interface::{CallError, PluginManager};

use super::builds::built;
use super::later_bodies;
use super::lending_bodies::{self, Steps};
use super::typed::{isolated, proxy};
use super::visiting_bodies;
use super::{turn, worker};

fn lending() -> (Isolated, LendingProxy) {
    let library = isolated("objects");
    let lending = proxy::<dyn Lending>(&library);
    (library, lending)
}

#[test]
fn objects_do_the_same_in_this_process_and_in_their_own() {
    let here = PluginManager::new().load_library(&built()["objects"]).unwrap();
    lending_bodies::all(&rounds::proxy::<dyn Lending>(&here));
    lending_bodies::all(&lending().1);
    later_bodies::all(&rounds::proxy::<dyn Later>(&here));
    later_bodies::all(&proxy::<dyn Later>(&isolated("objects")));
}

#[test]
fn what_cannot_go_to_another_process_is_refused_by_name() {
    let library = isolated("objects");
    let mut plugins = library.plugins().into_iter();
    let plugin = plugins.find(|it| it.interface().ends_with("::Calls")).unwrap();
    let refused = plugin.proxy::<dyn Calls>().unwrap_err();
    assert!(matches!(refused, WorkerError::NoValue { .. }), "{refused}");
    let reason = "an object that may borrow from an object or a `&mut` cannot be returned";
    assert!(refused.to_string().contains(reason), "{refused}");
}

#[test]
fn closures_borrow_their_arguments() {
    visiting_bodies::all(&mut proxy::<dyn Visitor>(&isolated("objects")));
}

#[test]
fn a_closure_changes_what_it_borrows() {
    let changer = proxy::<dyn Changer>(&isolated("objects"));
    let rows = ["a", "b"].map(|name| Row { name: name.to_owned(), cells: vec![1] });
    let changed = changer.change(rows.to_vec(), &mut |row| {
        row.name.push('!');
        row.cells.extend([2, 3]);
    });
    let expected = ["a!", "b!"].map(|name| Row { name: name.to_owned(), cells: vec![1, 2, 3] });
    assert_eq!(changed, expected);
    assert_eq!(changer.numbers(Box::new(|numbers| numbers.reverse())), [4, 3]);
}

#[test]
fn a_part_of_an_argument_is_refused_by_name() {
    let library = isolated("objects");
    let mut plugins = library.plugins().into_iter();
    let plugin = plugins.find(|it| it.interface().ends_with("::Splitter")).unwrap();
    let refused = plugin.proxy::<dyn Splitter>().unwrap_err().to_string();
    let reason = "a reference to a part of an argument cannot be returned: `&str`";
    assert!(refused.contains(reason), "{refused}");
}

#[test]
fn an_address_is_refused_by_name() {
    let library = isolated("objects");
    let mut plugins = library.plugins().into_iter();
    let plugin = plugins.find(|it| it.interface().ends_with("::Windows")).unwrap();
    let refused = plugin.proxy::<dyn Windows>().unwrap_err().to_string();
    assert!(refused.contains("an address of one process means nothing in another"), "{refused}");
    assert!(refused.contains("`*mut c_void`"), "{refused}");
}

#[test]
fn calls_of_several_threads_run_beside_each_other() {
    let (_library, lending) = lending();
    // Each is in a callback until all are.
    let all = Barrier::new(6);
    thread::scope(|scope| {
        for thread in 0..6 {
            let (lending, all) = (&lending, &all);
            scope.spawn(move || {
                let call = |_, _, _, _| {
                    all.wait();
                    lending.sum(vec![&Plain(thread, Default::default())], None).to_string()
                };
                assert_eq!(lending.four(&call), thread.to_string());
            });
        }
    });
}

#[test]
fn an_object_outlives_the_handles_and_not_its_process() {
    let _turn = turn();
    let (library, lending) = lending();
    let mut counter = lending.sendable(3);
    drop((library, lending));
    assert_eq!(counter.add(1), 4);
    drop(counter);

    let (_library, lending) = self::lending();
    let (counter, other) = (lending.counter(3), lending.sendable(4));
    let error = LendingProxy::checked(&lending).end("abort", &mut || ()).unwrap_err().to_string();
    assert!(error.contains("killed by SIGABRT (it aborted) while `end` ran"), "{error}");
    let gone = CounterProxy::checked(CounterProxy::of(&*counter).unwrap()).get().unwrap_err();
    let CallError::Lost { interface, method, message } = &gone else { panic!("{gone}") };
    assert_eq!((*interface, *method), ("Counter", "get"));
    assert!(message.contains("the process in which the object lived has ended"), "{message}");
    let panicked = catch_unwind(AssertUnwindSafe(|| other.get())).unwrap_err();
    assert!(panicked.downcast::<String>().unwrap().contains("has ended"));
    // Dropping them starts no process. The next call does, with objects of its own.
    drop((counter, other));
    assert_eq!((lending.alive(), lending.counter(5).get()), (0, 5));
}

#[test]
fn what_was_given_to_a_process_that_dies_is_dropped() {
    let _turn = turn();
    let (_library, lending) = lending();
    let kept = Arc::new(());
    let inner = Arc::clone(&kept);
    lending.keep(Arc::new(move |value| value + Arc::strong_count(&inner) as u32));
    assert_eq!(Arc::strong_count(&kept), 2);
    LendingProxy::checked(&lending).end("abort", &mut || ()).unwrap_err();
    assert_eq!(Arc::strong_count(&kept), 1);
    assert_eq!(lending.call_kept(1), None);
}

#[test]
fn what_an_object_returns_is_kept_until_it_is_borrowed_exclusively() {
    const LONG: usize = 8 << 20;
    let archive = proxy::<dyn Archive>(&isolated("objects"));
    let mut sheets = archive.sheets(1, 0);
    // All of them would take more than may be kept for one object.
    for count in 1..=17 {
        let line = sheets[0].line(LONG);
        assert_eq!((line.len(), line[LONG - 4..].parse()), (LONG, Ok(count)));
    }
}

#[test]
fn all_that_one_call_returned_is_dropped_within_one_deadline() {
    let _turn = turn();
    let load = |worker| PluginManager::new().load_isolated(&built()["objects"], worker).unwrap();
    let library = load(worker().deadline(Duration::from_secs(2)));
    let archive = proxy::<dyn Archive>(&library);
    let first = library.process_id();
    // Each drop is in time, and all of them would take 20 seconds.
    drop(archive.sheets(80, 250));
    assert_eq!(library.process_id(), None, "a process that was killed");
    assert_eq!(archive.sheets(1, 0).len(), 1);
    let second = library.process_id();
    assert!(second.is_some() && second != first);
    // The drops of several calls do not add up.
    (0..10).for_each(|_| drop(archive.sheets(1, 250)));
    assert_eq!(library.process_id(), second);
}

#[test]
fn services_of_the_host_reach_each_worker() {
    let _turn = turn();
    let steps = Arc::new(Steps("service"));
    let mut manager = PluginManager::new();
    manager.provide::<dyn Ladder>(steps.clone());
    let library = manager.load_isolated(&built()["objects"], worker());
    let library = library.unwrap_or_else(|it| panic!("{it}"));
    let (climber, lending) = (proxy::<dyn Climber>(&library), proxy::<dyn Lending>(&library));
    // Its constructor asked for the name.
    assert_eq!(climber.first_name(), "service");
    assert_eq!(climber.climb_there(&lending, 5), 5);
    LendingProxy::checked(&lending).end("abort", &mut || ()).unwrap_err();
    assert_eq!((climber.climb_there(&lending, 3), &*climber.first_name()), (3, "service"));
    drop((manager, library, climber, lending));
    assert_eq!(Arc::strong_count(&steps), 1);

    let library = isolated("objects");
    assert!(library.plugins().iter().all(|plugin| !plugin.interface().ends_with("::Climber")));
    // A thread reads what the process writes.
    let end = Instant::now() + Duration::from_secs(60);
    while !library.output().contains("Climbing needs") {
        assert!(Instant::now() < end, "it did not say why: {}", library.output());
        thread::yield_now();
    }
}
