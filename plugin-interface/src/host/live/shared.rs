//! What all handles of one `Live` share, and how its version is replaced.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};
use std::time::Duration;

use super::engine::{Engine, NewVersion};
use super::error::ReloadError;
use super::events::{Announcer, LiveEvent};
use super::options::LiveOptions;
use super::version::{RetiredVersion, Version};
use crate::host::error::LoadError;
use crate::host::error::stage::Stage;
use crate::host::live::{LiveInterface, ReloadOutcome};
use crate::host::load::settle::PATIENCE;
use crate::host::load::timings::Stopwatch;
use crate::host::swap::Swap;
use crate::host::swap::reclaimer;
use crate::interface::PluginTrait;

pub(super) struct Shared<I: LiveInterface + ?Sized> {
    pub(super) swap: Swap<Version<I>>,
    engine: Mutex<Engine>,
    /// Who has the engine.
    reloading: Mutex<Option<ThreadId>>,
    pub(super) announcer: Arc<Announcer>,
    /// The thread that watches the file ends with this.
    #[cfg(feature = "watch")]
    pub(super) watched: Option<crossbeam_channel::Sender<()>>,
}

impl<I: LiveInterface + ?Sized> Shared<I> {
    /// Loads the first version.
    pub(super) fn open(
        path: &Path,
        options: LiveOptions,
        mut watch: Stopwatch,
    ) -> Result<Self, ReloadError> {
        const {
            assert!(
                I::SHAREABLE,
                "the interface of a `Live` has no method that takes `&mut self`: its versions are called by several threads at once"
            );
        }
        // The directory that is current now is meant, whatever it is later.
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let announcer = Arc::new(Announcer::new(path.clone()));
        let mut engine = Engine::new(path, PluginTrait::of::<I>(), options);
        let version = match next_version(&mut engine, None, PATIENCE, &mut watch) {
            Ok(Some(version)) => version,
            // Nothing serves yet that it could be the same as.
            Ok(None) => unreachable!("the first version of a library is new"),
            Err(source) => return Err(refused(&engine, &watch, source)),
        };
        let swap = Swap::new(version);
        announcer.tell(LiveEvent::Loaded { generation: engine.generation, times: watch.stop() });
        Ok(Shared {
            swap,
            engine: Mutex::new(engine),
            reloading: Mutex::new(None),
            announcer,
            #[cfg(feature = "watch")]
            watched: None,
        })
    }

    /// Loads the file and publishes it. `patience`: how long a writer may take
    /// to be done. A failure is an event if `is_told` says so.
    pub(super) fn reload(
        &self,
        patience: Duration,
        mut watch: Stopwatch,
        is_told: impl FnOnce(&LoadError) -> bool,
    ) -> Result<ReloadOutcome, ReloadError> {
        let mut guard = self.begin()?;
        let (engine, announcer) = (&mut *guard.engine, &self.announcer);
        let next = next_version(engine, Some(&self.swap.get()), patience, &mut watch);
        match next {
            Ok(None) => Ok(ReloadOutcome::Unchanged),
            Ok(Some(version)) => {
                let generation = version.generation;
                let old = self.swap.publish(version);
                let times = watch.stop();
                let deadline = engine.deadline();
                announcer.tell(LiveEvent::Replaced { generation, times: times.clone() });
                let leaving =
                    RetiredVersion::new(old, generation - 1, deadline, Arc::clone(announcer));
                reclaimer::retire(Box::new(leaving));
                Ok(ReloadOutcome::Replaced { generation, times })
            }
            Err(source) => {
                let is_told = is_told(&source);
                let error = refused(engine, &watch, source);
                if is_told {
                    announcer.tell(LiveEvent::Refused {
                        generation: engine.generation,
                        stage: watch.stage(),
                        message: format!("{error:?}"),
                        times: watch.stop(),
                    });
                }
                Err(error)
            }
        }
    }

    /// Waits until no other thread reloads.
    fn begin(&self) -> Result<ReloadGuard<'_>, ReloadError> {
        let this = thread::current().id();
        if *lock(&self.reloading) == Some(this) {
            return Err(ReloadError::Reentered { path: self.announcer.path().to_owned() });
        }
        let engine = lock(&self.engine);
        *lock(&self.reloading) = Some(this);
        Ok(ReloadGuard { reloading: &self.reloading, engine })
    }
}

impl<I: LiveInterface + ?Sized> Drop for Shared<I> {
    fn drop(&mut self) {
        let Some(last) = self.swap.take() else { return };
        let engine = self.engine.get_mut().unwrap_or_else(PoisonError::into_inner);
        let (deadline, announcer) = (engine.deadline(), Arc::clone(&self.announcer));
        reclaimer::retire(Box::new(RetiredVersion::new(
            last,
            engine.generation,
            deadline,
            announcer,
        )));
    }
}

/// Loads a version that takes over the state of the one that serves, and
/// numbers it; `None` if the file is what serves.
fn next_version<I: LiveInterface + ?Sized>(
    engine: &mut Engine,
    serving: Option<&Version<I>>,
    patience: Duration,
    watch: &mut Stopwatch,
) -> Result<Option<Version<I>>, LoadError> {
    let Some(NewVersion { mut instance, content }) = engine.load(patience, watch)? else {
        return Ok(None);
    };
    if let Some(serving) = serving.filter(|serving| serving.instance.keeps_state()) {
        watch.begin(Stage::Restore);
        if let Some(state) = serving.instance.save()? {
            instance.restore(&state)?;
        }
    }
    let instance = Arc::new(instance);
    let proxy = Arc::clone(&instance)
        .proxy::<I>()
        .map_err(|source| LoadError::Proxy { path: engine.path().to_owned(), source })?;
    watch.begin(Stage::Publish);
    let generation = engine.serve(content);
    Ok(Some(Version { proxy, generation, instance }))
}

fn refused(engine: &Engine, watch: &Stopwatch, source: LoadError) -> ReloadError {
    let (path, stage) = (engine.path().to_owned(), watch.stage());
    ReloadError::Refused { path, stage, source: Box::new(source) }
}

/// The engine, for one reload.
struct ReloadGuard<'s> {
    reloading: &'s Mutex<Option<ThreadId>>,
    engine: MutexGuard<'s, Engine>,
}

impl Drop for ReloadGuard<'_> {
    fn drop(&mut self) {
        *lock(self.reloading) = None;
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
