//! The thread with the manager, from the first load to the last.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

use super::closing::Closing;
use super::options::PluginsOptions;
use super::table::Table;
use crate::host::error::LoadError;
use crate::host::live::LiveInterface;
use crate::host::load::disabled::DisabledPackages;
use crate::host::load::layers::Layers;
use crate::host::manager::PluginManager;
#[cfg(feature = "configure")]
use crate::host::manager::followed_file::Reconfigured;
use crate::host::manager::retry::Asked;
use crate::interface::PluginTrait;

/// The thread of the manager. It ends when this is dropped.
pub(super) struct Served {
    stop: Mutex<Option<Sender<()>>>,
    /// Is disconnected when the thread has ended.
    ended: Receiver<()>,
}

impl Served {
    /// Starts the thread, and waits until it has tried all files.
    pub(super) fn start<I: LiveInterface + ?Sized>(
        layers: &Layers,
        table: &Arc<Table<I>>,
        options: PluginsOptions,
        switch: (Arc<DisabledPackages>, Asked),
        #[cfg(feature = "configure")] reads_configuration: bool,
    ) -> Result<Self, LoadError> {
        let (stop, stopped) = bounded::<()>(0);
        let (alive, ended) = bounded::<()>(0);
        let (ready, is_ready) = bounded(1);
        let (table, place) = (Arc::clone(table), layers.clone());
        let directory = layers.directories().last().cloned().unwrap_or_default();
        let name = format!("plugins {}", directory.display()).replace('\0', "");
        let spawned = thread::Builder::new().name(name).spawn(move || {
            let published = Published { table, _alive: alive };
            #[cfg(feature = "configure")]
            let reconfigured = reads_configuration.then(|| reordering(&published.table));
            let tell = |notification| published.table.take_in(notification);
            // The manager stays on its thread, and is dropped there.
            let (disabled, asked) = switch;
            manager(options).disabling(disabled, asked).serve(
                &place,
                #[cfg(feature = "configure")]
                reconfigured,
                PluginTrait::of::<I>(),
                &stopped,
                &ready,
                tell,
            );
        });
        let no_thread = |source| LoadError::ReadDirectory { path: directory.clone(), source };
        spawned.map_err(no_thread)?;
        // It panicked if it sends nothing.
        let lost = |_| no_thread(std::io::Error::other("the thread that loads plugins ended"));
        is_ready.recv().map_err(lost)??;
        Ok(Served { stop: Mutex::new(Some(stop)), ended })
    }

    /// Ends the thread, and waits for it and for all that is being closed.
    /// Returns `false` if that takes too long.
    pub(super) fn stop(&self, closing: &Closing, within: Duration) -> bool {
        let deadline = Instant::now() + within.min(Duration::from_secs(1 << 30));
        closing.set_end(deadline);
        drop(self.stop.lock().unwrap_or_else(PoisonError::into_inner).take());
        let has_ended = |gone: &Receiver<()>| {
            gone.recv_deadline(deadline) == Err(RecvTimeoutError::Disconnected)
        };
        let (last, closed) = bounded::<()>(0);
        has_ended(&self.ended) && {
            // The queue closes one after the other, so this comes last.
            closing.run(move || drop(last));
            has_ended(&closed)
        }
    }
}

/// What the thread publishes. However the thread ends, no plugins are left, and the
/// events end.
struct Published<I: LiveInterface + ?Sized> {
    table: Arc<Table<I>>,
    /// Last: it is disconnected when the rest is done.
    _alive: Sender<()>,
}

impl<I: LiveInterface + ?Sized> Drop for Published<I> {
    fn drop(&mut self) {
        self.table.clear();
    }
}

/// Sorts the plugins as a configuration says.
#[cfg(feature = "configure")]
fn reordering<I: LiveInterface + ?Sized>(table: &Arc<Table<I>>) -> Reconfigured {
    let table = Arc::clone(table);
    Box::new(move |configuration| {
        let order = configuration.map(|it| it.order().map(str::to_owned).collect());
        table.reorder(order.unwrap_or_default());
    })
}

fn manager(options: PluginsOptions) -> PluginManager {
    let PluginsOptions { policy, probe, offers, polling, .. } = options;
    let mut manager = PluginManager::with_policy(policy).offering(offers);
    if let Some(probe) = probe {
        manager = manager.with_probe(probe);
    }
    if let Some(interval) = polling {
        manager = manager.with_polling(interval);
    }
    manager
}
