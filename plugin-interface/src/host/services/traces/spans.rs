//! The spans that a library has begun.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::{self, ThreadId};

use tracing::Dispatch;
use tracing::span::Id;

use super::callsite::HostCallsite;
use crate::runtime::failure::contain;

/// The spans of a library that have not ended, by number. No subscriber is called under
/// the lock.
#[derive(Default)]
pub(crate) struct Spans(RwLock<State>);

#[derive(Default)]
struct State {
    last: u64,
    is_closed: bool,
    open: HashMap<u64, Arc<Span>>,
}

/// A span, of which this has one reference.
pub(crate) struct Span {
    /// The one in which it was begun.
    pub(crate) subscriber: Dispatch,
    pub(crate) id: Id,
    /// `None` for a span of the host's.
    pub(crate) callsite: Option<&'static HostCallsite>,
    /// How often the library has it.
    count: AtomicUsize,
    /// The threads that are in it.
    entered: Mutex<Vec<ThreadId>>,
}

impl Spans {
    /// Adds a span, and returns its number; 0 if nothing may be added any more. No span
    /// has the number 1, which stands for one that did not begin.
    pub(crate) fn add(
        &self,
        subscriber: Dispatch,
        id: Id,
        callsite: Option<&'static HostCallsite>,
    ) -> u64 {
        let (count, entered) = (AtomicUsize::new(1), Mutex::default());
        let span = Arc::new(Span { subscriber, id, callsite, count, entered });
        let mut state = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if state.is_closed {
            drop(state);
            let _ = contain(|| span.close());
            return 0;
        }
        state.last += 1;
        let number = state.last + 1;
        state.open.insert(number, span);
        number
    }

    pub(crate) fn get(&self, number: u64) -> Option<Arc<Span>> {
        let state = self.0.read().unwrap_or_else(PoisonError::into_inner);
        state.open.get(&number).cloned()
    }

    /// Returns the id of a parent; `None` if it is none of these.
    pub(crate) fn parent(&self, number: u64) -> Option<Id> {
        self.get(number).map(|span| span.id.clone())
    }

    /// Adds a reference of the library.
    pub(crate) fn retain(&self, number: u64) {
        let state = self.0.read().unwrap_or_else(PoisonError::into_inner);
        // Under the lock, under which the last reference is dropped.
        state.open.get(&number).inspect(|span| {
            span.count.fetch_add(1, Ordering::AcqRel);
        });
    }

    /// Drops a reference of the library. Returns the span if it was the last.
    pub(crate) fn release(&self, number: u64) -> Option<Arc<Span>> {
        let mut state = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let is_last = state.open.get(&number)?.count.fetch_sub(1, Ordering::AcqRel) == 1;
        if is_last { state.open.remove(&number) } else { None }
    }

    /// Ends all, as far as this thread can: one that another thread is in goes on there.
    pub(crate) fn close(&self) {
        let mut state = self.0.write().unwrap_or_else(PoisonError::into_inner);
        state.is_closed = true;
        let open = std::mem::take(&mut state.open);
        drop(state);
        let mut open: Vec<_> = open.into_iter().collect();
        // The inner ones first.
        open.sort_by_key(|(number, _)| std::cmp::Reverse(*number));
        for (_, span) in open {
            let _ = contain(|| {
                while span.is_entered_here() {
                    span.exit();
                }
                span.close();
            });
        }
    }
}

impl Span {
    fn entered(&self) -> std::sync::MutexGuard<'_, Vec<ThreadId>> {
        self.entered.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_entered_here(&self) -> bool {
        self.entered().contains(&thread::current().id())
    }

    pub(crate) fn enter(&self) {
        self.entered().push(thread::current().id());
        self.subscriber.enter(&self.id);
    }

    pub(crate) fn exit(&self) {
        let here = thread::current().id();
        let mut entered = self.entered();
        let Some(at) = entered.iter().rposition(|thread| *thread == here) else { return };
        entered.swap_remove(at);
        drop(entered);
        self.subscriber.exit(&self.id);
    }

    /// Drops the reference of this host. It is called once.
    pub(crate) fn close(&self) {
        self.subscriber.try_close(self.id.clone());
    }
}
