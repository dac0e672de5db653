//! A plugin that writes to the log, as its caller asks.
#![forbid(unsafe_code)]

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};

use plugin_interface::{Greeter, PluginContext, plugin_aggregates, plugin_impl};

#[plugin_aggregates(Greeter)]
mod plugin {}

#[derive(Default)]
struct Chatty;

/// Counts how often it is formatted.
struct Counted;

static FORMATTED: AtomicUsize = AtomicUsize::new(0);

impl fmt::Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "formatted {}", FORMATTED.fetch_add(1, Ordering::SeqCst) + 1)
    }
}

struct Own;

impl log::Log for Own {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }
    fn log(&self, _: &log::Record<'_>) {}
    fn flush(&self) {}
}

#[plugin_impl(Greeter)]
impl Greeter for Chatty {
    fn name(&self) -> &str {
        "chatty"
    }

    fn greet(&self, target: &str) -> String {
        match target {
            "levels" => {
                log::error!("an error");
                log::warn!("a warning");
                log::info!("number {}", 7);
                log::debug!("a detail");
                log::trace!("a trifle");
            }
            "elsewhere" => log::info!(target: "elsewhere", "{Counted}"),
            "long" => log::info!("{}", "ü".repeat(100_000)),
            "thread" => std::thread::scope(|scope| {
                scope.spawn(|| log::info!("of a thread")).join().unwrap();
            }),
            "flush" => log::logger().flush(),
            "own" => return log::set_logger(&Own).is_err().to_string(),
            "enabled" => {
                return log::log_enabled!(target: "elsewhere", log::Level::Info).to_string();
            }
            _ => {}
        }
        FORMATTED.load(Ordering::SeqCst).to_string()
    }
}

/// A plugin that writes to the log while it is created, and fails if no host tells it a
/// path.
struct Eager;

impl Eager {
    fn open(context: &PluginContext<'_>) -> Result<Self, String> {
        if context.library_path().is_some() {
            return Ok(Eager);
        }
        log::info!("{Counted}");
        let times = FORMATTED.load(Ordering::SeqCst);
        Err(format!("level {}, formatted {times} times", log::max_level()))
    }
}

#[plugin_impl(Greeter, new = Eager::open)]
impl Greeter for Eager {
    fn name(&self) -> &str {
        "eager"
    }

    fn greet(&self, _: &str) -> String {
        String::new()
    }
}
