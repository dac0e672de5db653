//! A survey: what a load of a directory would find, without running code.

use core::fmt;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::PluginManager;
use crate::host::error::LoadError;
use crate::host::file::compare::Content;
use crate::host::file::duplicates::Duplicates;
use crate::host::file::identity::FileIdentity;
use crate::host::load::admit::Wanted;
use crate::host::load::discover::Candidate;
use crate::host::load::layers::{Above, Layers};
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
        self.survey_wanted(&Layers::of(directory), Wanted::Any)
    }

    /// Returns what [`Plugins::open_all`](crate::Plugins::open_all) would find in these
    /// directories, of which later ones have precedence, as [`survey`](Self::survey)
    /// does: the files of later directories come first. A library whose package a later
    /// directory has is refused as [`Shadowed`](LoadError::Shadowed). The search for
    /// `interface` is that of [`survey_for_path`](Self::survey_for_path).
    ///
    /// # Errors
    ///
    /// If a directory cannot be read, or all of them are missing.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let directory = tempfile::tempdir()?;
    /// # let directory = directory.path();
    /// let manager = plugin_interface::PluginManager::new();
    /// for found in manager.survey_all([directory, "no/such/folder".as_ref()], None)? {
    ///     println!("{}: {:?}", found.path.display(), found.result.err());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn survey_all(
        &self,
        directories: impl IntoIterator<Item: AsRef<Path>>,
        interface: Option<&str>,
    ) -> Result<Vec<ScanEntry>, LoadError> {
        let directories = directories.into_iter().map(|it| it.as_ref().to_owned());
        let wanted = interface.map_or(Wanted::Any, Wanted::Path);
        self.survey_wanted(&Layers::new(directories), wanted)
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
        self.survey_wanted(&Layers::of(directory), Wanted::Interface(PluginTrait::of::<I>()))
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
        self.survey_wanted(&Layers::of(directory), Wanted::Path(path))
    }

    fn survey_wanted(
        &self,
        layers: &Layers,
        wanted: Wanted<'_>,
    ) -> Result<Vec<ScanEntry>, LoadError> {
        let candidates = self.libraries.in_order(layers.candidates()?);
        // The same directory for all of them, but for what links refer to.
        let first = candidates.iter().find(|path| !path.is_symlink());
        let is_allowed = !layers.are_several()
            && first.is_some_and(|path| self.libraries.may_be_in_directory(path));
        let mut duplicates = BTreeMap::<_, Duplicates>::new();
        let mut admitted = Vec::<Above>::new();
        let examine = |path: PathBuf| {
            let candidate = match is_allowed {
                true => Candidate::found_in_checked(&path),
                false => Candidate::found(&path),
            };
            let duplicates = duplicates.entry(layers.place(&path)).or_default();
            let mut found = None;
            let mut is_new = |content: &Content, _: &FileIdentity| {
                found = Some(content.clone());
                duplicates.check(&path, content)
            };
            let above = admitted.iter().filter(|it| layers.is_above(&it.file, &path));
            let above = above.cloned().collect();
            let plugins = Plugins::of(wanted).if_new(&mut is_new).beneath(above);
            let result = self.libraries.examine(&candidate, plugins);
            if let Ok(metadata) = &result {
                admitted.extend(layers.are_several().then(|| Above::new(&path, metadata)));
                // A copy of a rejected file is rejected for the same reason.
                if let Some(content) = found {
                    duplicates.remember(&path, content);
                }
            }
            ScanEntry { path, result }
        };
        Ok(candidates.into_iter().map(examine).collect())
    }
}
