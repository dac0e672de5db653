//! Plugins that are linked into this program have what a host gives to those of files:
//! services, tasks, and its log:
//! `cargo test --package plugin-interface --features log,tasks --test linked`.

mod plugin;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use log::{Level, LevelFilter, Log, Metadata, Record};
use plugin::{CREATED, Finder, FinderProxy, KEPT, Keeper, KeeperProxy, Site};
use plugin_interface::{
    Greeter, GreeterProxy, LoadError, PluginManager, ThreadPool, plugin_aggregates,
};

#[plugin_aggregates(Greeter)]
#[plugin_aggregates(Keeper)]
#[plugin_aggregates(Finder)]
mod aggregates {}

/// One test at a time: what they look at belongs to the process.
fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A service that counts its calls.
struct Blog(&'static str, AtomicUsize);

impl Site for Blog {
    fn title(&self) -> String {
        self.1.fetch_add(1, Ordering::SeqCst);
        self.0.to_owned()
    }
}

fn offering(title: &'static str) -> (PluginManager, Arc<Blog>) {
    let (mut manager, site) = (PluginManager::new(), Arc::new(Blog(title, AtomicUsize::new(0))));
    manager.provide::<dyn Site>(site.clone());
    (manager, site)
}

fn asker(manager: &mut PluginManager) -> GreeterProxy {
    let mut all = manager.load_linked::<dyn Greeter>().unwrap();
    assert_eq!(all.len(), 1, "{:?}", manager.rejected());
    all.remove(0)
}

fn finder(manager: &mut PluginManager) -> Option<FinderProxy> {
    manager.load_linked::<dyn Finder>().unwrap().pop()
}

#[test]
fn each_manager_offers_its_own_services() {
    let _turn = alone();
    let ((mut one, first), (mut two, second)) = (offering("one"), offering("two"));
    let (asks_one, asks_two) = (asker(&mut one), asker(&mut two));
    for (asker, title) in [(&asks_one, "one"), (&asks_two, "two"), (&asks_one, "one")] {
        assert_eq!((asker.greet("made"), asker.greet("later")), (title.into(), title.into()));
    }
    let calls = |site: &Blog| site.1.load(Ordering::SeqCst);
    assert_eq!((calls(&first), calls(&second)), (4, 2));
    let error = asks_one.greet("store");
    assert!(error.starts_with("no service linked::plugin::Store (version 1.0): "), "{error}");
    assert!(error.ends_with("the host offers linked::plugin::Site (version 1.0)"), "{error}");
}

#[test]
fn a_plugin_whose_need_is_not_met_is_not_created() {
    let _turn = alone();
    let before = CREATED.load(Ordering::SeqCst);
    let mut manager = PluginManager::new();
    assert!(manager.load_linked::<dyn Greeter>().unwrap().is_empty());
    let [rejected] = manager.rejected() else { panic!("{:?}", manager.rejected()) };
    assert!(matches!(rejected.error, LoadError::ServiceMissing { .. }), "{rejected}");
    assert!(rejected.to_string().contains("linked::plugin::Site"), "{rejected}");
    assert_eq!(CREATED.load(Ordering::SeqCst), before);
}

#[test]
fn services_are_withdrawn_with_the_last_plugin() {
    let _turn = alone();
    let (mut manager, site) = offering("a site");
    let plugin = asker(&mut manager);
    drop(manager);
    assert_eq!(plugin.greet("later"), "a site");
    drop(plugin);
    let kept = KEPT.lock().unwrap().take().unwrap();
    let error = kept.get::<dyn Site>().err().unwrap().to_string();
    assert!(error.ends_with("the host offers no services"), "{error}");
    assert_eq!(Arc::strong_count(&site), 1, "nobody else has it");
}

#[test]
fn plugins_of_one_program_serve_one_another() {
    let _turn = alone();
    let mut manager = PluginManager::new();
    assert!(finder(&mut manager).is_none());
    let shop = manager.load_linked::<dyn Keeper>().unwrap().pop().unwrap();
    let found = finder(&mut manager).expect("its need is met");
    assert_eq!(
        (KeeperProxy::checked(&shop).stock().unwrap(), found.find("a")),
        (12, "a of the shelf".into())
    );
    drop(shop);
    assert_eq!(found.find("b"), "b of the shelf", "its provider lives as long");
    drop(found);
    assert!(finder(&mut manager).is_none(), "the provider has gone");
    let again = manager.load_linked::<dyn Keeper>().unwrap();
    assert_eq!((again.len(), finder(&mut manager).is_some()), (1, true));
}

#[test]
fn tasks_run_on_the_executor_of_the_manager_and_end_with_the_plugin() {
    let _turn = alone();
    let (mut manager, site) = offering("a site");
    assert_eq!(asker(&mut manager).greet("task"), "no tasks");
    manager.provide_executor(Arc::new(ThreadPool::new(1)));
    let plugin = asker(&mut manager);
    assert_eq!(plugin.greet("task"), "");
    assert_eq!(site.1.load(Ordering::SeqCst), 0);
    drop(plugin);
    assert_eq!(site.1.load(Ordering::SeqCst), 1, "the task was dropped before its plugin");
}

struct Collector;

static SEEN: Mutex<Vec<(Level, String, String)>> = Mutex::new(Vec::new());

impl Log for Collector {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        let seen = (record.level(), record.target().to_owned(), record.args().to_string());
        SEEN.lock().unwrap().push(seen);
    }

    fn flush(&self) {}
}

#[test]
fn records_come_out_of_the_programs_logger() {
    let _turn = alone();
    log::set_logger(&Collector).unwrap();
    log::set_max_level(LevelFilter::Info);
    asker(&mut offering("a site").0).greet("log");
    let expected = (Level::Warn, "linked::plugin".to_owned(), "number 7".to_owned());
    assert_eq!(*SEEN.lock().unwrap(), [expected]);
}
