//! A plugin that is a host itself, and objects of what it loads, which come to
//! its own host.

use std::sync::Mutex;

use fixture_interface::objects::*;
use plugin_interface::{PluginManager, UnloadOutcome};

use crate::fixtures::{Directory, is_mapped};
use crate::objects::{wait_until_told_unmapped, wait_until_unmapped};

/// What the host keeps.
#[derive(Default)]
struct Board(Mutex<Vec<Box<dyn Counter + Send>>>);

impl Shelf for Board {
    fn put(&self, counter: Box<dyn Counter + Send>) {
        self.0.lock().unwrap().push(counter);
    }
}

/// What the two libraries are called in one test.
struct Names {
    outer: &'static str,
    inner: &'static str,
}

/// Loads the outer library and, in it, the inner one; takes objects of the inner
/// one while both are in use, and gives both back: what keeps the outer one is
/// what was taken.
fn outlive(
    Names { outer, inner }: Names,
    forever: bool,
    take: impl FnOnce(&NestProxy) -> Vec<Box<dyn Counter + Send>>,
) {
    let directory = Directory::new();
    let path = directory.add("nesting", outer);
    let other = Directory::new();
    let egg = other.add("objects", inner);
    let mut manager = PluginManager::new();
    let nest = manager.load::<dyn Nest>(directory.path()).unwrap().remove(0);
    nest.load(egg.to_str().unwrap(), forever);
    let taken = take(&nest);
    drop(nest);
    let count = taken.len();
    let outcome = |manager: &PluginManager| manager.outcome(&path).unwrap();
    match outcome(&manager) {
        UnloadOutcome::Pinned { objects, .. } => assert_eq!(objects, count),
        other => panic!("{other:?}, while {count} objects are in use"),
    }
    assert!(taken.iter().all(|counter| counter.get() == 9));
    drop(taken);
    wait_until_unmapped(outer);
    wait_until_told_unmapped(|| outcome(&manager));
    assert_eq!(is_mapped(inner), forever, "as the one in between had it");
}

#[test]
fn what_is_handed_on_keeps_the_one_that_handed_it_on() {
    let names = Names { outer: "nest_that_hands_on", inner: "egg_handed_on" };
    outlive(names, false, |nest| vec![nest.counter(9), nest.counter(9)]);
}

#[test]
fn what_is_handed_on_keeps_one_that_closes_nothing() {
    let names = Names { outer: "nest_forever", inner: "egg_forever" };
    outlive(names, true, |nest| vec![nest.counter(9), nest.counter(9)]);
}

#[test]
fn what_goes_past_the_one_in_between_keeps_it_too() {
    let names = Names { outer: "nest_passed", inner: "egg_passing" };
    outlive(names, true, |nest| {
        let board = Board::default();
        nest.fill(&board);
        board.0.into_inner().unwrap()
    });
}

#[test]
fn an_owner_more_keeps_all_that_the_first_one_keeps() {
    let directory = Directory::new();
    let path = directory.add("nesting", "nest_shared");
    let other = Directory::new();
    let egg = other.add("objects", "egg_shared");
    let mut manager = PluginManager::new();
    let nest = manager.load::<dyn Nest>(directory.path()).unwrap().remove(0);
    nest.load(egg.to_str().unwrap(), false);
    let (first, second) = (nest.shared(), nest.shared());
    drop((nest, first));
    let outcome = manager.outcome(&path).unwrap();
    assert!(matches!(outcome, UnloadOutcome::Pinned { objects: 1, .. }), "{outcome:?}");
    assert_eq!(second.get(), 1);
    drop(second);
    wait_until_unmapped("nest_shared");
    wait_until_unmapped("egg_shared");
}
