//! The report of `run`.

use std::io;
use std::path::Path;

use plugin_interface::LoadError;
use serde::{Deserialize, Serialize};

use crate::output::{describe, escaped, print_error, print_line};

/// A library that was loaded and unloaded.
#[derive(Deserialize, Serialize)]
pub(crate) struct LibraryReport {
    pub(crate) file: String,
    pub(crate) package: String,
    pub(crate) version: String,
    pub(crate) registrations: Vec<RegistrationReport>,
    pub(crate) made: u64,
    pub(crate) unmade: Option<u64>,
    /// It was in a process of its own, which counts nothing.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub(crate) isolated: bool,
    pub(crate) errors: Vec<String>,
}

/// A plugin of a library and its answers.
#[derive(Deserialize, Serialize)]
pub(crate) struct RegistrationReport {
    pub(crate) name: String,
    pub(crate) interface: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) greeter: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) greeting: Option<String>,
    /// The methods of an interface that `run` cannot call.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) methods: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<String>,
}

/// A file that was not loaded.
#[derive(Deserialize, Serialize)]
pub(crate) struct RejectedReport {
    pub(crate) file: String,
    pub(crate) error: String,
}

#[derive(Default, Deserialize, Serialize)]
pub(crate) struct RunReport {
    pub(crate) libraries: Vec<LibraryReport>,
    pub(crate) rejected: Vec<RejectedReport>,
}

impl RunReport {
    pub(crate) fn reject(&mut self, path: &Path, error: &LoadError) {
        let (file, error) = (path.display().to_string(), describe(error));
        self.rejected.push(RejectedReport { file, error });
    }

    pub(crate) fn extend(&mut self, other: RunReport) {
        self.libraries.extend(other.libraries);
        self.rejected.extend(other.rejected);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.libraries.is_empty() && self.rejected.is_empty()
    }

    pub(crate) fn show(&self) -> io::Result<()> {
        self.libraries.iter().try_for_each(LibraryReport::show)?;
        for rejected in &self.rejected {
            print_error(&rejected.error);
        }
        Ok(())
    }
}

impl LibraryReport {
    fn show(&self) -> io::Result<()> {
        let LibraryReport { file, package, version, .. } = self;
        print_line(&escaped(&format!("{file} ({package} {version})")))?;
        for registration in &self.registrations {
            print_line(&format!("  {}", escaped(&registration.line())))?;
            for method in &registration.methods {
                print_line(&format!("    {}", escaped(method)))?;
            }
        }
        let unmade = self.unmade.map_or("unknown".to_owned(), |count| count.to_string());
        print_line(&match self.isolated {
            true => format!("  made {}, in a process of its own", self.made),
            false => format!("  made {}, unmaker counter {unmade}", self.made),
        })?;
        for error in &self.errors {
            print_error(error);
        }
        Ok(())
    }
}

impl RegistrationReport {
    /// Formats the answers on one line.
    pub(crate) fn line(&self) -> String {
        let RegistrationReport { name, interface, methods, .. } = self;
        let answer = match (&self.greeter, &self.greeting, &self.error) {
            (Some(greeter), Some(greeting), _) => format!("{greeter}: {greeting}"),
            (_, _, Some(error)) => error.clone(),
            _ => format!("not called, has {} methods", methods.len()),
        };
        format!("{name} ({interface}): {answer}")
    }
}
