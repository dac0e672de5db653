//! Tests that run the `plugin-host` program as its users do.

mod book;
mod call;
#[cfg(unix)]
mod call_method;
#[cfg(unix)]
mod cargo_plugin;
mod check;
mod children;
mod configuring;
mod contents;
#[path = "../../../plugin-interface/tests/it/deadline.rs"]
mod deadline;
#[cfg(unix)]
mod described;
#[cfg(unix)]
mod dev;
mod diff;
mod doctor;
mod elsewhere;
mod environment;
#[cfg(target_os = "linux")]
mod fuzz;
#[cfg(target_os = "linux")]
mod gdb;
#[cfg(target_os = "linux")]
mod golden;
mod header;
mod hostile;
#[path = "../../../plugin-interface/tests/it/images.rs"]
mod images;
mod inspect;
mod list;
mod lock;
mod logs;
#[cfg(unix)]
mod new;
#[cfg(unix)]
mod new_c;
#[cfg(target_os = "linux")]
mod new_like;
#[cfg(unix)]
mod new_parts;
#[cfg(unix)]
mod packed;
mod readme;
mod records;
mod run;
#[cfg(unix)]
mod site;
#[cfg(unix)]
mod streams;
mod surroundings;
mod terminal;
mod usage;
mod watch;
