//! The worker's side: a subscriber that passes everything to the host.

use core::fmt::{Debug, Write};
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use tracing::callsite::{self, DefaultCallsite, Identifier};
use tracing::dispatcher::set_global_default;
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::metadata::Kind;
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Dispatch, Event, Level, Metadata, Subscriber};
use tracing_core::span::Current;

use super::{HostTracer, HostTracerChecked, HostTracerProxy, WorkerCallsite, WorkerField, answer};
use crate::abi::{TraceCallsite, TraceField};
use crate::host::by_descriptor::HostServices;
use crate::host::process::lane;
use crate::host::services::traces::{filter, number, update_level};

/// The number of no span: where the host began none.
const NOBODY: u64 = 1;

/// The level of the host.
static LEVEL: AtomicU32 = AtomicU32::new(0);

/// What the host has said of callsites.
static KNOWN: RwLock<Option<Known>> = RwLock::new(None);

#[derive(Default)]
struct Known {
    /// How often the host has told its level.
    told: u64,
    callsites: HashMap<Identifier, KnownCallsite>,
}

#[derive(Clone, Copy)]
struct KnownCallsite {
    number: u32,
    /// The answer that holds until the host tells its level.
    is_enabled: Option<bool>,
}

thread_local! {
    /// The spans that this thread is in, each with whether the host has entered it.
    static ENTERED: RefCell<Vec<(u64, bool)>> = const { RefCell::new(Vec::new()) };
}

/// The callsite of a span that is the current one.
static CURRENT: DefaultCallsite = DefaultCallsite::new(&CURRENT_METADATA);
static CURRENT_METADATA: Metadata<'static> = tracing_core::metadata! {
    name: "span of the host",
    target: "plugin_interface",
    level: Level::ERROR,
    fields: &[],
    callsite: &CURRENT,
    kind: Kind::SPAN
};

/// Passes the spans and events of plugins to the host of this worker, if that has a
/// subscriber for them, with that level. Takes the service, so that no plugin finds it.
/// A program with a subscriber of its own keeps that.
pub(in crate::host::process) fn begin(services: &mut HostServices, level: u32) {
    let Some(tracer) = services.take::<dyn HostTracer>() else { return };
    LEVEL.store(level, Ordering::Release);
    let _ = set_global_default(Dispatch::new(ToHost(tracer)));
}

/// Tells the plugins a level that the host passed. Calls nothing of the host.
pub(in crate::host::process) fn set_level(level: u32) {
    LEVEL.store(level, Ordering::Release);
    let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
    let known_now = known.get_or_insert_default();
    known_now.told += 1;
    known_now.callsites.values_mut().for_each(|callsite| callsite.is_enabled = None);
    drop(known);
    callsite::rebuild_interest_cache();
    update_level();
}

fn level() -> LevelFilter {
    filter(LEVEL.load(Ordering::Acquire))
}

/// The subscriber of the host.
struct ToHost(Arc<dyn HostTracer>);

/// Returns `true` if a thread of the host waits for this one.
fn is_called() -> bool {
    lane::entered(0, None).is_some()
}

/// Returns the parent, as the host takes it.
fn parent_of(is_root: bool, parent: Option<&Id>) -> u64 {
    match parent {
        _ if is_root => TraceCallsite::ROOT,
        Some(parent) => parent.into_u64(),
        None if is_called() => TraceCallsite::CONTEXTUAL,
        // A thread of a plugin's, which the host does not know.
        None => innermost().unwrap_or(TraceCallsite::ROOT),
    }
}

fn innermost() -> Option<u64> {
    on_this_thread(|all| all.last().map(|(span, _)| *span)).flatten()
}

/// Reads or changes the spans that this thread is in. `None` in a thread that ends: what
/// is dropped with it may have spans and events.
fn on_this_thread<R>(act: impl FnOnce(&mut Vec<(u64, bool)>) -> R) -> Option<R> {
    ENTERED.try_with(|all| act(&mut all.borrow_mut())).ok()
}

impl ToHost {
    /// Calls the host. `None` if it does not answer.
    fn ask<R>(&self, call: impl FnOnce(HostTracerChecked<'_>) -> Option<R>) -> Option<R> {
        HostTracerProxy::of(&*self.0).map(HostTracerProxy::checked).and_then(call)
    }

    /// Returns what is known of a callsite, after how many levels. Asks the host for its
    /// number once.
    fn callsite(&self, metadata: &Metadata<'_>) -> Option<(KnownCallsite, u64)> {
        let id = metadata.callsite();
        let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner);
        let (found, told) = match &*known {
            Some(known) => (known.callsites.get(&id).copied(), known.told),
            None => (None, 0),
        };
        drop(known);
        if let Some(found) = found {
            return Some((found, told));
        }
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        let callsite = WorkerCallsite {
            is_span: metadata.is_span(),
            level: number((*metadata.level()).into()),
            line: metadata.line().unwrap_or(0),
            name: metadata.name().to_owned(),
            target: metadata.target().to_owned(),
            module: text(metadata.module_path()),
            file: text(metadata.file()),
            fields: metadata.fields().iter().map(|field| field.name().to_owned()).collect(),
        };
        // Without the lock.
        let number = self.ask(|host| host.callsite(callsite).ok())?;
        let found = KnownCallsite { number, is_enabled: None };
        let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
        known.get_or_insert_default().callsites.insert(id, found);
        Some((found, told))
    }

