//! The reasons that keep a library mapped, in words, each with what to do.

use crate::host::file::symbol::Symbol;
use crate::host::platform;
use crate::host::thread_exits::{Held, Start};

/// The most names of one kind.
const NAMES: usize = 3;

/// Describes what is known of a library that is held.
pub(crate) fn of(held: &Held) -> Vec<String> {
    let mut reasons = Vec::new();
    if held.destructors > 0 {
        reasons.push(thread_locals(held));
    }
    if held.threads > 0 {
        reasons.push(threads(held));
    }
    if held.objects > 0 {
        reasons.push("drop its objects, closures, iterators, futures and wakers".to_owned());
    }
    reasons.extend(held.kept.iter().cloned());
    if held.outside > 0 {
        reasons.push(
            "a constructor of it used thread-locals or threads before it was connected".to_owned(),
        );
    }
    reasons
}

fn thread_locals(held: &Held) -> String {
    let names = held.variables.iter().filter_map(|variable| variable.name());
    let what = match list(names.map(str::to_owned).collect()) {
        None => "a thread-local with a drop waits".to_owned(),
        Some(names) => format!("the thread-local {names} waits"),
    };
    format!("{what} for the end of each thread that called it: call it from threads that end")
}

fn threads(held: &Held) -> String {
    let names = held.running.iter().filter_map(|(id, start)| described(*id, start));
    let what = match list(names.collect()) {
        None => "a thread that it started runs".to_owned(),
        Some(names) => format!("a thread {names} runs"),
    };
    format!("{what}: end and join it in `stop`, or keep its pool in the instance")
}

/// Describes a thread by its own name and by the function that started it.
fn described(id: Option<i32>, start: &Start) -> Option<String> {
    let name = id.and_then(platform::thread_name);
    let name = name.filter(|name| Some(name) != start.inherited.as_ref());
    match (name, starter(&start.by)) {
        (Some(name), Some(function)) => Some(format!("named {name} and started in {function}")),
        (Some(name), None) => Some(format!("named {name}")),
        (None, Some(function)) => Some(format!("started in {function}")),
        (None, None) => None,
    }
}

/// Returns the first function of the author among those that started a thread.
fn starter(by: &[Symbol]) -> Option<&str> {
    let is_ours = |name: &&str| {
        let path = name.trim_start_matches('<');
        let runtime = ["std::", "core::", "alloc::", "plugin_interface", "__rust", "pthread_"];
        !runtime.iter().any(|module| path.starts_with(module))
    };
    by.iter().filter_map(Symbol::name).find(is_ours)
}

/// Lists different names, and says how many there are more.
fn list(mut names: Vec<String>) -> Option<String> {
    names.sort();
    names.dedup();
    let more = names.len().saturating_sub(NAMES);
    names.truncate(NAMES);
    let listed = names.join(" or ");
    match (names.is_empty(), more) {
        (true, _) => None,
        (false, 0) => Some(listed),
        (false, more) => Some(format!("{listed} or {more} more")),
    }
}
