//! Finds files of the same content among many, reading little of most.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use crate::host::file::compare::is_same;
use crate::host::file::private_copy::PrivateCopy;

/// The files seen so far.
#[derive(Default)]
pub(crate) struct Duplicates {
    seen: HashMap<Head, Vec<Seen>>,
}

/// A file by the name that its user knows, and where its content is.
struct Seen {
    name: PathBuf,
    content: PathBuf,
}

impl Duplicates {
    /// The name of an earlier file whose content is the same; if there is none,
    /// this one is remembered. A file that is gone by then is like no other.
    pub(crate) fn earlier(&mut self, name: &Path, content: &Path, head: Head) -> Option<&Path> {
        let alike = self.seen.entry(head).or_default();
        // Whether or not to push, decided before the borrow that is returned.
        let found = alike.iter().position(|seen| is_same(&seen.content, content));
        match found {
            Some(at) => Some(&alike[at].name),
            None => {
                alike.push(Seen { name: name.to_owned(), content: content.to_owned() });
                None
            }
        }
    }
}

/// The size of a file, and a hash of how it begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Head {
    pub(crate) len: u64,
    hash: u64,
}

impl Head {
    /// Two builds differ within their first bytes, where their identity stands:
    /// only files that begin alike are read to the end.
    pub(crate) const BYTES: u64 = 1024;

    /// Of a file of so many bytes, which begins so.
    pub(crate) fn of(len: u64, begin: &[u8]) -> Self {
        let mut hasher = DefaultHasher::new();
        begin.hash(&mut hasher);
        Head { len, hash: hasher.finish() }
    }
}

/// A private copy, which is there for as long as its library is open, and how
/// it begins.
#[derive(Debug)]
pub(crate) struct Content {
    copy: PathBuf,
    head: Head,
}

impl Content {
    pub(crate) fn of(copy: &PrivateCopy) -> Self {
        Content { copy: copy.path().to_owned(), head: copy.head() }
    }

    /// Whether it is the same.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.head == other.head && is_same(&self.copy, &other.copy)
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
            duplicates.earlier(path, path, head).map(Path::to_owned)
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
