//! The linker: links a library without code.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::finding::Finding;
use crate::cargo;
use crate::exit::Exit;

const CHECK: &str = "linker";

const MANIFEST: &str = "[package]\nname = \"empty\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\
                        [lib]\npath = \"lib.rs\"\ncrate-type = [\"cdylib\"]\n[workspace]\n";

/// Builds an empty dynamic library with the settings of a build in `directory`.
/// Returns what cargo says if that fails.
pub(super) fn link(directory: &Path) -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text);
    let written = write("Cargo.toml", MANIFEST).and_then(|()| write("lib.rs", ""));
    written.map_err(|error| format!("cannot write to {}: {error}", folder.path().display()))?;
    let mut build = Command::new(cargo::program());
    build.args(["build", "--offline", "--quiet", "--manifest-path"]);
    build.arg(folder.path().join("Cargo.toml")).current_dir(directory);
    build.arg("--target-dir").arg(folder.path().join("target"));
    // Its settings may name a place for all builds.
    build.env("CARGO_BUILD_BUILD_DIR", folder.path().join("target"));
    let output = build.output().map_err(|error| format!("cargo does not run: {error}"))?;
    match output.status.success() {
        true => Ok(()),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}

pub(super) fn judge(linked: &Result<(), String>) -> Finding {
    match linked {
        Ok(()) => Finding::ok(CHECK, "links a dynamic library"),
        Err(text) => Finding::problem(CHECK, Exit::Failed, said(text), cure(text)),
    }
}

/// Returns the first error that cargo reports, on one line.
fn said(text: &str) -> String {
    let error = text.lines().find(|line| line.starts_with("error")).or(text.lines().next());
    format!("a dynamic library does not link: {}", error.unwrap_or("cargo does not say why"))
}

fn cure(text: &str) -> &'static str {
    let is_missing = text.contains("not found") || text.contains("linker `");
    match (is_missing, std::env::consts::OS) {
        (true, "linux") => "sudo apt-get install gcc",
        (true, "macos") => "xcode-select --install",
        (true, "windows") => "winget install Microsoft.VisualStudio.2022.BuildTools",
        (true, _) => "install a C compiler, which links for rustc",
        (false, _) => "cargo build",
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::Verdict;
    use super::*;

    #[test]
    fn a_missing_linker_is_named_and_another_error_is_shown() {
        assert_eq!(judge(&Ok(())).verdict, Verdict::Ok);
        let text = "   Compiling x\nerror: linker `cc` not found\n  |\n";
        let finding = judge(&Err(text.to_owned()));
        assert_eq!(finding.found, "a dynamic library does not link: error: linker `cc` not found");
        assert!(finding.cure.is_some_and(|cure| cure.contains("install")));
        let finding = judge(&Err("error: no such flag".to_owned()));
        assert_eq!(
            (finding.verdict, finding.cure.as_deref()),
            (Verdict::Problem, Some("cargo build"))
        );
        assert!(judge(&Err(String::new())).found.ends_with("cargo does not say why"));
    }
}
