//! The configuration of a watch, which is read again when it changes.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::host::configuration::Configuration;
use crate::host::load::layers::Layers;
use crate::host::watch::Attempt;

/// Takes in a configuration that was read, or that there is none.
pub(crate) type Reconfigured = Box<dyn FnMut(Option<&Configuration>) + Send>;

/// The file of a configuration, and its state when it was read last.
///
/// It is looked at when something happens in the directories, and at its own pace,
/// since not all changes cause an event.
pub(super) struct FollowedFile {
    read: Option<(PathBuf, Attempt)>,
    every: Duration,
    next: Instant,
    /// Called with each configuration that was read.
    pub(super) tell: Reconfigured,
}

impl FollowedFile {
    pub(super) fn new(every: Duration, tell: Reconfigured) -> Self {
        FollowedFile { read: None, every, next: Instant::now() + every, tell }
    }

    /// Returns the time to look at the file.
    pub(super) fn wake(&self) -> Instant {
        self.next
    }

    /// Returns `true` if it is time to look at the file.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        now >= self.next
    }

    /// Returns the file that counts if it was changed since the last call, or if
    /// another one counted then.
    pub(super) fn changed(&mut self, layers: &Layers) -> Option<PathBuf> {
        self.next = Instant::now() + self.every;
        let file = layers.configuration();
        let read = self.read.as_ref();
        if read.is_some_and(|(read, attempt)| *read == file && attempt.is_current(&file)) {
            return None;
        }
        self.read = Some((file.clone(), Attempt::begin(&file)));
        Some(file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_of_the_last_directory_counts_and_is_returned_once_for_each_state() {
        let directories = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let files = directories.each_ref().map(|it| it.path().join(Configuration::FILE));
        let layers = Layers::new(directories.each_ref().map(|it| it.path().to_owned()));
        let mut followed = FollowedFile::new(Duration::from_secs(2), Box::new(|_| {}));
        let mut changed = || followed.changed(&layers);
        assert_eq!(changed().as_ref(), Some(&files[1]), "the place of a first one");
        assert_eq!(changed(), None);
        std::fs::write(&files[0], "order = []").unwrap();
        assert_eq!((changed().as_ref(), changed()), (Some(&files[0]), None));
        std::fs::write(&files[1], "order = []").unwrap();
        assert_eq!((changed().as_ref(), changed()), (Some(&files[1]), None));
        std::fs::write(&files[0], "order = ['a']").unwrap();
        assert_eq!(changed(), None, "it does not count");
        std::fs::remove_file(&files[1]).unwrap();
        assert_eq!((changed().as_ref(), changed()), (Some(&files[0]), None));
    }

    #[test]
    fn it_is_due_after_its_interval_and_not_at_once_again() {
        let layers = Layers::of("no/such/folder");
        let mut followed = FollowedFile::new(Duration::from_secs(2), Box::new(|_| {}));
        let wake = followed.wake();
        assert!(!followed.is_due(wake - Duration::from_secs(1)) && followed.is_due(wake));
        followed.changed(&layers);
        assert!(followed.wake() >= wake && !followed.is_due(wake - Duration::from_secs(1)));
    }
}
