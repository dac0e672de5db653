//! The handle of a plain library.

use core::fmt;
use core::ops::Deref;
use core::panic::Location;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::engine::Engine;
use super::error::HotError;
use super::events::HotEvent;
use super::listeners::Listeners;
use super::options::HotOptions;
use super::outcome::HotReload;
use super::version::HotVersion;
use crate::host::library::outcome::UnloadOutcome;
use crate::host::load::settle::PATIENCE;
use crate::host::reload::{ReloadCell, ReloadGuard, RetiredVersion};
use crate::host::swap::Guard;

/// A library with C functions that is replaced while it is in use: edit,
/// rebuild, and the running program calls the new code.
///
/// The library needs no support for this. It is loaded from a private copy,
/// after the same checks of its file that plugins pass. Writing to the file
/// cannot harm the host, and a half-written file is refused. Calls in flight
/// finish in the version in which they began. That version is closed when the
/// last of them ends, on a thread of this crate. Clones share one library.
///
/// # Limits
///
/// A C library does not contain the parameters of its functions. **A changed
/// signature is not detected**: a host built for the old one calls the new one
/// wrongly. That is undefined behaviour, as between two object files.
/// [`HotOptions::signatures`] guards against it.
///
/// Opening a library runs its constructors, with the rights of the host. Load
/// only libraries that you would run.
///
/// A version whose threads run stays mapped, and its outcome is
/// [`Pinned`](UnloadOutcome::Pinned). It is unmapped by the first reload after
/// they have ended. [`retained`](crate::retained) lists such versions. A library
/// that leaves pointers to itself elsewhere must stay mapped for good
/// ([`HotOptions::retain`]). So must a Rust library without `plugin-interface`
/// that calls `thread::current`.
///
/// The libraries that a library links are not reloaded. The system searches its
/// own paths for them, not the directory of the file.
///
/// ```
/// # let directory = tempfile::tempdir()?;
/// # let path = directory.path().join("libfoo.so");
/// # let build = |source: &str| {
/// #     let file = directory.path().join("foo.c");
/// #     std::fs::write(&file, source).unwrap();
/// #     assert!(std::process::Command::new("gcc").args(["-shared", "-o"]).arg(&path)
/// #         .arg(directory.path().join("foo.c")).status().unwrap().success());
/// # };
/// use plugin_interface::{HotLibrary, HotReload};
///
/// build("int foo(void) { return 4; }");
/// let library = HotLibrary::open(&path, &["foo", "bar"])?;
/// let foo = library.function::<unsafe extern "C" fn() -> i32>("foo")?;
/// let bar = library.function::<unsafe extern "C" fn() -> i32>("bar")?;
/// // SAFETY: both are `int name(void)`, in each version.
/// unsafe {
///     assert_eq!(foo.get()?(), 4);
///     assert!(bar.get().is_err(), "not defined, so far");
///     assert_eq!(library.check_and_reload()?, HotReload::Unchanged);
///
///     build("int foo(void) { return 5; } int bar(void) { return 10; }");
///     let HotReload::Reloaded { generation, appeared, vanished } = library.check_and_reload()?
///     else { panic!("it changed") };
///     assert_eq!((generation, appeared, vanished), (2, vec!["bar".to_owned()], vec![]));
///     assert_eq!((foo.get()?(), bar.get()?()), (5, 10));
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct HotLibrary(pub(super) Arc<Shared>);

pub(super) struct Shared {
    pub(super) path: PathBuf,
    pub(super) names: Arc<[String]>,
    /// The list of what is revoked, if the policy has one.
    #[cfg(feature = "watch")]
    pub(super) revocations: Option<PathBuf>,
    pub(super) cell: ReloadCell<HotVersion, Engine>,
}

impl HotLibrary {
    /// Loads the library at `path` for the functions of these names, with the
    /// default [options](HotOptions). It need not define any of them yet.
    ///
    /// # Errors
    ///
    /// If it cannot be loaded, if there is no name, or if a name is invalid or
    /// that of a variable.
    pub fn open<N: AsRef<str>>(path: impl AsRef<Path>, names: &[N]) -> Result<Self, HotError> {
        HotOptions::new().open(path, names)
    }

