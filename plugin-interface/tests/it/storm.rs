//! Callers without pause, of a plugin that is replaced under them.

use std::process::Command;

use crate::deadline::Run;
use crate::fixtures::{Directory, released};
use crate::numbered_builds::soak;

#[test]
fn no_call_fails_waits_or_is_stale_whoever_writes_the_file_and_nothing_grows() {
    let (each, calm) = (soak(40, 10_000), soak(100, 10_000));
    let directory = Directory::new();
    let output = Command::new(&released()["driver"])
        .args(["storm", &each.to_string(), &calm.to_string()])
        .args([&directory.library("storm"), &released()["stamped"]])
        // So that no thread waits for memory that another one frees.
        .env("MALLOC_ARENA_MAX", "64")
        .run("the driver ends");
    let told = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{} {told} {errors}", output.status);
    println!("{told}");
    // Five writers and a watch; then one who asks.
    for replacements in [5 * each, each] {
        let count = format!("{replacements} replacements: 0 calls failed, 0 were stale, 0 waited");
        assert!(told.contains(&count), "{told}");
        let unmapped = format!("{} versions unmapped", replacements + 1);
        assert!(told.lines().any(|line| line == unmapped), "{told}");
    }
}
