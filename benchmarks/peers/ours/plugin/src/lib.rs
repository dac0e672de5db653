//! This project's own plugin.
#![forbid(unsafe_code)]

include!("workload.rs");
