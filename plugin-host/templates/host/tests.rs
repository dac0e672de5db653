//! Runs the host.

use std::path::Path;
use std::process::Command;

#[test]
fn a_directory_without_plugins_is_an_error() {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("no-plugins");
    std::fs::create_dir_all(&directory).expect("a directory");
    let host = Command::new(env!("CARGO_BIN_EXE_my-app"))
        .arg(&directory)
        .output();
    let output = host.expect("the host runs");
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("no plugins in"));
}
