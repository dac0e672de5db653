//! Finds files with the same content, and reads little of most.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::host::error::LoadError;
use crate::host::file::compare::{Content, Head};

/// The files seen so far.
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
    /// Refuses a file with the content of an earlier one; else returns `true`.
    pub(crate) fn check(&mut self, name: &Path, content: &Content) -> Result<bool, LoadError> {
        match self.earlier(name, content) {
            None => Ok(true),
            Some(of) => Err(LoadError::Duplicate { path: name.to_owned(), of: of.to_owned() }),
        }
    }

    /// Returns the name of an earlier file with the same content, or remembers
    /// this one. An earlier file that was removed meanwhile is equal to none.
    fn earlier(&mut self, name: &Path, content: &Content) -> Option<&Path> {
        let alike = self.seen.entry(content.head()).or_default();
        // Decided before the borrow that is returned.
        let found = alike.iter().position(|seen| seen.content.is(content));
        match found {
            Some(at) => Some(&alike[at].name),
            None => {
                alike.push(Seen { name: name.to_owned(), content: content.clone() });
                None
            }
        }
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
            duplicates.earlier(path, &Content::new(path.to_owned(), head)).map(Path::to_owned)
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
