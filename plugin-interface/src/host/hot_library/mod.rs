//! A plain library of C, whose functions are found by name and replaced while
//! they are in use.
//!
//! `engine` loads the next version through the stages that plugins go through;
//! `version` has the addresses of its functions, which callers find by a
//! `function`; `leaving` gets rid of the last one. `change` tells whether there
//! is a next one.

mod c_function;
mod change_detection;
#[cfg(feature = "call-dynamic")]
pub mod dynamic;
mod engine;
mod error;
mod events;
mod function;
mod functions;
mod options;
mod retired;
mod version;
#[cfg(feature = "watch")]
mod watch;

use core::fmt;
use core::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use self::engine::Engine;
use self::events::Listeners;
use self::retired::RetiredVersion;
use crate::host::library::outcome::UnloadOutcome;
use crate::host::load::settle::PATIENCE;
use crate::host::swap::reload_lock::{ReloadGuard, ReloadLock};
use crate::host::swap::{Guard, Swap};

pub use self::c_function::CFunction;
pub use self::change_detection::ChangeDetection;
pub use self::error::{HotError, NotDefined};
pub use self::events::HotEvent;
pub use self::function::{FunctionGuard, HotFunction};
pub use self::functions::HotFunctions;
pub use self::options::HotOptions;
pub use self::version::HotVersion;
#[cfg(feature = "watch")]
pub use self::watch::HotWatch;

/// A library of C, or with functions as C has them, that is replaced while it
/// is in use: edit, rebuild, and the running program calls the new code.
///
/// The library needs to know nothing of this. It is loaded from a private copy,
/// after the same checks of its file that plugins go through: nobody can harm
/// the host by writing to the file, and a half-written one is refused. Calls in
/// flight finish in the version they began in, which is closed when the last of
/// them is over, on a thread of this crate. Clones share one library.
///
/// # What this cannot know
///
/// A library of C does not say which parameters its functions have. **A changed
/// signature is not detected**: a host built for the old one calls the new one
/// wrongly, which is undefined behaviour, as it would be between two object
/// files. [`HotOptions::signatures`] guards against it.
///
/// Opening a library runs its constructors, with the rights of the host. Load
/// only what you would run. A library that starts threads and does not end
/// them, or (being of Rust, without `plugin-interface`) calls
/// `thread::current`, must stay mapped: [`HotOptions::retain`].
///
/// What a library links itself is not reloaded, and found by the paths of the
/// system and not beside the file.
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
pub struct HotLibrary(Arc<Shared>);

struct Shared {
    path: PathBuf,
    names: Arc<[String]>,
    swap: Swap<HotVersion>,
    engine: ReloadLock<Engine>,
    listeners: Arc<Listeners>,
}

/// What became of a [`check_and_reload`](HotLibrary::check_and_reload) that did
/// not fail.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HotReload {
    /// There is no other file than at the last time.
    Unchanged,
    /// A new version serves.
    Reloaded {
        /// Its number.
        generation: u64,
        /// The functions that the version before did not have.
        appeared: Vec<String>,
        /// The functions that only the version before had.
        vanished: Vec<String>,
    },
}

impl HotLibrary {
    /// Loads the library at `path` for the functions of these names, with the
    /// default [options](HotOptions). It need not define any of them yet.
    ///
    /// # Errors
    ///
    /// If it cannot be loaded, or there is no name, or one that no function can
    /// have, or one that a variable has.
    pub fn open<N: AsRef<str>>(path: impl AsRef<Path>, names: &[N]) -> Result<Self, HotError> {
        HotOptions::new().open(path, names)
    }

    fn open_with(path: &Path, names: Vec<String>, options: HotOptions) -> Result<Self, HotError> {
        // The directory that is current now is meant, whatever it is later.
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        if names.is_empty() {
            return Err(HotError::NoNames { path });
        }
        if let Some(name) = names.iter().find(|name| name.is_empty() || name.contains('\0')) {
            return Err(HotError::Name { path, name: name.clone() });
        }
        let names: Arc<[String]> = names.into();
        let mut engine = Engine::new(path.clone(), Arc::clone(&names), options);
        let Some(version) = engine.next(PATIENCE)? else {
            unreachable!("nothing serves yet that the first version could be the same as")
        };
        let (swap, engine) = (Swap::new(version), ReloadLock::new(engine));
        let listeners = Arc::default();
        Ok(HotLibrary(Arc::new(Shared { path, names, swap, engine, listeners })))
    }

    /// A function by its name, which follows reloads: it is there in those
    /// versions that define it.
    ///
    /// # Errors
    ///
    /// If the name is not among those that the library was opened with. That it
    /// is not defined is told by [`HotFunction::get`].
    pub fn function<F: CFunction>(&self, name: &str) -> Result<HotFunction<F>, HotError> {
        let Shared { path, names, .. } = &*self.0;
        let Some(index) = names.iter().position(|known| known == name) else {
            let (path, name, names) = (path.clone(), name.to_owned(), names.to_vec());
            return Err(HotError::NotNamed { path, name, names });
        };
        Ok(HotFunction::new(Arc::clone(&self.0), index))
    }

