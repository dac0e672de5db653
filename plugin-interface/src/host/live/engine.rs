//! Loads the next version of a library, beside the one that serves.
//!
//! It does not ask who noticed that the file changed: a host's own loop, a
//! watcher or a manager.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::options::LiveOptions;
use crate::host::error::LoadError;
use crate::host::instance::Instance;
use crate::host::stage::Stage;
use crate::host::stages::check::{AnyMachine, check};
use crate::host::stages::copy::PrivateCopy;
use crate::host::stages::times::Stopwatch;
use crate::host::stages::{admit, make, open};
use crate::interface::PluginTrait;
use crate::metadata::PluginMetadata;

#[derive(Debug)]
pub(super) struct Engine {
    path: PathBuf,
    options: LiveOptions,
    wanted: PluginTrait,
    /// The private copy of the version that serves, which has a number.
    serving: Option<PathBuf>,
    pub(super) generation: u64,
}

/// A version that was made, and is not in use.
pub(super) struct Candidate {
    pub(super) instance: Arc<Instance>,
    copy: PathBuf,
}

impl Engine {
    pub(super) fn new(path: PathBuf, wanted: PluginTrait, options: LiveOptions) -> Self {
        Engine { path, options, wanted, serving: None, generation: 0 }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn options(&self) -> &LiveOptions {
        &self.options
    }

    /// All stages up to the instance; `None` if the file is what serves.
    pub(super) fn load(&self, watch: &mut Stopwatch) -> Result<Option<Candidate>, LoadError> {
        let path = &self.path;
        let copy = PrivateCopy::timed(path, &self.options.policy, watch)?;
        if self.serving.as_ref().is_some_and(|serving| is_same(serving, copy.path())) {
            return Ok(None);
        }
        watch.begin(Stage::Check);
        let metadata = check(path, copy.path(), AnyMachine::Refused)?;
        watch.begin(Stage::Admit);
        admit::admit(path, &metadata, &self.options.policy, Some(self.wanted))?;
        let name = self.choose(&metadata)?;
        if let Some(probe) = &self.options.probe {
            watch.begin(Stage::Probe);
            probe.run(path, copy.path())?;
        }
        let copied = copy.path().to_owned();
        let library = Arc::new(open::timed(path, copy, metadata, watch)?);
        watch.begin(Stage::Make);
        let made = make::make_named(&library, Some(self.wanted), name.as_deref());
        let instance = Arc::new(self.only(made)?);
        Ok(Some(Candidate { instance, copy: copied }))
    }

    /// Counts a candidate as the version that serves.
    pub(super) fn serve(&mut self, candidate: Candidate) -> (u64, Arc<Instance>) {
        self.serving = Some(candidate.copy);
        self.generation += 1;
        (self.generation, candidate.instance)
    }

    /// The registration to make, by what the metadata lists. A library written
    /// by hand need not list what it has.
    fn choose(&self, metadata: &PluginMetadata) -> Result<Option<String>, LoadError> {
        let listed = metadata.registrations.iter().filter(|r| r.interface == self.wanted.path());
        let names: Vec<_> = listed.map(|registration| registration.name.clone()).collect();
        match names.is_empty() {
            true => Ok(self.options.registration.clone()),
            false => self.pick(&names).map(|at| Some(names[at].clone())),
        }
    }

    /// The one that was made; the others are unmade again.
    fn only(&self, made: Vec<Result<Instance, LoadError>>) -> Result<Instance, LoadError> {
        let mut made = made.into_iter().collect::<Result<Vec<_>, _>>()?;
        if made.is_empty() {
            return Err(LoadError::NothingMade { path: self.path.clone() });
        }
        let names: Vec<_> = made.iter().map(|instance| instance.name.clone()).collect();
        self.pick(&names).map(|at| made.swap_remove(at))
    }

    /// The name that is asked for, or the only one.
    fn pick(&self, names: &[String]) -> Result<usize, LoadError> {
        let (path, interface) = (self.path.clone(), self.wanted.path().to_owned());
        let all = || {
            let mut all = names.to_vec();
            all.sort();
            all
        };
        match (&self.options.registration, names) {
            (Some(name), _) => names.iter().position(|found| found == name).ok_or_else(|| {
                LoadError::NoSuchRegistration { path, interface, name: name.clone(), names: all() }
            }),
            (None, [_]) => Ok(0),
            (None, _) => Err(LoadError::SeveralRegistrations { path, interface, names: all() }),
        }
    }
}

/// Whether two files have the same content. Two builds differ within their
/// first bytes, where their identity stands. One that cannot be read is like
/// no other.
fn is_same(first: &Path, second: &Path) -> bool {
    compare(first, second).unwrap_or(false)
}

fn compare(first: &Path, second: &Path) -> io::Result<bool> {
    let (mut first, mut second) = (File::open(first)?, File::open(second)?);
    if first.metadata()?.len() != second.metadata()?.len() {
        return Ok(false);
    }
    let (mut a, mut b) = (vec![0; 1 << 10], vec![0; 1 << 10]);
    loop {
        let (read, other) = (fill(&mut first, &mut a)?, fill(&mut second, &mut b)?);
        if a[..read] != b[..other] || read == 0 {
            return Ok(read == 0 && other == 0);
        }
        a.resize(1 << 16, 0);
        b.resize(1 << 16, 0);
    }
}

/// Reads until the buffer is full or the file at its end.
fn fill(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read(&mut buffer[filled..])? {
            0 => break,
            read => filled += read,
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_the_same_if_every_byte_is() {
        let directory = tempfile::tempdir().unwrap();
        let write = |name: &str, content: &[u8]| {
            let path = directory.path().join(name);
            std::fs::write(&path, content).unwrap();
            path
        };
        let content = vec![7; 200_000];
        let first = write("first", &content);
        assert!(is_same(&first, &write("same", &content)));
        for at in [0, 1_023, 1_024, 150_000, 199_999] {
            let mut other = content.clone();
            other[at] = 8;
            assert!(!is_same(&first, &write("other", &other)), "{at}");
        }
        assert!(!is_same(&first, &write("shorter", &content[1..])));
        assert!(!is_same(&first, &directory.path().join("absent")));
    }
}
