//! References to objects that methods return, and iterators of references.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::sync::Arc;

use fixture_interface::museum::{
    Catalogue, CatalogueProxy, Entry, Exhibit, Museum, MuseumProxy, Vase,
};
use plugin_interface::PluginManager;

use crate::fixtures::Directory;
use crate::objects::wait_until_unmapped;

/// The plugin, under a name that no other test uses.
fn museum(name: &str) -> MuseumProxy {
    let directory = Directory::new();
    directory.add("objects", name);
    PluginManager::new().load::<dyn Museum>(directory.path()).unwrap().remove(0)
}

fn catalogue(name: &str) -> CatalogueProxy {
    let directory = Directory::new();
    directory.add("objects", name);
    PluginManager::new().load::<dyn Catalogue>(directory.path()).unwrap().remove(0)
}

fn address(exhibit: &dyn Exhibit) -> *const () {
    ptr::from_ref(exhibit).cast()
}

#[test]
fn a_returned_reference_leads_to_the_object_of_the_plugin() {
    let museum = museum("looked_at");
    let first = museum.first();
    assert_eq!(first.name(), "urn");
    // The object is there, and the proxy is here, once for each reference that is returned.
    assert_ne!(first.address(), address(first).addr());
    assert_eq!(address(first), address(museum.first()));
    assert_eq!(first.address(), museum.find("urn").unwrap().address());
    let names: Vec<_> = museum.all().iter().map(|exhibit| exhibit.name()).collect();
    assert_eq!(names, ["urn", "jug"]);
    assert!(museum.find("vase").is_none());
}

#[test]
fn a_returned_reference_returns_references_to_further_objects() {
    let museum = museum("wings");
    let older = museum.first().older().unwrap();
    assert_eq!((older.name(), older.older().is_none()), ("amphora", true));
    let wing = museum.wing().wing();
    assert_eq!(wing.first().older().unwrap().address(), older.address());
    assert_eq!((museum.guide()(1), wing.guide()(2)), (2, 3));
    assert_eq!((museum.meter().visitors(), wing.meter().visitors()), (0, 0));
    // Whatever is asked of the first one borrows it, also through others.
    assert_eq!((older.name(), museum.all().len()), ("amphora", 2));
}

#[test]
fn an_object_of_the_host_comes_back_as_itself() {
    let mut museum = museum("host_shows");
    let vase = Arc::new(Vase("bowl".to_owned(), None));
    let shown = museum.show(vase.clone()).unwrap();
    assert_eq!(address(shown), ptr::from_ref(&*vase).cast());
    let again = museum.all()[2];
    assert_eq!((again.name(), address(again)), ("bowl", ptr::from_ref(&*vase).cast()));
    let refused = museum.show(Arc::new(Vase(String::new(), None))).map(|it| it.name().to_owned());
    assert_eq!(refused.unwrap_err(), "it has no name");
    museum.remove();
    assert_eq!((museum.all().len(), Arc::strong_count(&vase)), (2, 1));
}

#[test]
fn an_object_of_a_third_library_is_called_while_it_is_shown() {
    let mut museum = museum("shows");
    for name in ["lends_one", "lends_another"] {
        let lender = self::museum(name);
        let shown = museum.show(lender.shared()).unwrap();
        assert_eq!((shown.name(), shown.address()), ("urn", lender.first().address()));
        drop(lender);
        let shown = museum.all()[2];
        assert_eq!((shown.name(), shown.older().unwrap().name()), ("urn", "amphora"));
        museum.remove();
        wait_until_unmapped(name);
        // Its proxy is no longer used, and is not mistaken for that of another object.
        assert_eq!(museum.all().len(), 2);
    }
}

#[test]
fn many_threads_have_one_proxy() {
    let museum = museum("crowded");
    let look = || {
        let all: Vec<_> = (0..200).map(|_| address(museum.find("jug").unwrap()).addr()).collect();
        assert_eq!(museum.first().name(), "urn");
        all
    };
    let found: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(look)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert!(found.iter().all(|address| *address == found[0]));
}

#[test]
fn a_panic_of_such_an_object_reaches_the_caller() {
    let museum = museum("touched");
    let first = museum.first();
    let panic = catch_unwind(AssertUnwindSafe(|| first.touch())).unwrap_err();
    let text = panic.downcast_ref::<String>().unwrap();
    assert!(text.contains("do not touch the urn"), "{text}");
    assert_eq!(first.name(), "urn");
}

#[test]
fn the_library_is_unmapped_after_the_last_reference() {
    let museum = museum("closing");
    assert_eq!(museum.first().older().unwrap().name(), "amphora");
    drop(museum);
    wait_until_unmapped("closing");
}

fn titles<'a>(entries: impl Iterator<Item = &'a Entry>) -> Vec<&'a str> {
    entries.map(|entry| &*entry.title).collect()
}

#[test]
fn items_may_be_used_when_their_iterator_is_gone() {
    let mut catalogue = catalogue("listed");
    assert_eq!(catalogue.entries().size_hint(), (3, Some(3)));
    let (first, all): (&Entry, Vec<&str>) =
        (catalogue.entries().next().unwrap(), titles(catalogue.entries()));
    assert_eq!((&*first.title, first.room), ("urn", 2));
    assert_eq!(all, ["urn", "jug", "bowl"]);
    // The proxy has one copy of each value, so that an endless iterator ends nothing.
    assert!(catalogue.endless().take(10_000).all(|entry| ptr::eq(entry, first)));
    assert_eq!(catalogue.titles().collect::<Vec<_>>(), all);
    assert_eq!(catalogue.rooms().collect::<Vec<_>>(), [&2, &1, &2]);
    let pages: Vec<_> = catalogue.pages().map(|page| titles(page.iter())).collect();
    assert_eq!(pages, [vec!["urn", "jug"], vec!["bowl"]]);
    let of_room = |room| catalogue.of_room(room).map(titles);
    assert_eq!((of_room(2), of_room(7)), (Some(vec!["urn", "bowl"]), None));
    assert_eq!(titles(catalogue.sorted().unwrap()), ["bowl", "jug", "urn"]);
    assert_eq!(catalogue.sorted().map(titles), Err("they are sorted".to_owned()));
}

#[test]
fn an_iterator_of_references_goes_to_another_thread() {
    let mut catalogue = catalogue("sent");
    let all = std::thread::scope(|scope| {
        let (words, sorted) = (catalogue.titles().count(), catalogue.sorted().unwrap());
        let thread = scope.spawn(move || (words, titles(sorted)));
        thread.join().unwrap()
    });
    assert_eq!(all, (3, vec!["bowl", "jug", "urn"]));
}

#[test]
fn a_panic_of_such_an_iterator_reaches_the_caller() {
    let catalogue = catalogue("torn");
    let mut torn = catalogue.torn();
    let first = torn.next().unwrap();
    let panic = catch_unwind(AssertUnwindSafe(|| torn.next())).unwrap_err();
    let text = panic.downcast_ref::<String>().unwrap();
    assert!(text.contains("torn out"), "{text}");
    drop(torn);
    assert_eq!(first.title, "urn");
}
