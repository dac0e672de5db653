//! The folders of a plugin: one for its data, and one for its cache.

use std::fs::{self, DirBuilder};
use std::io;
use std::path::{Path, PathBuf};

use super::context::PluginContext;
use crate::abi::RawSlice;

impl PluginContext<'_> {
    /// Returns the folder for the plugin's data, and creates it at the first
    /// use.
    ///
    /// The host names a folder for the data of all plugins. Each package has a
    /// folder of its own in it, which stays there from one version to the next.
    /// It is never the folder of the library.
    ///
    /// # Errors
    ///
    /// If the host offers no folder (`io::ErrorKind::Unsupported`), or if it
    /// cannot be created.
    ///
    /// ```
    /// use plugin_interface::PluginContext;
    ///
    /// fn open(context: &PluginContext) -> std::io::Result<std::fs::File> {
    ///     std::fs::File::create(context.data_dir()?.join("words"))
    /// }
    /// # assert_eq!(
    /// #     open(&PluginContext::empty()).unwrap_err().kind(),
    /// #     std::io::ErrorKind::Unsupported
    /// # );
    /// ```
    pub fn data_dir(&self) -> io::Result<PathBuf> {
        self.folder(self.raw.data_dir, "data")
    }

    /// Returns the folder for files that the plugin can make again, and creates
    /// it at the first use. A user may empty it.
    ///
    /// # Errors
    ///
    /// As for [`data_dir`](Self::data_dir).
    pub fn cache_dir(&self) -> io::Result<PathBuf> {
        self.folder(self.raw.cache_dir, "cache")
    }

    fn folder(&self, path: RawSlice, kind: &str) -> io::Result<PathBuf> {
        let Some(path) = self.path_of(path) else {
            let message = format!("the host offers no folder for the {kind} of plugins");
            return Err(io::Error::new(io::ErrorKind::Unsupported, message));
        };
        let fails = |error: io::Error| {
            let message = format!("cannot create the {kind} folder {}: {error}", path.display());
            io::Error::new(error.kind(), message)
        };
        create(path).map_err(fails)?;
        self.check_not_of_library(path, kind)?;
        Ok(path.to_owned())
    }

    /// Refuses the folder of the library, by whatever path.
    fn check_not_of_library(&self, path: &Path, kind: &str) -> io::Result<()> {
        let of_library = self.library_path().and_then(Path::parent);
        let of_library = of_library.and_then(|folder| fs::canonicalize(folder).ok());
        if of_library.is_none() || of_library != fs::canonicalize(path).ok() {
            return Ok(());
        }
        Err(io::Error::other(format!(
            "expected a {kind} folder of the plugin's own, found the folder of its library, {}: the host must name another one",
            path.display()
        )))
    }
}

/// Creates a folder, for this user only, and those that it lies in.
fn create(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}
