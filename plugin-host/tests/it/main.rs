//! Tests that run the `plugin-host` program as its users do.

// The commands are for a shell.
#[cfg(unix)]
mod book;
mod call;
// It compiles C as for Unix, and names signals.
#[cfg(unix)]
mod call_method;
// It runs cargo, which is not there under Wine.
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
// It asks bash and man.
#[cfg(unix)]
mod described;
// It builds by cargo, and presses keys on a terminal of Unix.
#[cfg(unix)]
mod dev;
mod diff;
mod doctor;
// On Windows, a library for Windows is at home.
#[cfg(unix)]
mod elsewhere;
mod environment;
// It names signals, and asks the system for the memory of a process.
#[cfg(target_os = "linux")]
mod fuzz;
// The debugger reads ELF.
#[cfg(target_os = "linux")]
mod gdb;
// It names signals.
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
// It builds by cargo, and names libraries as Unix does. So do those below.
#[cfg(unix)]
mod new;
// It builds by make.
#[cfg(unix)]
mod new_c;
#[cfg(target_os = "linux")]
mod new_like;
#[cfg(target_os = "linux")]
mod new_like_hostile;
#[cfg(unix)]
mod new_parts;
// It packs and builds by cargo.
#[cfg(unix)]
mod packed;
// The commands are for a shell.
#[cfg(unix)]
mod readme;
mod records;
mod run;
// It builds by cargo and make, in a shell.
#[cfg(unix)]
mod site;
// Links and modes.
#[cfg(unix)]
mod stores;
// The plugin in C uses what Unix has for streams.
#[cfg(unix)]
mod streams;
mod surroundings;
mod terminal;
mod usage;
mod watch;
