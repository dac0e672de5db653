//! What is about to be created, before anything is written.

use std::path::Path;

use toml_edit::Value;

use super::begun::Begun;
use super::source;
use super::workspace::Workspace;
use crate::cli::Framework;
use crate::output::{escaped, print_line, print_note};

pub(super) const IGNORED: &str = "/target\n";

/// Where it is created.
pub(super) struct Place<'a> {
    pub(super) folder: &'a Path,
    /// The name of the folder.
    pub(super) name: &'a str,
    pub(super) framework: &'a Framework,
    /// The source of the framework was an option, so nothing else chooses it.
    pub(super) is_framework_given: bool,
    /// The workspace that it joins.
    pub(super) around: Option<&'a Workspace>,
}

/// The files to write, and what is said at the end.
#[derive(Default)]
pub(super) struct Draft {
    /// The path in the folder, the content, and the meaning, if the tree shows it.
    pub(super) files: Vec<(String, String, &'static str)>,
    /// The folders of the packages.
    pub(super) packages: Vec<&'static str>,
    /// What the packages inherit from the workspace that they join.
    pub(super) shared: Vec<(String, Value)>,
    /// A package depends on the framework as this program chose it.
    pub(super) is_of_framework: bool,
    /// What to type next.
    pub(super) next: Vec<String>,
    /// What these commands show.
    pub(super) last: String,
    pub(super) notes: Vec<String>,
}

impl Draft {
    /// Creates everything or, on an error, nothing.
    pub(super) fn create(&self, folder: &Path, around: Option<Workspace>) -> anyhow::Result<()> {
        let mut begun = Begun::default();
        for (file, content, _) in &self.files {
            begun.write(&folder.join(file), content)?;
        }
        if let Some(mut workspace) = around {
            for (name, value) in &self.shared {
                workspace.add_dependency(name, value.clone())?;
            }
            for package in &self.packages {
                workspace.add_member(&folder.join(package))?;
            }
            workspace.save()?;
        }
        begun.finish();
        Ok(())
    }

    /// Prints the new files and what to type next.
    pub(super) fn show(&self, folder: &Path) -> anyhow::Result<()> {
        print_line(&escaped(&folder.display().to_string()))?;
        let shown: Vec<_> =
            self.files.iter().filter(|(_, _, meaning)| !meaning.is_empty()).collect();
        for (number, (file, _, meaning)) in shown.iter().enumerate() {
            // The last line of an application stands for two files.
            let file = if file == "Cargo.toml" { "Cargo.toml, .gitignore" } else { file };
            let branch = if number + 1 == shown.len() { "└──" } else { "├──" };
            print_line(&format!("{:30} {meaning}", format!("{branch} {file}")))?;
        }
        print_line("\nNext:")?;
        for command in &self.next {
            print_line(&format!("  {command}"))?;
        }
        print_line(&format!("\n{}", self.last))?;
        for note in &self.notes {
            print_note(note);
        }
        Ok(())
    }
}

/// Replaces the names that a template has.
pub(super) fn filled(template: &str, names: &[(&str, &str)]) -> String {
    let mut text = template.to_owned();
    for (name, value) in names {
        text = text.replace(name, value);
    }
    text
}

/// Returns the name of a crate: that of its package, as `use` has it.
pub(super) fn crate_name(package: &str) -> String {
    package.replace('-', "_")
}

impl Place<'_> {
    /// Returns the commands for a package that stands here: the first one leads into
    /// its folder, or names the package in a workspace.
    pub(super) fn commands(&self, commands: &[&str]) -> Vec<String> {
        let name = self.name;
        match self.around {
            Some(_) => {
                let in_workspace = |command: &&str| format!("{command} --package {name}");
                commands.iter().map(in_workspace).collect()
            }
            None => {
                let into = format!("cd {}", escaped(&self.folder.display().to_string()));
                let commands = commands.iter().map(|command| (*command).to_owned());
                [into].into_iter().chain(commands).collect()
            }
        }
    }

    /// Returns a path as the manifest in the folder has it.
    pub(super) fn path_to(&self, path: &Path, is_relative: bool) -> anyhow::Result<String> {
        if !is_relative {
            return source::text(path);
        }
        source::text(&source::relative(&source::real(self.folder)?, &path.canonicalize()?))
    }
}
