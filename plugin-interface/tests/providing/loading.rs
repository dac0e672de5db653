//! Services of plugins in a directory that is loaded once.

use std::sync::Arc;

use plugin_interface::{
    ErrorClass, Greeter, LoadError, PluginHandle, PluginManager, PluginTrait, Rejected, Stage,
    UnloadOutcome, inspect,
};

use crate::files::{Shop, library, of_next_major, patched};
use crate::shop::{Journal, Store};
use crate::{Notes, place};

/// Every library, named so that each comes before those that it needs.
const ALL: [(&str, &str); 4] =
    [("finder", "a_finder"), ("reader", "b_reader"), ("index", "c_index"), ("store", "d_store")];

fn manager() -> (PluginManager, Arc<Notes>) {
    let (mut manager, notes) = (PluginManager::new(), Notes::new());
    manager.provide::<dyn Journal>(notes.clone());
    (manager, notes)
}

fn load(manager: &mut PluginManager, shop: &Shop) -> Vec<PluginHandle> {
    manager.load_plugins(shop.path(), PluginTrait::Greeter).unwrap()
}

fn names(handles: &[PluginHandle]) -> Vec<&str> {
    handles.iter().map(PluginHandle::name).collect()
}

/// Returns the only error of a file.
#[track_caller]
fn error_of<'a>(rejected: &'a [Rejected], shop: &Shop, name: &str) -> &'a LoadError {
    let file = shop.file(name);
    let mut errors = rejected.iter().filter(|rejected| rejected.path == file);
    match (errors.next(), errors.next()) {
        (Some(only), None) => &only.error,
        _ => panic!("expected one error of {name}: {rejected:?}"),
    }
}

#[test]
fn plugins_are_created_after_those_whose_services_they_need() {
    let (mut manager, notes) = manager();
    let shop = Shop::of(&ALL);
    let handles = load(&mut manager, &shop);
    assert!(manager.rejected().is_empty(), "{:?}", manager.rejected());
    // In the order of the files, as always.
    assert_eq!(names(&handles), ["Finder", "Idle", "Reader", "Index", "Store"]);
    let notes = notes.take();
    let order = ["Store made", "Index made", "Finder made"].map(|line| place(&notes, line));
    assert!(order.is_sorted() && place(&notes, "Reader made") > order[0], "{notes:?}");
    let answers: Vec<_> = handles.iter().map(|it| it.as_greeter().unwrap().greet("tea")).collect();
    assert_eq!(
        answers,
        [
            "found tea of the stock",
            "tea",
            "1: tea of the stock",
            "tea of the stock",
            "tea of the stock"
        ]
    );
}

#[test]
fn plugins_are_destroyed_before_those_whose_services_they_need() {
    let (mut manager, notes) = manager();
    let shop = Shop::of(&ALL);
    let mut handles = load(&mut manager, &shop);
    notes.take();
    // The host gives up the store first.
    let store = handles.pop().unwrap();
    assert_eq!(store.name(), "Store");
    assert_eq!(store.close().unwrap(), None, "it is in use");
    assert_eq!(notes.take(), [""; 0]);
    let finder = handles.remove(0).as_greeter().unwrap();
    drop(handles);
    // The finder needs the index, and that the store.
    assert_eq!(notes.take(), ["Reader stopped"]);
    assert_eq!(finder.greet("tea"), "found tea of the stock");
    drop(finder);
    assert_eq!(notes.take(), ["Finder stopped", "Index stopped", "Store stopped"]);
    for (_, name) in ALL {
        let outcome = manager.outcome(shop.file(name));
        assert!(matches!(outcome, Some(UnloadOutcome::Unmapped)), "{name}: {outcome:?}");
    }
}

#[test]
fn a_gap_names_every_plugin_on_the_way() {
    let (mut manager, notes) = manager();
    let shop = Shop::of(&ALL[..3]);
    let handles = load(&mut manager, &shop);
    assert_eq!(names(&handles), ["Idle"], "it needs nothing");
    assert_eq!(notes.take(), [""; 0], "no other constructor ran");
    let rejected = manager.take_rejected();
    let missing = error_of(&rejected, &shop, "c_index");
    assert!(
        matches!(missing, LoadError::ServiceMissing { plugin, .. } if plugin == "Index"),
        "{missing}"
    );
    let gap = error_of(&rejected, &shop, "a_finder");
    assert_eq!((gap.stage(), gap.class()), (Stage::Admit, ErrorClass::Incompatible));
    let LoadError::ProviderFailed { plugin, way, .. } = gap else { panic!("{gap}") };
    let steps: Vec<_> = way.iter().map(|it| (&*it.plugin, &*it.interface, &*it.provider)).collect();
    assert_eq!((&**plugin, steps), ("Finder", vec![("Finder", "shop::Index", "Index")]));
    assert_eq!(way[0].provider_path, shop.file("c_index"));
    let (finder, index) = (shop.file("a_finder"), shop.file("c_index"));
    assert_eq!(
        gap.to_string(),
        format!(
            "{}: Finder needs the service shop::Index (version 1.0) of Index in {}, which was \
             not created: {missing}",
            finder.display(),
            index.display()
        )
    );
    let order: Vec<_> = rejected.iter().map(|it| it.path.clone()).collect();
    assert!(order.is_sorted(), "{order:?}");
}

