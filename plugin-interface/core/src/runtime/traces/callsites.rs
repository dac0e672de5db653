//! The callsites of this library, and those of the host that are equal to them.

use core::ptr;
use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

use tracing_core::{Level, Metadata};

use super::host::{Host, HostCallsite};
use crate::abi::{RawSlice, TraceCallsite};

/// By address: no other value is ever at the address of a static one.
static KNOWN: RwLock<BTreeMap<usize, Known>> = RwLock::new(BTreeMap::new());

#[derive(Clone, Copy)]
struct Known {
    metadata: &'static Metadata<'static>,
    /// Known when it is first needed.
    of_host: Option<HostCallsite>,
}

/// Notes a callsite. Calls nothing of the host.
pub(super) fn note(metadata: &'static Metadata<'static>) {
    let known = Known { metadata, of_host: None };
    let mut all = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
    all.entry(ptr::from_ref(metadata).addr()).or_insert(known);
}

/// Forgets all.
pub(super) fn forget_all() {
    let all = std::mem::take(&mut *KNOWN.write().unwrap_or_else(PoisonError::into_inner));
    drop(all);
}

/// Returns the host's callsite for one of this library.
pub(super) fn of_host(host: Host, metadata: &'static Metadata<'static>) -> HostCallsite {
    known(host, metadata).unwrap_or_else(|| {
        note(metadata);
        ask(host, metadata)
    })
}

/// Does the same for one that may be a temporary value; `None` for such.
pub(super) fn known(host: Host, metadata: &Metadata<'_>) -> Option<HostCallsite> {
    let all = KNOWN.read().unwrap_or_else(PoisonError::into_inner);
    let known = *all.get(&ptr::from_ref(metadata).addr())?;
    drop(all);
    Some(known.of_host.unwrap_or_else(|| ask(host, known.metadata)))
}

/// Asks the host, without the lock.
fn ask(host: Host, metadata: &'static Metadata<'static>) -> HostCallsite {
    let text = |text: Option<&'static str>| RawSlice::of(text.unwrap_or_default().as_bytes());
    let fields: Vec<_> = metadata.fields().iter().map(|field| text(Some(field.name()))).collect();
    let of_host = host.callsite(&TraceCallsite {
        size: size_of::<TraceCallsite>(),
        level: number(*metadata.level()),
        line: metadata.line().unwrap_or(0),
        is_span: metadata.is_span().into(),
        name: text(Some(metadata.name())),
        target: text(Some(metadata.target())),
        module: text(metadata.module_path()),
        file: text(metadata.file()),
        fields: RawSlice::of(&fields),
    });
    let mut all = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = all.get_mut(&ptr::from_ref(metadata).addr()) {
        known.of_host = Some(of_host);
    }
    of_host
}

fn number(level: Level) -> u32 {
    match level {
        Level::ERROR => 1,
        Level::WARN => 2,
        Level::INFO => 3,
        Level::DEBUG => 4,
        Level::TRACE => 5,
    }
}
