//! The examples of the book as tests: `cargo test --package book`.
//!
//! Each page is a module. To add a page, write it below `src`, list it in
//! `src/SUMMARY.md` and name it here; `tests/links.rs` checks all three, and
//! that every link and picture exists.
//!
//! Rust examples compile and run. Mark one `no_run` only if it waits for ever,
//! and `standalone_crate` if it has `#[plugin_aggregates]`. Hide a line with
//! `# `. Name the language of every other block.
//!
//! An example that loads a plugin begins with the hidden lines
//!
//! ```
//! # extern crate book as tool;
//! # let _folder = tool::example_folder();
//! ```
//!
//! Then `tool::Tool` is the interface of the second chapter, and the current
//! directory has a folder `plugins` with one library, [`LIBRARY`]. It offers
//! [`Shout`], a `Tool`, and [`English`], a `Greeter`.
//!
//! An example that replaces a plugin compiles one with [`greeter`] instead.
//!
//! The examples of the macros' documentation are tests here too.
#![allow(
    clippy::doc_markdown,
    clippy::test_attr_in_doctest,
    reason = "the pages name crates in prose, and their examples may show tests"
)]

use plugin_interface::{Greeter, plugin_aggregates};

mod c_libraries;
mod example;

pub use crate::c_libraries::{c_library, greeter};
pub use crate::example::{English, LIBRARY, Shout, Tool, ToolProxy, example_folder};

#[plugin_aggregates(Tool)]
#[plugin_aggregates(Greeter)]
mod plugin {}

#[doc = include_str!("../../README.md")]
mod readme {}

#[doc = include_str!("src/introduction.md")]
mod introduction {}

#[doc = include_str!("src/first-plugin.md")]
mod first_plugin {}

#[doc = include_str!("src/first-c-library.md")]
mod first_c_library {}

#[doc = include_str!("src/concepts.md")]
mod concepts {}

#[doc = include_str!("src/glossary.md")]
mod glossary {}

#[doc = include_str!("src/plugins.md")]
mod plugins_page {}

#[doc = include_str!("src/testing.md")]
mod testing_page {}

#[doc = include_str!("src/debugging.md")]
mod debugging_page {}

#[doc = include_str!("src/interfaces/traits.md")]
mod interfaces_traits {}

#[doc = include_str!("src/interfaces/types.md")]
mod interfaces_types {}

#[doc = include_str!("src/interfaces/types/numbers.md")]
mod interfaces_types_numbers {}

#[doc = include_str!("src/interfaces/types/borrowed.md")]
mod interfaces_types_borrowed {}

#[doc = include_str!("src/interfaces/types/owned.md")]
mod interfaces_types_owned {}

#[doc = include_str!("src/interfaces/types/collections.md")]
mod interfaces_types_collections {}

#[doc = include_str!("src/interfaces/types/compound.md")]
mod interfaces_types_compound {}

#[doc = include_str!("src/interfaces/errors.md")]
mod interfaces_errors {}

#[doc = include_str!("src/interfaces/objects.md")]
mod interfaces_objects {}

#[doc = include_str!("src/interfaces/own-types.md")]
mod interfaces_own_types {}

#[doc = include_str!("src/interfaces/other-crates.md")]
mod interfaces_other_crates {}

#[doc = include_str!("src/interfaces/versions.md")]
mod interfaces_versions {}

#[doc = include_str!("src/hosts/ways.md")]
mod hosts_ways {}

#[doc = include_str!("src/hosts/front-door.md")]
mod hosts_front_door {}

#[doc = include_str!("src/hosts/loading.md")]
mod hosts_loading {}

#[doc = include_str!("src/hosts/policy.md")]
mod hosts_policy {}

#[doc = include_str!("src/hosts/locks.md")]
mod hosts_locks {}
#[doc = include_str!("src/hosts/signatures.md")]
mod hosts_signatures {}

#[doc = include_str!("src/hosts/linked.md")]
mod hosts_linked {}

#[doc = include_str!("src/hosts/unloading.md")]
mod hosts_unloading {}

#[doc = include_str!("src/hosts/crashes.md")]
mod hosts_crashes {}

#[doc = include_str!("src/hosts/configuration.md")]
mod hosts_configuration {}

#[doc = include_str!("src/hosts/folders.md")]
mod hosts_folders {}

#[doc = include_str!("src/hosts/logs.md")]
mod hosts_logs {}

#[doc = include_str!("src/hosts/services.md")]
mod hosts_services {}

#[doc = include_str!("src/hosts/tasks.md")]
mod hosts_tasks {}

#[doc = include_str!("src/hosts/dynamic.md")]
mod hosts_dynamic {}

#[doc = include_str!("src/hosts/isolated.md")]
mod hosts_isolated {}

#[doc = include_str!("src/hosts/watching.md")]
mod hosts_watching {}

#[doc = include_str!("src/hosts/live.md")]
mod hosts_live {}

#[doc = include_str!("src/hosts/state.md")]
mod hosts_state {}
#[doc = include_str!("src/hosts/lifecycle.md")]
mod hosts_lifecycle {}

#[doc = include_str!("src/c/plugin.md")]
mod c_plugin {}

#[doc = include_str!("src/c/hot-reload.md")]
mod c_hot_reload {}

#[doc = include_str!("src/c/host.md")]
mod c_host {}

#[doc = include_str!("src/program/commands.md")]
mod program_commands {}

#[doc = include_str!("src/program/exit-codes.md")]
mod program_exit_codes {}

#[doc = include_str!("src/reference/errors.md")]
mod reference_errors {}

#[doc = include_str!("src/reference/features.md")]
mod reference_features {}

#[doc = include_str!("src/reference/platforms.md")]
mod reference_platforms {}

#[doc = include_str!("src/reference/abi.md")]
mod reference_abi {}

#[doc = include_str!("src/reference/performance.md")]
mod reference_performance {}

#[doc = include_str!("src/reference/security.md")]
mod reference_security {}

#[doc = include_str!("src/reference/alternatives.md")]
mod reference_alternatives {}

#[doc = include_str!("src/reference/faq.md")]
mod reference_faq {}

#[doc = include_str!("../../plugin-annotations/docs/plugin_interface.md")]
mod macro_plugin_interface {}

#[doc = include_str!("../../plugin-annotations/docs/plugin_impl.md")]
mod macro_plugin_impl {}

#[doc = include_str!("../../plugin-annotations/docs/async_impl.md")]
mod macro_async_impl {}

#[doc = include_str!("../../plugin-annotations/docs/plugin_aggregates.md")]
mod macro_plugin_aggregates {}

#[doc = include_str!("../../plugin-annotations/docs/ffi_safe.md")]
mod macro_ffi_safe {}
