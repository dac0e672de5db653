//! Spans and events of a plugin in the subscriber of its host:
//! `cargo build --package plugin-interface --features process,tracing --example
//! tracing_plugin --example worker`, then
//! `cargo test --package plugin-interface --features process,tracing --test traces`.

mod collector;
mod valgrind;
#[cfg(all(unix, feature = "process"))]
mod workers;

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use collector::{Seen, lines, open_spans, set_filter};
use plugin_interface::{Greeter, PluginHandle, PluginManager, PluginTrait, UnloadOutcome, traces};
use tempfile::TempDir;
use tracing::Level;

/// One test at a time: the subscriber and its filter belong to the process.
fn alone(level: Level) -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    set_filter(level);
    traces::update_level();
    lines();
    turn
}

/// The library of `plugin.rs`, which cargo builds beside this test, or as
/// `cargo build --features tracing --example tracing_plugin` does.
fn library() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let examples = test.ancestors().nth(2).unwrap().join("examples");
    examples.join(format!(
        "{}tracing_plugin{}",
        std::env::consts::DLL_PREFIX,
        std::env::consts::DLL_SUFFIX
    ))
}

/// A plugin that was loaded, from a directory without other files.
fn load() -> (TempDir, PluginHandle) {
    load_by(&mut PluginManager::new())
}

fn load_by(manager: &mut PluginManager) -> (TempDir, PluginHandle) {
    let directory = tempfile::tempdir().unwrap();
    std::fs::copy(library(), directory.path().join(library().file_name().unwrap())).unwrap();
    let mut loaded = manager.load_plugins(directory.path(), PluginTrait::Greeter).unwrap();
    assert!(!loaded.is_empty(), "{:?}", manager.rejected());
    (directory, loaded.remove(0))
}

fn ask(plugin: &PluginHandle, what: &str) -> String {
    plugin.as_greeter().unwrap().greet(what)
}

#[test]
fn a_span_of_a_plugin_is_a_child_of_the_callers_and_ends_with_its_last_owner() {
    let _turn = alone(Level::INFO);
    let (_directory, plugin) = load();
    nests(&|what| ask(&plugin, what));
}

/// What a plugin does, wherever it is.
type Asked<'p> = &'p dyn Fn(&str) -> String;

fn nests(ask: Asked<'_>) {
    let before = open_spans();
    tracing::info_span!("request").in_scope(|| ask("nest"));
    assert_eq!(
        lines(),
        [
            "new request",
            "new request/outer number:i64=7 plugin=plugin-interface",
            "record request/outer late=now",
            "new request/outer/inner plugin=plugin-interface",
            "INFO request/outer/inner message=within inner plugin=plugin-interface",
            "close request/outer/inner",
            "WARN request/outer message=within outer plugin=plugin-interface",
            "close request/outer",
            "close request",
        ]
    );
    assert_eq!(open_spans(), before);
}

#[test]
fn each_kind_of_value_arrives_as_what_it_is() {
    let _turn = alone(Level::INFO);
    let (_directory, plugin) = load();
    has_each_kind(&|what| ask(&plugin, what));
}

fn has_each_kind(ask: Asked<'_>) {
    ask("kinds");
    assert_eq!(
        lines(),
        [format!(
            "INFO / yes:bool=true small:i64=-1 great:u64={} smallest:i128={} greatest:u128={} \
             half:f64=0.5 text=ü debug=Some(1) display=it broke error:error=it broke \
             plugin=plugin-interface",
            u64::MAX,
            i128::MIN,
            u128::MAX
        )]
    );
    let Seen { target, file, line, module } = collector::last_event();
    let source = include_str!("plugin.rs");
    let expected = source.lines().position(|line| line.contains("\"kinds\" =>")).unwrap() as u32;
    assert_eq!((&*target, module.as_deref()), ("kinds", Some("tracing_plugin")));
    assert_eq!(line, Some(expected + 1));
    assert!(file.unwrap().ends_with("plugin.rs"));
}