    fn open_with(path: &Path, names: Vec<String>, options: HotOptions) -> Result<Self, HotError> {
        // A relative path means the directory that is current now.
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        if names.is_empty() {
            return Err(HotError::NoNames { path });
        }
        if let Some(name) = names.iter().find(|name| name.is_empty() || name.contains('\0')) {
            return Err(HotError::Name { path, name: name.clone() });
        }
        let names: Arc<[String]> = names.into();
        let announcer = Arc::new(Listeners::new(options.deadline));
        #[cfg(feature = "watch")]
        let revocations = options.policy.revocations().map(Path::to_owned);
        let mut engine = Engine::new(path.clone(), Arc::clone(&names), options);
        let first = engine.next(PATIENCE);
        // Its panic was printed, and is no reason to load nothing.
        let _ = engine.take_decided().emit();
        let Some(version) = first? else { unreachable!("the first version of a library is new") };
        let cell = ReloadCell::new(version, engine, announcer, None);
        Ok(HotLibrary(Arc::new(Shared {
            path,
            names,
            #[cfg(feature = "watch")]
            revocations,
            cell,
        })))
    }

    /// Returns a guard of the current version, for several calls to the same
    /// version.
    pub fn version(&self) -> impl Deref<Target = HotVersion> + Send + Sync + use<> {
        let guard: Guard<HotVersion> = self.0.cell.get();
        guard
    }

    /// Returns the number of the current version, counted from 1.
    pub fn generation(&self) -> u64 {
        self.version().generation()
    }

    /// Returns the path of the library's file.
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// Loads the file if it has changed since the last time, and makes it the
    /// current version when all stages succeeded. Made to be called often: an
    /// unchanged file costs one system call.
    ///
    /// Threads that call this at the same time take turns. Callers of functions
    /// never wait.
    ///
    /// # Errors
    ///
    /// If the file cannot be loaded or was refused. The current version stays.
    /// A file that was refused for its content is an error once, and
    /// `Unchanged` after that, until it changes.
    pub fn check_and_reload(&self) -> Result<HotReload, HotError> {
        self.reload(PATIENCE).inspect_err(|error| self.refused(error))
    }

    /// Loads the file as [`check_and_reload`](Self::check_and_reload) does, also
    /// if it was refused already: what it lacked may be there now.
    ///
    /// # Errors
    ///
    /// Those of `check_and_reload`.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let library = plugin_interface::HotLibrary::open("libfoo.so", &["foo"])?;
    /// // The new version needs a licence, and was refused without it.
    /// std::fs::copy("licence", "/run/licence")?;
    /// library.retry()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn retry(&self) -> Result<HotReload, HotError> {
        self.0.forget_refused();
        self.check_and_reload()
    }

    /// Reloads the library, without reporting an error to the listeners. A
    /// writer may take as long as `patience` to finish.
    pub(super) fn reload(&self, patience: Duration) -> Result<HotReload, HotError> {
        let mut engine = self.0.lock()?;
        let replaced = self.0.replace(&mut engine, patience);
        let decided = engine.take_decided();
        drop(engine);
        let replaced = replaced.map(|replaced| {
            let (generation, names, old) = replaced?;
            old.retire();
            Some((generation, names))
        });
        // Its panic was printed, and is no reason to report nothing.
        let _ = decided.emit();
        let Some((generation, [appeared, vanished])) = replaced? else {
            return Ok(HotReload::Unchanged);
        };
        let (came, went) = (appeared.clone(), vanished.clone());
        let event = HotEvent::Reloaded { generation, appeared: came, vanished: went };
        self.0.listeners().announce(&event);
        Ok(HotReload::Reloaded { generation, appeared, vanished })
    }

    /// Reports an error to the listeners.
    pub(super) fn refused(&self, error: &HotError) {
        let (generation, message) = (self.generation(), format!("{error:?}"));
        self.0.listeners().announce(&HotEvent::Refused { generation, message });
    }

    /// Calls `listener` after each reload, after each refusal, and when an old
    /// version was closed.
    ///
    /// It is called on the thread where that happens: the one that reloads,
    /// that of [`watch`](Self#method.watch), or one that closes old versions.
    /// Nothing waits for these last two, and no lock is held, so a listener may
    /// block and may drop a `HotWatch`.
    ///
    /// One listener is called by one thread at a time, for all events in order.
    /// An event that happens during the call is handed over after it, by the
    /// same thread. The other listeners hear of a listener that panics, and of
    /// one that has not returned within the [deadline](HotOptions::deadline) at
    /// the next event.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use plugin_interface::{HotEvent, HotLibrary};
    ///
    /// let library = HotLibrary::open("build/libfoo.so", &["foo"])?;
    /// library.on_reload(|event| match event {
    ///     HotEvent::Reloaded { generation, .. } => println!("version {generation} is current"),
    ///     HotEvent::Refused { message, .. } => eprintln!("{message}"),
    ///     _ => {}
    /// });
    /// # Ok(())
    /// # }
    /// ```
    #[track_caller]
    pub fn on_reload(&self, listener: impl Fn(&HotEvent) + Send + Sync + 'static) {
        self.0.listeners().add(Location::caller(), listener);
    }

    /// Unloads the library, even if there are other handles. Its functions are
    /// no longer defined.
    ///
    /// Waits for calls in flight until the [deadline](HotOptions::deadline),
    /// but not for calls of its own thread. If some are left, the library is
    /// closed when the last of them ends.
    ///
    /// # Errors
    ///
    /// If it is unloaded already.
    pub fn unload(&self) -> Result<UnloadOutcome, HotError> {
        let mut engine = self.0.lock()?;
        let generation = engine.generation;
        engine.is_unloaded = true;
        let nothing = HotVersion::none(generation, Arc::clone(&self.0.names));
        let old = self.0.cell.publish(nothing);
        let deadline = engine.options.deadline;
        drop(engine);
        Ok(old.close_within(deadline))
    }
}

