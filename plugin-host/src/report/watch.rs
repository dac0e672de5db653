//! The events of `watch`, as text or as lines of JSON.

use std::fmt;
use std::path::Path;

use plugin_interface::check_watch_events;
use serde::Serialize;

use crate::cli::WatchArgs;
use crate::output::{escaped, print_error, print_json_line, print_line};
use crate::report::run::RegistrationReport;

/// An event of a watch.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(crate) enum WatchLine {
    Watching {
        directory: String,
        #[serde(flatten)]
        way: Way,
    },
    /// A library was loaded, possibly in place of an older version.
    Loaded {
        file: String,
        package: String,
        version: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        replaced: Option<String>,
        /// Milliseconds from the first sign of a change to the first call.
        ms: Option<f64>,
        registrations: Vec<RegistrationReport>,
    },
    Unloaded {
        file: String,
        package: String,
        version: String,
        made: u64,
        unmade: Option<u64>,
        /// It was in a process of its own, which counts nothing.
        #[serde(skip_serializing_if = "core::ops::Not::not")]
        isolated: bool,
    },
    Error {
        #[serde(skip_serializing_if = "Option::is_none")]
        stage: Option<String>,
        error: String,
    },
    Stopped {
        calls: u64,
        failed: u64,
    },
}

/// How a watch notices changes.
#[derive(Serialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub(crate) enum Way {
    Events,
    Comparing { reason: String },
}

impl Way {
    pub(crate) fn of(args: &WatchArgs) -> Self {
        if let Some(interval) = args.poll {
            return Way::Comparing { reason: format!("every {interval:?}, as asked for") };
        }
        match check_watch_events(&args.path) {
            Ok(()) => Way::Events,
            Err(reason) => Way::Comparing { reason },
        }
    }
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Way::Events => f.write_str("by events"),
            Way::Comparing { reason } => write!(f, "by comparing files ({reason})"),
        }
    }
}

impl WatchLine {
    pub(crate) fn print(&self, json: bool) -> anyhow::Result<()> {
        match json {
            true => print_json_line(self),
            false => self.show(),
        }
    }

    fn show(&self) -> anyhow::Result<()> {
        match self {
            WatchLine::Watching { directory, way } => {
                print_line(&escaped(&format!("watching {directory} {way}; Ctrl-C stops")))?;
            }
            WatchLine::Loaded { file, package, version, replaced, ms, registrations } => {
                let what = named(package, file);
                let how = match replaced {
                    Some(old) => format!("replaced {what} {old} -> {version}"),
                    None => format!("loaded {what} {version}"),
                };
                let time = ms.map(|ms| format!(" in {ms:.1} ms")).unwrap_or_default();
                print_line(&escaped(&format!("{how}{time}")))?;
                registrations.iter().try_for_each(|registration| {
                    print_line(&format!("  {}", escaped(&registration.line())))
                })?;
            }
            WatchLine::Unloaded { file, package, version, made, isolated: true, .. } => {
                let what = named(package, file);
                let text = format!("unloaded {what} {version}: made {made}, its process has ended");
                print_line(&escaped(&text))?;
            }
            WatchLine::Unloaded { file, package, version, made, unmade, .. } => {
                let what = named(package, file);
                let unmade = unmade.map_or("unknown".to_owned(), |count| count.to_string());
                let text =
                    format!("unloaded {what} {version}: made {made}, unmaker counter {unmade}");
                print_line(&escaped(&text))?;
            }
            WatchLine::Error { error, .. } => print_error(error),
            WatchLine::Stopped { calls, failed } => {
                print_line(&format!("stopped after {calls} calls, {failed} of which failed"))?;
            }
        }
        Ok(())
    }
}

/// Returns the package name, or the file name if the package has none.
fn named<'a>(package: &'a str, file: &'a str) -> &'a str {
    let name = Path::new(file).file_name().and_then(|name| name.to_str()).unwrap_or(file);
    if package.is_empty() { name } else { package }
}
