//! The subscriber of this library, which passes everything to the host.

use tracing_core::callsite::DefaultCallsite;
use tracing_core::field::Value;
use tracing_core::span::{Attributes, Current, Id, Record};
use tracing_core::subscriber::{Interest, Subscriber};
use tracing_core::{Callsite, Event, Kind, Level, LevelFilter, Metadata};

use super::callsites;
use super::fields::Fields;
use super::host::{host, level};
use crate::abi::TraceCallsite;

/// Passes everything to the host.
pub(super) struct HostSubscriber;

/// The callsite of a span of the host that is the current one here.
static OF_HOST: DefaultCallsite = DefaultCallsite::new(&OF_HOST_METADATA);
static OF_HOST_METADATA: Metadata<'static> = tracing_core::metadata! {
    name: "span of the host",
    target: "plugin_interface",
    level: Level::ERROR,
    fields: &[],
    callsite: &OF_HOST,
    kind: Kind::SPAN
};

/// The callsite of a warning.
static ANOTHER: DefaultCallsite = DefaultCallsite::new(&ANOTHER_METADATA);
static ANOTHER_METADATA: Metadata<'static> = tracing_core::metadata! {
    name: "another subscriber",
    target: "plugin_interface",
    level: Level::WARN,
    fields: &["message"],
    callsite: &ANOTHER,
    kind: Kind::EVENT
};

/// Tells the host that this library has another subscriber.
pub(super) fn report_another() {
    let Some(host) = host() else { return };
    let callsite = callsites::of_host(host, &ANOTHER_METADATA);
    if host.enabled(callsite) {
        let message = format_args!(
            "the plugin has a subscriber of its own, so the host does not receive its spans \
             and events"
        );
        let fields = Fields::of(|visit| {
            if let Some(field) = ANOTHER.metadata().fields().field("message") {
                message.record(&field, visit);
            }
        });
        host.event(callsite, TraceCallsite::ROOT, &fields);
    }
    callsites::forget_all();
}

/// Returns the parent, as the host takes it.
fn parent_of(is_root: bool, parent: Option<&Id>) -> u64 {
    match parent {
        _ if is_root => TraceCallsite::ROOT,
        Some(parent) => parent.into_u64(),
        None => TraceCallsite::CONTEXTUAL,
    }
}

impl Subscriber for HostSubscriber {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        // Under a lock of `tracing`, so the host is not asked here.
        if *metadata.level() > level() {
            return Interest::never();
        }
        callsites::note(metadata);
        Interest::sometimes()
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(level())
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let Some(host) = host() else { return false };
        if *metadata.level() > level() {
            return false;
        }
        // A temporary one is that of a record of another crate, such as `log`. The
        // event that follows has one that stays.
        callsites::known(host, metadata).is_none_or(|callsite| host.enabled(callsite))
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let Some(host) = host() else { return Id::from_u64(TraceCallsite::ROOT) };
        let fields = Fields::of(|visit| span.record(visit));
        let parent = parent_of(span.is_root(), span.parent());
        let number = host.new_span(callsites::of_host(host, span.metadata()), parent, &fields);
        // The host counts from 1.
        Id::from_u64(number.max(1))
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        if let Some(host) = host() {
            host.record(span.into_u64(), &Fields::of(|visit| values.record(visit)));
        }
    }

    fn record_follows_from(&self, span: &Id, follows: &Id) {
        if let Some(host) = host() {
            host.follows(span.into_u64(), follows.into_u64());
        }
    }

    fn event(&self, event: &Event<'_>) {
        let Some(host) = host() else { return };
        let fields = Fields::of(|visit| event.record(visit));
        let parent = parent_of(event.is_root(), event.parent());
        host.event(callsites::of_host(host, event.metadata()), parent, &fields);
    }

    fn enter(&self, span: &Id) {
        if let Some(host) = host() {
            host.enter(span.into_u64());
        }
    }

    fn exit(&self, span: &Id) {
        if let Some(host) = host() {
            host.exit(span.into_u64());
        }
    }

    fn clone_span(&self, span: &Id) -> Id {
        let number = host().map_or(0, |host| host.clone_span(span.into_u64()));
        if number == 0 { span.clone() } else { Id::from_u64(number) }
    }

    fn try_close(&self, span: Id) -> bool {
        host().is_some_and(|host| host.drop_span(span.into_u64()))
    }

    fn current_span(&self) -> Current {
        // `Span::current()` clones it next, which returns the span itself.
        match host() {
            Some(host) if host.is_in_span() => {
                Current::new(Id::from_u64(TraceCallsite::CURRENT), &OF_HOST_METADATA)
            }
            _ => Current::none(),
        }
    }
}
