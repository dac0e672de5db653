//! Interfaces as values: objects that hosts hand to plugins and plugins to
//! hosts.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::sync::Arc;

use fixture_interface::objects::*;
use plugin_interface::{
    CallError, Live, LiveEvent, PluginManager, PluginTrait, UnloadOutcome, retained,
};

use crate::calls::panic_of;
use crate::deadline::{until, within};
use crate::fixtures::{Directory, is_mapped};

/// The plugin, under a name that no other test uses.
fn factory(name: &str) -> FactoryProxy {
    let directory = Directory::new();
    directory.add("objects", name);
    PluginManager::new().load::<dyn Factory>(directory.path()).unwrap().remove(0)
}

/// Waits for a library to be unmapped: by a thread of the crate's.
pub(crate) fn wait_until_unmapped(name: &str) {
    until(&format!("{name} is unmapped"), || !is_mapped(name));
}

/// It is no longer mapped a moment before that is said.
pub(crate) fn wait_until_told_unmapped(outcome: impl Fn() -> UnloadOutcome) {
    until("the outcome is `Unmapped`", || outcome() == UnloadOutcome::Unmapped);
}

#[test]
fn an_object_of_a_plugin_is_called_and_dropped_where_it_was_made() {
    let factory = factory("called");
    let mut counter = factory.counter(40);
    assert_eq!((counter.add(2), counter.get()), (42, 42));
    assert!(!is_unwrapped(&*counter));
    assert_eq!(factory.alive(), 1);
    drop(counter);
    assert_eq!(factory.alive(), 0);
}

#[test]
fn an_object_that_is_send_goes_to_another_thread() {
    let factory = factory("sent");
    let mut counter = factory.sendable(1);
    let thread = std::thread::spawn(move || {
        counter.add(1);
        counter
    });
    assert_eq!(thread.join().unwrap().get(), 2);
    assert_eq!(factory.alive(), 0);
}

#[test]
fn objects_within_values_go_both_ways() {
    let factory = factory("within");
    assert!(factory.maybe(None).is_none());
    let maybe = factory.maybe(Some(factory.counter(3))).unwrap();
    assert_eq!(maybe.get(), 3);
    let many = (0..5).map(|i| if i % 2 == 0 { counter(i) } else { factory.counter(i) }).collect();
    let many: Vec<_> = factory.reversed(many).iter().map(|counter| counter.get()).collect();
    assert_eq!(many, [4, 3, 2, 1, 0]);
    let kit = factory.kit(7);
    assert_eq!((kit.name.as_str(), kit.counter.get()), ("kit 7", 7));
    assert_eq!(factory.opened(kit).unwrap().get(), 6);
    let refused = factory.opened(factory.kit(0)).err().unwrap();
    assert_eq!(refused, "kit 0 has no spare for 0");
    drop(maybe);
    assert_eq!(factory.alive(), 0);
}

#[test]
fn an_interface_that_leads_to_itself_does_so_through_objects() {
    fn count(node: &dyn Node) -> usize {
        1 + node.kids().iter().map(|kid| count(&**kid)).sum::<usize>()
    }
    let factory = factory("recursive");
    let tree = factory.tree(5);
    assert_eq!(tree.name(), "branch 5");
    assert_eq!(count(&*tree), 32);
    drop(tree);
    assert_eq!(factory.alive(), 0);
}

#[test]
fn an_object_that_comes_home_is_what_it_was() {
    let factory = factory("home");
    let ours = counter(1);
    let address = ptr::from_ref(&*ours).addr();
    let ours = factory.same(factory.same(ours));
    assert_eq!(ptr::from_ref(&*ours).addr(), address);
    let theirs = factory.counter(2);
    assert!(factory.is_unwrapped(&*theirs));
    let theirs = factory.same(theirs);
    assert!(factory.is_unwrapped(&*theirs));
    assert!(!factory.is_unwrapped(&*ours));
    let arc: Arc<dyn Service> = Arc::new(Local("ours".to_owned()));
    factory.keep(Arc::clone(&arc));
    assert_eq!(Arc::strong_count(&arc), 2);
    let kept = factory.kept().unwrap();
    assert!(Arc::ptr_eq(&kept, &arc));
    drop(kept);
    factory.forget();
    assert_eq!(Arc::strong_count(&arc), 1);
}

#[test]
fn an_object_that_is_handed_on_is_wrapped_once() {
    let (one, other) = (factory("one"), factory("other"));
    let of_one = one.counter(5);
    let of_one = other.same(of_one);
    assert!(one.is_unwrapped(&*of_one), "through the host, the other, and the host again");
    assert_eq!((one.alive(), other.alive()), (1, 0));
    drop(of_one);
    assert_eq!(one.alive(), 0);
}