impl HotOptions {
    /// Loads the first version of the library at `path`.
    ///
    /// # Errors
    ///
    /// Those of [`HotLibrary::open`].
    pub fn open<N: AsRef<str>>(
        self,
        path: impl AsRef<Path>,
        names: &[N],
    ) -> Result<HotLibrary, HotError> {
        let names = names.iter().map(|name| name.as_ref().to_owned());
        HotLibrary::open_with(path.as_ref(), names.collect(), self)
    }
}

impl Shared {
    pub(super) fn listeners(&self) -> &Listeners {
        self.cell.announcer()
    }

    /// Waits until no other thread reloads, and returns the engine.
    fn lock(&self) -> Result<ReloadGuard<'_, Engine>, HotError> {
        let path = || self.path.clone();
        let engine = self.cell.lock().ok_or_else(|| HotError::Reentered { path: path() })?;
        match engine.is_unloaded {
            true => Err(HotError::Unloaded { path: path() }),
            false => Ok(engine),
        }
    }

    /// Tries the file that was refused last again, even if it does not change.
    pub(super) fn forget_refused(&self) {
        if let Ok(mut engine) = self.lock() {
            engine.forget_refused();
        }
    }

    /// Publishes the next version, if there is one. Returns its number, the
    /// names that appeared and vanished, and the version before.
    #[expect(clippy::type_complexity, reason = "used in one place")]
    fn replace(
        &self,
        engine: &mut Engine,
        patience: Duration,
    ) -> Result<Option<(u64, [Vec<String>; 2], RetiredVersion<HotVersion>)>, HotError> {
        let Some(new) = engine.next(patience)? else { return Ok(None) };
        let (generation, old) = (new.generation(), self.cell.get());
        let only = |one: &HotVersion, other: &HotVersion| {
            let absent = |name: &&str| !other.defined().any(|defined| defined == *name);
            one.defined().filter(absent).map(str::to_owned).collect()
        };
        let names = [only(&new, &old), only(&old, &new)];
        drop(old);
        Ok(Some((generation, names, self.cell.publish(new))))
    }
}

impl fmt::Debug for HotLibrary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let version = self.version();
        f.debug_struct("HotLibrary")
            .field("path", &self.0.path)
            .field("version", &*version)
            .finish()
    }
}
