//! Hazard pointers with an asymmetric fence: a current value that any number of
//! threads read while another thread replaces it.
//!
//! - `pointer`: `Swap` holds the current value, `Guard` protects a value from
//!   reclamation, and `Retired` is a replaced value.
//! - `hazard_slots`: the hazard pointers of all threads.
//! - `fence`: the asymmetric fence between reader and writer, which the tasks of
//!   plugins use too.
//!
//! The thread that waits for the last guards of retired values is
//! `reload/reclaimer`.
//!
//! The algorithm is that of M. Michael, "Hazard Pointers: Safe Memory
//! Reclamation for Lock-Free Objects" (IEEE TPDS 15(6), 2004). The fence is
//! that of folly's hazard pointers, on `membarrier(2)`. `tests/swap_model.rs`
//! checks `pointer` and `hazard_slots` under all interleavings of small
//! programs, with the model checker `loom`. There a sequentially consistent
//! fence on both sides stands for the asymmetric one.

pub(in crate::host) mod fence;
mod hazard_slots;
mod pointer;
mod sync;
#[cfg(test)]
mod tests;

pub(crate) use self::pointer::{Guard, Retired, Swap, Users};
