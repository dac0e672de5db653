//! Spans and events of `tracing` of a plugin in a worker: they reach the host's
//! subscriber.
//!
//! The subscriber of the worker's program is `worker`, which passes everything to the
//! host. There, `host` is the service that takes it, of which plugins do not know. It has
//! the spans, since the current one of a thread of the host is the parent of what the
//! plugin begins within a call. A thread that a plugin started has no such thread: the
//! worker has its spans, and names the parent.
#![expect(
    unsafe_code,
    clippy::undocumented_unsafe_blocks,
    reason = "`__generate!` is of this crate, so its `unsafe` is seen"
)]

mod host;
mod worker;

pub(super) use host::{Tracer, entered};
pub(super) use worker::{begin, set_level};

use crate::plugin_interface;

/// What a worker says of a place that has spans or events.
#[doc(hidden)]
#[derive(crate::FfiSafe)]
pub(super) struct WorkerCallsite {
    is_span: bool,
    level: u32,
    /// From 1; 0 if unknown.
    line: u32,
    name: String,
    target: String,
    /// Empty if unknown, as the file.
    module: String,
    file: String,
    fields: Vec<String>,
}

/// A value, as [`TraceField`](crate::abi::TraceField) has it.
#[doc(hidden)]
#[derive(crate::FfiSafe)]
pub(super) struct WorkerField {
    index: u32,
    kind: u32,
    low: u64,
    high: u64,
    text: String,
}

/// The answers of `enabled`. Those with `ALWAYS` hold until the host tells its level.
mod answer {
    pub(super) const ALWAYS_NO: u32 = 0;
    pub(super) const NO: u32 = 1;
    pub(super) const YES: u32 = 2;
    pub(super) const ALWAYS_YES: u32 = 3;
}

/// The subscriber of a host. A callsite and a span are numbers, of which unknown ones are
/// ignored. Parents and other spans are as in the tables of plugins in the process.
#[doc(hidden)]
#[plugin_interface(path = "plugin_interface::process::HostTracer")]
trait HostTracer: Send + Sync {
    /// Returns the number of a callsite; 0 if there are too many.
    fn callsite(&self, callsite: WorkerCallsite) -> u32;
    fn enabled(&self, callsite: u32) -> u32;
    fn event(&self, callsite: u32, parent: u64, fields: Vec<WorkerField>);
    /// Begins a span, and returns its number; 0 if it is not wanted.
    fn new_span(&self, callsite: u32, parent: u64, fields: Vec<WorkerField>) -> u64;
    fn record(&self, span: u64, fields: Vec<WorkerField>);
    fn follows(&self, span: u64, other: u64);
    /// Enters a span on the thread of the host that waits for this one.
    fn enter(&self, span: u64);
    fn exit(&self, span: u64);
    fn clone_span(&self, span: u64) -> u64;
    fn drop_span(&self, span: u64) -> bool;
    fn is_in_span(&self) -> bool;
}