#[test]
fn a_cycle_names_every_plugin_on_the_way() {
    let (mut manager, notes) = manager();
    let shop = Shop::of(&[("reader", "b_reader"), ("index", "c_index")]);
    shop.put("a_finder", &patched(library("finder"), b"shop::Hints", b"shop::Store"));
    let handles = load(&mut manager, &shop);
    assert_eq!((names(&handles), notes.take()), (vec!["Idle"], vec![]));
    let rejected = manager.take_rejected();
    for (name, expected) in [
        ("a_finder", [("Finder", "Index"), ("Index", "Finder")].as_slice()),
        ("c_index", &[("Index", "Finder"), ("Finder", "Index")]),
        ("b_reader", &[("Reader", "Finder"), ("Finder", "Index"), ("Index", "Finder")]),
    ] {
        let error = error_of(&rejected, &shop, name);
        let LoadError::ServiceCycle { way, .. } = error else { panic!("{error}") };
        let steps: Vec<_> = way.iter().map(|it| (&*it.plugin, &*it.provider)).collect();
        assert_eq!(steps, expected, "{error}");
        assert!(error.to_string().contains("a cycle, so none of them"), "{error}");
    }
}

#[test]
fn a_provider_that_is_not_created_is_the_reason_of_its_users() {
    for (stock, reason) in [("nothing", "out of stock"), ("panic", "the shelf broke")] {
        let (mut manager, notes) = manager();
        let shop = Shop::of(&ALL);
        shop.stock(stock);
        let handles = load(&mut manager, &shop);
        assert_eq!(names(&handles), ["Idle"], "{stock}");
        drop(handles);
        let users = ["Reader made", "Index made", "Finder made"];
        let notes = notes.take();
        assert!(!notes.iter().any(|note| users.contains(&&**note)), "{notes:?}");
        let rejected = manager.take_rejected();
        for (name, steps) in [("a_finder", 2), ("b_reader", 1), ("c_index", 1)] {
            let error = error_of(&rejected, &shop, name);
            let LoadError::ProviderFailed { way, reason: found, .. } = error else {
                panic!("{error}")
            };
            assert_eq!(way.len(), steps, "{error}");
            assert!(found.contains(reason), "{error}");
        }
        assert!(error_of(&rejected, &shop, "d_store").to_string().contains(reason));
    }
}

#[test]
fn an_incompatible_version_of_a_service_is_refused_with_both_sides() {
    let (mut manager, _) = manager();
    let shop = Shop::of(&ALL[..3]);
    shop.put("d_store", &of_next_major(library("store")));
    assert_eq!(names(&load(&mut manager, &shop)), ["Idle", "Store"]);
    let rejected = manager.take_rejected();
    let error = error_of(&rejected, &shop, "b_reader");
    let LoadError::ServiceMismatch { mismatch, .. } = error else { panic!("{error}") };
    assert_eq!((&*mismatch.host().version, &*mismatch.plugin().version), ("2.1", "1.1"));
}

#[test]
fn the_services_of_the_host_come_first() {
    struct Own;

    impl Store for Own {
        fn get(&self, key: &str) -> Option<String> {
            Some(format!("{key} of the host"))
        }
    }

    let (mut manager, _) = manager();
    manager.provide::<dyn Store>(Arc::new(Own));
    let handles = load(&mut manager, &Shop::of(&ALL));
    let reader = handles.iter().find(|it| it.name() == "Reader").unwrap();
    assert_eq!(reader.as_greeter().unwrap().greet("tea"), "1: tea of the host");
}

#[test]
fn the_services_of_plugins_are_there_for_later_loads_as_long_as_these_live() {
    let (mut manager, _) = manager();
    let stores = Shop::of(&[("store", "store")]);
    let readers = Shop::of(&[("reader", "reader")]);
    let store = load(&mut manager, &stores);
    let handles = load(&mut manager, &readers);
    assert_eq!(names(&handles), ["Idle", "Reader"]);
    drop((store, handles));
    assert_eq!(names(&load(&mut manager, &readers)), ["Idle"]);
    let store = manager.load_library(stores.file("store")).unwrap();
    assert_eq!((names(&store), names(&load(&mut manager, &readers)).len()), (vec!["Store"], 2));
}

#[test]
fn the_metadata_lists_what_a_plugin_provides() {
    let shop = Shop::of(&ALL);
    let metadata = inspect(shop.file("c_index")).unwrap();
    let [index] = &metadata.registrations[..] else { panic!("{metadata:?}") };
    let paths = |services: &[plugin_interface::metadata::InterfaceMetadata]| {
        services.iter().map(|it| format!("{} {}", it.path, it.version)).collect::<Vec<_>>()
    };
    assert_eq!(paths(&index.needs), ["shop::Store 1.1"]);
    assert_eq!(paths(&index.provides), ["shop::Index 1.0"]);
}

#[test]
fn loads_again_and_again_leave_nothing() {
    let shop = Shop::of(&ALL);
    for _ in 0..20 {
        let (mut manager, notes) = manager();
        let proxies = manager.load::<dyn Greeter>(shop.path()).unwrap();
        assert_eq!(proxies.len(), 5);
        drop(manager);
        drop(proxies);
        let notes = notes.take();
        let ended = notes.iter().filter(|note| note.ends_with("stopped")).count();
        assert_eq!((ended, place(&notes, "Store stopped")), (4, notes.len() - 1), "{notes:?}");
    }
}
