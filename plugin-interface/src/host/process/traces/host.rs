//! The host's side: begins and ends the spans of one worker.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{HostTracer, WorkerCallsite, WorkerField, answer};
use crate::abi::{RawSlice, TraceCallsite, TraceField};
use crate::host::services::offers::Found;
use crate::host::services::traces::{
    Description, Given, HostCallsite, Interested, Span, Spans, Traced, level,
};
use crate::runtime::failure::contain;

/// The most bytes that the open spans of a worker take, each with its fields.
const MOST: usize = 16 << 20;

/// What a span takes, and a note that it follows from another.
const SPAN: usize = 256;

/// The most bytes of the callsites of one package, since they are never freed.
const MOST_CALLSITES: usize = 4 << 20;

/// What a callsite takes beside its texts.
const CALLSITE: usize = 512;

/// The most spans of workers that one thread is in.
const DEEPEST: usize = 1024;

thread_local! {
    /// The spans of workers that this thread is in, with the address of the tracer.
    static ENTERED: RefCell<Entered> = const { RefCell::new(Vec::new()) };
}

type Entered = Vec<(usize, u64, Arc<Span>)>;

/// Reads or changes the spans that this thread is in. `None` in a thread that ends: what
/// is dropped with it may call a plugin.
fn on_this_thread<R>(act: impl FnOnce(&mut Entered) -> R) -> Option<R> {
    ENTERED.try_with(|all| act(&mut all.borrow_mut())).ok()
}

/// The spans that this thread enters from now on are exited when this is dropped.
pub(in crate::host::process) fn entered() -> EnteredSpans {
    EnteredSpans(on_this_thread(|all| all.len()).unwrap_or_default())
}

/// The number of spans that the thread was in before.
pub(in crate::host::process) struct EnteredSpans(usize);

impl Drop for EnteredSpans {
    fn drop(&mut self) {
        let pop = || on_this_thread(|all| (all.len() > self.0).then(|| all.pop()).flatten());
        while let Some((_, _, span)) = pop().flatten() {
            let _ = contain(|| span.exit());
        }
    }
}

/// The subscriber of this program, for one worker.
pub(in crate::host::process) struct Tracer {
    package: String,
    spans: Spans,
    kept: Mutex<Kept>,
}

/// What the open spans take.
#[derive(Default)]
struct Kept {
    bytes: usize,
    of_span: HashMap<u64, usize>,
}

impl Tracer {
    pub(in crate::host::process) fn new(package: &str) -> Arc<Self> {
        let (spans, kept) = (Spans::default(), Mutex::default());
        Arc::new(Tracer { package: package.to_owned(), spans, kept })
    }

    /// Returns the service for the worker.
    pub(in crate::host::process) fn service(self: &Arc<Self>) -> Found {
        Found::own::<dyn HostTracer>(Arc::clone(self))
    }

    /// Ends all spans. The worker has ended.
    pub(in crate::host::process) fn close(&self) {
        self.spans.close();
        *self.kept() = Kept::default();
    }

    fn traced(&self) -> Traced<'_> {
        Traced { spans: &self.spans, name: &self.package }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a span that takes so many bytes. Returns 0 if there is no room for it.
    fn keep(&self, size: usize, begin: impl FnOnce() -> u64) -> u64 {
        let mut kept = self.kept();
        if kept.bytes + size > MOST {
            return 0;
        }
        kept.bytes += size;
        drop(kept);
        let number = begin();
        let mut kept = self.kept();
        if number == 0 {
            kept.bytes = kept.bytes.saturating_sub(size);
        } else {
            *kept.of_span.entry(number).or_default() += size;
        }
        number
    }

    /// Returns `true` if there is room for more bytes of a span, which are noted then.
    fn keep_more(&self, span: u64, size: usize) -> bool {
        let mut kept = self.kept();
        let has_room = kept.bytes + size <= MOST;
        let Some(of_span) = kept.of_span.get_mut(&span).filter(|_| has_room) else { return false };
        *of_span += size;
        kept.bytes += size;
        true
    }

    fn address(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }
}

/// Returns the callsite of that number, if the subscriber wants what it has.
fn wanted(number: u32, is_span: bool) -> Option<&'static HostCallsite> {
    let callsite = HostCallsite::numbered(number)?;
    let is_wanted = || callsite.metadata().is_span() == is_span && callsite.is_enabled();
    contain(is_wanted).unwrap_or_default().then_some(callsite)
}

/// Returns `true` if so many bytes more may be kept for ever for that package.
fn has_room(package: &str, size: usize) -> bool {
    static KEPT: Mutex<BTreeMap<String, usize>> = Mutex::new(BTreeMap::new());
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    let kept = kept.entry(package.to_owned()).or_default();
    let has_room = *kept + size <= MOST_CALLSITES;
    if has_room {
        *kept += size;
    }
    has_room
}