#[test]
fn a_plugin_filters_by_the_level_of_the_host_as_it_changes() {
    let _turn = alone(Level::ERROR);
    let (_directory, plugin) = load();
    for (level, count) in
        [(Level::ERROR, 1), (Level::TRACE, 5), (Level::WARN, 2), (Level::DEBUG, 4)]
    {
        set_filter(level);
        traces::update_level();
        ask(&plugin, "levels");
        assert_eq!(lines().len(), count, "{level}");
    }
    // The host filters too, before its plugins learn of the change.
    set_filter(Level::ERROR);
    ask(&plugin, "levels");
    assert_eq!(lines().len(), 1);
}

#[test]
fn what_the_hosts_subscriber_refuses_is_not_formatted() {
    let _turn = alone(Level::INFO);
    let (_directory, plugin) = load();
    is_refused(&|what| ask(&plugin, what));
}

fn is_refused(ask: Asked<'_>) {
    assert_eq!(ask("elsewhere"), "0");
    assert_eq!(ask("enabled"), "false");
    assert_eq!(lines(), [""; 0]);
}

#[test]
fn parents_are_the_ones_that_were_named() {
    let _turn = alone(Level::INFO);
    let (_directory, plugin) = load();
    names_parents(&|what| ask(&plugin, what));
}

fn names_parents(ask: Asked<'_>) {
    let before = open_spans();
    let named = |lines: Vec<String>| {
        let own = lines.into_iter().map(|line| line.replace(" plugin=plugin-interface", ""));
        own.filter(|line| !line.starts_with("close")).collect::<Vec<_>>()
    };
    tracing::info_span!("request").in_scope(|| {
        ask("root");
        assert_eq!(named(lines()), ["new request", "new alone"]);
        ask("explicit");
        assert_eq!(
            named(lines()),
            [
                "new request/first",
                "new request/first/second",
                "follows request/first/second request/first",
                "INFO request/first/second message=of the second",
            ]
        );
        ask("forged");
        assert_eq!(named(lines()), ["new of nobody"]);
    });
    assert_eq!(open_spans(), before);
}

#[test]
fn a_plugin_takes_the_span_of_its_caller_to_another_thread() {
    let _turn = alone(Level::INFO);
    let (_directory, plugin) = load();
    takes_a_span(&|what| ask(&plugin, what));
}

fn takes_a_span(ask: Asked<'_>) {
    let before = open_spans();
    tracing::info_span!("request").in_scope(|| ask("current"));
    let expected = "INFO request message=on a thread plugin=plugin-interface";
    assert_eq!(lines(), ["new request", expected, "close request"]);
    assert_eq!(open_spans(), before);
}

#[test]
fn a_plugin_can_install_no_second_subscriber() {
    let _turn = alone(Level::INFO);
    let (_directory, plugin) = load();
    assert_eq!(ask(&plugin, "own"), "true");
    ask(&plugin, "levels");
    assert_eq!(lines().len(), 3);
}

#[test]
fn an_unload_ends_the_spans_that_are_open() {
    let _turn = alone(Level::INFO);
    let before = open_spans();
    for what in ["keep", "keep entered"] {
        let mut manager = PluginManager::new();
        let (_directory, plugin) = load_by(&mut manager);
        let path = plugin.path().to_owned();
        tracing::info_span!("request").in_scope(|| {
            ask(&plugin, what);
            plugin.close().unwrap();
            assert_eq!(manager.outcome(&path), Some(UnloadOutcome::Unmapped));
            tracing::info!("after the unload");
        });
        let lines = lines();
        let after = lines.iter().find(|line| line.contains("after the unload")).unwrap();
        assert_eq!(after, "INFO request message=after the unload", "{lines:?}");
        assert_eq!(open_spans(), before, "{what}: {lines:?}");
    }
}

#[test]
fn a_plugin_that_is_loaded_again_and_again_adds_no_callsite_and_is_told_nothing_more() {
    let _turn = alone(Level::INFO);
    let mut callsites = Vec::new();
    for _ in 0..20 {
        let (_directory, plugin) = load();
        ask(&plugin, "nest");
        ask(&plugin, "levels");
        plugin.close().unwrap();
        // Would call into memory that is gone.
        set_filter(Level::DEBUG);
        traces::update_level();
        set_filter(Level::INFO);
        traces::update_level();
        callsites.push(collector::callsites());
        lines();
    }
    assert_eq!(callsites[1], callsites[19]);
}
