//! A plugin that is replaced while it is in use.
//!
//! `swap` (with `readers` and `barrier`) is the place where callers find the
//! version that serves; `engine` loads the next one; `retire` gets rid of the
//! last one; `events` tell of all that.

mod engine;
mod error;
mod events;
#[cfg(feature = "watch")]
mod follower;
mod options;
mod shared;
#[cfg(feature = "tracing")]
mod trace;
mod version;
#[cfg(feature = "watch")]
mod watch;

use core::fmt;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use self::shared::Shared;
use self::version::Version;
use crate::host::load::settle::PATIENCE;
use crate::host::load::timings::{StageTimes, Stopwatch};
use crate::host::swap::Guard;
use crate::interface::Interface;

pub use self::error::ReloadError;
pub use self::events::{GuardHolder, LiveEvent, LiveEvents};
#[cfg(feature = "watch")]
pub(crate) use self::follower::Follower;
pub use self::options::LiveOptions;

/// An interface that a [`Live`] can be of: `Send + Sync`, with no method that
/// takes `&mut self`.
///
/// ```compile_fail,E0277
/// # use plugin_interface::plugin_interface;
/// #[plugin_interface]
/// trait Unshared: Send {
///     fn name(&self) -> String;
/// }
/// let live = plugin_interface::Live::<dyn Unshared>::open("libx.so");
/// ```
///
/// ```compile_fail,E0080
/// # use plugin_interface::plugin_interface;
/// #[plugin_interface]
/// trait Tally: Send + Sync {
///     fn add(&mut self, value: u64) -> u64;
/// }
/// let live = plugin_interface::Live::<dyn Tally>::open("libx.so");
/// ```
///
/// ```
/// # use plugin_interface::plugin_interface;
/// #[plugin_interface]
/// trait Shared: Send + Sync {
///     fn add(&self, value: u64) -> u64;
/// }
/// let live = plugin_interface::Live::<dyn Shared>::open("libx.so");
/// assert!(live.is_err());
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be live: its versions are called by several threads at once",
    note = "make the trait `Send + Sync`: `trait Name: Send + Sync {{ .. }}`"
)]
pub trait LiveInterface: Interface<Proxy: Send + Sync> + Send + Sync {}

impl<I: Interface<Proxy: Send + Sync> + Send + Sync + ?Sized> LiveInterface for I {}

/// A plugin that is replaced while it is in use: calls through it always reach
/// the newest good version.
///
/// [`get`](Self::get) gives a guard, which dereferences to the trait and keeps
/// the version that it began with. [`reload`](Self::reload) loads the library's
/// file beside the version that serves, and puts it in its place only when all
/// went well. Neither waits for the other.
///
/// A version that was replaced is unmade and closed when its last guard is
/// gone, on a thread of this crate; so is the last one, when the last clone of
/// the `Live` is dropped.
///
/// ```no_run
/// use plugin_interface::{Greeter, Live};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let live = Live::<dyn Greeter>::open("plugins/libgreeter.so")?;
/// println!("{}", live.get().greet("world"));
/// // Whatever tells that the file is another one now:
/// match live.reload() {
///     Ok(_) => println!("generation {}", live.generation()),
///     Err(error) => eprintln!("{error:?}, so generation {} serves on", live.generation()),
/// }
/// # Ok(())
/// # }
/// ```
pub struct Live<I: LiveInterface + ?Sized>(Arc<Shared<I>>);

/// What became of a [`reload`](Live::reload) that did not fail.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReloadOutcome {
    /// The file is what serves.
    Unchanged,
    /// A new version serves.
    Replaced {
        /// Its number.
        generation: u64,
        /// How long it took.
        times: StageTimes,
    },
}

impl<I: LiveInterface + ?Sized> Live<I> {
    /// Loads the first version from the library at `path`, with the default
    /// [options](LiveOptions).
    ///
    /// # Errors
    ///
    /// If it cannot be loaded, or has no or several registrations of the
    /// interface.
    ///
    /// ```
    /// use plugin_interface::{Greeter, Live};
    /// assert!(Live::<dyn Greeter>::open("no/such/library.so").is_err());
    /// ```
    pub fn open(path: impl AsRef<Path>) -> Result<Self, ReloadError> {
        LiveOptions::new().open(path)
    }

