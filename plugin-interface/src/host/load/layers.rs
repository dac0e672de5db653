//! Several directories of plugins, of which the later ones have precedence.

use std::path::{Path, PathBuf};

#[cfg(all(feature = "configure", feature = "watch"))]
use crate::host::configuration::Configuration;
use crate::host::error::LoadError;
use crate::host::load::discover;
use crate::metadata::PluginMetadata;

/// Directories, each of which has precedence over those before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Layers(Vec<PathBuf>);

/// A package that a later directory has.
#[derive(Clone, Debug)]
pub(crate) struct Above {
    pub(crate) package: String,
    pub(crate) version: String,
    pub(crate) file: PathBuf,
}

impl Above {
    pub(crate) fn new(file: &Path, metadata: &PluginMetadata) -> Self {
        let (package, version) = (&metadata.package.name, &metadata.package.version);
        Above { package: package.clone(), version: version.clone(), file: file.to_owned() }
    }

    fn is_of(&self, file: &Path, package: &str) -> bool {
        is_one_package((file, package), (&self.file, &self.package))
    }
}

impl Layers {
    /// One directory.
    pub(crate) fn of(directory: impl AsRef<Path>) -> Self {
        Layers(vec![directory.as_ref().to_owned()])
    }

    /// A directory that is named twice has the later place.
    pub(crate) fn new(directories: impl IntoIterator<Item = PathBuf>) -> Self {
        let mut layers = Vec::new();
        for directory in directories {
            layers.retain(|other| *other != directory);
            layers.push(directory);
        }
        Layers(layers)
    }

    #[cfg(feature = "watch")]
    pub(crate) fn directories(&self) -> &[PathBuf] {
        &self.0
    }

    /// Returns `true` if there are several, so that some of them may be missing.
    pub(crate) fn are_several(&self) -> bool {
        self.0.len() > 1
    }

    #[cfg(feature = "watch")]
    /// Returns `true` if a file of a package has precedence over one of another package.
    pub(crate) fn shadows(&self, upper: (&Path, &str), lower: (&Path, &str)) -> bool {
        self.is_above(upper.0, lower.0) && is_one_package(upper, lower)
    }

    /// Returns `true` if a file is in a later directory than another one.
    pub(crate) fn is_above(&self, file: &Path, other: &Path) -> bool {
        self.place(file) > self.place(other)
    }

    #[cfg(feature = "watch")]
    /// Returns `true` if both files are in one directory.
    pub(crate) fn are_beside(&self, file: &Path, other: &Path) -> bool {
        self.place(file) == self.place(other)
    }

    /// Returns the place of a file's directory, if there are several.
    pub(crate) fn place(&self, file: &Path) -> Option<usize> {
        if !self.are_several() {
            return None;
        }
        let parent = file.parent()?;
        self.0.iter().rposition(|directory| directory == parent)
    }

    /// Returns the files that may be plugins: those of the last directory first, and
    /// of each by their names.
    ///
    /// # Errors
    ///
    /// If a directory cannot be read. A missing one has no files, unless all of them
    /// are missing.
    pub(crate) fn candidates(&self) -> Result<Vec<PathBuf>, LoadError> {
        let (mut candidates, mut missing) = (Vec::new(), Vec::new());
        for directory in self.0.iter().rev() {
            match discover::candidates(directory) {
                Ok(found) => candidates.extend(found),
                Err(error @ LoadError::DirectoryMissing { .. }) => missing.push(error),
                Err(error) => return Err(error),
            }
        }
        let all_are_missing = missing.len() == self.0.len();
        match missing.into_iter().next() {
            Some(error) if all_are_missing => Err(error),
            _ => Ok(candidates),
        }
    }

    /// Returns the files of the directories that can be read.
    #[cfg(feature = "watch")]
    pub(crate) fn readable_candidates(&self) -> Vec<PathBuf> {
        let directories = self.0.iter().rev();
        directories.flat_map(|it| discover::candidates(it).unwrap_or_default()).collect()
    }

    /// Returns the configuration that counts: that of the last directory which has
    /// one. Returns its future path in the last directory if none has.
    #[cfg(all(feature = "configure", feature = "watch"))]
    pub(crate) fn configuration(&self) -> PathBuf {
        let files = || self.0.iter().rev().map(|directory| directory.join(Configuration::FILE));
        let present = files().find(|file| file.symlink_metadata().is_ok());
        present.or_else(|| files().next()).unwrap_or_default()
    }
}

/// Returns `true` if two files have one package. Libraries in C may have packages of no
/// name: then the names of the files decide.
fn is_one_package((file, package): (&Path, &str), (other, others): (&Path, &str)) -> bool {
    package == others && (!package.is_empty() || file.file_name() == other.file_name())
}

/// Refuses a library whose package a later directory has.
pub(crate) fn check(
    path: &Path,
    metadata: &PluginMetadata,
    above: &[Above],
) -> Result<(), LoadError> {
    let package = &metadata.package.name;
    let Some(above) = above.iter().find(|it| it.is_of(path, package)) else { return Ok(()) };
    let package = match package.is_empty() {
        true => path.file_name().unwrap_or_default().display().to_string(),
        false => package.clone(),
    };
    Err(LoadError::Shadowed {
        path: path.to_owned(),
        package: package.into(),
        found: (*metadata.package.version).into(),
        by: (*above.file).into(),
        version: (*above.version).into(),
    })
}

#[cfg(all(test, feature = "watch"))]
mod tests {
    use super::*;

    #[test]
    fn a_later_directory_is_above_and_a_repeated_one_has_its_last_place() {
        let layers = Layers::new(["a", "b", "a"].map(PathBuf::from));
        assert_eq!(layers.directories(), ["b", "a"].map(PathBuf::from));
        let [a, b, elsewhere] = ["a/x.so", "b/x.so", "a/c/x.so"].map(Path::new);
        assert!(layers.is_above(a, b) && !layers.is_above(b, a) && !layers.is_above(a, a));
        let [x, y] = [(a, ""), (Path::new("b/y.so"), "")];
        assert!(layers.shadows((a, "p"), (y.0, "p")) && !layers.shadows((a, "p"), (b, "q")));
        assert!(layers.shadows(x, (b, "")) && !layers.shadows(x, y), "packages of no name");
        assert!(!layers.is_above(elsewhere, b) && !layers.are_beside(elsewhere, a));
        let one = Layers::new([PathBuf::from("a")]);
        assert!(!one.is_above(a, b) && one.are_beside(a, elsewhere), "nothing to compare");
    }

    #[test]
    fn a_missing_directory_has_no_files_unless_all_are_missing() {
        let (first, last) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let missing = first.path().join("missing");
        let library = |directory: &Path, name: &str| {
            let path = directory.join(name).with_extension(std::env::consts::DLL_EXTENSION);
            std::fs::write(&path, "").unwrap();
            path
        };
        let [z, a] = ["z", "a"].map(|name| library(first.path(), name));
        let b = library(last.path(), "b");
        let directories = [first.path().to_owned(), missing.clone(), last.path().to_owned()];
        assert_eq!(Layers::new(directories).candidates().unwrap(), [b, a, z]);
        let error = Layers::new([missing.clone(), missing.join("too")]).candidates().unwrap_err();
        assert!(matches!(error, LoadError::DirectoryMissing { .. }), "{error}");
    }
}
