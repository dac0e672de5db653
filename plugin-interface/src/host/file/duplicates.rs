//! Finds files with the same content, and reads little of most.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::host::error::LoadError;
use crate::host::file::compare::{Content, Head};
use crate::host::file::digest::{Digest, digest};

/// The files that are remembered, by their sizes and how they begin. Only files
/// that agree in both are read to the end, once each.
#[derive(Default)]
pub(crate) struct Duplicates {
    seen: HashMap<Head, Vec<Seen>>,
    /// The file that was looked for last, with its digest, if it was read.
    last: Option<(PathBuf, Digest)>,
}

/// A file by the name that the host knows, and its content.
struct Seen {
    name: PathBuf,
    content: Content,
    digest: Option<Digest>,
}

impl Seen {
    fn digest(&mut self) -> Option<Digest> {
        self.digest = self.digest.or_else(|| digest(self.content.path()).ok());
        self.digest
    }
}

impl Duplicates {
    /// Refuses a file with the content of a remembered one; else returns `true`.
    pub(crate) fn check(&mut self, name: &Path, content: &Content) -> Result<bool, LoadError> {
        match self.earlier(content) {
            None => Ok(true),
            Some(of) => Err(LoadError::Duplicate { path: name.to_owned(), of: of.to_owned() }),
        }
    }

    /// Remembers a file, for those that follow.
    pub(crate) fn remember(&mut self, name: &Path, content: Content) {
        let known = self.last.take().filter(|(path, _)| path == content.path());
        let digest = known.map(|(_, digest)| digest);
        let alike = self.seen.entry(content.head()).or_default();
        alike.push(Seen { name: name.to_owned(), content, digest });
    }

    /// Returns the name of an earlier file with the same content. An earlier file
    /// that was removed meanwhile is equal to none.
    fn earlier(&mut self, content: &Content) -> Option<&Path> {
        let alike = self.seen.get_mut(&content.head())?;
        let wanted = digest(content.path()).ok()?;
        self.last = Some((content.path().to_owned(), wanted));
        let mut same = alike.iter_mut().filter_map(|seen| {
            let is_same = seen.digest() == Some(wanted) && seen.content.is(content);
            is_same.then_some(&*seen.name)
        });
        same.next()
    }
}

#[cfg(test)]
mod tests {
    use crate::host::file::digest::READ;
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
        let other_name =
            write("other_name", &std::fs::read(directory.path().join("other_end")).unwrap());
        assert_eq!(earlier(&other_name), Some(directory.path().join("other_end")));
        std::fs::remove_file(&first).unwrap();
        assert_eq!(earlier(&same), None, "the first is gone");
    }

    #[test]
    fn of_files_that_differ_in_their_tails_each_is_read_once() {
        let directory = tempfile::tempdir().unwrap();
        let mut duplicates = Duplicates::default();
        let before = READ.get();
        for i in 0..400_u32 {
            let path = directory.path().join(i.to_string());
            std::fs::write(&path, [&[7; 4096][..], &i.to_ne_bytes()].concat()).unwrap();
            let content = Content::new(path.clone(), Head::of(4100, &[7; 1024]));
            assert!(duplicates.check(&path, &content).unwrap());
            duplicates.remember(&path, content);
        }
        assert_eq!(READ.get() - before, 400);
        let path = directory.path().join("same");
        std::fs::copy(directory.path().join("0"), &path).unwrap();
        let content = Content::new(path.clone(), Head::of(4100, &[7; 1024]));
        assert!(duplicates.check(&path, &content).is_err(), "that of the first");
        assert_eq!(READ.get() - before, 401);
    }
}
