//! Tests that run the `plugin-host` program as its users do.

mod book;
mod call;
mod check;
mod children;
#[path = "../../../plugin-interface/tests/it/deadline.rs"]
mod deadline;
mod diff;
mod environment;
mod examples;
mod header;
mod hostile;
mod inspect;
mod list;
mod readme;
mod records;
mod run;
#[cfg(unix)]
mod streams;
mod surroundings;
mod usage;
mod watch;
