//! The decision on the content of a library, and its event.

use std::path::{Path, PathBuf};

use tracing::{info, warn};

use super::gate::Found;
use super::loaded::LoadedContent;
use crate::host::error::LoadError;
use crate::host::file::digest::Algorithm;
use crate::runtime::failure::contain;

const TARGET: &str = "plugin_interface::trust";

/// The decision on one load. Nothing if the policy asks for no approval, or if it
/// was not asked.
///
/// Its event is emitted where no lock is held and nobody waits: a subscriber may
/// do what it likes.
#[derive(Debug, Default)]
#[must_use = "a `tracing` subscriber hears of it by `emit`"]
pub(crate) struct Decided(Option<Box<Decision>>);

#[derive(Debug)]
struct Decision {
    path: PathBuf,
    /// The approval that was asked for.
    policy: String,
    found: Found,
    /// The error of a library that is refused.
    refused: Option<String>,
}

impl Decided {
    pub(crate) fn on(
        path: &Path,
        policy: String,
        found: Found,
        refused: Option<&LoadError>,
    ) -> Self {
        let mut decided = Decided(Some(Box::new(Decision {
            path: path.to_owned(),
            policy,
            found,
            refused: None,
        })));
        if let Some(error) = refused {
            decided.refuse(error);
        }
        decided
    }

    /// The decision on a library that is loaded and is revoked now.
    pub(crate) fn on_loaded(loaded: &LoadedContent, policy: String, error: &LoadError) -> Self {
        let LoadedContent { path, digest, key } = loaded;
        let found =
            Found { digest: Some((Algorithm::Sha256, *digest)), key: *key, exception: None };
        Self::on(path, policy, found, Some(error))
    }

    /// Refuses a library whose content was approved.
    pub(crate) fn refuse(&mut self, error: &LoadError) {
        if let Some(decision) = &mut self.0 {
            // With all its causes.
            decision.refused = Some(format!("{error:?}"));
        }
    }

    /// Hands the event to the `tracing` subscriber. Returns the message of its
    /// panic.
    pub(crate) fn emit(self) -> Result<(), String> {
        self.0.map_or(Ok(()), |decision| contain(|| decision.emit()))
    }
}

impl Decision {
    fn emit(&self) {
        let Decision { path, policy, found, refused } = self;
        let path = path.display();
        let digest = |of| {
            found.digest.filter(|(algorithm, _)| *algorithm == of).map(|(_, it)| it.to_string())
        };
        let (sha256, blake3) = (digest(Algorithm::Sha256), digest(Algorithm::Blake3));
        let (sha256, blake3) = (sha256.as_deref(), blake3.as_deref());
        let key = found.key.map(|key| key.to_string());
        let exception = found.exception.map(|exception| exception.to_string());
        let (key, exception) = (key.as_deref(), exception.as_deref());
        match refused {
            None => {
                info!(target: TARGET, %path, policy, sha256, blake3, key, exception, "approved");
            }
            Some(error) => {
                warn!(target: TARGET, %path, policy, sha256, blake3, key, exception, error, "refused");
            }
        }
    }
}
