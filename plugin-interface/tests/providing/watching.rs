//! Services of plugins in a directory that is watched.

use std::fs;
use std::sync::Arc;
use std::thread;

use plugin_interface::{
    Events, Greeter, LoadError, LoadPolicy, Plugin, PluginEvent, Plugins, PluginsOptions,
    WatchError,
};

use crate::files::{Shop, library, of_next_major};
use crate::shop::Journal;
use crate::waiting::{DEADLINE, until};
use crate::{Notes, place};

fn open(shop: &Shop, policy: LoadPolicy) -> (Plugins<dyn Greeter>, Arc<Notes>) {
    let notes = Notes::new();
    let options = PluginsOptions::new().policy(policy).provide::<dyn Journal>(notes.clone());
    (options.open(shop.path()).unwrap(), notes)
}

fn names(plugins: &Plugins<dyn Greeter>) -> Vec<String> {
    plugins.all().iter().map(|plugin| Plugin::name(plugin).to_owned()).collect()
}

/// Returns another build of a library: with some bytes behind it, which nobody reads.
fn another_build(example: &str, number: u32) -> Vec<u8> {
    let mut library = library(example);
    library.extend(number.to_le_bytes());
    library
}

/// Asks a plugin that is there.
fn ask(plugins: &Plugins<dyn Greeter>, name: &str) -> String {
    plugins.get(name).map_or_else(String::new, |plugin| plugin.greet("tea"))
}

/// Waits for an error that is reported.
fn failure(events: &Events<PluginEvent>, is_it: impl Fn(&LoadError) -> bool) -> Arc<WatchError> {
    loop {
        let event = events.next_within(DEADLINE).expect("an error is reported");
        let PluginEvent::Failed { error } = event else { continue };
        match &*error {
            WatchError::Load { error: load, .. } if is_it(load) => return error,
            _ => {}
        }
    }
}

#[test]
fn a_provider_that_comes_later_brings_what_needs_it() {
    let shop = Shop::of(&[("reader", "a_reader"), ("finder", "b_finder")]);
    let (plugins, notes) = open(&shop, LoadPolicy::new());
    assert_eq!(names(&plugins), ["Idle"]);
    assert_eq!(plugins.rejected().len(), 2);
    shop.put("c_index", &library("index"));
    until("the index is refused", || plugins.rejected().len() == 3);
    shop.put("d_store", &library("store"));
    until("all are there", || names(&plugins).len() == 5);
    assert_eq!(names(&plugins), ["Idle", "Reader", "Finder", "Index", "Store"]);
    until("nothing is rejected", || plugins.rejected().is_empty());
    let notes = notes.take();
    let order = ["Store made", "Index made", "Finder made"].map(|line| place(&notes, line));
    assert!(order.is_sorted(), "{notes:?}");
    assert_eq!(ask(&plugins, "Finder"), "found tea of the stock");
    assert!(plugins.close(DEADLINE));
}

#[test]
fn a_provider_that_is_replaced_is_replaced_for_its_users_which_keep_their_state() {
    let shop = Shop::of(&[("finder", "a"), ("reader", "b"), ("index", "c"), ("store", "d")]);
    let (plugins, notes) = open(&shop, LoadPolicy::new());
    assert_eq!(ask(&plugins, "Reader"), "1: tea of the stock");
    for number in 2..7 {
        let (old, stock) = (plugins.get("Reader").unwrap(), format!("stock {number}"));
        notes.take();
        shop.stock(&stock);
        shop.put("d", &another_build("store", number));
        let expected = format!("found tea of {stock}");
        until("the finder has the new stock", || ask(&plugins, "Finder") == expected);
        until("the reader is replaced", || {
            Plugin::generation(&plugins.get("Reader").unwrap()) == u64::from(number)
        });
        assert_eq!(ask(&plugins, "Reader"), format!("{number}: tea of {stock}"));
        assert!(!old.greet("tea").ends_with(&stock), "who has an old version keeps it");
        drop(old);
        let all = ["Reader stopped", "Finder stopped", "Index stopped", "Store stopped"];
        let mut noted = Vec::new();
        until("the old versions are destroyed", || {
            noted.extend(notes.take());
            all.iter().all(|line| noted.iter().any(|note| note == line))
        });
        let places = all.map(|line| place(&noted, line));
        assert!(places[1..].is_sorted() && places[0] < places[3], "{noted:?}");
    }
    assert!(plugins.close(DEADLINE));
    let ended = notes.take();
    assert_eq!((ended.len(), &*ended[3]), (4, "Store stopped"), "{ended:?}");
}

