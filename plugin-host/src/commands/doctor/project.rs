//! The cargo project that is examined.

use std::path::{Path, PathBuf};

use cargo_metadata::{Metadata, MetadataCommand, Package, TargetKind};

use super::finding::Finding;
use crate::exit::Exit;

const CHECK: &str = "project";

/// A workspace and its packages.
pub(super) struct Project {
    pub(super) root: PathBuf,
    pub(super) target: PathBuf,
    pub(super) packages: Vec<PackageFacts>,
}

/// A package of the workspace.
pub(super) struct PackageFacts {
    pub(super) name: String,
    pub(super) manifest: PathBuf,
    pub(super) edition: String,
    pub(super) has_cdylib: bool,
    /// `true` if it uses the framework.
    pub(super) is_ours: bool,
}

impl Project {
    /// Reads the workspace of a directory; `None` if there is no `Cargo.toml` in
    /// it or above it.
    pub(super) fn read(directory: &Path) -> Result<Option<Self>, String> {
        let above = directory.canonicalize().map_err(|error| error.to_string())?;
        if !above.ancestors().any(|folder| folder.join("Cargo.toml").is_file()) {
            return Ok(None);
        }
        let mut command = MetadataCommand::new();
        command.cargo_path(crate::cargo::program()).current_dir(directory).no_deps();
        let metadata = command.exec().map_err(|error| match error {
            cargo_metadata::Error::CargoMetadata { stderr } => on_one_line(&stderr),
            error => error.to_string(),
        })?;
        Ok(Some(Project::of(metadata)))
    }

    fn of(metadata: Metadata) -> Self {
        Project {
            root: metadata.workspace_root.into_std_path_buf(),
            target: metadata.target_directory.into_std_path_buf(),
            packages: metadata.packages.into_iter().map(PackageFacts::of).collect(),
        }
    }

    /// Returns the folder that cargo puts libraries into, or the nearest one above
    /// it that exists.
    pub(super) fn nearest_target(&self) -> PathBuf {
        let built = self.target.join("debug");
        let existing = built.ancestors().find(|folder| folder.is_dir());
        existing.unwrap_or(&self.root).to_owned()
    }
}

impl PackageFacts {
    fn of(package: Package) -> Self {
        let is_framework = |name: &str| name == "plugin-interface";
        PackageFacts {
            edition: package.edition.to_string(),
            has_cdylib: package.targets.iter().any(|it| it.is_kind(TargetKind::CDyLib)),
            is_ours: package.dependencies.iter().any(|it| is_framework(&it.name)),
            manifest: package.manifest_path.into_std_path_buf(),
            name: package.name.to_string(),
        }
    }
}

/// Returns a message of cargo and its causes on one line.
fn on_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
impl PackageFacts {
    /// A package for tests.
    pub(super) fn example(name: &str, edition: &str, is_plugin: bool) -> Self {
        PackageFacts {
            name: name.to_owned(),
            manifest: PathBuf::from(format!("{name}/Cargo.toml")),
            edition: edition.to_owned(),
            has_cdylib: is_plugin,
            is_ours: is_plugin,
        }
    }
}

pub(super) fn judge(project: &Result<Option<Project>, String>) -> Option<Finding> {
    Some(match project {
        Err(why) => Finding::problem(CHECK, Exit::Failed, why, "cargo metadata --no-deps"),
        Ok(None) => {
            let found = "no Cargo.toml in this folder or above it, so only the machine is examined";
            Finding::note(CHECK, found, "plugin-host new my-app")
        }
        Ok(Some(project)) => {
            let plugins = project.packages.iter().filter(|it| it.has_cdylib && it.is_ours);
            let (packages, plugins) = (project.packages.len(), plugins.count());
            let found = format!("packages {packages}, of these plugins {plugins}");
            match plugins {
                0 => Finding::note(
                    CHECK,
                    format!(
                        "{found}: none uses plugin-interface and has crate-type = [\"cdylib\"]"
                    ),
                    "plugin-host new my-app",
                ),
                _ => Finding::ok(CHECK, found),
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::finding::Verdict;
    use super::*;

    #[test]
    fn a_project_without_plugins_is_noted() {
        let of = |packages| {
            let project = Project { root: "a".into(), target: "a/target".into(), packages };
            judge(&Ok(Some(project))).unwrap()
        };
        assert_eq!(of(vec![PackageFacts::example("one", "2024", true)]).verdict, Verdict::Ok);
        assert_eq!(of(vec![PackageFacts::example("one", "2024", false)]).verdict, Verdict::Note);
        assert_eq!(judge(&Ok(None)).unwrap().verdict, Verdict::Note);
        assert_eq!(judge(&Err("no".to_owned())).unwrap().verdict, Verdict::Problem);
    }
}