    fn number(&self, metadata: &Metadata<'_>) -> Option<u32> {
        self.callsite(metadata).map(|(callsite, _)| callsite.number)
    }
}

impl Subscriber for ToHost {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        // Under a lock of `tracing`, so the host is not asked here.
        if *metadata.level() > level() { Interest::never() } else { Interest::sometimes() }
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(level())
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        if *metadata.level() > level() {
            return false;
        }
        // What cannot be asked is printed, if it is an event.
        let Some((callsite, told)) = self.callsite(metadata) else { return true };
        if let Some(is_enabled) = callsite.is_enabled {
            return is_enabled;
        }
        let Some(found) = self.ask(|host| host.enabled(callsite.number).ok()) else { return true };
        if [answer::ALWAYS_NO, answer::ALWAYS_YES].contains(&found) {
            let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
            let known = known.get_or_insert_default();
            // An answer of an earlier level is none for this one.
            if known.told == told
                && let Some(callsite) = known.callsites.get_mut(&metadata.callsite())
            {
                callsite.is_enabled = Some(found == answer::ALWAYS_YES);
            }
        }
        found >= answer::YES
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let parent = parent_of(span.is_root(), span.parent());
        let fields = Values::of(|visit| span.record(visit));
        let begun = self
            .number(span.metadata())
            .and_then(|number| self.ask(|host| host.new_span(number, parent, fields).ok()));
        Id::from_u64(begun.unwrap_or(0).max(NOBODY))
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        let fields = Values::of(|visit| values.record(visit));
        self.ask(|host| host.record(span.into_u64(), fields).ok());
    }

    fn record_follows_from(&self, span: &Id, follows: &Id) {
        self.ask(|host| host.follows(span.into_u64(), follows.into_u64()).ok());
    }

    fn event(&self, event: &Event<'_>) {
        let parent = parent_of(event.is_root(), event.parent());
        let fields = || Values::of(|visit| event.record(visit));
        let passed = self
            .number(event.metadata())
            .and_then(|number| self.ask(|host| host.event(number, parent, fields()).ok()));
        if passed.is_none() {
            // The host has what a worker prints.
            let mut text = String::new();
            event.record(&mut Text(&mut text));
            eprintln!("{} {}:{text}", event.metadata().level(), event.metadata().target());
        }
    }

    fn enter(&self, span: &Id) {
        let span = span.into_u64();
        let is_entered = is_called() && self.ask(|host| host.enter(span).ok()).is_some();
        on_this_thread(|all| all.push((span, is_entered)));
    }

    fn exit(&self, span: &Id) {
        let span = span.into_u64();
        let left = on_this_thread(|all| {
            let at = all.iter().rposition(|(entered, _)| *entered == span)?;
            Some(all.remove(at))
        });
        if left.flatten().is_some_and(|(_, is_entered)| is_entered) {
            self.ask(|host| host.exit(span).ok());
        }
    }

    fn clone_span(&self, span: &Id) -> Id {
        let number = self.ask(|host| host.clone_span(span.into_u64()).ok()).unwrap_or(0);
        match span.into_u64() {
            TraceCallsite::CURRENT => Id::from_u64(number.max(NOBODY)),
            _ => span.clone(),
        }
    }

    fn try_close(&self, span: Id) -> bool {
        self.ask(|host| host.drop_span(span.into_u64()).ok()).unwrap_or_default()
    }

    fn current_span(&self) -> Current {
        let current = if is_called() {
            let is_in_span = self.ask(|host| host.is_in_span().ok()).unwrap_or_default();
            // Who asks clones it next, which returns the span itself.
            is_in_span.then_some(TraceCallsite::CURRENT)
        } else {
            innermost()
        };
        match current {
            Some(span) => Current::new(Id::from_u64(span), &CURRENT_METADATA),
            None => Current::none(),
        }
    }
}

/// The values of a span or an event.
struct Values(Vec<WorkerField>);

impl Values {
    fn of(record: impl FnOnce(&mut dyn Visit)) -> Vec<WorkerField> {
        let mut values = Values(Vec::new());
        record(&mut values);
        values.0
    }

    fn add(&mut self, field: &Field, kind: u32, bits: u128, text: String) {
        let index = u32::try_from(field.index()).unwrap_or(u32::MAX);
        self.0.push(WorkerField { index, kind, low: bits as u64, high: (bits >> 64) as u64, text });
    }
}

impl Visit for Values {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.add(field, TraceField::F64, value.to_bits().into(), String::new());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field, TraceField::I64, i128::from(value) as u128, String::new());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.add(field, TraceField::U64, value.into(), String::new());
    }

    fn record_i128(&mut self, field: &Field, value: i128) {
        self.add(field, TraceField::I128, value as u128, String::new());
    }

    fn record_u128(&mut self, field: &Field, value: u128) {
        self.add(field, TraceField::U128, value, String::new());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field, TraceField::BOOL, value.into(), String::new());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field, TraceField::STR, 0, value.to_owned());
    }

    fn record_error(&mut self, field: &Field, value: &(dyn core::error::Error + 'static)) {
        self.add(field, TraceField::ERROR, 0, value.to_string());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.add(field, TraceField::DEBUG, 0, format!("{value:?}"));
    }
}

/// Writes the values of an event that the host does not get.
struct Text<'t>(&'t mut String);

impl Visit for Text<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = write!(self.0, " {field}={value:?}");
    }
}