    /// Loads the library at `path`, and from then on replaces it whenever its
    /// file does: when the writer has closed it, or when it was renamed or
    /// linked there. With the default [options](LiveOptions).
    ///
    /// A thread watches the file's directory; it ends with the last handle. A
    /// file that cannot be loaded changes nothing, and is told once, as
    /// [`LiveEvent::Refused`]; one with the same content is nothing new. If the
    /// file is removed, the version that serves goes on, until there is another.
    ///
    /// # Errors
    ///
    /// If the first version cannot be loaded, which is so too if there is no
    /// file yet: a `Live` always has a version that serves.
    ///
    /// ```no_run
    /// use plugin_interface::{Greeter, Live};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let live = Live::<dyn Greeter>::watch("target/debug/libgreeter.so")?;
    /// loop {
    ///     println!("{}", live.get().greet("world"));
    ///     std::thread::sleep(std::time::Duration::from_secs(1));
    /// }
    /// # }
    /// ```
    #[cfg(feature = "watch")]
    pub fn watch(path: impl AsRef<Path>) -> Result<Self, ReloadError> {
        LiveOptions::new().watch(path)
    }

    /// The version that serves, kept for as long as the guard.
    ///
    /// Takes no lock and waits for nothing. A `get` that begins after a reload
    /// has returned never gives an older version. A thread may have any number
    /// of guards; its first six cost least.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use plugin_interface::{Greeter, Live};
    /// # let live = Live::<dyn Greeter>::open("plugins/libgreeter.so")?;
    /// let greeter = live.get();
    /// // Both by the same version, whatever happens meanwhile.
    /// println!("{}: {}", greeter.name(), greeter.greet("world"));
    /// # Ok(())
    /// # }
    /// ```
    #[inline(always)]
    pub fn get(&self) -> LiveGuard<I> {
        LiveGuard(self.0.swap.get())
    }

    /// The number of the version that serves, counted from 1.
    pub fn generation(&self) -> u64 {
        LiveGuard::generation(&self.get())
    }

    /// The library's file.
    pub fn path(&self) -> PathBuf {
        self.0.announcer.path().to_owned()
    }

    /// What happened so far, and what will.
    pub fn events(&self) -> LiveEvents {
        self.0.announcer.listen()
    }

    /// Loads the file, if it is not the one that serves, and puts it in its
    /// place when everything has gone well: only then do callers find it.
    ///
    /// Reloads by several threads come one after the other.
    ///
    /// # Errors
    ///
    /// If the file cannot be loaded, at whichever stage. Then nothing has
    /// changed: the version that served goes on, and the next good file will
    /// be loaded. Also if this thread is reloading the same library already.
    pub fn reload(&self) -> Result<ReloadOutcome, ReloadError> {
        self.0.reload(PATIENCE, Stopwatch::since(Instant::now()), |_| true)
    }
}

impl<I: LiveInterface + ?Sized> Clone for Live<I> {
    /// Another handle of the same plugin.
    fn clone(&self) -> Self {
        Live(Arc::clone(&self.0))
    }
}

impl<I: LiveInterface + ?Sized> fmt::Debug for Live<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Live")
            .field("interface", &I::NAME)
            .field("path", &self.0.announcer.path())
            .field("generation", &self.generation())
            .finish()
    }
}

/// A version in use: dereferences to the trait, by its proxy.
///
/// The version stays as long as the guard, which may outlive the [`Live`], nest,
/// and go to other threads. A guard that is kept keeps its version's memory.
pub struct LiveGuard<I: LiveInterface + ?Sized>(Guard<Version<I>>);

impl<I: LiveInterface + ?Sized> LiveGuard<I> {
    /// The number of the version. A function and not a method, so that it hides
    /// none of the trait.
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
        let (interface, generation) = (&I::NAME, &self.0.generation);
        f.debug_struct("LiveGuard")
            .field("interface", interface)
            .field("generation", generation)
            .finish()
    }
}
