//! The atomics of a mailbox. `tests/mailbox_model.rs` has those of `loom` in their place.

pub(super) use core::sync::atomic::{AtomicU64, Ordering};
