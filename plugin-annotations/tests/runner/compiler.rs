//! The compiler, with the libraries that the test itself was linked with.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use test_macros::compiler_arguments;

use super::PACKAGE;

/// The compiler of this test, and those of its arguments that name libraries.
pub(crate) struct Compiler {
    program: &'static str,
    arguments: Vec<&'static str>,
}

impl Compiler {
    /// The compiler that compiled this test.
    pub(crate) fn of_this_test() -> Compiler {
        let [program, all @ ..] = compiler_arguments!();
        let mut arguments = Vec::new();
        for (at, argument) in all.iter().enumerate() {
            let value = all.get(at + 1).copied().unwrap_or_default();
            let is_taken = match *argument {
                // A case sees no more crates than a plugin does, and the attribute of
                // another crate.
                "--extern" => {
                    ["plugin_interface=", "test_macros="].iter().any(|name| value.starts_with(name))
                }
                "-L" | "--target" | "--sysroot" => true,
                _ => false,
            };
            if is_taken {
                arguments.extend([argument, value]);
            }
            if argument.starts_with("--edition") {
                arguments.push(argument);
            }
        }
        Compiler { program, arguments }
    }

    /// Compiles a file only as far as `cargo check` does.
    ///
    /// # Errors
    /// The compiler's answer.
    pub(crate) fn check(&self, source: &Path) -> Result<(), String> {
        self.compile(source, &["--emit=metadata"])
    }

    /// Builds a program from a file and runs it.
    ///
    /// # Errors
    /// The compiler's answer, or the program's.
    pub(crate) fn build_and_run(&self, source: &Path) -> Result<(), String> {
        self.compile(source, &[])?;
        let program = out_dir().join(source.file_stem().unwrap());
        let output = Command::new(&program).output();
        let output = output.unwrap_or_else(|error| panic!("{}: {error}", program.display()));
        // Each takes 8 MB.
        fs::remove_file(&program).unwrap();
        let status = output.status;
        answer(output).map_err(|text| format!("{status}\n{text}"))
    }

    fn compile(&self, source: &Path, more: &[&str]) -> Result<(), String> {
        let mut command = Command::new(self.program);
        // Relative paths of the workspace's own sources start there.
        command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap());
        command.args(&self.arguments).args(more);
        command.args(["--crate-type=bin", "--color=never", "--diagnostic-width=140", "--out-dir"]);
        command.arg(out_dir());
        let within = source.strip_prefix(env!("CARGO_MANIFEST_DIR"));
        command.arg(within.map_or(source.to_owned(), |within| Path::new(PACKAGE).join(within)));
        answer(command.output().unwrap_or_else(|error| panic!("{}: {error}", self.program)))
    }
}

/// The directory of everything that is compiled here.
pub(crate) fn out_dir() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
}

fn answer(output: Output) -> Result<(), String> {
    if output.status.success() {
        return Ok(());
    }
    Err(format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    ))
}
