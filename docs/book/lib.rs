//! The examples of the book as tests: `cargo test --package book`.
//!
//! Each page is a module. To add a page, write it below `src`, list it in
//! `src/SUMMARY.md` and name it here; `tests/links.rs` checks all three, and
//! that every link and picture exists.
//!
//! Rust examples compile and run. Mark one `no_run` only if it needs a built
//! plugin or waits for ever, and `standalone_crate` if it has
//! `#[plugin_aggregates]`. Hide a line with `# `. Name the language of every
//! other block.

#[doc = include_str!("src/introduction.md")]
mod introduction {}
