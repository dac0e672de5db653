//! Records of the log of a plugin in a worker: they come out of the host's logger.
//!
//! The logger is a service of the host's, of which plugins do not know. The worker is
//! told the level when it starts. The host passes each later one beside the lanes, so
//! that nobody waits for anybody.
#![expect(
    unsafe_code,
    clippy::undocumented_unsafe_blocks,
    reason = "`__generate!` is of this crate, so its `unsafe` is seen"
)]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::host::by_descriptor::HostServices;
use crate::host::services::logs::{
    Elsewhere, Passed, is_wanted, pass_elsewhere, update_level_elsewhere, wanted,
};
use crate::host::services::offers::Found;
use crate::plugin_interface;

/// The logger of a host.
#[doc(hidden)]
#[plugin_interface(path = "plugin_interface::process::HostLogger")]
trait HostLogger: Send + Sync {
    fn enabled(&self, level: u32, target: &str) -> bool;
    /// Takes a record, of which what is empty or 0 is unknown.
    fn log(&self, level: u32, line: u32, target: &str, module: &str, file: &str, message: &str);
    fn flush(&self);
}

/// The logger of this program, for the worker of that package.
struct Logger {
    package: String,
}

impl HostLogger for Logger {
    fn enabled(&self, level: u32, target: &str) -> bool {
        wanted(level).is_some_and(|level| is_wanted(level, target))
    }

    fn log(&self, level: u32, line: u32, target: &str, module: &str, file: &str, message: &str) {
        // Asked here, since the worker may know an earlier answer.
        let Some(level) = wanted(level).filter(|level| is_wanted(*level, target)) else { return };
        Passed { level, line, target, module, file, message }.log(&self.package);
    }

    fn flush(&self) {
        log::logger().flush();
    }
}

/// Returns the service for the workers of a package.
pub(super) fn service(package: &str) -> Found {
    Found::own::<dyn HostLogger>(Arc::new(Logger { package: package.to_owned() }))
}

/// Passes the records of plugins to the host of this worker, if that has a logger for
/// them, with that level. Takes the service, so that no plugin finds it.
pub(super) fn begin(services: &mut HostServices, level: u32) {
    let Some(logger) = services.take::<dyn HostLogger>() else { return };
    pass_elsewhere(Box::new(ToHost(logger)));
    update_level_elsewhere(level);
}

/// Tells the plugins a level that the host passed.
pub(super) fn set_level(level: u32) {
    let mut answers = ANSWERS.lock().unwrap_or_else(PoisonError::into_inner);
    answers.told += 1;
    answers.by_target.clear();
    drop(answers);
    update_level_elsewhere(level);
}

/// What the logger of the host has answered since the host told the level, so that most
/// records are one message.
static ANSWERS: Mutex<Answers> = Mutex::new(Answers { told: 0, by_target: BTreeMap::new() });

/// The most targets of which answers are kept.
const MOST_TARGETS: usize = 1024;

struct Answers {
    /// How often the host has told the level.
    told: u64,
    /// One for each level.
    by_target: BTreeMap<String, [Option<bool>; 6]>,
}

/// Returns a known answer, and after how many levels that is.
fn known(level: u32, target: &str) -> (Option<bool>, u64) {
    let answers = ANSWERS.lock().unwrap_or_else(PoisonError::into_inner);
    let of_target = answers.by_target.get(target);
    (of_target.and_then(|of| *of.get(level as usize)?), answers.told)
}

/// Notes an answer, unless the host has told another level since then.
fn note(level: u32, target: &str, told: u64, answer: bool) {
    let mut answers = ANSWERS.lock().unwrap_or_else(PoisonError::into_inner);
    if answers.told != told {
        return;
    }
    if answers.by_target.len() >= MOST_TARGETS {
        answers.by_target.clear();
    }
    let of_target = answers.by_target.entry(target.to_owned()).or_default();
    of_target.get_mut(level as usize).into_iter().for_each(|known| *known = Some(answer));
}

/// The logger of the host, in a worker.
struct ToHost(Arc<dyn HostLogger>);

impl ToHost {
    /// Returns the view whose calls end without a panic if the host does not answer.
    fn proxy(&self) -> Option<HostLoggerChecked<'_>> {
        HostLoggerProxy::of(&*self.0).map(HostLoggerProxy::checked)
    }
}

impl Elsewhere for ToHost {
    fn enabled(&self, level: u32, target: &str) -> bool {
        let (known, told) = known(level, target);
        if let Some(known) = known {
            return known;
        }
        let answer = self.proxy().and_then(|logger| logger.enabled(level, target).ok());
        answer.into_iter().for_each(|answer| note(level, target, told, answer));
        // What cannot be asked is printed.
        answer.unwrap_or(true)
    }

    fn log(&self, record: &Passed<'_>) {
        let Passed { level, line, target, module, file, message } = *record;
        let logged = |logger: HostLoggerChecked<'_>| {
            logger.log(level as u32, line, target, module, file, message).ok()
        };
        if self.proxy().and_then(logged).is_none() {
            // The host has what a worker prints.
            eprintln!("{level} {target}: {message}");
        }
    }

    fn flush(&self) {
        self.proxy().inspect(|logger| drop(logger.flush()));
    }
}
