//! Passes the version of the compiler and the target to the crate, for the
//! metadata of plugins. It also sets `cfg(thread_exits)` if thread exits can be
//! counted on the target.

use std::env;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").output();
    let version = output.ok().and_then(|output| String::from_utf8(output.stdout).ok());
    println!("cargo::rustc-env=PLUGIN_RUSTC={}", version.as_deref().unwrap_or_default().trim());
    println!("cargo::rustc-env=PLUGIN_TARGET={}", env::var("TARGET").unwrap_or_default());

    println!("cargo::rustc-check-cfg=cfg(thread_exits, values(none(), \"caught\"))");
    if counts_thread_exits() {
        println!("cargo::rustc-cfg=thread_exits");
        // The runtime of a sanitizer defines the same functions, and calls them
        // before it is ready for code that it instruments.
        if env::var_os("CARGO_CFG_SANITIZE").is_none() {
            println!("cargo::rustc-cfg=thread_exits=\"caught\"");
        }
    }
}

/// Returns `true` for the targets on which the registry of thread exits is
/// tested: those with the GNU C library, linked dynamically.
fn counts_thread_exits() -> bool {
    let is = |name: &str, values: &[&str]| {
        env::var(format!("CARGO_CFG_{name}")).is_ok_and(|found| values.contains(&found.as_str()))
    };
    let features = env::var("CARGO_CFG_TARGET_FEATURE").unwrap_or_default();
    is("TARGET_OS", &["linux"])
        && is("TARGET_ENV", &["gnu"])
        && is("TARGET_ARCH", &["x86_64", "aarch64"])
        && is("TARGET_POINTER_WIDTH", &["64"])
        && !features.split(',').any(|feature| feature == "crt-static")
}
