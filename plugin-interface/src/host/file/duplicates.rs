//! Finds files with the same content, and reads little of most.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::host::error::LoadError;
use crate::host::file::compare::{Content, Head};

/// The files that are remembered.
#[derive(Default)]
pub(crate) struct Duplicates {
    seen: HashMap<Head, Vec<Seen>>,
}

/// A file by the name that the host knows, and its content.
struct Seen {
    name: PathBuf,
    content: Content,
}

impl Duplicates {
    /// Refuses a file with the content of a remembered one; else returns `true`.
    pub(crate) fn check(&self, name: &Path, content: &Content) -> Result<bool, LoadError> {
        match self.earlier(content) {
            None => Ok(true),
            Some(of) => Err(LoadError::Duplicate { path: name.to_owned(), of: of.to_owned() }),
        }
    }

    /// Remembers a file, for those that follow.
    pub(crate) fn remember(&mut self, name: &Path, content: Content) {
        let alike = self.seen.entry(content.head()).or_default();
        alike.push(Seen { name: name.to_owned(), content });
    }

    /// Returns the name of an earlier file with the same content. An earlier file
    /// that was removed meanwhile is equal to none.
    fn earlier(&self, content: &Content) -> Option<&Path> {
        let alike = self.seen.get(&content.head())?;
        alike.iter().find(|seen| seen.content.is(content)).map(|seen| &*seen.name)
    }
}

#[cfg(test)]
mod tests {
    use crate::host::file::duplicates::*;

    #[test]
    fn only_the_same_content_is_a_duplicate() {
        let directory = tempfile::tempdir().unwrap();
        let write = |name: &str, content: &[u8]| {
            let path = directory.path().join(name);
            std::fs::write(&path, content).unwrap();
            path
        };
        let mut long = vec![7; 200_000];
        let first = write("first", &long);
        let same = write("same", &long);
        long[199_999] = 8;
        let other_end = write("other_end", &long);
        long[0] = 8;
        let other_head = write("other_head", &long);
        let shorter = write("shorter", &long[..150_000]);

        let mut duplicates = Duplicates::default();
        let mut earlier = |path: &Path| {
            let content = std::fs::read(path).unwrap();
            let head = Head::of(content.len() as u64, &content[..1024]);
            let content = Content::new(path.to_owned(), head);
            let found = duplicates.earlier(&content).map(Path::to_owned);
            if found.is_none() {
                duplicates.remember(path, content);
            }
            found
        };
        assert_eq!(earlier(&first), None);
        assert_eq!(earlier(&same), Some(first.clone()));
        for other in [other_end, other_head, shorter] {
            assert_eq!(earlier(&other), None, "{other:?}");
        }
        std::fs::remove_file(&first).unwrap();
        assert_eq!(earlier(&same), None, "the first is gone");
    }
}
