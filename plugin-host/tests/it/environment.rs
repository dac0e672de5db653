//! A directory, the program, and what it answers.

use std::env::consts::DLL_EXTENSION;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// The root of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// What a run of the program gave.
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

/// Runs the program from the root of the repository.
pub(crate) fn plugin_host<S: AsRef<std::ffi::OsStr>>(arguments: &[S]) -> Answer {
    let output = Command::new(env!("CARGO_BIN_EXE_plugin-host"))
        .args(arguments)
        .current_dir(root())
        .env("CARGO", env!("CARGO"))
        .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("built"))
        .env("RUST_BACKTRACE", "0")
        .output()
        .unwrap();
    Answer {
        code: output.status.code().expect("the host lives"),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
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

    pub(crate) fn arguments<'a>(&'a self, before: &'a [&'a str]) -> Vec<&'a std::ffi::OsStr> {
        let mut arguments: Vec<_> = before.iter().map(std::ffi::OsStr::new).collect();
        arguments.push(self.path().as_os_str());
        arguments
    }

    /// The path of a library of that name in here.
    pub(crate) fn library(&self, name: &str) -> PathBuf {
        self.path().join(format!("lib{name}.{DLL_EXTENSION}"))
    }

    /// Compiles the greeter in C that the other tests use, with macros that say
    /// what is wrong with it, and more source.
    pub(crate) fn compile(&self, name: &str, macros: &[&str], more: &str) -> PathBuf {
        let sources = root().join("plugin-interface/tests/fixtures/c");
        let fingerprint = plugin_interface::PluginTrait::Greeter.fingerprint();
        let extra = self.path().join("extra.c");
        std::fs::write(&extra, more).unwrap();
        let path = self.library(name);
        let status = Command::new("gcc")
            .args(["-shared", "-fPIC", "-o"])
            .arg(&path)
            .arg(format!("-DFINGERPRINT={fingerprint:#x}"))
            .args(macros.iter().map(|m| format!("-D{m}")))
            .arg(sources.join("greeter.c"))
            .arg(&extra)
            .status()
            .expect("the tests need gcc");
        assert!(status.success());
        std::fs::remove_file(extra).unwrap();
        path
    }
}