    /// The version that serves, kept for as long as what is returned: for
    /// several calls by the same version.
    pub fn version(&self) -> impl Deref<Target = HotVersion> + Send + Sync + use<> {
        let guard: Guard<HotVersion> = self.0.swap.get();
        guard
    }

    /// The number of the version that serves, counted from 1.
    pub fn generation(&self) -> u64 {
        self.version().generation()
    }

    /// The library's file.
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// Loads the file if it is another one than at the last time, and puts it
    /// in place of the version that serves when all has gone well. Made to be
    /// called often: a file that nobody touched costs one system call.
    ///
    /// Threads that ask at the same time take turns. Callers of functions never
    /// wait.
    ///
    /// # Errors
    ///
    /// If the file cannot be loaded, or was tried and refused. The version before
    /// serves on. A file that was refused for its content is reported once, and
    /// then `Unchanged`, until it is another one.
    pub fn check_and_reload(&self) -> Result<HotReload, HotError> {
        self.reload(PATIENCE).inspect_err(|error| self.refused(error))
    }

    /// The same with so much patience for a writer, and tells nobody of an error.
    fn reload(&self, patience: Duration) -> Result<HotReload, HotError> {
        let mut engine = self.0.begin()?;
        let Some((generation, [appeared, vanished], old)) =
            self.0.replace(&mut engine, patience)?
        else {
            return Ok(HotReload::Unchanged);
        };
        drop(engine);
        let (came, went) = (appeared.clone(), vanished.clone());
        old.on_reclaimer_thread();
        let event = HotEvent::Reloaded { generation, appeared: came, vanished: went };
        self.0.listeners.tell(&event);
        Ok(HotReload::Reloaded { generation, appeared, vanished })
    }

    /// Tells of an error.
    fn refused(&self, error: &HotError) {
        let (generation, message) = (self.generation(), format!("{error:?}"));
        self.0.listeners.tell(&HotEvent::Refused { generation, message });
    }

    /// Calls `listener` after each reload, each refusal, and when an old version
    /// was closed: on the thread where that happens, which for the last is one
    /// of this crate.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use plugin_interface::{HotEvent, HotLibrary};
    ///
    /// let library = HotLibrary::open("build/libfoo.so", &["foo"])?;
    /// library.on_reload(|event| match event {
    ///     HotEvent::Reloaded { generation, .. } => println!("version {generation} serves"),
    ///     HotEvent::Refused { message, .. } => eprintln!("{message}"),
    ///     _ => {}
    /// });
    /// # Ok(())
    /// # }
    /// ```
    pub fn on_reload(&self, listener: impl Fn(&HotEvent) + Send + Sync + 'static) {
        self.0.listeners.add(listener);
    }

    /// Unloads the library, whoever has handles of it: its functions are not
    /// defined any more. Waits for calls in flight, though not longer than the
    /// [deadline](HotOptions::deadline), and not for those of its own thread; such
    /// a library is closed when the last of them is over.
    ///
    /// # Errors
    ///
    /// If it was unloaded already.
    pub fn unload(&self) -> Result<UnloadOutcome, HotError> {
        let mut engine = self.0.begin()?;
        let generation = engine.generation;
        engine.is_unloaded = true;
        let nothing = HotVersion::none(generation, Arc::clone(&self.0.names));
        let old = RetiredVersion::new(self.0.swap.publish(nothing), generation, &self.0.listeners);
        let deadline = engine.options.deadline;
        drop(engine);
        Ok(old.within(deadline))
    }
}

impl Shared {
    /// Waits until no other thread reloads.
    fn begin(&self) -> Result<ReloadGuard<'_, Engine>, HotError> {
        let path = || self.path.clone();
        let engine = self.engine.lock().ok_or_else(|| HotError::Reentered { path: path() })?;
        match engine.is_unloaded {
            true => Err(HotError::Unloaded { path: path() }),
            false => Ok(engine),
        }
    }

    /// Publishes the next version, if there is one: its number, the names that
    /// came and went, and the version before.
    #[expect(clippy::type_complexity, reason = "used in one place")]
    fn replace(
        &self,
        engine: &mut Engine,
        patience: Duration,
    ) -> Result<Option<(u64, [Vec<String>; 2], RetiredVersion)>, HotError> {
        let Some(new) = engine.next(patience)? else { return Ok(None) };
        let (generation, old) = (new.generation(), self.swap.get());
        let only = |one: &HotVersion, other: &HotVersion| {
            let absent = |name: &&str| !other.defined().any(|defined| defined == *name);
            one.defined().filter(absent).map(str::to_owned).collect()
        };
        let names = [only(&new, &old), only(&old, &new)];
        drop(old);
        let old = RetiredVersion::new(self.swap.publish(new), generation - 1, &self.listeners);
        Ok(Some((generation, names, old)))
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        let Some(last) = self.swap.take() else { return };
        let generation = self.engine.get_mut().generation;
        // Here, if nobody is calling; else it is not waited for.
        RetiredVersion::new(last, generation, &self.listeners).within(Duration::ZERO);
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
