//! A subscriber of the host, on the registry that applications use, which writes down
//! what it is told.

use std::collections::BTreeSet;
use std::fmt::{Debug, Write};
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::sync::{Mutex, Once};

use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{Layer, Registry};

static LINES: Mutex<Vec<String>> = Mutex::new(Vec::new());
static LAST: Mutex<Option<Seen>> = Mutex::new(None);
static CALLSITES: Mutex<BTreeSet<usize>> = Mutex::new(BTreeSet::new());
static OPEN: AtomicUsize = AtomicUsize::new(0);
static LEVEL: AtomicU8 = AtomicU8::new(0);
const LEVELS: [Level; 5] = [Level::ERROR, Level::WARN, Level::INFO, Level::DEBUG, Level::TRACE];

/// The place of an event.
pub(crate) struct Seen {
    pub(crate) target: String,
    pub(crate) module: Option<String>,
    pub(crate) file: Option<String>,
    pub(crate) line: Option<u32>,
}

struct Collector;

/// Makes the collector the subscriber of this process, with that level.
pub(crate) fn set_filter(level: Level) {
    static SET: Once = Once::new();
    LEVEL.store(LEVELS.iter().position(|known| *known == level).unwrap() as u8, Ordering::SeqCst);
    SET.call_once(|| {
        tracing::subscriber::set_global_default(Registry::default().with(Collector)).unwrap();
    });
    tracing::callsite::rebuild_interest_cache();
}

fn filter() -> LevelFilter {
    LevelFilter::from_level(LEVELS[usize::from(LEVEL.load(Ordering::SeqCst))])
}

/// Takes the lines so far.
pub(crate) fn lines() -> Vec<String> {
    std::mem::take(&mut *LINES.lock().unwrap())
}

pub(crate) fn last_event() -> Seen {
    LAST.lock().unwrap().take().unwrap()
}

/// The spans that have not ended.
pub(crate) fn open_spans() -> usize {
    OPEN.load(Ordering::SeqCst)
}

/// The callsites that were registered so far.
pub(crate) fn callsites() -> usize {
    CALLSITES.lock().unwrap().len()
}

/// The names of the spans around, and of the span itself.
fn path<S: Subscriber + for<'a> LookupSpan<'a>>(
    id: Option<&Id>,
    context: &Context<'_, S>,
) -> String {
    let scope = id.and_then(|id| context.span_scope(id)).into_iter().flat_map(|it| it.from_root());
    scope.map(|span| span.name()).collect::<Vec<_>>().join("/")
}

fn add(line: String) {
    LINES.lock().unwrap().push(line);
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Collector {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        CALLSITES.lock().unwrap().insert(std::ptr::from_ref(metadata).addr());
        if *metadata.level() <= filter() { Interest::sometimes() } else { Interest::never() }
    }

    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        *metadata.level() <= filter() && metadata.target() != "elsewhere"
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(filter())
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        OPEN.fetch_add(1, Ordering::SeqCst);
        let mut line = format!("new {}", path(Some(id), &context));
        attributes.record(&mut Writer(&mut line));
        add(line);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let mut line = format!("record {}", path(Some(id), &context));
        values.record(&mut Writer(&mut line));
        add(line);
    }

    fn on_follows_from(&self, id: &Id, other: &Id, context: Context<'_, S>) {
        add(format!("follows {} {}", path(Some(id), &context), path(Some(other), &context)));
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let span = context.event_span(event).map(|span| span.id());
        let path = path(span.as_ref(), &context);
        let metadata = event.metadata();
        let path = if path.is_empty() { "/".to_owned() } else { path };
        let mut line = format!("{} {path}", metadata.level());
        event.record(&mut Writer(&mut line));
        add(line);
        let text = |text: Option<&str>| text.map(str::to_owned);
        *LAST.lock().unwrap() = Some(Seen {
            target: metadata.target().to_owned(),
            module: text(metadata.module_path()),
            file: text(metadata.file()),
            line: metadata.line(),
        });
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        OPEN.fetch_sub(1, Ordering::SeqCst);
        add(format!("close {}", path(Some(&id), &context)));
    }
}

/// Writes names, kinds and values.
struct Writer<'a>(&'a mut String);

impl Writer<'_> {
    fn add(&mut self, field: &Field, kind: &str, value: &dyn std::fmt::Display) {
        // Texts have no kind.
        let _ = write!(self.0, " {field}{kind}={value}");
    }
}

impl Visit for Writer<'_> {
    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field, ":bool", &value);
    }
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field, ":i64", &value);
    }
    fn record_u64(&mut self, field: &Field, value: u64) {
        self.add(field, ":u64", &value);
    }
    fn record_i128(&mut self, field: &Field, value: i128) {
        self.add(field, ":i128", &value);
    }
    fn record_u128(&mut self, field: &Field, value: u128) {
        self.add(field, ":u128", &value);
    }
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.add(field, ":f64", &value);
    }
    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field, "", &value);
    }
    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        self.add(field, ":error", &value);
    }
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.add(field, "", &format_args!("{value:?}"));
    }
}