#[test]
fn objects_are_lent_for_a_call() {
    let factory = factory("lending");
    let (mut ours, mut theirs) = (Plain::default(), factory.sendable(10));
    assert_eq!(factory.add(&mut ours, 3), 6);
    assert_eq!(ours.get(), 6);
    assert_eq!(factory.add(&mut *theirs, 1), 12);
    assert_eq!(factory.sum(vec![&ours, &*theirs, &ours], Some(&*theirs)), 36);
    assert_eq!(factory.sum(vec![], None), 0);
}

#[test]
fn objects_that_borrow_are_fields_both_ways() {
    let factory = factory("borrowing_fields");
    let name = "name".to_owned();
    let mut desk = factory.desk(&name);
    assert_eq!((desk.counter.add(1), desk.call.as_ref().unwrap()(3), desk.name), (2, 7, "name"));
    assert_eq!(desk.later[0].name(), "nobody");
    assert_eq!(factory.sit(desk), 2 + 4 + 4 + 1);
    let own = 10;
    let call: Arc<dyn Fn(u32) -> u32> = Arc::new(|number| number + own);
    let desk = Desk { counter: counter(1), call: Some(call), later: vec![], name: &name };
    assert_eq!(factory.sit(desk), 1 + 4 + 10);
    assert_eq!(factory.alive(), 0);
}

#[test]
fn an_object_in_an_arc_is_never_had_exclusively() {
    let factory = factory("exclusive");
    let mut shared = factory.shared();
    assert_eq!((shared.get(), factory.alive()), (1, 1));
    let other = Arc::clone(&shared);
    drop(other);
    let refused = panic_of(|| Arc::get_mut(&mut shared).unwrap().add(1));
    assert!(refused.contains("cannot be borrowed exclusively"), "{refused}");
    let refused = panic_of(|| factory.add(Arc::get_mut(&mut shared).unwrap(), 1));
    assert!(refused.contains("cannot be borrowed exclusively"), "{refused}");
    let alive = factory.alive();
    let others = vec![factory.counter(1), counter(2), factory.counter(3)];
    let refused = panic_of(|| Arc::get_mut(&mut shared).unwrap().absorb(others));
    assert!(refused.contains("cannot be borrowed exclusively"), "{refused}");
    assert_eq!(factory.alive(), alive, "what it would have taken has ended");
    drop(shared);
    assert_eq!(factory.alive(), 0);
}

#[test]
fn what_borrows_from_a_proxy_reads_it_as_it_is() {
    let factory = factory("borrowing");
    let root = factory.root();
    assert_eq!(root.name(), "nobody");
    factory.keep(Arc::new(Local("somebody".to_owned())));
    assert_eq!(root.name(), "somebody");
}

#[test]
fn a_host_calls_the_plugin_that_calls_it() {
    let (factory, host) = (factory("descending"), Local("host".to_owned()));
    assert_eq!(factory.descend(&host, 12), 12);
}

#[test]
fn a_panic_of_an_object_is_that_of_the_call() {
    let factory = factory("failing");
    let mut faulty = factory.faulty();
    let panicked = catch_unwind(AssertUnwindSafe(|| faulty.add(3))).unwrap_err();
    assert_eq!(*panicked.downcast::<String>().unwrap(), "cannot add 3");
    assert_eq!(faulty.get(), 1);
    drop(faulty);
    assert_eq!(factory.alive(), 0, "its drop panicked, and ended there");
}

#[test]
fn the_checked_view_of_an_object_makes_an_error_of_its_panic() {
    let factory = factory("checked_objects");
    let faulty = factory.faulty();
    let proxy = CounterProxy::of(&*faulty).expect("it is the plugin's");
    assert!(CounterProxy::supports(proxy, "absorb"));
    assert_eq!(CounterProxy::checked(proxy).get(), Ok(1));
    let (_, mut sendable) = (faulty, factory.sendable(1));
    assert!(CounterProxy::of(&*sendable).is_some(), "with a marker too");
    let mut exclusive = CounterProxy::checked_mut_of(&mut *sendable).unwrap();
    assert_eq!(exclusive.add(2), Ok(3));
    let root = factory.root();
    let node = NodeProxy::of(&*root).expect("what borrows, too");
    assert_eq!(NodeProxy::checked(node).name(), Ok("nobody".to_owned()));
}

