//! The calls into plugins that are running, and those that take too long.

use core::fmt;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::host::platform::Image;
use crate::runtime::in_flight::{self, running_calls};

/// The libraries that are mapped.
static LIBRARIES: Mutex<Vec<(Image, PathBuf)>> = Mutex::new(Vec::new());

fn libraries() -> MutexGuard<'static, Vec<(Image, PathBuf)>> {
    LIBRARIES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Adds a library that was opened just now.
pub(super) fn add_library(image: &Image, path: &Path) {
    libraries().push((image.clone(), path.to_owned()));
}

/// Removes a library that is about to be closed.
pub(super) fn remove_library(image: &Image) {
    libraries().retain(|(known, _)| known != image);
}

/// A call into a plugin that is running.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CallInFlight {
    /// The interface's name.
    pub interface: &'static str,
    /// The method.
    pub method: &'static str,
    /// The library's file, if the call is one of a loaded library and its place
    /// in memory is known.
    pub library: Option<PathBuf>,
    /// The name of the thread that waits for the call, if it has one.
    pub thread: Option<String>,
    /// The time since the call began.
    pub age: Duration,
}

impl CallInFlight {
    fn of(call: in_flight::RunningCall, libraries: &[(Image, PathBuf)]) -> Self {
        let library = libraries.iter().find(|(image, _)| image.contains(call.vtable));
        CallInFlight {
            interface: call.interface,
            method: call.method,
            library: library.map(|(_, path)| path.clone()),
            thread: call.thread.name().map(str::to_owned),
            age: call.age,
        }
    }
}

impl fmt::Display for CallInFlight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let CallInFlight { interface, method, library, thread, age } = self;
        write!(f, "`{method}` of {interface}")?;
        if let Some(library) = library {
            write!(f, " in {}", library.display())?;
        }
        let thread = thread.as_deref().unwrap_or("without a name");
        write!(f, " has run for {age:.1?} on thread {}", thread.escape_debug())
    }
}

/// Returns the calls into plugins that are running, the oldest first.
///
/// Feature `in-flight`, which makes each call slower by 0.1 to 0.2 µs. A call
/// that a plugin makes into another plugin is not listed, and neither are the
/// polls of a future nor the calls of closures and iterators.
///
/// ```
/// for call in plugin_interface::in_flight::calls() {
///     eprintln!("{call}");
/// }
/// ```
pub fn calls() -> Vec<CallInFlight> {
    let running = running_calls();
    let libraries = libraries();
    let mut calls: Vec<_> =
        running.into_iter().map(|call| CallInFlight::of(call, &libraries)).collect();
    calls.sort_by_key(|call| core::cmp::Reverse(call.age));
    calls
}

/// Reports each call that takes longer than a deadline, once.
///
/// Feature `in-flight`. It is an iterator that waits: run it on a thread of your
/// own. It stops no call, since nothing can. A plugin that may hang belongs in a
/// process of its own.
///
/// ```no_run
/// use std::time::Duration;
/// use plugin_interface::in_flight::Watchdog;
///
/// std::thread::spawn(|| {
///     for call in Watchdog::new(Duration::from_secs(5)) {
///         eprintln!("a plugin hangs: {call}");
///     }
/// });
/// ```
#[derive(Debug)]
pub struct Watchdog {
    deadline: Duration,
    reported: BTreeSet<(u64, u64)>,
}

impl Watchdog {
    /// Creates a watchdog for calls that take longer than `deadline`.
    pub fn new(deadline: Duration) -> Self {
        Watchdog { deadline, reported: BTreeSet::new() }
    }

    /// Returns the next call that takes too long, or `None` after some time
    /// without one.
    ///
    /// It reports a call that is already too old at once, and of several the
    /// oldest first. A zero `time` only looks.
    pub fn next_within(&mut self, time: Duration) -> Option<CallInFlight> {
        let end = Instant::now().checked_add(time);
        loop {
            let running = running_calls();
            self.reported.retain(|number| running.iter().any(|call| call.number == *number));
            let others = running.into_iter().filter(|call| !self.reported.contains(&call.number));
            let oldest = others.max_by_key(|call| call.age);
            let age = oldest.as_ref().map_or(Duration::ZERO, |call| call.age);
            if let Some(call) = oldest.filter(|_| age >= self.deadline) {
                self.reported.insert(call.number);
                return Some(CallInFlight::of(call, &libraries()));
            }
            let left = end.map(|end| end.saturating_duration_since(Instant::now()));
            if left == Some(Duration::ZERO) {
                return None;
            }
            // No other call can be too old before.
            let pause = (self.deadline - age).max(Duration::from_millis(1));
            thread::sleep(left.map_or(pause, |left| pause.min(left)));
        }
    }
}

impl Iterator for Watchdog {
    type Item = CallInFlight;

    /// Waits for the next call that takes too long.
    fn next(&mut self) -> Option<CallInFlight> {
        self.next_within(Duration::MAX)
    }
}
