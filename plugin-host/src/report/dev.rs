//! The events of `dev`, as text or as lines of JSON.

use std::io::{self, Write as _};

use cargo_metadata::diagnostic::Diagnostic;
use serde::Serialize;

use crate::output::{escaped, print_error, print_json_line, print_line, print_note};
use crate::worker::repeated_calls::CallAnswerLine;

/// An event of `dev`.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(crate) enum DevLine {
    /// The sources are watched from now on.
    Watching {
        plugin: String,
        folders: usize,
    },
    /// A build has begun, for these files.
    Building {
        files: Vec<String>,
    },
    /// A message of the compiler, in its own form.
    Diagnostic {
        diagnostic: Box<Diagnostic>,
    },
    /// A build was ended, since a later save replaces it.
    Superseded,
    /// The build was good, and changed nothing.
    Unchanged {
        build_ms: f64,
    },
    /// The new version serves.
    Swapped {
        number: u64,
        version: String,
        build_ms: f64,
        /// What the interface needs before a release.
        #[serde(skip_serializing_if = "Option::is_none")]
        needs: Option<String>,
        /// From the end of the build until the new version serves.
        swap_ms: f64,
        calls: u64,
        failed: u64,
        /// The old versions that are still mapped.
        retained: usize,
        answers: Vec<CallAnswerLine>,
    },
    /// The library is where the user's host finds it.
    Placed {
        number: u64,
        file: String,
        build_ms: f64,
        #[serde(skip_serializing_if = "Option::is_none")]
        needs: Option<String>,
        /// `true` if a line of text can wait for what the host reports of it.
        #[serde(skip)]
        waits: bool,
    },
    /// The user's host uses the new version.
    Hosted {
        number: u64,
        build_ms: f64,
        #[serde(skip_serializing_if = "Option::is_none")]
        needs: Option<String>,
        /// From the end of the build until the host uses it.
        swap_ms: f64,
        /// The panics of plugins since the last report of the host.
        panics: u64,
        /// `true` if the build has its line of text already.
        #[serde(skip)]
        is_told: bool,
    },
    /// Nothing has changed: the current version serves on.
    Failed {
        /// `build`, `interface` or `load`.
        stage: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        build_ms: Option<f64>,
        error: String,
        /// The number of the version that serves on, if there is one.
        #[serde(skip_serializing_if = "Option::is_none")]
        serving: Option<u64>,
        cure: &'static str,
    },
    /// The plugin has ended the process that holds it. Nothing serves.
    Crashed {
        error: String,
    },
    /// The calls were made again.
    Called {
        answers: Vec<CallAnswerLine>,
    },
    /// The user's host has ended.
    HostEnded {
        status: String,
    },
    Stopped,
}

impl DevLine {
    pub(crate) fn print(&self, json: bool) -> anyhow::Result<()> {
        match json {
            true => print_json_line(self),
            false => self.show(),
        }
    }

    fn show(&self) -> anyhow::Result<()> {
        let seconds = |ms: &f64| format!("{:.2} s", ms / 1000.0);
        let compatible = |needs: &Option<String>| match needs {
            Some(needs) => format!("compatible; {needs} before a release"),
            None => "compatible".to_owned(),
        };
        match self {
            DevLine::Watching { plugin, folders } => {
                let folders =
                    if *folders == 1 { "1 folder" } else { &format!("{folders} folders") };
                print_line(&escaped(&format!("watching {plugin} in {folders}; Ctrl-C stops")))?;
            }
            DevLine::Building { .. } | DevLine::Superseded => {}
            DevLine::Diagnostic { diagnostic } => {
                let text = diagnostic.rendered.as_deref().unwrap_or(&diagnostic.message);
                // There is nowhere to report that stderr is closed.
                let _ = io::stderr().write_all(text.as_bytes());
            }
            DevLine::Unchanged { build_ms } => {
                print_line(&format!("built in {} -> unchanged", seconds(build_ms)))?;
            }
            DevLine::Swapped { build_ms, needs, swap_ms, failed, answers, .. } => {
                let (built, compatible) = (seconds(build_ms), compatible(needs));
                print_line(&escaped(&format!(
                    "built in {built} -> {compatible} -> swapped in {swap_ms:.1} ms, \
                     calls failed {failed}"
                )))?;
                show_answers(answers)?;
            }
            DevLine::Placed { waits: true, .. } => {}
            DevLine::Placed { file, build_ms, needs, .. } => {
                let (built, compatible) = (seconds(build_ms), compatible(needs));
                print_line(&escaped(&format!("built in {built} -> {compatible} -> {file}")))?;
            }
            DevLine::Hosted { number, swap_ms, panics, is_told: true, .. } => {
                print_line(&format!(
                    "your host uses version {number} after {swap_ms:.1} ms, panics {panics}"
                ))?;
            }
            DevLine::Hosted { build_ms, needs, swap_ms, panics, .. } => {
                let (built, compatible) = (seconds(build_ms), compatible(needs));
                print_line(&escaped(&format!(
                    "built in {built} -> {compatible} -> swapped in {swap_ms:.1} ms, \
                     panics {panics}"
                )))?;
            }
            DevLine::Failed { stage, build_ms, error, serving, cure } => {
                let serving = match serving {
                    Some(number) => format!("version {number} serves on"),
                    None => "nothing serves yet".to_owned(),
                };
                let how = match (*stage, build_ms) {
                    ("build", Some(ms)) => format!("failed to build in {}", seconds(ms)),
                    ("interface", Some(ms)) => format!("built in {} -> incompatible", seconds(ms)),
                    (_, Some(ms)) => format!("built in {} -> refused", seconds(ms)),
                    (_, None) => "failed".to_owned(),
                };
                print_line(&format!("{how} -> {serving}"))?;
                if !error.is_empty() {
                    print_error(error);
                }
                print_note(cure);
            }
            DevLine::Crashed { error } => print_error(error),
            DevLine::Called { answers } => show_answers(answers)?,
            DevLine::HostEnded { status } => print_note(&format!("your host ended: {status}")),
            DevLine::Stopped => print_line("stopped")?,
        }
        Ok(())
    }
}

fn show_answers(answers: &[CallAnswerLine]) -> anyhow::Result<()> {
    for CallAnswerLine { call, answer, error } in answers {
        let text = match (answer, error) {
            (Some(answer), _) => answer.to_string(),
            (None, Some(error)) => format!("failed: {error}"),
            (None, None) => String::new(),
        };
        print_line(&escaped(&format!("  {call}: {text}")))?;
    }
    Ok(())
}
