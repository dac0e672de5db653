//! The texts of the site, and the service by which plugins ask for them.

use std::path::PathBuf;
use std::sync::{PoisonError, RwLock};
use std::{fs, io};

use site_interface::{Page, Site};

/// A page, and its text as it was written.
#[derive(Clone, PartialEq)]
pub struct Source {
    pub page: Page,
    pub text: String,
}

pub struct Blog {
    folder: PathBuf,
    pages: RwLock<Vec<Page>>,
}

impl Blog {
    /// Reads all texts of a folder.
    pub fn read(folder: PathBuf) -> io::Result<Self> {
        let blog = Blog { folder, pages: RwLock::default() };
        blog.read_again()?;
        Ok(blog)
    }

    /// Returns all texts as they are now.
    pub fn read_again(&self) -> io::Result<Vec<Source>> {
        let mut sources = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            let text = fs::read_to_string(&path)?;
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let title = text.lines().next().unwrap_or_default().trim_start_matches("# ").to_owned();
            sources.push(Source { page: Page { name, title }, text });
        }
        sources.sort_by(|a, b| a.page.name.cmp(&b.page.name));
        let pages = sources.iter().map(|source| source.page.clone()).collect();
        *self.pages.write().unwrap_or_else(PoisonError::into_inner) = pages;
        Ok(sources)
    }
}

impl Site for Blog {
    fn pages(&self) -> Vec<Page> {
        self.pages.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
