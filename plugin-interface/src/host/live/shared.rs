//! The state that all handles of one `Live` share, and its reload.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::announcer::Announcer;
use super::engine::{Engine, NewVersion};
use super::error::ReloadError;
use super::events::LiveEvent;
use super::interface::LiveInterface;
use super::options::LiveOptions;
use super::outcome::ReloadOutcome;
use super::version::Version;
use crate::host::dev_report;
use crate::host::error::LoadError;
use crate::host::error::stage::Stage;
use crate::host::load::settle::PATIENCE;
use crate::host::load::timings::Stopwatch;
use crate::host::reload::ReloadCell;
use crate::host::swap::Guard;
use crate::interface::{HasProxy, PluginTrait};

pub(super) struct Shared<I: HasProxy<Proxy: Send + Sync> + ?Sized> {
    cell: ReloadCell<Version<I::Proxy>, Engine>,
    /// The thread that watches the file ends when this is dropped.
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
        // A relative path means the directory that is current now.
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let announcer = Arc::new(Announcer::new(path.clone()));
        let mut engine = Engine::new(path, PluginTrait::of::<I>(), options);
        let version = next_version::<I>(&mut engine, None, PATIENCE, &mut watch);
        announcer.emit_decided(engine.take_decided());
        let version = match version {
            Ok(Some(version)) => version,
            // There is no current version yet that it could be the same as.
            Ok(None) => unreachable!("the first version of a library is new"),
            Err(source) => {
                let error = refused(&engine, source);
                dev_report::refused(engine.path(), &error);
                return Err(error);
            }
        };
        let (generation, times) = (engine.generation, watch.stop());
        announcer.announce(LiveEvent::Loaded { generation, times });
        dev_report::used(engine.head());
        let report_after = Some(engine.deadline());
        Ok(Shared {
            cell: ReloadCell::new(version, engine, announcer, report_after),
            #[cfg(feature = "watch")]
            watched: None,
        })
    }

    /// Returns a guard of the current version.
    #[inline(always)]
    pub(super) fn get(&self) -> Guard<Version<I::Proxy>> {
        self.cell.get()
    }

    pub(super) fn announcer(&self) -> &Announcer {
        self.cell.announcer()
    }

    /// Loads the file and publishes it. A writer may take as long as `patience`
    /// to finish. A failure becomes an event if `is_reported` returns `true`.
    ///
    /// Events are queued under the lock, so that they are in order, and emitted
    /// after it.
    pub(super) fn reload(
        &self,
        patience: Duration,
        mut watch: Stopwatch,
        is_reported: impl FnOnce(&LoadError) -> bool,
    ) -> Result<ReloadOutcome, ReloadError> {
        let Some(mut engine) = self.cell.lock() else {
            return Err(ReloadError::Reentered { path: self.announcer().path().to_owned() });
        };
        let next = next_version::<I>(&mut engine, Some(&self.get()), patience, &mut watch);
        let decided = engine.take_decided();
        match next {
            Ok(None) => {
                drop(engine);
                self.announcer().emit_decided(decided);
                Ok(ReloadOutcome::Unchanged)
            }
            Ok(Some(version)) => {
                let generation = version.generation;
                let old = self.cell.publish(version);
                let times = watch.stop();
                let event = LiveEvent::Replaced { generation, times: times.clone() };
                let queued = self.announcer().queue(event);
                let build = engine.head();
                old.retire();
                drop(engine);
                dev_report::used(build);
                self.announcer().emit_decided(decided);
                self.announcer().emit(queued);
                Ok(ReloadOutcome::Replaced { generation, times })
            }
            Err(source) => {
                let is_reported = is_reported(&source);
                let error = refused(&engine, source);
                let queued = is_reported.then(|| {
                    self.announcer().queue(LiveEvent::Refused {
                        generation: engine.generation,
                        stage: watch.stage(),
                        message: format!("{error:?}"),
                        times: watch.stop(),
                    })
                });
                drop(engine);
                self.announcer().emit_decided(decided);
                if let Some(queued) = queued {
                    dev_report::refused(self.announcer().path(), &error);
                    self.announcer().emit(queued);
                }
                Err(error)
            }
        }
    }
}

/// Loads a version, hands it the state of the current one, and numbers it.
/// Returns `None` if the file is the current version.
fn next_version<I: LiveInterface + ?Sized>(
    engine: &mut Engine,
    serving: Option<&Version<I::Proxy>>,
    patience: Duration,
    watch: &mut Stopwatch,
) -> Result<Option<Version<I::Proxy>>, LoadError> {
    let Some(NewVersion { mut instance, content }) = engine.load(patience, watch)? else {
        return Ok(None);
    };
    if let Some(serving) = serving.filter(|serving| serving.instance.keeps_state()) {
        watch.begin(Stage::Restore);
        if let Some(state) = serving.instance.save()? {
            instance.restore(&state)?;
        }
    }
    if instance.has_lifecycle() {
        watch.begin(Stage::Start);
        instance.start(engine.time_to_stop())?;
    }
    let instance = Arc::new(instance);
    let proxy = Arc::clone(&instance)
        .proxy::<I>()
        .map_err(|source| LoadError::Proxy { path: engine.path().to_owned(), source })?;
    watch.begin(Stage::Publish);
    let generation = engine.serve(content);
    Ok(Some(Version { proxy, generation, instance }))
}

fn refused(engine: &Engine, source: LoadError) -> ReloadError {
    let (path, stage) = (engine.path().to_owned(), source.stage());
    ReloadError::Refused { path, stage, source: Box::new(source) }
}
