//! What compilers make of the fixtures: once per run, since each keeps its target
//! directory.

use std::collections::BTreeMap;
use std::env::consts::DLL_EXTENSION;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use cargo_metadata::Message;

/// `PLUGIN_SOAK=1` runs the long versions.
pub(crate) fn is_soak() -> bool {
    std::env::var_os("PLUGIN_SOAK").is_some_and(|value| value == "1")
}

/// Where the fixtures' sources are.
pub(crate) fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

/// What a build of the fixtures gave: files by crate, libraries or programs.
pub(crate) type Built = BTreeMap<String, PathBuf>;

/// The fixtures as this compiler builds them.
pub(crate) fn built() -> &'static Built {
    // One counts the system calls of Linux, the others instructions by valgrind.
    let left_out = match cfg!(unix) {
        true => &[][..],
        false => &["driver", "counted", "counted-types", "counting"],
    };
    let options: Vec<_> = ["--workspace"]
        .into_iter()
        .chain(left_out.iter().flat_map(|name| ["--exclude", name]))
        .collect();
    static BUILT: OnceLock<Built> = OnceLock::new();
    BUILT.get_or_init(|| build("fixtures", "build", &[], &options))
}

/// Returns the target that this test was built for, if it was named. Its program is
/// `TARGET/PROFILE/deps/NAME` in the target folder then. The macros of the fixtures get the
/// flags of `RUSTFLAGS`, such as those of a sanitizer, unless a target is named.
fn own_target() -> Option<OsString> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).parent()?;
    let program = std::env::current_exe().ok()?;
    let below: Vec<_> = program.strip_prefix(folder).ok()?.iter().collect();
    let [target, _, deps, _] = below[..] else { return None };
    (deps == "deps").then(|| target.to_owned())
}

/// Builds fixtures into a target directory of that name: `cargo`, what comes
/// before, the verb, what comes after.
pub(crate) fn build(target: &str, verb: &str, before: &[&str], after: &[&str]) -> Built {
    // The one that runs the test, which may be another than the one that built it.
    let own = || std::env::var_os("CARGO").unwrap_or(env!("CARGO").into());
    let mut command = Command::new(if before.is_empty() { own() } else { "cargo".into() });
    command
        .args(before)
        .args([verb, "--message-format=json-render-diagnostics", "--manifest-path"])
        .arg(sources().join("Cargo.toml"))
        .arg("--target-dir")
        .arg(Path::new(env!("CARGO_TARGET_TMPDIR")).join(target))
        .args(own_target().into_iter().flat_map(|target| ["--target".into(), target]))
        .args(after)
        .stderr(Stdio::inherit());
    if after.contains(&"--release") {
        // An incremental build inlines less.
        command.env("CARGO_INCREMENTAL", "0");
    }
    if !before.is_empty() {
        // Which toolchain, the arguments say.
        command.env_remove("RUSTUP_TOOLCHAIN").env_remove("RUSTC").env_remove("CARGO");
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "the fixtures must build");
    let mut built = Built::new();
    for message in Message::parse_stream(&output.stdout[..]) {
        let Message::CompilerArtifact(artifact) = message.unwrap() else { continue };
        let name = artifact.target.name.clone();
        let file = artifact.executable.or_else(|| {
            artifact.filenames.into_iter().find(|file| file.extension() == Some(DLL_EXTENSION))
        });
        built.extend(file.map(|file| (name, file.into_std_path_buf())));
    }
    built
}
