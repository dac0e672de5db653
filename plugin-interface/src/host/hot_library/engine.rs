//! Loads the next version of a library, beside the one that serves.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::HotVersion;
use super::error::HotError;
use super::options::HotOptions;
use super::version::OpenLibrary;
use crate::host::error::LoadError;
use crate::host::file::private_copy::PrivateCopy;
use crate::host::hot_library::change_detection::KnownFile;
use crate::host::load::check_plain::{PlainLibrary, check_plain};
use crate::host::load::open;

pub(super) struct Engine {
    pub(super) path: PathBuf,
    pub(super) names: Arc<[String]>,
    pub(super) options: HotOptions,
    pub(super) generation: u64,
    pub(super) is_unloaded: bool,
    /// What serves.
    serving: Option<KnownFile>,
    /// What was refused last, and will not be tried again until it changes.
    refused: Option<KnownFile>,
}

impl Engine {
    pub(super) fn new(path: PathBuf, names: Arc<[String]>, options: HotOptions) -> Self {
        let (serving, refused) = (None, None);
        Engine { path, names, options, generation: 0, is_unloaded: false, serving, refused }
    }

    /// All stages up to the validation; `None` if the file is what serves, or
    /// what was refused.
    pub(super) fn next(&mut self, patience: Duration) -> Result<Option<HotVersion>, HotError> {
        let how = self.options.detection;
        let seen = self.serving.iter().chain(&self.refused);
        if seen.into_iter().any(|seen| seen.is_at(&self.path, how)) {
            return Ok(None);
        }
        let copy = PrivateCopy::of_plain(&self.path, &self.options.policy, patience)?;
        if let Some(serving) = &mut self.serving
            && serving.is_same(copy.path(), how)
        {
            serving.found_again(copy.origin());
            self.refused = None;
            return Ok(None);
        }
        let seen = how.known_file(copy.origin(), copy.path());
        match self.open(copy) {
            Ok(version) => {
                self.generation += 1;
                (self.serving, self.refused) = (Some(seen), None);
                Ok(Some(version))
            }
            Err(error) => {
                self.refused = Some(seen);
                Err(error)
            }
        }
    }

    /// All stages behind the copy.
    fn open(&self, mut copy: PrivateCopy) -> Result<HotVersion, HotError> {
        let constant = self.options.signatures.as_ref();
        let constant = constant.map(|(name, _)| name.as_str());
        let plain = check_plain(&self.path, &mut copy, constant).map_err(LoadError::from)?;
        self.admit(&plain)?;
        let library = open::map(&self.path, &copy)?;
        let mapped = OpenLibrary::new(library, copy, self.options.is_retained);
        let is_defined = |name: &str| plain.defined.contains(name);
        let names = Arc::clone(&self.names);
        let version = HotVersion::new(self.generation + 1, names, mapped, is_defined);
        if let Some(validate) = &self.options.validation {
            let refused = |source| HotError::Refused { path: self.path.clone(), source };
            validate(&version).map_err(refused)?;
        }
        Ok(version)
    }

    /// What can be told before anything of the library runs.
    fn admit(&self, plain: &PlainLibrary) -> Result<(), HotError> {
        let path = || self.path.clone();
        if let Some((constant, expected)) = &self.options.signatures
            && plain.constant != Some(*expected)
        {
            let (constant, expected) = (constant.clone(), *expected);
            let found = plain.constant;
            return Err(HotError::Signatures { path: path(), constant, expected, found });
        }
        match self.names.iter().find(|name| plain.variables.contains(*name)) {
            Some(name) => Err(HotError::NotAFunction { path: path(), name: name.clone() }),
            None => Ok(()),
        }
    }
}
