//! Finds files with the same content, and reads little of most.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::host::error::LoadError;
use crate::host::file::compare::{Content, Head, fill};

/// The files that are remembered.
#[derive(Default)]
pub(crate) struct Duplicates {
    seen: HashMap<Head, Alike>,
    /// Keys that nobody knows, so that nobody writes files of one hash.
    keys: RandomState,
}

/// Files that begin alike. Each is read once for its hash, and compared only with
/// those of the same hash.
#[derive(Default)]
struct Alike {
    files: Vec<Seen>,
    /// The number of files whose hash is known.
    hashed: usize,
    by_hash: HashMap<u64, Vec<usize>>,
}

/// A file by the name that the host knows, and its content.
struct Seen {
    name: PathBuf,
    content: Content,
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
        let alike = self.seen.entry(content.head()).or_default();
        alike.files.push(Seen { name: name.to_owned(), content });
    }

    /// Returns the name of an earlier file with the same content. An earlier file
    /// that was removed meanwhile is equal to none.
    fn earlier(&mut self, content: &Content) -> Option<&Path> {
        let Alike { files, hashed, by_hash } = self.seen.get_mut(&content.head())?;
        for (number, seen) in files.iter().enumerate().skip(*hashed) {
            if let Ok(hash) = hash(seen.content.path(), &self.keys) {
                by_hash.entry(hash).or_default().push(number);
            }
        }
        *hashed = files.len();
        let hash = hash(content.path(), &self.keys).ok()?;
        let mut alike = by_hash.get(&hash)?.iter().map(|&number| &files[number]);
        alike.find(|seen| seen.content.is(content)).map(|seen| &*seen.name)
    }
}

/// Returns the hash of a whole file.
fn hash(path: &Path, keys: &RandomState) -> io::Result<u64> {
    let mut file = fs::File::open(path)?;
    let (mut hasher, mut buffer) = (keys.build_hasher(), vec![0; 1 << 16]);
    loop {
        match fill(&mut file, &mut buffer)? {
            0 => return Ok(hasher.finish()),
            read => hasher.write(&buffer[..read]),
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
            write("other_name", &fs::read(directory.path().join("other_end")).unwrap());
        assert_eq!(earlier(&other_name), Some(directory.path().join("other_end")));
        std::fs::remove_file(&first).unwrap();
        assert_eq!(earlier(&same), None, "the first is gone");
    }
}
