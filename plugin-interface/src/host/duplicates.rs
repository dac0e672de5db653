//! Finds files of the same content among many, reading little of most.

use std::collections::HashMap;
use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};

use super::stages::copy::PrivateCopy;
use super::stages::same::{fill, is_same};

/// Two builds differ within their first bytes, where their identity stands:
/// only files that begin alike are read to the end.
const HEAD: usize = 1024;

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
    pub(crate) fn earlier(&mut self, name: &Path, content: &Path) -> Option<&Path> {
        let alike = self.seen.entry(head(content).ok()?).or_default();
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
pub(crate) type Head = (u64, u64);

fn head(path: &Path) -> io::Result<Head> {
    let mut file = File::open(path)?;
    head_of(&mut file).map(|hash| Ok((file.metadata()?.len(), hash)))?
}

/// The hash of how a file begins that was not read yet.
pub(crate) fn head_of(file: &mut File) -> io::Result<u64> {
    let mut head = [0; HEAD];
    let len = fill(file, &mut head)?;
    let mut hasher = DefaultHasher::new();
    head[..len].hash(&mut hasher);
    Ok(hasher.finish())
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
    use super::*;

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
        assert_eq!(duplicates.earlier(&first, &first), None);
        assert_eq!(duplicates.earlier(&same, &same), Some(first.as_path()));
        for other in [other_end, other_head, shorter] {
            assert_eq!(duplicates.earlier(&other, &other), None, "{other:?}");
        }
        std::fs::remove_file(&first).unwrap();
        assert_eq!(duplicates.earlier(&same, &same), None, "the first is gone");
    }
}
