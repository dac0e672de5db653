//! The results of the commands, as text and as JSON.

pub(crate) mod check;
pub(crate) mod dev;
pub(crate) mod diff;
pub(crate) mod doctor;
pub(crate) mod fuzz;
pub(crate) mod golden;
pub(crate) mod inspect;
pub(crate) mod list;
pub(crate) mod lock;
pub(crate) mod run;
mod services;
mod settings;
pub(crate) mod trust;
pub(crate) mod watch;
