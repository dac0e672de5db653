//! The same of a plugin in a process of its own.

use std::cell::RefCell;
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, Sender};
use std::thread;

use plugin_interface::process::{Isolated, Worker};
use plugin_interface::{Greeter, GreeterProxy, PluginManager, traces};
use tracing::Level;

use super::collector::{lines, open_spans, set_filter};
use super::{alone, has_each_kind, is_refused, library, names_parents, nests, takes_a_span};

#[path = "../bodies/waiting.rs"]
mod waiting;

use waiting::until;

fn load() -> (Isolated, GreeterProxy) {
    let program = library().with_file_name("worker");
    assert!(program.exists(), "cargo build --features process,tracing --example worker");
    let isolated = PluginManager::new().load_isolated(library(), Worker::new(program));
    let isolated = isolated.unwrap_or_else(|error| panic!("{error}"));
    let proxy = isolated.plugins().remove(0).proxy::<dyn Greeter>().unwrap();
    (isolated, proxy)
}

#[test]
fn all_that_a_plugin_in_the_process_can_do_works_in_a_worker() {
    let _turn = alone(Level::INFO);
    for act in [nests, has_each_kind, names_parents, takes_a_span, is_refused] {
        let (isolated, plugin) = load();
        act(&|what| plugin.greet(what));
        assert_eq!(isolated.output(), "", "nothing is printed");
        lines();
    }
}

#[test]
fn a_thread_of_a_worker_has_spans_of_its_own() {
    let _turn = alone(Level::INFO);
    let (_isolated, plugin) = load();
    let before = open_spans();
    // Also if each call has another thread of the host.
    for _ in 0..3 {
        tracing::info_span!("request").in_scope(|| plugin.greet("thread"));
        let lines = lines();
        let events: Vec<_> = lines.iter().filter(|line| line.starts_with("INFO")).collect();
        assert_eq!(
            events,
            [
                "INFO outer of a thread/of a thread message=within plugin=plugin-interface",
                "INFO outer of a thread message=behind plugin=plugin-interface",
            ],
            "{lines:?}"
        );
    }
    assert_eq!(open_spans(), before);
}

#[test]
fn a_worker_filters_by_the_level_of_the_host_as_it_changes() {
    let _turn = alone(Level::ERROR);
    let (_isolated, plugin) = load();
    for (level, count) in
        [(Level::ERROR, 1), (Level::TRACE, 5), (Level::WARN, 2), (Level::DEBUG, 4)]
    {
        set_filter(level);
        traces::update_level();
        // The worker learns it soon.
        until("it has learned the level", || {
            plugin.greet("levels");
            lines().len() == count
        });
    }
    // The host filters too, before the worker learns of the change.
    set_filter(Level::ERROR);
    plugin.greet("levels");
    assert_eq!(lines().len(), 1);
}

#[test]
fn a_span_that_a_worker_does_not_exit_is_not_that_of_its_caller() {
    let _turn = alone(Level::INFO);
    let before = open_spans();
    let (isolated, plugin) = load();
    tracing::info_span!("request").in_scope(|| {
        plugin.greet("keep entered");
        tracing::info!("after the call");
        assert_eq!(lines().pop().unwrap(), "INFO request message=after the call");
    });
    assert_eq!(open_spans(), before + 2, "of the plugin, and the parent that it keeps open");
    drop((plugin, isolated));
    until("its spans have ended", || open_spans() == before);
}

/// What a thread does at its end.
struct AtEnd(RefCell<Option<(GreeterProxy, Sender<String>)>>);

impl Drop for AtEnd {
    fn drop(&mut self) {
        let (plugin, answers) = self.0.take().unwrap();
        answers.send(plugin.greet("nest")).unwrap();
    }
}

#[test]
fn a_thread_that_ends_may_call_a_plugin_in_a_worker() {
    thread_local!(static AT_END: AtEnd = const { AtEnd(RefCell::new(None)) });
    let _turn = alone(Level::INFO);
    let before = open_spans();
    let (isolated, plugin) = load();
    let (answer, answers) = mpsc::channel();
    let call = move || {
        let first = plugin.greet("nest");
        // Before the call, so that it is dropped after all that the call needs.
        AT_END.with(|at_end| at_end.0.replace(Some((plugin, answer))));
        first
    };
    let first = thread::spawn(|| {
        AT_END.with(|at_end| assert!(at_end.0.borrow().is_none()));
        call()
    });
    let first = first.join().unwrap();
    assert_eq!(answers.recv().unwrap(), first);
    assert_eq!(isolated.output(), "");
    assert_eq!(open_spans(), before);
}

#[test]
fn a_worker_that_dies_leaves_no_span() {
    let _turn = alone(Level::INFO);
    let before = open_spans();
    let (isolated, plugin) = load();
    plugin.greet("keep");
    assert_eq!(open_spans(), before + 1);
    tracing::info_span!("request").in_scope(|| {
        GreeterProxy::checked(&plugin).greet("die").unwrap_err();
        tracing::info!("after the death");
    });
    let lines = lines();
    let after = lines.iter().find(|line| line.contains("after the death")).unwrap();
    assert_eq!(after, "INFO request message=after the death", "{lines:?}");
    assert_eq!(open_spans(), before, "{lines:?}");
    // The next worker has the subscriber too.
    nests(&|what| plugin.greet(what));
    // One that dies between two calls is noticed by the next.
    plugin.greet("keep");
    let id = isolated.process_id().unwrap().to_string();
    let killed = Command::new("kill").args(["-9", &id]).stdin(Stdio::null()).status().unwrap();
    assert!(killed.success());
    until("the process ends", || isolated.process_id().is_none());
    plugin.greet("levels");
    assert_eq!(open_spans(), before);
}

#[test]
fn a_host_keeps_16_mebibytes_of_open_spans_for_a_worker() {
    let _turn = alone(Level::INFO);
    let before = open_spans();
    let (_isolated, plugin) = load();
    plugin.greet("hoard");
    assert_eq!(open_spans() - before, 15, "of 1 MiB and a little more");
    lines();
    plugin.greet("nest");
    let begun = lines().iter().filter(|line| line.starts_with("new")).count();
    assert_eq!(begun, 2, "there is room for small ones");
    plugin.greet("drop");
    assert_eq!(open_spans(), before);
    plugin.greet("hoard");
    assert_eq!(open_spans() - before, 15, "again");
    plugin.greet("drop");
    tracing::info_span!("request").in_scope(|| plugin.greet("one"));
    lines();
    plugin.greet("add");
    let added = lines().iter().filter(|line| line.starts_with("record")).count();
    assert_eq!(added, 15, "values that are added count too");
}

#[test]
fn a_host_keeps_the_callsites_of_a_package_up_to_a_size() {
    let _turn = alone(Level::INFO);
    let (_isolated, plugin) = load();
    plugin.greet("callsites");
    let seen = lines().len();
    // They are the same for the next worker. Of other sizes there are few.
    assert!((25..32).contains(&seen), "{seen}");
    let (_isolated, plugin) = load();
    plugin.greet("callsites");
    assert_eq!(lines().len(), seen);
}
