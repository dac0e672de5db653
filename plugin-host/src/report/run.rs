//! What a run found out, for people and as JSON.

use std::io;
use std::path::Path;

use plugin_interface::LoadError;
use serde::{Deserialize, Serialize};

use crate::output::{describe, escaped, print_error, print_line};

/// What became of one library.
#[derive(Deserialize, Serialize)]
pub(crate) struct LibraryReport {
    pub(crate) file: String,
    pub(crate) package: String,
    pub(crate) version: String,
    pub(crate) registrations: Vec<RegistrationReport>,
    pub(crate) made: u64,
    pub(crate) unmade: Option<u64>,
    pub(crate) errors: Vec<String>,
}

/// What one registration answered.
#[derive(Deserialize, Serialize)]
pub(crate) struct RegistrationReport {
    pub(crate) name: String,
    pub(crate) interface: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) greeter: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) greeting: Option<String>,
    /// The methods of an interface that this command does not know to call.
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
pub(crate) struct Report {
    pub(crate) libraries: Vec<LibraryReport>,
    pub(crate) rejected: Vec<RejectedReport>,
}

impl Report {
    pub(crate) fn reject(&mut self, path: &Path, error: &LoadError) {
        let (file, error) = (path.display().to_string(), describe(error));
        self.rejected.push(RejectedReport { file, error });
    }

    pub(crate) fn extend(&mut self, other: Report) {
        self.libraries.extend(other.libraries);
        self.rejected.extend(other.rejected);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.libraries.is_empty() && self.rejected.is_empty()
    }

    pub(crate) fn show(&self) -> io::Result<()> {
        self.libraries.iter().try_for_each(show)?;
        for rejected in &self.rejected {
            print_error(&rejected.error);
        }
        Ok(())
    }
}

impl RegistrationReport {
    /// What it answered, on one line.
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

fn show(library: &LibraryReport) -> std::io::Result<()> {
    let LibraryReport { file, package, version, .. } = library;
    print_line(&escaped(&format!("{file} ({package} {version})")))?;
    for registration in &library.registrations {
        print_line(&format!("  {}", escaped(&registration.line())))?;
        for method in &registration.methods {
            print_line(&format!("    {}", escaped(method)))?;
        }
    }
    let unmade = library.unmade.map_or("unknown".to_owned(), |count| count.to_string());
    print_line(&format!("  made {}, unmaker counter {unmade}", library.made))?;
    for error in &library.errors {
        print_error(error);
    }
    Ok(())
}
