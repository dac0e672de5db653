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

use std::sync::Arc;

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
        let Some(level) = wanted(level) else { return };
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
    update_level_elsewhere(level);
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
        let answer = self.proxy().map(|logger| logger.enabled(level, target));
        // What cannot be asked is printed.
        !matches!(answer, Some(Ok(false)))
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
