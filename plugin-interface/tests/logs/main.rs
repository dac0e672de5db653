//! Records of a plugin come out of the host's logger:
//! `cargo test --package plugin-interface --features log --test logs`. With the feature
//! `process` also if it runs in a process of its own.

mod other_hosts;
#[cfg(all(target_os = "linux", feature = "process"))]
mod workers;

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use log::{Level, LevelFilter, Log, Metadata, Record};
use plugin_interface::{Greeter, PluginHandle, PluginManager, PluginTrait, logs};
use tempfile::TempDir;

/// What a record was, in the host's logger.
#[derive(Clone, Debug, PartialEq)]
struct Seen {
    level: Level,
    target: String,
    module: Option<String>,
    file: Option<String>,
    line: Option<u32>,
    plugin: Option<String>,
    message: String,
}

static SEEN: Mutex<Vec<Seen>> = Mutex::new(Vec::new());
/// How often the logger was asked.
static QUESTIONS: AtomicUsize = AtomicUsize::new(0);
static FLUSHES: Mutex<usize> = Mutex::new(0);

struct Collector;

impl Log for Collector {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        QUESTIONS.fetch_add(1, Ordering::SeqCst);
        metadata.target() != "elsewhere"
    }

    fn log(&self, record: &Record<'_>) {
        let message = record.args().to_string();
        if message == "number 7" && *PANICS.lock().unwrap_or_else(PoisonError::into_inner) {
            panic!("the host's logger is broken");
        }
        let text = |text: Option<&str>| text.map(str::to_owned);
        SEEN.lock().unwrap().push(Seen {
            level: record.level(),
            target: record.target().to_owned(),
            module: text(record.module_path()),
            file: text(record.file()),
            line: record.line(),
            plugin: record.key_values().get("plugin".into()).map(|name| name.to_string()),
            message,
        });
    }

    fn flush(&self) {
        *FLUSHES.lock().unwrap() += 1;
    }
}

static PANICS: Mutex<bool> = Mutex::new(false);

/// One test at a time: the logger and its level belong to the process.
fn alone(level: LevelFilter) -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let _ = log::set_logger(&Collector);
    log::set_max_level(level);
    logs::update_level();
    SEEN.lock().unwrap().clear();
    turn
}

/// The library of `plugin.rs`, which cargo builds beside this test, or as
/// `cargo build --features log --example logging` does.
fn library() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let examples = test.ancestors().nth(2).unwrap().join("examples");
    examples.join(format!(
        "{}logging{}",
        std::env::consts::DLL_PREFIX,
        std::env::consts::DLL_SUFFIX
    ))
}

/// A plugin that was loaded, from a directory without other files.
fn load() -> (TempDir, PluginHandle) {
    let directory = tempfile::tempdir().unwrap();
    std::fs::copy(library(), directory.path().join(library().file_name().unwrap())).unwrap();
    let mut manager = PluginManager::new();
    let mut loaded = manager.load_plugins(directory.path(), PluginTrait::Greeter).unwrap();
    assert!(!loaded.is_empty(), "{:?}", manager.rejected());
    (directory, loaded.remove(0))
}

fn ask(plugin: &PluginHandle, what: &str) -> String {
    plugin.as_greeter().unwrap().greet(what)
}

fn messages() -> Vec<String> {
    SEEN.lock().unwrap().drain(..).map(|seen| seen.message).collect()
}

#[test]
fn a_record_arrives_with_all_that_it_says_and_the_name_of_the_plugin() {
    let _turn = alone(LevelFilter::Info);
    let (_directory, plugin) = load();
    ask(&plugin, "levels");
    let source = include_str!("plugin.rs");
    let line = source.lines().position(|line| line.contains("\"an error\"")).unwrap() as u32 + 1;
    let seen = SEEN.lock().unwrap().clone();
    let first = &seen[0];
    assert_eq!((first.level, &*first.message, first.line), (Level::Error, "an error", Some(line)));
    assert_eq!((&*first.target, first.module.as_deref()), ("logging", Some("logging")));
    assert_eq!(first.plugin.as_deref(), Some("plugin-interface"));
    let file = first.file.as_deref().unwrap();
    assert!(file.ends_with("plugin.rs"), "{file}");
    assert_eq!(seen[2].message, "number 7");
    assert_eq!(seen.len(), 3, "{seen:?}");
}

#[test]
fn a_plugin_filters_by_the_level_of_the_host_as_it_changes() {
    let _turn = alone(LevelFilter::Error);
    let (_directory, plugin) = load();
    for (level, count) in [
        (LevelFilter::Error, 1),
        (LevelFilter::Trace, 5),
        (LevelFilter::Off, 0),
        (LevelFilter::Warn, 2),
        (LevelFilter::Debug, 4),
    ] {
        log::set_max_level(level);
        logs::update_level();
        ask(&plugin, "levels");
        assert_eq!(messages().len(), count, "{level}");
    }
    // The host filters too, before its plugins learn of the change.
    log::set_max_level(LevelFilter::Off);
    ask(&plugin, "levels");
    assert_eq!(messages(), [""; 0]);
}

#[test]
fn a_record_that_the_hosts_logger_refuses_is_not_formatted() {
    let _turn = alone(LevelFilter::Info);
    let (_directory, plugin) = load();
    assert_eq!(ask(&plugin, "elsewhere"), "0");
    assert_eq!(ask(&plugin, "enabled"), "false");
    assert_eq!(messages(), [""; 0]);
}

#[test]
fn a_panic_of_the_hosts_logger_stays_in_the_host() {
    let _turn = alone(LevelFilter::Info);
    let (_directory, plugin) = load();
    *PANICS.lock().unwrap() = true;
    assert_eq!(ask(&plugin, "levels"), "0");
    *PANICS.lock().unwrap_or_else(PoisonError::into_inner) = false;
    assert_eq!(messages(), ["an error", "a warning"]);
    ask(&plugin, "levels");
    assert_eq!(messages(), ["an error", "a warning", "number 7"]);
}

#[test]
fn long_text_and_a_flush_reach_the_host() {
    let _turn = alone(LevelFilter::Info);
    let (_directory, plugin) = load();
    ask(&plugin, "long");
    assert_eq!(messages(), ["ü".repeat(100_000)]);
    let before = *FLUSHES.lock().unwrap();
    ask(&plugin, "flush");
    assert_eq!(*FLUSHES.lock().unwrap(), before + 1);
}

#[test]
fn a_plugin_can_install_no_second_logger() {
    let _turn = alone(LevelFilter::Info);
    let (_directory, plugin) = load();
    assert_eq!(ask(&plugin, "own"), "true");
    ask(&plugin, "levels");
    assert_eq!(messages().len(), 3);
}

#[test]
fn a_plugin_that_was_unloaded_is_told_no_level_and_the_next_one_is() {
    let _turn = alone(LevelFilter::Info);
    for _ in 0..20 {
        let (_directory, plugin) = load();
        ask(&plugin, "levels");
        assert_eq!(messages().len(), 3);
        plugin.close().unwrap();
        // Would call into memory that is gone.
        logs::update_level();
    }
}
