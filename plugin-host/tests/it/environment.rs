//! Directories of plugins, and runs of the program.

use std::env::consts::DLL_EXTENSION;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use tempfile::TempDir;

use crate::deadline::Run;

/// Returns the root of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The folder of debug builds in a target directory.
pub(crate) fn debug_builds(target: &Path) -> PathBuf {
    target.join(std::env::var_os("CARGO_BUILD_TARGET").unwrap_or_default()).join("debug")
}

/// A path as a string of TOML, with the separators that each system knows.
pub(crate) fn quoted(path: &Path) -> String {
    format!("{:?}", path.to_str().unwrap().replace('\\', "/"))
}

/// `PLUGIN_THOROUGH=1` runs what takes minutes to build, as `.ci/run` does.
#[cfg(unix)]
pub(crate) fn is_thorough() -> bool {
    std::env::var_os("PLUGIN_THOROUGH").is_some_and(|value| value == "1")
}

/// Whether a note names the function that crashed.
pub(crate) const NOTES_CRASHES: bool = cfg!(all(target_os = "linux", target_env = "gnu"));

/// How the end of a process is told that used a wild pointer, and of one that called
/// `abort`.
pub(crate) const CRASHED: &str =
    if cfg!(windows) { "killed by an access violation" } else { "killed by SIGSEGV" };
pub(crate) const ABORTED: &str =
    if cfg!(windows) { "ended itself with exit code 3" } else { "killed by SIGABRT" };

/// The output and exit code of the program.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Answer {
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// The cargo that runs the test, which may be another than the one that built it.
pub(crate) fn cargo() -> OsString {
    std::env::var_os("CARGO").unwrap_or(env!("CARGO").into())
}

/// Runs the program from the root of the repository.
pub(crate) fn plugin_host<S: AsRef<OsStr>>(arguments: &[S]) -> Answer {
    answer(
        command(arguments)
            .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("built")),
    )
}

/// Returns the command that runs the program from the root of the repository.
pub(crate) fn command<S: AsRef<OsStr>>(arguments: &[S]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plugin-host"));
    command.args(arguments).current_dir(root());
    command.env("CARGO", cargo()).env("RUST_BACKTRACE", "0");
    command
}

/// The name of the file of a library.
pub(crate) fn file_name(name: &str) -> String {
    format!("lib{name}.{DLL_EXTENSION}")
}

/// Runs a command to its end.
pub(crate) fn answer(command: &mut Command) -> Answer {
    let output = command.run("the program ends");
    Answer {
        code: output.status.code().expect("an exit code, not a signal"),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Lets cargo in a folder compile as this repository does, with the same versions,
/// and share what it compiles.
#[cfg(unix)]
pub(crate) fn share_builds(folder: &Path) {
    std::fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    let config = std::fs::read_to_string(root().join(".cargo/config.toml")).unwrap();
    let ours = format!("build-dir = {:?}", root().join("target"));
    let config = config.replace("build-dir = \"target\"", &ours);
    assert!(config.contains(&ours), "{config}");
    std::fs::create_dir_all(folder.join(".cargo")).unwrap();
    std::fs::write(folder.join(".cargo/config.toml"), config).unwrap();
}

/// Returns the folder of the library for hosts in C, which cargo builds with the
/// tests.
#[cfg(unix)]
pub(crate) fn hot_reload() -> PathBuf {
    std::env::current_exe().unwrap().parent().unwrap().into()
}

/// Builds a plugin of the tests of `plugin-interface` from its source, and copies it
/// to a directory. Its package is `example`. As an example of `plugin-interface` it
/// would need all that the tests there need.
pub(crate) fn example(name: &str, source: &str, directory: &Directory) -> PathBuf {
    let package = Path::new(env!("CARGO_TARGET_TMPDIR")).join("examples").join(name);
    let interface = root().join("plugin-interface");
    let source = interface.join("tests").join(source);
    let manifest = format!(
        "[package]\nname = \"example\"\nversion = \"1.2.3\"\nedition = \"2024\"\n\
         [lib]\nname = {name:?}\npath = {}\ncrate-type = [\"cdylib\"]\n\
         [dependencies.plugin-interface]\npath = {}\n\
         default-features = false\nfeatures = [\"config\", \"log\"]\n\
         [dependencies]\nlog = {{ version = \"0.4\", features = [\"kv\"] }}\n[workspace]\n",
        quoted(&source),
        quoted(&interface),
    );
    // Several tests want it at the same time.
    static ONE: Mutex<()> = Mutex::new(());
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    std::fs::create_dir_all(&package).unwrap();
    std::fs::write(package.join("Cargo.toml"), manifest).unwrap();
    // The versions that the repository has.
    std::fs::copy(root().join("Cargo.lock"), package.join("Cargo.lock")).unwrap();
    let mut cargo = Command::new(cargo());
    let target = package.join("target");
    cargo.arg("--config").arg(root().join(".cargo/config.toml"));
    cargo.args(["build", "--quiet", "--target-dir"]).arg(&target).current_dir(&package);
    let answer = answer(&mut cargo);
    assert_eq!(answer.code, 0, "{}", answer.err);
    let file = format!("{}{name}{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    let copy = directory.path().join(&file);
    std::fs::copy(debug_builds(&target).join(&file), &copy).unwrap();
    copy
}

/// A directory of plugins, for one test.
pub(crate) struct Directory(TempDir);

impl Directory {
    pub(crate) fn new() -> Self {
        Directory(TempDir::new().unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn arguments<'a>(&'a self, before: &'a [&'a str]) -> Vec<&'a OsStr> {
        let mut arguments: Vec<_> = before.iter().map(OsStr::new).collect();
        arguments.push(self.path().as_os_str());
        arguments
    }

    /// Returns the path of a library with that name in this directory.
    pub(crate) fn library(&self, name: &str) -> PathBuf {
        self.path().join(file_name(name))
    }

    /// Compiles the C greeter of the fixtures. The macros select its faults; `more`
    /// is additional source.
    pub(crate) fn compile(&self, name: &str, macros: &[&str], more: &str) -> PathBuf {
        self.linked(name, macros, more, &[])
    }

    /// Compiles it and links it with another library.
    #[cfg(target_os = "linux")]
    pub(crate) fn compile_with(&self, name: &str, more: &str, library: &Path) -> PathBuf {
        self.linked(name, &[], more, &[library])
    }

    fn linked(&self, name: &str, macros: &[&str], more: &str, libraries: &[&Path]) -> PathBuf {
        let sources = root().join("plugin-interface/tests/fixtures/c");
        let fingerprint = plugin_interface::PluginTrait::Greeter.fingerprint();
        let extra = self.path().join("extra.c");
        std::fs::write(&extra, more).unwrap();
        let path = self.library(name);
        let status = Command::new("gcc")
            .args(["-shared", "-fPIC", "-o"])
            .arg(&path)
            .arg(format!(
                "-DFINGERPRINT={{{:#x}, {:#x}}}",
                fingerprint as u64,
                (fingerprint >> 64) as u64
            ))
            .args(macros.iter().map(|m| format!("-D{m}")))
            .arg(sources.join("greeter.c"))
            .arg(&extra)
            .args(libraries)
            .status()
            .expect("the tests need gcc");
        assert!(status.success());
        std::fs::remove_file(extra).unwrap();
        path
    }
}
