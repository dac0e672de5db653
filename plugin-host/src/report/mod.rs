//! The output of `run` and `watch`, as text and as JSON.

pub(crate) mod run;
pub(crate) mod watch;