/// Returns what the fields take in a span.
fn size_of_fields(fields: &[WorkerField]) -> usize {
    fields.iter().map(|field| 32 + field.text.len()).sum()
}

/// Calls `act` with the fields, as a plugin in the process gives them.
fn with_given<R>(fields: &[WorkerField], act: impl FnOnce(&[Given<'_>]) -> R) -> R {
    let raw: Vec<_> = fields
        .iter()
        .map(|&WorkerField { index, kind, low, high, .. }| TraceField {
            index,
            kind,
            bits: [low, high],
            text: RawSlice::of::<u8>(&[]),
        })
        .collect();
    let texts = fields.iter().map(|field| field.text.as_str().into());
    let given: Vec<_> = raw.iter().zip(texts).map(|(field, text)| Given { field, text }).collect();
    act(&given)
}

impl HostTracer for Tracer {
    fn callsite(&self, callsite: WorkerCallsite) -> u32 {
        let WorkerCallsite { is_span, level: number, line, name, target, module, file, fields } =
            callsite;
        let texts = [&name, &target, &module, &file].into_iter().chain(&fields);
        // A description has them too.
        let size = CALLSITE + texts.map(|text| 64 + 2 * text.len()).sum::<usize>();
        let known = |text: String| Some(text).filter(|text| !text.is_empty());
        let description = Description {
            is_span,
            level: level(number),
            line: (line > 0).then_some(line),
            name,
            target,
            module: known(module),
            file: known(file),
            fields,
        };
        match HostCallsite::known(&description) {
            Some(callsite) => callsite.number(),
            None if has_room(&self.package, size) => HostCallsite::of(description).number(),
            None => 0,
        }
    }

    fn enabled(&self, callsite: u32) -> u32 {
        let Some(callsite) = HostCallsite::numbered(callsite) else { return answer::ALWAYS_NO };
        match contain(|| callsite.interest()) {
            Ok(Interested::Never) => answer::ALWAYS_NO,
            Ok(Interested::Always) => answer::ALWAYS_YES,
            Ok(Interested::Sometimes(true)) => answer::YES,
            Ok(Interested::Sometimes(false)) | Err(_) => answer::NO,
        }
    }

    fn event(&self, callsite: u32, parent: u64, fields: Vec<WorkerField>) {
        // Asked here, since the worker may know an earlier answer.
        let Some(callsite) = wanted(callsite, false) else { return };
        with_given(&fields, |given| self.traced().event(callsite, parent, given));
    }

    fn new_span(&self, callsite: u32, parent: u64, fields: Vec<WorkerField>) -> u64 {
        let Some(callsite) = wanted(callsite, true) else { return 0 };
        self.keep(SPAN + size_of_fields(&fields), || {
            with_given(&fields, |given| self.traced().new_span(callsite, parent, given))
        })
    }

    fn record(&self, span: u64, fields: Vec<WorkerField>) {
        if self.keep_more(span, size_of_fields(&fields)) {
            with_given(&fields, |given| self.traced().record(span, given));
        }
    }

    fn follows(&self, span: u64, other: u64) {
        if self.keep_more(span, SPAN) {
            self.traced().follows(span, other);
        }
    }

    fn enter(&self, span: u64) {
        let Some(entered) = self.spans.get(span) else { return };
        let noted = (self.address(), span, Arc::clone(&entered));
        let is_noted = on_this_thread(|all| {
            let has_room = all.len() < DEEPEST;
            all.extend(has_room.then_some(noted));
            has_room
        });
        if is_noted == Some(true) {
            let _ = contain(|| entered.enter());
        }
    }

    fn exit(&self, span: u64) {
        let here = self.address();
        let noted = on_this_thread(|all| {
            let at = all.iter().rposition(|(of, number, _)| (*of, *number) == (here, span))?;
            Some(all.remove(at))
        });
        let _ = contain(|| noted.flatten().inspect(|(_, _, span)| span.exit()));
    }

    fn clone_span(&self, span: u64) -> u64 {
        match span {
            TraceCallsite::CURRENT => self.keep(SPAN, || self.traced().clone_span(span)),
            span => self.traced().clone_span(span),
        }
    }

    fn drop_span(&self, span: u64) -> bool {
        let is_last = self.traced().drop_span(span);
        if is_last {
            let mut kept = self.kept();
            let size = kept.of_span.remove(&span).unwrap_or_default();
            kept.bytes = kept.bytes.saturating_sub(size);
        }
        is_last
    }

    fn is_in_span(&self) -> bool {
        Traced::is_in_span()
    }
}
