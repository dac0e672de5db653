//! A folder of new files, which goes again unless it was finished.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::exit::UsageError;

/// What was created so far. Dropping it removes that, and nothing else.
#[derive(Default)]
pub(crate) struct Begun {
    folders: Vec<PathBuf>,
    files: Vec<PathBuf>,
}

/// Checks that a folder is empty or does not exist.
pub(crate) fn check_empty(folder: &Path) -> anyhow::Result<()> {
    let found = match fs::read_dir(folder) {
        Ok(mut entries) => match entries.next() {
            None => return Ok(()),
            Some(entry) => format!("it contains {}", Path::new(&entry?.file_name()).display()),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => "it is a file".to_owned(),
        Err(error) => return Err(error).context(format!("cannot read {}", folder.display())),
    };
    let folder = folder.display();
    Err(UsageError(format!(
        "expected a new or an empty folder, found {folder}: {found}; choose another name"
    ))
    .into())
}

impl Begun {
    /// Creates a file that does not exist yet, and its folders.
    pub(crate) fn write(&mut self, file: &Path, content: &str) -> anyhow::Result<()> {
        self.create(file, content).with_context(|| format!("cannot write {}", file.display()))
    }

    fn create(&mut self, file: &Path, content: &str) -> io::Result<()> {
        let folder = file.parent().unwrap_or(Path::new(""));
        let missing = folder.ancestors().take_while(|folder| !folder.exists());
        let missing: Vec<_> = missing.filter(|folder| *folder != Path::new("")).collect();
        for folder in missing.into_iter().rev() {
            fs::create_dir(folder)?;
            self.folders.push(folder.to_owned());
        }
        let mut created = OpenOptions::new().write(true).create_new(true).open(file)?;
        self.files.push(file.to_owned());
        created.write_all(content.as_bytes())
    }

    /// Keeps everything.
    pub(crate) fn finish(mut self) {
        self.files.clear();
        self.folders.clear();
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        // The error that ended the command is the one to report.
        for file in &self.files {
            let _ = fs::remove_file(file);
        }
        for folder in self.folders.iter().rev() {
            let _ = fs::remove_dir(folder);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::TempDir;

    use super::{Begun, check_empty};

    #[test]
    fn what_was_begun_goes_and_nothing_else() {
        let folder = TempDir::new().unwrap();
        let root = folder.path().join("a");
        let mut begun = Begun::default();
        begun.write(&root.join("b/one"), "1").unwrap();
        begun.write(&root.join("two"), "2").unwrap();
        begun.write(&root.join("two"), "3").unwrap_err();
        fs::write(root.join("b/other"), "of somebody else").unwrap();
        drop(begun);
        assert!(!root.join("b/one").exists() && !root.join("two").exists());
        assert!(root.join("b/other").exists());
    }

    #[test]
    fn what_was_finished_stays() {
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("a/b/c");
        let mut begun = Begun::default();
        begun.write(&file, "text").unwrap();
        begun.finish();
        assert_eq!(fs::read_to_string(file).unwrap(), "text");
    }

    #[test]
    fn a_folder_with_something_in_it_is_refused() {
        let folder = TempDir::new().unwrap();
        check_empty(folder.path()).unwrap();
        check_empty(&folder.path().join("missing")).unwrap();
        let file = folder.path().join("notes");
        fs::write(&file, "").unwrap();
        assert!(check_empty(folder.path()).unwrap_err().to_string().contains("contains notes"));
        assert!(check_empty(&file).unwrap_err().to_string().contains("it is a file"));
    }
}
