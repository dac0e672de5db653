//! Tells the crate which compiler builds it, and for which target: both go into
//! the metadata of plugins.

use std::env;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").output();
    let version = output.ok().and_then(|output| String::from_utf8(output.stdout).ok());
    println!("cargo::rustc-env=PLUGIN_RUSTC={}", version.as_deref().unwrap_or_default().trim());
    println!("cargo::rustc-env=PLUGIN_TARGET={}", env::var("TARGET").unwrap_or_default());
}
