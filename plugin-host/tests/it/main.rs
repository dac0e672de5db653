//! Tests that run the `plugin-host` program as its users do.

// The commands are for a shell.
#[cfg(unix)]
mod book;
mod call;
#[cfg(unix)]
mod call_method;
#[cfg(unix)]
mod cargo_plugin;
mod check;
// It asks the system which processes run, and there a child ends with its host.
#[cfg(target_os = "linux")]
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
// On Windows, a library for Windows is at home.
#[cfg(unix)]
mod elsewhere;
mod environment;
#[cfg(target_os = "linux")]
mod fuzz;
#[cfg(target_os = "linux")]
mod gdb;
#[cfg(target_os = "linux")]
mod golden;
mod header;
// Named pipes, links, modes and names of files.
#[cfg(unix)]
mod hostile;
#[cfg(unix)]
#[path = "../../../plugin-interface/tests/it/images.rs"]
mod images;
mod inspect;
mod interrupt;
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
// The commands are for a shell.
#[cfg(unix)]
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
