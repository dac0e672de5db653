//! What a host sees of plugins that users wrote.
//!
//! What needs Unix says so where it is: modes, links, pipes, signals, `fork`,
//! names that are no text, the ends of threads, the fixture `driver`.

mod boundary;
mod builds;
mod calls;
mod companions;
mod compilers;
#[cfg(feature = "configure")]
mod configuring;
mod consuming;
#[cfg(all(feature = "crash-notes", target_os = "linux", target_env = "gnu"))]
mod crash_notes;
mod deadline;
mod derived;
#[cfg(feature = "dynamic")]
mod dynamic;
mod each_type;
mod ends_with_test;
mod evolving;
mod evolving_objects;
#[cfg(unix)]
mod faults;
mod fixtures;
#[cfg(all(feature = "watch", feature = "configure"))]
mod front_door;
mod futures;
mod growing;
mod growing_enums;
mod handwritten_plugin;
mod hostile;
#[cfg(feature = "hot-library")]
mod hot;
mod images;
#[cfg(target_os = "linux")]
mod instructions;
mod interface_change;
mod invalid_values;
mod layout;
#[cfg(unix)]
mod left_behind;
mod linked;
mod live;
#[cfg(feature = "watch")]
mod live_watching;
mod loading;
mod matrix;
mod numbered_builds;
mod objects;
mod objects_of_c;
#[cfg(feature = "watch")]
mod observer;
mod owners_of_an_instance;
mod panic_while_lowering;
mod panics;
mod patient_fs;
mod platforms;
mod plugin_as_host;
#[cfg(unix)]
mod policy;
mod printed;
#[cfg(unix)]
mod probing;
#[cfg(unix)]
mod process_ends;
#[cfg(unix)]
mod processes;
mod rejecting;
mod returned_arguments;
mod returned_objects;
mod seeds;
#[cfg(all(feature = "watch", feature = "configure"))]
mod several_directories;
mod state;
#[cfg(unix)]
mod storm;
mod streams;
mod supertraits;
mod table;
#[cfg(unix)]
mod thread_exits;
#[cfg(unix)]
mod tidy;
mod told_by_c;
#[cfg(all(feature = "trust", target_os = "linux"))]
mod trust;
mod types_of_other_crates;
#[cfg(feature = "watch")]
mod under_calls;
mod unloading;
mod visiting;
#[path = "../bodies/visiting.rs"]
mod visiting_bodies;
#[cfg(feature = "watch")]
mod watching;
#[cfg(feature = "watch")]
mod watching_as_promised;
