//! The handle of a plugin that is replaced while it is in use.

use core::fmt;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use super::error::ReloadError;
use super::events::LiveEvents;
use super::interface::LiveInterface;
use super::options::LiveOptions;
use super::outcome::ReloadOutcome;
use super::shared::Shared;
use super::version::Version;
use crate::host::load::settle::PATIENCE;
use crate::host::load::timings::Stopwatch;
use crate::host::swap::Guard;
use crate::interface::HasProxy;

/// A plugin that is replaced while it is in use: calls through it always reach
/// the newest good version.
///
/// [`get`](Self::get) returns a guard, which dereferences to the trait and
/// keeps the version that was current when it was taken.
/// [`reload`](Self::reload) loads the library's file beside the current
/// version, and replaces that only if all went well. Neither waits for the
/// other.
///
/// A replaced version is destroyed and closed when its last guard is dropped,
/// on a thread of this crate. So is the last version, when the last clone of
/// the `Live` is dropped.
///
/// ```no_run
/// use plugin_interface::{Greeter, Live};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let live = Live::<dyn Greeter>::open("plugins/libgreeter.so")?;
/// println!("{}", live.get().greet("world"));
/// // After the file was replaced:
/// match live.reload() {
///     Ok(_) => println!("generation {}", live.generation()),
///     Err(error) => eprintln!("{error:?}, so generation {} stays", live.generation()),
/// }
/// # Ok(())
/// # }
/// ```
///
/// Clones of a `Live` share its version. Two that you open share nothing, even for
/// one file: each has its own copy of the library, with its own statics.
///
/// ```no_run
/// use plugin_interface::{Greeter, Live};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let one = Live::<dyn Greeter>::open("plugins/libgreeter.so")?;
/// let two = Live::<dyn Greeter>::open("plugins/libgreeter.so")?;
/// let (of_one, of_two) = (one.get().name().as_ptr(), two.get().name().as_ptr());
/// assert_ne!(of_one, of_two, "a static text of the library, once for each");
/// # Ok(())
/// # }
/// ```
pub struct Live<I: HasProxy<Proxy: Send + Sync> + ?Sized>(pub(super) Arc<Shared<I>>);

impl LiveOptions {
    /// Loads the first version of the library at `path`.
    ///
    /// # Errors
    ///
    /// If it cannot be loaded.
    pub fn open<I: LiveInterface + ?Sized>(
        self,
        path: impl AsRef<Path>,
    ) -> Result<Live<I>, ReloadError> {
        let shared = Shared::open(path.as_ref(), self, Stopwatch::start())?;
        Ok(Live(Arc::new(shared)))
    }
}

impl<I: LiveInterface + ?Sized> Live<I> {
    /// Loads the first version from the library at `path`, with the default
    /// [options](LiveOptions).
    ///
    /// # Errors
    ///
    /// If the library cannot be loaded, or has no or several registrations of
    /// the interface.
    ///
    /// ```
    /// use plugin_interface::{Greeter, Live};
    /// assert!(Live::<dyn Greeter>::open("no/such/library.so").is_err());
    /// ```
    pub fn open(path: impl AsRef<Path>) -> Result<Self, ReloadError> {
        LiveOptions::new().open(path)
    }

    /// Returns a guard of the current version, which stays loaded until the
    /// guard is dropped.
    ///
    /// Takes no lock and waits for nothing. A `get` that begins after a reload
    /// has returned never returns an older version. A thread may have any
    /// number of guards; its first six cost least.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use plugin_interface::{Greeter, Live};
    /// # let live = Live::<dyn Greeter>::open("plugins/libgreeter.so")?;
    /// let greeter = live.get();
    /// // Both calls reach the same version, even if it is replaced meanwhile.
    /// println!("{}: {}", greeter.name(), greeter.greet("world"));
    /// # Ok(())
    /// # }
    /// ```
    #[inline(always)]
    pub fn get(&self) -> LiveGuard<I> {
        LiveGuard(self.0.get())
    }

    /// Returns the number of the current version, counted from 1.
    pub fn generation(&self) -> u64 {
        LiveGuard::generation(&self.get())
    }

    /// Returns the path of the library's file.
    pub fn path(&self) -> PathBuf {
        self.0.announcer().path().to_owned()
    }

    /// Returns the events so far, and those to come.
    pub fn events(&self) -> LiveEvents {
        self.0.announcer().listen()
    }

    /// Loads the file if it is not the current version, and makes it current
    /// when all stages succeeded.
    ///
    /// Reloads by several threads happen one after the other.
    ///
    /// # Errors
    ///
    /// If the file cannot be loaded, at any stage. Then nothing has changed:
    /// the current version stays, and the next good file will be loaded. Also
    /// if this thread is reloading the same library already.
    pub fn reload(&self) -> Result<ReloadOutcome, ReloadError> {
        self.0.reload(PATIENCE, Stopwatch::since(Instant::now()), |_| true)
    }
}

impl<I: LiveInterface + ?Sized> Clone for Live<I> {
    /// Returns another handle of the same plugin.
    fn clone(&self) -> Self {
        Live(Arc::clone(&self.0))
    }
}

impl<I: LiveInterface + ?Sized> fmt::Debug for Live<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Live")
            .field("interface", &I::NAME)
            .field("path", &self.0.announcer().path())
            .field("generation", &self.generation())
            .finish()
    }
}

/// A guard of a version, which dereferences to the trait through its proxy.
///
/// The version stays loaded until the guard is dropped. Guards may outlive the
/// [`Live`], nest, be sent to other threads, and be held across an `.await`.
pub struct LiveGuard<I: HasProxy + ?Sized>(Guard<Version<I::Proxy>>);

impl<I: LiveInterface + ?Sized> LiveGuard<I> {
    /// Returns the number of the version. This is a function and no method, so
    /// that it hides no method of the trait.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use plugin_interface::{Greeter, Live, LiveGuard};
    /// # let live = Live::<dyn Greeter>::open("plugins/libgreeter.so")?;
    /// let greeter = live.get();
    /// println!("generation {}: {}", LiveGuard::generation(&greeter), greeter.name());
    /// # Ok(())
    /// # }
    /// ```
    pub fn generation(guard: &Self) -> u64 {
        guard.0.generation
    }
}

impl<I: LiveInterface + ?Sized> Deref for LiveGuard<I> {
    type Target = I::Proxy;

    #[inline]
    fn deref(&self) -> &I::Proxy {
        &self.0.proxy
    }
}

impl<I: LiveInterface + ?Sized> fmt::Debug for LiveGuard<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LiveGuard")
            .field("generation", &self.0.generation)
            .field("plugin", &self.0.instance)
            .finish()
    }
}