#[test]
fn a_provider_that_goes_takes_its_users_with_it_until_it_is_back() {
    let shop = Shop::of(&[("finder", "a"), ("reader", "b"), ("index", "c"), ("store", "d")]);
    let (plugins, notes) = open(&shop, LoadPolicy::new());
    let events = plugins.events();
    notes.take();
    fs::remove_file(shop.file("d")).unwrap();
    failure(
        &events,
        |error| matches!(error, LoadError::ProviderFailed { plugin, .. } if plugin == "Finder"),
    );
    until("the others are gone", || names(&plugins) == ["Idle"]);
    let mut noted = Vec::new();
    until("they are destroyed", || {
        noted.extend(notes.take());
        noted.iter().any(|note| note == "Store stopped")
    });
    assert_eq!((noted.len(), place(&noted, "Store stopped")), (4, 3), "{noted:?}");
    let is_missing = |error: &Arc<WatchError>| error.to_string().contains("shop::Store");
    until("the reasons are there", || {
        plugins.rejected().iter().filter(|it| is_missing(it)).count() == 3
    });
    shop.put("d", &library("store"));
    until("they are back", || names(&plugins).len() == 5);
    until("nothing is rejected", || plugins.rejected().is_empty());
}

#[test]
fn a_provider_in_use_is_not_replaced_if_the_host_chose_that() {
    let shop = Shop::of(&[("reader", "a"), ("store", "b")]);
    let (plugins, _) = open(&shop, LoadPolicy::new().replace_providers(false));
    let events = plugins.events();
    shop.stock("new stock");
    shop.put("b", &another_build("store", 1));
    let error = failure(&events, |error| matches!(error, LoadError::ProviderInUse { .. }));
    let text = error.to_string();
    assert!(text.contains("it provides services to Reader in"), "{text}");
    assert_eq!(ask(&plugins, "Store"), "tea of the stock");
    // Nobody uses it any more.
    fs::remove_file(shop.file("a")).unwrap();
    until("it is replaced", || ask(&plugins, "Store") == "tea of new stock");
}

#[test]
fn a_version_without_a_service_that_is_used_is_refused_until_its_users_have_a_new_one() {
    let shop = Shop::of(&[("reader", "a"), ("store", "b")]);
    let (plugins, _) = open(&shop, LoadPolicy::new());
    let events = plugins.events();
    shop.stock("next stock");
    shop.put("b", &of_next_major(library("store")));
    let error = failure(&events, |error| matches!(error, LoadError::ServiceInUse { .. }));
    let text = error.to_string();
    for expected in ["Reader in", "uses the service shop::Store", "host (version 2.1)"] {
        assert!(text.contains(expected), "{text}");
    }
    assert_eq!(ask(&plugins, "Reader"), "1: tea of the stock");
    shop.put("a", &of_next_major(library("reader")));
    until("both are replaced", || ask(&plugins, "Reader").ends_with(": tea of next stock"));
    until("nothing is rejected", || plugins.rejected().is_empty());
}

#[test]
fn a_provider_is_replaced_again_and_again_while_its_users_are_called() {
    let shop = Shop::of(&[("finder", "a"), ("index", "c"), ("store", "d")]);
    let (plugins, notes) = open(&shop, LoadPolicy::new());
    thread::scope(|scope| {
        let call = || {
            let mut calls = 0_u32;
            while plugins.get("Store").is_some_and(|it| Plugin::generation(&it) < 12) {
                let finder = plugins.get("Finder").unwrap();
                assert_eq!(finder.greet("tea"), "found tea of the stock");
                calls += 1;
            }
            calls
        };
        let calls = [(); 3].map(|()| scope.spawn(call));
        for number in 2..=12 {
            shop.put("d", &another_build("store", number));
            until("it is replaced", || {
                Plugin::generation(&plugins.get("Store").unwrap()) == u64::from(number)
            });
        }
        assert!(calls.into_iter().map(|it| it.join().unwrap()).all(|calls| calls > 0));
    });
    assert!(plugins.close(DEADLINE));
    let notes = notes.take();
    let count = |line: &str| notes.iter().filter(|note| *note == line).count();
    for plugin in ["Finder", "Index", "Store"] {
        let [made, stopped] = ["made", "stopped"].map(|it| count(&format!("{plugin} {it}")));
        assert_eq!(made, stopped, "{plugin}: {notes:?}");
        assert!(made >= 12, "{notes:?}");
    }
}
