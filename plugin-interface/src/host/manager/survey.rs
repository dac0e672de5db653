//! A survey: what a load of a directory would find, without running code.

use core::fmt;
use std::path::{Path, PathBuf};

use super::PluginManager;
use crate::host::error::LoadError;
use crate::host::file::compare::Content;
use crate::host::file::duplicates::Duplicates;
use crate::host::file::identity::FileIdentity;
use crate::host::load::admit::Wanted;
use crate::host::load::discover::Candidate;
use crate::host::load::plugins::Plugins;
use crate::interface::{Interface, PluginTrait};
use crate::metadata::PluginMetadata;

/// A file that may be a plugin, with its metadata.
#[non_exhaustive]
pub struct ScanEntry {
    /// The file.
    pub path: PathBuf,
    /// Its metadata, or the error that a load would return.
    pub result: Result<PluginMetadata, LoadError>,
}

impl fmt::Debug for ScanEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut entry = f.debug_struct("ScanEntry");
        match &self.result {
            Ok(metadata) => entry.field("path", &self.path).field("metadata", metadata),
            // The error names the file.
            Err(error) => entry.field("error", error),
        };
        entry.finish()
    }
}

impl PluginManager {
    /// Returns what a load of `directory` would find, file by file, up to the
    /// point where code would run: nothing is opened or executed.
    ///
    /// # Errors
    ///
    /// If the directory cannot be read.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let directory = tempfile::tempdir()?;
    /// # let directory = directory.path();
    /// for found in plugin_interface::PluginManager::new().survey(directory)? {
    ///     match found.result {
    ///         Ok(metadata) => println!("{}", metadata.package.name),
    ///         Err(error) => println!("{error}"),
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn survey(&self, directory: impl AsRef<Path>) -> Result<Vec<ScanEntry>, LoadError> {
        self.survey_wanted(directory.as_ref(), Wanted::Any)
    }

    /// Returns what [`load::<I>`](Self::load) would find, as [`survey`](Self::survey)
    /// does: a library without `I` is refused, and so is one whose `I` differs.
    ///
    /// # Errors
    ///
    /// If the directory cannot be read.
    ///
    /// ```
    /// use plugin_interface::{Greeter, PluginManager};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let directory = tempfile::tempdir()?;
    /// # let directory = directory.path();
    /// let found = PluginManager::new().survey_for::<dyn Greeter>(directory)?;
    /// let greeters = found.iter().filter(|entry| entry.result.is_ok());
    /// println!("{} of {} libraries would load", greeters.count(), found.len());
    /// # Ok(())
    /// # }
    /// ```
    pub fn survey_for<I: Interface + ?Sized>(
        &self,
        directory: impl AsRef<Path>,
    ) -> Result<Vec<ScanEntry>, LoadError> {
        self.survey_wanted(directory.as_ref(), Wanted::Interface(PluginTrait::of::<I>()))
    }

    /// Returns what a load of the interface at `path` would find, such as
    /// `tools::Tool`. It is for programs that lack the trait, so the methods of the
    /// libraries are compared with nothing.
    ///
    /// # Errors
    ///
    /// If the directory cannot be read.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let directory = tempfile::tempdir()?;
    /// # let directory = directory.path();
    /// let manager = plugin_interface::PluginManager::new();
    /// for found in manager.survey_for_path(directory, "tools::Tool")? {
    ///     println!("{}: {:?}", found.path.display(), found.result.err());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn survey_for_path(
        &self,
        directory: impl AsRef<Path>,
        path: &str,
    ) -> Result<Vec<ScanEntry>, LoadError> {
        self.survey_wanted(directory.as_ref(), Wanted::Path(path))
    }

    fn survey_wanted(
        &self,
        directory: &Path,
        wanted: Wanted<'_>,
    ) -> Result<Vec<ScanEntry>, LoadError> {
        let candidates = self.libraries.candidates(directory)?;
        // The same directory for all of them, but for what links refer to.
        let first = candidates.iter().find(|path| !path.is_symlink());
        let is_allowed = first.is_some_and(|path| self.libraries.may_be_in_directory(path));
        let mut duplicates = Duplicates::default();
        let examine = |path: PathBuf| {
            let candidate = match is_allowed {
                true => Candidate::found_in_checked(&path),
                false => Candidate::found(&path),
            };
            let mut found = None;
            let mut is_new = |content: &Content, _: &FileIdentity| {
                found = Some(content.clone());
                duplicates.check(&path, content)
            };
            let plugins = Plugins::of(wanted).if_new(&mut is_new);
            let result = self.libraries.examine(&candidate, plugins);
            // A copy of a rejected file is rejected for the same reason.
            if let (Ok(_), Some(content)) = (&result, found) {
                duplicates.remember(&path, content);
            }
            ScanEntry { path, result }
        };
        Ok(candidates.into_iter().map(examine).collect())
    }
}
