//! What a library or a worker asks of its spans. No panic of a subscriber comes out of
//! this.

use tracing::Event;
use tracing::dispatcher::get_default;
use tracing::span::{Attributes, Record};

use super::callsite::HostCallsite;
use super::spans::Spans;
use super::values::{Given, with_values};
use crate::abi::TraceCallsite;
use crate::runtime::failure::contain;

/// The spans of a library or a worker, and the name of its package.
#[derive(Clone, Copy)]
pub(crate) struct Traced<'l> {
    pub(crate) spans: &'l Spans,
    pub(crate) name: &'l str,
}

impl Traced<'_> {
    pub(crate) fn event(self, callsite: &'static HostCallsite, parent: u64, fields: &[Given<'_>]) {
        let metadata = callsite.metadata();
        let _ = contain(|| {
            with_values(callsite, fields, Some(self.name), |values| {
                let event = match parent {
                    TraceCallsite::CONTEXTUAL | TraceCallsite::CURRENT => {
                        Event::new(metadata, values)
                    }
                    parent => Event::new_child_of(self.spans.parent(parent), metadata, values),
                };
                get_default(|subscriber| subscriber.event(&event));
            });
        });
    }

    /// Begins a span, and returns its number; 0 if none began.
    pub(crate) fn new_span(
        self,
        callsite: &'static HostCallsite,
        parent: u64,
        fields: &[Given<'_>],
    ) -> u64 {
        let metadata = callsite.metadata();
        let begun = contain(|| {
            with_values(callsite, fields, Some(self.name), |values| {
                let span = match parent {
                    TraceCallsite::CONTEXTUAL | TraceCallsite::CURRENT => {
                        Attributes::new(metadata, values)
                    }
                    parent => match self.spans.parent(parent) {
                        Some(parent) => Attributes::child_of(parent, metadata, values),
                        None => Attributes::new_root(metadata, values),
                    },
                };
                get_default(|subscriber| (subscriber.clone(), subscriber.new_span(&span)))
            })
        });
        begun.map_or(0, |(subscriber, id)| self.spans.add(subscriber, id, Some(callsite)))
    }

    pub(crate) fn record(self, span: u64, fields: &[Given<'_>]) {
        let Some(span) = self.spans.get(span) else { return };
        // A span of the host's has no fields that the plugin knows.
        let Some(callsite) = span.callsite else { return };
        let _ = contain(|| {
            with_values(callsite, fields, None, |values| {
                span.subscriber.record(&span.id, &Record::new(values));
            });
        });
    }

    pub(crate) fn follows(self, span: u64, other: u64) {
        let (Some(span), Some(other)) = (self.spans.get(span), self.spans.get(other)) else {
            return;
        };
        let _ = contain(|| span.subscriber.record_follows_from(&span.id, &other.id));
    }

    pub(crate) fn enter(self, span: u64) {
        let span = self.spans.get(span);
        let _ = contain(|| span.inspect(|span| span.enter()));
    }

    pub(crate) fn exit(self, span: u64) {
        let span = self.spans.get(span);
        let _ = contain(|| span.inspect(|span| span.exit()));
    }

    /// Adds a reference to a span. Returns the current one of this thread for `CURRENT`.
    pub(crate) fn clone_span(self, span: u64) -> u64 {
        if span != TraceCallsite::CURRENT {
            self.spans.retain(span);
            return span;
        }
        let current = contain(|| {
            get_default(|subscriber| {
                let (id, _) = subscriber.current_span().into_inner()?;
                Some((subscriber.clone(), subscriber.clone_span(&id)))
            })
        });
        match current {
            Ok(Some((subscriber, id))) => self.spans.add(subscriber, id, None),
            _ => 0,
        }
    }

    /// Drops a reference to a span. Returns `true` if it was the last.
    pub(crate) fn drop_span(self, span: u64) -> bool {
        let last = self.spans.release(span);
        let is_last = last.is_some();
        let _ = contain(|| last.inspect(|span| span.close()));
        is_last
    }

    /// Returns `true` if this thread is in a span.
    pub(crate) fn is_in_span() -> bool {
        let is_in_one = || get_default(|subscriber| subscriber.current_span().id().is_some());
        contain(is_in_one).unwrap_or_default()
    }
}
