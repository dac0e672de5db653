//! The same of a plugin in a process of its own:
//! `cargo build --features log,process --example logging --example worker`.

use std::process::{Command, Stdio};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use log::{Level, LevelFilter};
use plugin_interface::process::{Isolated, Worker};
use plugin_interface::{Greeter, GreeterProxy, PluginManager, logs};

use super::{QUESTIONS, SEEN, alone, library, messages};

fn load() -> (Isolated, GreeterProxy) {
    let program = library().with_file_name("worker");
    assert!(program.exists(), "cargo build --features log,process --example worker");
    let isolated = PluginManager::new().load_isolated(library(), Worker::new(program));
    let isolated = isolated.unwrap_or_else(|error| panic!("{error}"));
    let chatty = isolated.plugins().into_iter().find(|plugin| plugin.name() == "Chatty").unwrap();
    let proxy = chatty.proxy::<dyn Greeter>().unwrap();
    (isolated, proxy)
}

#[test]
fn a_record_of_a_worker_arrives_with_all_that_it_says_before_the_call_returns() {
    let _turn = alone(LevelFilter::Info);
    let (isolated, plugin) = load();
    // That of a constructor.
    let made = SEEN.lock().unwrap().len();
    plugin.greet("levels");
    let source = include_str!("plugin.rs");
    let line = source.lines().position(|line| line.contains("\"an error\"")).unwrap() as u32 + 1;
    let seen = SEEN.lock().unwrap().split_off(made);
    let first = &seen[0];
    assert_eq!((first.level, &*first.message, first.line), (Level::Error, "an error", Some(line)));
    assert_eq!((&*first.target, first.module.as_deref()), ("logging", Some("logging")));
    assert_eq!(first.plugin.as_deref(), Some("plugin-interface"));
    assert!(first.file.as_deref().unwrap().ends_with("plugin.rs"), "{first:?}");
    assert_eq!(seen[2].message, "number 7");
    assert_eq!(seen.len(), 3, "{seen:?}");
    messages();
    plugin.greet("thread");
    assert_eq!(messages(), ["of a thread"]);
    plugin.greet("long");
    assert_eq!(messages(), ["ü".repeat(100_000)]);
    assert_eq!(isolated.output(), "", "nothing is printed");
}

#[test]
fn a_worker_filters_by_the_level_and_the_logger_of_the_host() {
    let _turn = alone(LevelFilter::Off);
    let (_isolated, plugin) = load();
    assert_eq!(messages(), [""; 0]);
    for (level, count) in [(LevelFilter::Trace, 5), (LevelFilter::Warn, 2), (LevelFilter::Debug, 4)]
    {
        log::set_max_level(level);
        logs::update_level();
        // The worker learns it soon.
        let end = Instant::now() + Duration::from_secs(60);
        loop {
            plugin.greet("levels");
            let found = messages().len();
            if found == count {
                break;
            }
            assert!(Instant::now() < end, "{level}: {found}");
        }
    }
    assert_eq!(plugin.greet("elsewhere"), "0", "it was not formatted");
    assert_eq!(plugin.greet("enabled"), "false");
    assert_eq!(messages(), [""; 0]);
}

#[test]
fn a_worker_asks_the_logger_once_for_each_target_and_level() {
    let _turn = alone(LevelFilter::Info);
    let (_isolated, plugin) = load();
    let questions = || QUESTIONS.load(Ordering::SeqCst);
    let before = questions();
    (0..10).for_each(|_| drop(plugin.greet("levels")));
    let asked = questions() - before;
    // The host asks its logger once for each of 30 records.
    assert!((30..=33).contains(&asked), "{asked}");
    let before = questions();
    (0..10).for_each(|_| drop(plugin.greet("elsewhere")));
    assert_eq!(questions() - before, 1);
    logs::update_level();
    let end = Instant::now() + Duration::from_secs(60);
    while questions() - before == 1 {
        plugin.greet("elsewhere");
        assert!(Instant::now() < end, "it asks again after the level was told");
    }
}

#[test]
fn the_next_worker_has_the_logger_too() {
    let _turn = alone(LevelFilter::Info);
    let (isolated, plugin) = load();
    let id = isolated.process_id().unwrap().to_string();
    let killed = Command::new("kill").args(["-9", &id]).stdin(Stdio::null()).status().unwrap();
    assert!(killed.success());
    let end = Instant::now() + Duration::from_secs(60);
    while isolated.process_id().is_some() {
        assert!(Instant::now() < end, "the process ends");
    }
    messages();
    plugin.greet("levels");
    assert_eq!(messages(), ["an error", "a warning", "number 7"]);
}
