//! The options of a plain library.

use core::fmt;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use super::change_detection::ChangeDetection;
use super::version::HotVersion;
use crate::host::load::policy::LoadPolicy;

type Validation = dyn Fn(&HotVersion) -> Result<(), Box<dyn Error + Send + Sync>> + Send + Sync;

/// The options to open a [`HotLibrary`](super::HotLibrary) with.
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
///             answer => Err(format!("foo() -> {answer}, expected at least 0").into()),
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
    /// Returns the defaults: the default policy, changes detected by content,
    /// no validation.
    pub fn new() -> Self {
        Self::default()
    }

    /// Refuses the libraries that `policy` refuses. Denied packages have no
    /// effect: a plain library has no package.
    pub fn policy(self, policy: LoadPolicy) -> Self {
        HotOptions { policy, ..self }
    }

    /// Sets the way in which a new version is detected.
    pub fn change_detection(self, detection: ChangeDetection) -> Self {
        HotOptions { detection, ..self }
    }

    /// Loads only versions that export `const unsigned constant = value;`, to
    /// state that they have the signatures for which the host was built.
    ///
    /// Nothing else in a C library shows a changed signature. Put the constant
    /// beside the declarations, in the header that host and library include,
    /// and increment it with each changed declaration. It is read from the
    /// file, before any code of the library runs.
    pub fn signatures(self, constant: impl Into<String>, value: u32) -> Self {
        HotOptions { signatures: Some((constant.into(), value)), ..self }
    }

    /// Validates each version after it is opened and before it becomes current.
    /// If the validation fails, that version is closed, and the current one
    /// stays.
    ///
    /// It runs on the thread that reloads, and other reloads wait for it. A
    /// panic of it is an error of the validation.
    pub fn validate<V>(self, validation: V) -> Self
    where
        V: Fn(&HotVersion) -> Result<(), Box<dyn Error + Send + Sync>> + Send + Sync + 'static,
    {
        HotOptions { validation: Some(Arc::new(validation)), ..self }
    }

    /// Keeps replaced versions mapped. Meant for libraries that leave pointers
    /// to themselves elsewhere: unmapping those would crash the host. Each
    /// reload then costs the memory of a library.
    ///
    /// Threads need no such option: a version is kept while its threads run.
    pub fn retain(self) -> Self {
        HotOptions { is_retained: true, ..self }
    }

    /// Sets the time for which [`unload`](super::HotLibrary::unload) waits for
    /// calls in flight, and after which a listener that has not returned is
    /// reported. Ten seconds by default.
    pub fn deadline(self, deadline: Duration) -> Self {
        HotOptions { deadline, ..self }
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
