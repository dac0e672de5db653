//! The compiler and cargo.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

use semver::Version;

use super::finding::Finding;
use crate::exit::Exit;

const CHECK: &str = "toolchain";

/// The oldest compiler that this framework supports.
const OLDEST: &str = env!("CARGO_PKG_RUST_VERSION");

const INSTALL: &str = "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh";

pub(super) struct Facts {
    /// What `rustc -vV` prints, or why it does not run.
    pub(super) rustc: Result<String, String>,
    /// What `cargo -V` prints, or why it does not run.
    pub(super) cargo: Result<String, String>,
    /// `true` if `rustup` chooses the compiler.
    pub(super) has_rustup: bool,
}

impl Facts {
    /// Asks the compiler that a build in `directory` uses.
    pub(super) fn gather(directory: &Path) -> Self {
        let ask = |program: &OsStr, argument: &str| {
            let name = program.display();
            let output = Command::new(program).arg(argument).current_dir(directory).output();
            let output = output.map_err(|error| format!("{name} does not run: {error}"))?;
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
            match output.status.success() {
                true => Ok(text(&output.stdout)),
                false => Err(format!("{name} {argument} failed: {}", text(&output.stderr))),
            }
        };
        let named =
            |variable: &str, name: &str| std::env::var_os(variable).unwrap_or_else(|| name.into());
        Facts {
            rustc: ask(&named("RUSTC", "rustc"), "-vV"),
            cargo: ask(&named("CARGO", "cargo"), "-V"),
            has_rustup: ask("rustup".as_ref(), "--version").is_ok(),
        }
    }

    pub(super) fn can_build(&self) -> bool {
        self.rustc.is_ok() && self.cargo.is_ok()
    }

    /// Returns the target that the compiler builds for, or that of this program.
    pub(super) fn target(&self) -> String {
        let asked = self.rustc.as_deref().ok().and_then(|text| value(text, "host: "));
        asked.unwrap_or_else(|| {
            let (arch, os) = (std::env::consts::ARCH, std::env::consts::OS);
            format!("{arch}-unknown-{os}")
        })
    }
}

/// Returns the rest of the line that begins so.
fn value(text: &str, key: &str) -> Option<String> {
    text.lines().find_map(|line| line.strip_prefix(key)).map(str::to_owned)
}

pub(super) fn judge(facts: &Facts) -> Vec<Finding> {
    let mut findings = Vec::new();
    match &facts.rustc {
        Err(why) => findings.push(Finding::problem(CHECK, Exit::Failed, why, INSTALL)),
        Ok(text) => findings.push(compiler(text, facts.has_rustup)),
    }
    match &facts.cargo {
        Err(why) => findings.push(Finding::problem(CHECK, Exit::Failed, why, INSTALL)),
        Ok(version) => findings.push(Finding::ok(CHECK, version)),
    }
    findings
}

fn compiler(text: &str, has_rustup: bool) -> Finding {
    let name = text.lines().next().unwrap_or("rustc").to_owned();
    let version = value(text, "release: ").and_then(|release| Version::parse(&release).ok());
    let Some(version) = version else {
        return Finding::note(CHECK, format!("{name}: its version is unknown"), "rustc -vV");
    };
    let oldest = Version::parse(&format!("{OLDEST}.0")).expect("a version of this manifest");
    // A nightly compiler is as new as the release that it becomes.
    if (version.major, version.minor) >= (oldest.major, oldest.minor) {
        return Finding::ok(CHECK, name);
    }
    let found = format!("{name}: plugins need rustc {OLDEST} or later");
    let cure = if has_rustup { "rustup update stable" } else { INSTALL };
    Finding::problem(CHECK, Exit::Failed, found, cure)
}

#[cfg(test)]
mod tests {
    use super::super::finding::Verdict;
    use super::*;

    fn facts(release: &str) -> Facts {
        let rustc =
            format!("rustc {release} (x)\nhost: x86_64-unknown-linux-gnu\nrelease: {release}");
        Facts { rustc: Ok(rustc), cargo: Ok("cargo 1.95.0".to_owned()), has_rustup: true }
    }

    #[test]
    fn an_old_compiler_is_a_problem_and_a_new_one_is_not() {
        for (release, expected) in [
            ("1.95.0", Verdict::Ok),
            ("1.89.0", Verdict::Ok),
            ("1.89.0-nightly", Verdict::Ok),
            ("1.88.9", Verdict::Problem),
            ("0.12.0", Verdict::Problem),
            ("soon", Verdict::Note),
        ] {
            assert_eq!(judge(&facts(release))[0].verdict, expected, "{release}");
        }
        assert_eq!(judge(&facts("1.5.0"))[0].cure.as_deref(), Some("rustup update stable"));
        let without_rustup = Facts { has_rustup: false, ..facts("1.5.0") };
        assert_eq!(judge(&without_rustup)[0].cure.as_deref(), Some(INSTALL));
        assert_eq!(facts("1.95.0").target(), "x86_64-unknown-linux-gnu");
    }

    #[test]
    fn a_compiler_that_does_not_run_is_a_problem() {
        let facts = Facts { rustc: Err("no rustc".to_owned()), ..facts("1.95.0") };
        let findings = judge(&facts);
        assert_eq!((findings[0].verdict, &*findings[0].found), (Verdict::Problem, "no rustc"));
        assert_eq!(findings[1].verdict, Verdict::Ok);
        assert!(!facts.can_build());
    }
}
