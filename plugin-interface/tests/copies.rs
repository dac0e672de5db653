//! References to what owns memory cross as copies, from a host to a plugin and
//! from a plugin to a host: each copy ends, once, on the side that made it,
//! whatever panics meanwhile.

use std::path::{Path, PathBuf};
use std::process::Command;

use copying::{Copies, Mirror, fail, live, read};
use plugin_interface::PluginManager;

/// Builds the plugin into the target directory that the other tests use.
fn build() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fixtures");
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/Cargo.toml");
    let status = Command::new(env!("CARGO"))
        .args(["build", "--workspace", "--manifest-path"])
        .arg(manifest)
        .arg("--target-dir")
        .arg(&target)
        .status()
        .unwrap();
    assert!(status.success());
    let (prefix, suffix) = (std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    target.join("debug").join(format!("{prefix}copying{suffix}"))
}

/// What panics as it is meant to is not reported.
fn quiet() {
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let text = panic.to_string();
        if !text.contains("meant: ") {
            report(panic);
        }
    }));
}

// Without a harness, which would allocate meanwhile.
fn main() {
    quiet();
    let handles = PluginManager::new().load_library(build()).unwrap();
    let plugin = handles[0].proxy::<dyn Copies>().unwrap();
    let ways: [(&str, &dyn Fn()); 4] = [
        ("a plugin sees what a host lends", &|| read(&plugin)),
        ("a host's call ends in a panic", &|| fail(&plugin)),
        ("an object of a host sees what a plugin lends", &|| plugin.pass_on(&Mirror)),
        ("a plugin sees what it lends itself by way of a host", &|| plugin.pass_on(&plugin)),
    ];
    for (name, way) in ways {
        // What is made once, such as a thread's hash keys.
        way();
        let before = (live(), plugin.live());
        assert!(before.0 > 0 && before.1 > 0, "both count");
        for _ in 0..20 {
            way();
        }
        assert_eq!((live(), plugin.live()), before, "{name}");
        println!("{name}: ok");
    }
}
