//! Builds of an example, each in the place of the one before.

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;

/// The library of an example, in a folder of its own.
pub(crate) struct Build {
    name: String,
    folder: TempDir,
}

impl Build {
    pub(crate) fn of(example: &str) -> Self {
        let name = format!("{DLL_PREFIX}{example}{DLL_SUFFIX}");
        let build = Build { name, folder: tempfile::tempdir().unwrap() };
        build.renew();
        build
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join(&self.name)
    }

    /// Writes a new build, in the place of the older one.
    pub(crate) fn renew(&self) {
        static BUILDS: AtomicU32 = AtomicU32::new(0);
        let test = std::env::current_exe().unwrap();
        let file = test.ancestors().nth(2).unwrap().join("examples").join(&self.name);
        let mut build =
            fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        // Some bytes behind it, which nobody reads.
        build.extend(BUILDS.fetch_add(1, Ordering::Relaxed).to_le_bytes());
        let new = self.folder.path().join("new");
        fs::write(&new, build).unwrap();
        fs::rename(new, self.file()).unwrap();
    }
}
