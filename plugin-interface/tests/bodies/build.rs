//! Builds of an example, each in the place of the one before.

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;

/// The library of an example, in a folder of its own.
pub(crate) struct Build {
    source: PathBuf,
    folder: TempDir,
}

/// The library of an example, which cargo built beside this test.
pub(crate) fn library(example: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let examples = test.ancestors().nth(2).unwrap().join("examples");
    examples.join(format!("{DLL_PREFIX}{example}{DLL_SUFFIX}"))
}

impl Build {
    #[allow(dead_code, reason = "some tests have libraries of their own")]
    pub(crate) fn of(example: &str) -> Self {
        Self::of_file(&library(example))
    }

    /// Does the same for any library.
    pub(crate) fn of_file(library: &Path) -> Self {
        let build = Build { source: library.to_owned(), folder: tempfile::tempdir().unwrap() };
        build.renew();
        build
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join(self.source.file_name().unwrap())
    }

    /// Writes a new build, in the place of the older one.
    pub(crate) fn renew(&self) {
        static BUILDS: AtomicU32 = AtomicU32::new(0);
        let file = &self.source;
        let mut build =
            fs::read(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        // Some bytes behind it, which nobody reads.
        build.extend(BUILDS.fetch_add(1, Ordering::Relaxed).to_le_bytes());
        let new = self.folder.path().join("new");
        fs::write(&new, build).unwrap();
        fs::rename(new, self.file()).unwrap();
    }
}
