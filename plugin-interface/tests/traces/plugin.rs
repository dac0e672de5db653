//! A plugin with spans and events, as its caller asks.
#![forbid(unsafe_code)]

use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use plugin_interface::{Greeter, plugin_aggregates, plugin_impl};
use tracing::{Level, Span};

mod invented;

#[plugin_aggregates(Greeter)]
mod plugin {}

#[derive(Default)]
struct Traced;

/// A span that outlives the call that began it.
static KEPT: Mutex<Vec<Span>> = Mutex::new(Vec::new());
static FORMATTED: AtomicUsize = AtomicUsize::new(0);

/// Counts how often it is formatted.
struct Counted;

impl fmt::Debug for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "formatted {}", FORMATTED.fetch_add(1, Ordering::SeqCst) + 1)
    }
}

#[derive(Debug)]
struct Broken;

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it broke")
    }
}

impl std::error::Error for Broken {}

#[plugin_impl(Greeter)]
impl Greeter for Traced {
    fn name(&self) -> &str {
        "traced"
    }

    fn greet(&self, target: &str) -> String {
        match target {
            "nest" => {
                let outer = tracing::info_span!("outer", number = 7, late = tracing::field::Empty);
                let _outer = outer.enter();
                outer.record("late", "now");
                tracing::info_span!("inner").in_scope(|| tracing::info!("within {}", "inner"));
                tracing::warn!("within outer");
            }
            "kinds" => tracing::info!(
                target: "kinds",
                yes = true,
                small = -1_i64,
                great = u64::MAX,
                smallest = i128::MIN,
                greatest = u128::MAX,
                half = 0.5,
                text = "ü",
                debug = ?Some(1),
                display = %Broken,
                error = &Broken as &(dyn std::error::Error + 'static),
            ),
            "levels" => {
                tracing::error!("an error");
                tracing::warn!("a warning");
                tracing::info!("a message");
                tracing::debug!("a detail");
                tracing::trace!("a trifle");
            }
            "elsewhere" => tracing::info!(target: "elsewhere", "{:?}", Counted),
            "root" => tracing::info_span!(parent: None, "alone").in_scope(|| {}),
            "explicit" => {
                let first = tracing::info_span!("first");
                let second = tracing::info_span!(parent: &first, "second");
                second.follows_from(&first);
                tracing::info!(parent: &second, "of the second");
            }
            "current" => {
                let caller = Span::current();
                assert!(!caller.is_disabled());
                std::thread::spawn(move || {
                    let _entered = caller.enter();
                    tracing::info!("on a thread");
                })
                .join()
                .unwrap();
            }
            "forged" => {
                let forged = tracing::span::Id::from_u64(123_456);
                tracing::info_span!(parent: forged, "of nobody").in_scope(|| {});
            }
            "thread" => std::thread::spawn(|| {
                tracing::info_span!("outer of a thread").in_scope(|| {
                    tracing::info_span!("of a thread").in_scope(|| tracing::info!("within"));
                    assert!(!Span::current().is_disabled());
                    let current = Span::current();
                    tracing::info!(parent: &current, "behind");
                });
                assert!(Span::current().is_disabled());
            })
            .join()
            .unwrap(),
            "die" => {
                let _outer = tracing::info_span!("outer").entered();
                let _inner = tracing::info_span!("inner").entered();
                std::process::abort();
            }
            "hoard" => {
                let text = &*"x".repeat(1 << 20);
                let spans = (0..40).map(|_| tracing::info_span!("hoarded", text));
                KEPT.lock().unwrap().extend(spans);
            }
            "add" => {
                let kept = KEPT.lock().unwrap();
                let text = &*"x".repeat(1 << 20);
                for _ in 0..40 {
                    kept[0].record("text", text);
                }
            }
            "one" => {
                let text = tracing::field::Empty;
                KEPT.lock().unwrap().push(tracing::info_span!("one", text = text));
            }
            "drop" => KEPT.lock().unwrap().clear(),
            "callsites" => (0..40).for_each(invented::event),
            "keep" => KEPT.lock().unwrap().push(tracing::info_span!("kept")),
            "keep entered" => {
                let span = tracing::info_span!("kept entered");
                std::mem::forget(span.clone().entered());
                KEPT.lock().unwrap().push(span);
            }
            "enabled" => return tracing::enabled!(target: "elsewhere", Level::INFO).to_string(),
            "own" => {
                let own = tracing::Dispatch::none();
                return tracing::dispatcher::set_global_default(own).is_err().to_string();
            }
            _ => {}
        }
        FORMATTED.load(Ordering::SeqCst).to_string()
    }
}
