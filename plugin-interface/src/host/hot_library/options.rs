//! How a plain library is to be loaded.

use core::fmt;
use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::error::HotError;
use super::{HotLibrary, HotVersion};
use crate::host::hot_library::change_detection::ChangeDetection;
use crate::host::load::policy::LoadPolicy;

type Validation = dyn Fn(&HotVersion) -> Result<(), Box<dyn Error + Send + Sync>> + Send + Sync;

/// What a [`HotLibrary`] is opened with, where the defaults do not fit.
///
/// ```no_run
/// use plugin_interface::{ChangeDetection, HotOptions};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let library = HotOptions::new()
///     .change_detection(ChangeDetection::ModificationTime)
///     .signatures("foo_signatures", 3)
///     .validate(|version| {
///         let foo = version.function::<unsafe extern "C" fn() -> i32>("foo")?;
///         // SAFETY: this is its signature in foo.h, of version 3.
///         match unsafe { foo() } {
///             answer @ 0.. => Ok(()),
///             answer => Err(format!("foo() -> {answer}, expected no less than 0").into()),
///         }
///     })
///     .open("libfoo.so", &["foo", "bar"])?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct HotOptions {
    pub(super) policy: LoadPolicy,
    pub(super) detection: ChangeDetection,
    pub(super) signatures: Option<(String, u32)>,
    pub(super) validation: Option<Arc<Validation>>,
    pub(super) is_retained: bool,
    pub(super) deadline: Duration,
}

impl Default for HotOptions {
    fn default() -> Self {
        HotOptions {
            policy: LoadPolicy::new(),
            detection: ChangeDetection::default(),
            signatures: None,
            validation: None,
            is_retained: false,
            deadline: Duration::from_secs(10),
        }
    }
}

impl HotOptions {
    /// The default policy, changes found by content, no validation.
    pub fn new() -> Self {
        Self::default()
    }

    /// Refuses what `policy` does. What it denies by package is not looked at: a
    /// plain library has none.
    pub fn policy(self, policy: LoadPolicy) -> Self {
        HotOptions { policy, ..self }
    }

    /// By what a new version is known.
    pub fn change_detection(self, detection: ChangeDetection) -> Self {
        HotOptions { detection, ..self }
    }

    /// Loads only versions that say that they have the signatures which the host
    /// was built for: those with `const unsigned constant = value;`, exported.
    ///
    /// Nothing else in a library of C tells of a changed signature. Put the
    /// constant beside the declarations, in the header that both sides read, and
    /// count it up with each change of one. It is read from the file, before
    /// anything of the library runs.
    pub fn signatures(self, constant: impl Into<String>, value: u32) -> Self {
        HotOptions { signatures: Some((constant.into(), value)), ..self }
    }

    /// Tries each version after it was opened and before it serves. If the
    /// validation fails, the version is closed, and the one before serves on.
    ///
    /// It runs on the thread that reloads.
    pub fn validate<V>(self, validation: V) -> Self
    where
        V: Fn(&HotVersion) -> Result<(), Box<dyn Error + Send + Sync>> + Send + Sync + 'static,
    {
        HotOptions { validation: Some(Arc::new(validation)), ..self }
    }

    /// Keeps versions mapped that no longer serve. For libraries that start
    /// threads which they do not end, or leave pointers to themselves elsewhere:
    /// unmapped, they would take the host with them. Each reload then costs the
    /// memory of a library.
    pub fn retain(self) -> Self {
        HotOptions { is_retained: true, ..self }
    }

    /// How long [`unload`](HotLibrary::unload) waits for calls in flight. Ten
    /// seconds by default.
    pub fn deadline(self, deadline: Duration) -> Self {
        HotOptions { deadline, ..self }
    }

    /// Loads the first version.
    ///
    /// # Errors
    ///
    /// As [`HotLibrary::open`].
    pub fn open<N: AsRef<str>>(
        self,
        path: impl AsRef<Path>,
        names: &[N],
    ) -> Result<HotLibrary, HotError> {
        let names = names.iter().map(|name| name.as_ref().to_owned());
        HotLibrary::open_with(path.as_ref(), names.collect(), self)
    }
}

impl fmt::Debug for HotOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HotOptions")
            .field("policy", &self.policy)
            .field("detection", &self.detection)
            .field("signatures", &self.signatures)
            .field("validation", &self.validation.is_some())
            .field("is_retained", &self.is_retained)
            .field("deadline", &self.deadline)
            .finish()
    }
}
