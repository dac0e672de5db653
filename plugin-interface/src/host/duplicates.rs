//! Finds files of the same content among many, reading little of most.

use std::collections::HashMap;
use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::stages::copy::PrivateCopy;

/// Two builds differ within their first bytes, where their identity stands:
/// only files that begin alike are read to the end.
const HEAD: u64 = 1024;

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
type Head = (u64, u64);

fn head(path: &Path) -> io::Result<Head> {
    let file = File::open(path)?;
    let len = file.metadata()?.len();
    let mut head = Vec::new();
    file.take(HEAD).read_to_end(&mut head)?;
    let mut hasher = DefaultHasher::new();
    head.hash(&mut hasher);
    Ok((len, hasher.finish()))
}

/// Whether the content is the same; only asked of files that begin alike.
fn is_same(first: &Path, second: &Path) -> bool {
    matches!((std::fs::read(first), std::fs::read(second)), (Ok(a), Ok(b)) if a == b)
}

/// A private copy, which is there for as long as its library is open, and how
/// it begins.
#[derive(Debug)]
pub(crate) struct Content {
    copy: PathBuf,
    head: Option<Head>,
}

impl Content {
    pub(crate) fn of(copy: &PrivateCopy) -> Self {
        Content { copy: copy.path().to_owned(), head: head(copy.path()).ok() }
    }

    /// Whether it is the same. One that cannot be read is like no other.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.head.is_some() && self.head == other.head && is_same(&self.copy, &other.copy)
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
        let mut long = vec![7; 10_000];
        let first = write("first", &long);
        let same = write("same", &long);
        long[9_999] = 8;
        let other_end = write("other_end", &long);
        long[0] = 8;
        let other_head = write("other_head", &long);
        let shorter = write("shorter", &long[..9_000]);

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
