//! What a plugin calls back, written for each of four ways.

pub mod by_abi_stable;
pub mod by_cglue;
pub mod by_dyn_trait;
pub mod by_ours;