#[test]
fn a_panic_of_an_object_is_an_error_with_its_place() {
    let factory = factory("checked_panics");
    let mut faulty = factory.faulty();
    let mut checked = CounterProxy::checked_mut_of(&mut *faulty).unwrap();
    match checked.add(3) {
        Err(CallError::Panicked { interface: "Counter", method: "add", message, location }) => {
            assert_eq!(message, "cannot add 3");
            assert!(location.unwrap().file.ends_with("objects/src/lib.rs"));
        }
        other => panic!("{other:?}"),
    }
    // An object in an `Arc`, and one that is lent.
    let mut shared = factory.shared();
    let exclusive = Arc::get_mut(&mut shared).unwrap();
    let refused = CounterProxy::checked_mut_of(exclusive).unwrap().add(1).unwrap_err();
    assert!(refused.to_string().contains("cannot be borrowed exclusively"), "{refused}");
    assert_eq!(CounterProxy::checked(CounterProxy::of(&*shared).unwrap()).get(), Ok(1));
}

#[test]
fn a_value_of_this_side_has_no_checked_view() {
    let factory = factory("unchecked");
    let mut ours = factory.same(counter(1));
    assert!(CounterProxy::of(&*ours).is_none(), "it came home");
    assert!(CounterProxy::checked_mut_of(&mut *ours).is_none());
    let around = Around(factory.counter(1));
    assert!(CounterProxy::of(&around).is_none(), "there is one within, which is not all of it");
}

/// Holds an object, and is more than that.
struct Around(Box<dyn Counter>);

impl Counter for Around {
    fn add(&mut self, value: u32) -> u32 {
        self.0.add(value)
    }

    fn absorb(&mut self, others: Vec<Box<dyn Counter>>) {
        self.0.absorb(others);
    }

    fn get(&self) -> u32 {
        self.0.get()
    }

    fn address(&self) -> usize {
        self.0.address()
    }
}

#[test]
fn a_panic_of_the_host_goes_through_the_plugin() {
    let (factory, host) = (factory("through"), Local("host".to_owned()));
    assert_eq!(factory.call_failing(&host, true), "the host cannot: caught");
    let panicked = catch_unwind(AssertUnwindSafe(|| factory.call_failing(&host, false)));
    let message = *panicked.unwrap_err().downcast::<String>().unwrap();
    assert_eq!(message, "the host cannot: uncaught");
    assert_eq!(factory.descend(&host, 2), 2, "both are usable");
}

#[test]
fn an_object_keeps_its_library_mapped_and_nothing_else() {
    let directory = Directory::new();
    directory.add("objects", "outlived_by_objects");
    let mut manager = PluginManager::new();
    let wanted = PluginTrait::of::<dyn Factory>();
    let mut handles = manager.load_plugins(directory.path(), wanted).unwrap();
    let factory = handles[0].proxy::<dyn Factory>().unwrap();
    let (first, second, third) = (factory.counter(1), factory.counter(2), factory.tree(1));
    assert!(factory.opened(factory.kit(0)).is_err(), "one goes home, and ends there");
    drop(factory);
    assert_eq!(handles.remove(0).close().unwrap(), Some(1), "unmade, since nobody has it");
    let library = directory.library("outlived_by_objects");
    let outcome = || manager.outcome(&library).unwrap();
    assert!(outcome().to_string().starts_with("pinned: 3 objects of it are in use, drop"));
    drop(first);
    assert!(matches!(outcome(), UnloadOutcome::Pinned { objects: 2, .. }), "{:?}", outcome());
    assert_eq!(second.get(), 2);
    drop(second);
    let kids = third.kids();
    drop(third);
    assert!(outcome().to_string().starts_with("pinned: 1 object of it is in use, drop"));
    assert_eq!(kids[0].name(), "branch 0");
    drop(kids);
    wait_until_unmapped("outlived_by_objects");
    wait_until_told_unmapped(outcome);
}

#[test]
fn a_version_that_was_replaced_stays_for_its_objects() {
    let directory = Directory::new();
    let path = directory.add("objects", "live_objects");
    let live = Live::<dyn Factory>::open(&path).unwrap();
    let mut events = live.events();
    let old = live.get().sendable(5);
    let mut next = std::fs::read(&path).unwrap();
    next.push(0);
    std::fs::remove_file(&path).unwrap();
    std::fs::write(&path, next).unwrap();
    live.reload().unwrap();
    let outcome = |event| match event {
        LiveEvent::Unloaded { generation: 1, outcome, .. } => outcome,
        _ => None,
    };
    let outcome = within("the old version ends", || events.find_map(outcome));
    assert!(outcome.unwrap().to_string().starts_with("pinned: 1 object of it is in use, drop"));
    let is_retained = || retained().iter().any(|library| library.path == path);
    assert!(is_retained());
    assert_eq!(live.get().sum(vec![&*old], None), 5, "the new version calls the old one");
    drop(old);
    until("the old version is unmapped", || !is_retained());
    assert_eq!(live.get().alive(), 0);
}
