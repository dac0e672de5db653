//! Watching by a manager.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, at, never, select};

use super::PluginManager;
#[cfg(feature = "configure")]
use super::followed_file::{FollowedFile, Reconfigured};
use super::retry::{Asked, RetryHandle};
use super::session::Session;
use crate::host::error::LoadError;
use crate::host::live::{Follower, Live, LiveInterface, LiveOptions, ReloadError};
use crate::host::load::disabled::DisabledPackages;
use crate::host::load::layers::Layers;
use crate::host::services::offers::Offers;
use crate::host::watch::{
    self, Contained, ManagerNotification, WatchEvent, WatchHandler, WatchNotification,
    WatchOptions, WatchTarget, Watcher,
};
use crate::interface::PluginTrait;

impl PluginManager {
    /// Watches by polling: files are compared every `interval`, without events
    /// of the system. For file systems that report no events, such as network
    /// file systems.
    ///
    /// Feature `watch`.
    ///
    /// This is a setting of the manager and not of each watch, because it
    /// depends on the place of the plugins, and the fields of [`WatchOptions`]
    /// are fixed. If the system refuses to watch, for instance because all
    /// watches are in use, the manager polls too, and
    /// [`WatchError::Polling`](crate::WatchError::Polling) reports it.
    ///
    /// ```
    /// use std::time::Duration;
    /// let manager = plugin_interface::PluginManager::new().with_polling(Duration::from_secs(1));
    /// ```
    pub fn with_polling(mut self, interval: Duration) -> Self {
        self.watching.polling = Some(interval.max(Duration::from_millis(1)));
        self
    }

    /// Returns a handle by which other threads ask the loop of this manager to
    /// try again what failed.
    ///
    /// Feature `watch`.
    pub fn retry_handle(&self) -> RetryHandle {
        self.watching.asked.handle()
    }

    /// Loads the library at `path` with this manager's policy and probe. The
    /// manager's loop replaces it when a watch of its directory sees it change:
    /// [`watch_and_load_blocking`](Self::watch_and_load_blocking) or
    /// [`process_watch_notifications_blocking`](Self::process_watch_notifications_blocking).
    ///
    /// Feature `watch`.
    ///
    /// The loop reports each new version to its callback as
    /// [`WatchEvent::Replaced`], and returns no handles of that library for
    /// that interface. If the file is removed, the current version stays.
    ///
    /// # Errors
    ///
    /// If the first version cannot be loaded.
    ///
    /// ```no_run
    /// use plugin_interface::{Greeter, PluginManager, PluginTrait, WatchOptions};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let mut manager = PluginManager::new();
    /// let live = manager.live::<dyn Greeter>("plugins/libgreeter.so")?;
    /// std::thread::spawn(move || {
    ///     println!("{}", live.get().greet("world"));
    /// });
    /// let options = WatchOptions::default();
    /// manager.watch_and_load_blocking("plugins", PluginTrait::Greeter, options, |event| {
    ///     println!("{event:?}");
    ///     true
    /// });
    /// # Ok(())
    /// # }
    /// ```
    pub fn live<I: LiveInterface + ?Sized>(
        &mut self,
        path: impl AsRef<Path>,
    ) -> Result<Live<I>, ReloadError> {
        let mut options = LiveOptions::new()
            .policy(self.libraries.loader().policy().clone())
            .offers(self.libraries.offers());
        if let Some(probe) = self.libraries.loader().probe() {
            options = options.probe(probe.clone());
        }
        let live = options.open(path)?;
        let followers = &mut self.watching.followers;
        followers.retain(|follower| !follower.is_over());
        followers.push(Follower::new(&live, WatchOptions::default().quiet()));
        Ok(live)
    }

    /// Watches `directory` on this thread. Loads the plugins for `interface`
    /// that are there or are added, replaces those that change, and reports to
    /// `callback`, until that returns `false`.
    ///
    /// Feature `watch`.
    ///
    /// See
    /// [`process_watch_notifications_blocking`](Self::process_watch_notifications_blocking)
    /// for what is loaded, replaced and unloaded when. Here the callback
    /// receives everything as a [`WatchEvent`].
    ///
    /// A directory that does not exist is reported as an error, and waited for.
    ///
    /// ```
    /// use plugin_interface::{PluginManager, PluginTrait, WatchEvent, WatchOptions};
    ///
    /// let (mut manager, options) = (PluginManager::new(), WatchOptions::default());
    /// manager.watch_and_load_blocking("no/such/folder", PluginTrait::Greeter, options, |event| {
    ///     match event {
    ///         WatchEvent::Handles(handles, paths) => println!("{handles:?} of {paths:?}"),
    ///         WatchEvent::Error(error) => {
    ///             assert!(error.to_string().starts_with("no such directory"));
    ///             return false;
    ///         }
    ///         _ => {}
    ///     }
    ///     true
    /// });
    /// ```
    pub fn watch_and_load_blocking(
        &mut self,
        directory: impl AsRef<Path>,
        interface: PluginTrait,
        options: WatchOptions,
        mut callback: impl FnMut(WatchEvent) -> bool,
    ) {
        let watcher = self.watcher(directory.as_ref(), &options);
        let tell = |notification: ManagerNotification| callback(notification.into());
        let interface = Some(interface);
        let layers = Layers::of(directory);
        let mut session = Session::new(self, layers, interface, options, tell);
        watch::run(watcher, &never(), &mut session);
    }

    /// Watches `directory` on its own thread, which loads nothing. It reports
    /// over the first channel which files exist, were added, changed or were
    /// removed.
    ///
    /// Feature `watch`.
    ///
    /// The watch is complete when this returns: nothing that happens later is
    /// missed. A notification that is not read delays nothing: meanwhile each
    /// file is remembered once, however often it changes. The thread ends when
    /// anything is sent to the second channel, or when that or the receiver is
    /// dropped, and not before.
    ///
    /// # Panics
    ///
    /// If the system cannot start a thread.
    ///
    /// ```
    /// use plugin_interface::{PluginManager, WatchNotification, WatchOptions};
    ///
    /// let mut manager = PluginManager::new();
    /// let (notifications, stop, thread) =
    ///     manager.start_watch_background("no/such/folder", WatchOptions::default());
    /// assert!(matches!(notifications.recv(), Ok(WatchNotification::Error(_))));
    /// drop(stop);
    /// thread.join().unwrap();
    /// ```
    pub fn start_watch_background(
        &mut self,
        directory: impl AsRef<Path>,
        options: WatchOptions,
    ) -> (Receiver<WatchNotification>, Sender<()>, JoinHandle<()>) {
        watch::spawn(self.watcher(directory.as_ref(), &options))
    }

    /// Processes the notifications of a background watcher of `directory` on
    /// this thread, and reports to `callback`, until that returns `false` or
    /// the watcher has ended.
    ///
    /// Feature `watch`.
    ///
    /// A new file is loaded. For a changed file, the new version is loaded
    /// beside the old one. Then the callback is told, so that it can drop its
    /// handles of the old one. Then the manager drops its own, and reports
    /// [`Unloaded`](ManagerNotification::Unloaded). If the new version cannot
    /// be loaded, or a registration that the old one has could not be created,
    /// the old one stays, and the error says why. A file with the same content
    /// is no new version. A file that is being written is no error: it is tried
    /// again. So is a sound file that failed: what it needs may come. It is
    /// tried when a file beside it changes, after 30 seconds and then less and
    /// less often, and when a [`RetryHandle`] asks for it.
    ///
    /// Libraries loaded here stay loaded until their files are removed or
    /// replaced, or until the manager is dropped, whatever the callback does
    /// with its handles.
    ///
    /// Notifications of files outside `directory` are ignored.
    ///
    /// ```
    /// use plugin_interface::{ManagerNotification, PluginManager, PluginTrait, WatchOptions};
    ///
    /// let (mut manager, options) = (PluginManager::new(), WatchOptions::default());
    /// let directory = "no/such/folder";
    /// let (notifications, _stop, _thread) =
    ///     manager.start_watch_background(directory, options.clone());
    /// manager.process_watch_notifications_blocking(
    ///     directory,
    ///     notifications,
    ///     PluginTrait::Greeter,
    ///     options,
    ///     |notification| !matches!(notification, ManagerNotification::Error(_)),
    /// );
    /// ```
    pub fn process_watch_notifications_blocking(
        &mut self,
        directory: impl AsRef<Path>,
        notifications: Receiver<WatchNotification>,
        interface: PluginTrait,
        options: WatchOptions,
        callback: impl FnMut(ManagerNotification) -> bool,
    ) {
        self.process(directory.as_ref(), notifications, Some(interface), options, callback);
    }

    /// Does the same as
    /// [`process_watch_notifications_blocking`](Self::process_watch_notifications_blocking)
    /// for plugins of every interface, as [`load_all`](Self::load_all) loads them.
    ///
    /// Feature `watch`.
    ///
    /// ```
    /// use plugin_interface::{ManagerNotification, PluginManager, WatchOptions};
    ///
    /// let (mut manager, options) = (PluginManager::new(), WatchOptions::default());
    /// let directory = "no/such/folder";
    /// let (notifications, _stop, _thread) =
    ///     manager.start_watch_background(directory, options.clone());
    /// manager.process_all_watch_notifications_blocking(
    ///     directory,
    ///     notifications,
    ///     options,
    ///     |notification| !matches!(notification, ManagerNotification::Error(_)),
    /// );
    /// ```
    pub fn process_all_watch_notifications_blocking(
        &mut self,
        directory: impl AsRef<Path>,
        notifications: Receiver<WatchNotification>,
        options: WatchOptions,
        callback: impl FnMut(ManagerNotification) -> bool,
    ) {
        self.process(directory.as_ref(), notifications, None, options, callback);
    }

    /// Offers these services, which others may add to.
    pub(crate) fn offering(mut self, offers: Arc<Offers>) -> Self {
        self.libraries.offer(offers);
        self
    }

    /// Refuses the packages in this list. Its loop looks at the list when `asked` is
    /// asked for a retry.
    pub(crate) fn disabling(mut self, disabled: Arc<DisabledPackages>, asked: Asked) -> Self {
        self.libraries.refuse(disabled);
        self.watching.asked = asked;
        self
    }

    /// Loads what is in these directories on this thread, sends the result, and watches
    /// until `stop`.
    ///
    /// With `reconfigured`, a configuration in the directories is read again when it
    /// changes, and passed on.
    pub(crate) fn serve(
        &mut self,
        layers: &Layers,
        #[cfg(feature = "configure")] reconfigured: Option<Reconfigured>,
        interface: PluginTrait,
        stop: &Receiver<()>,
        ready: &Sender<Result<(), LoadError>>,
        tell: impl FnMut(ManagerNotification) -> bool,
    ) {
        let options = WatchOptions::default();
        // Before the files are listed, so that no change is missed.
        let mut watchers = self.watchers(layers, &options);
        let paths = match layers.candidates() {
            Ok(paths) => self.libraries.in_order(paths),
            Err(error) => return drop(ready.send(Err(error))),
        };
        #[cfg(feature = "configure")]
        let every = self.watching.polling.unwrap_or(watch::COMPARING_INTERVAL);
        #[cfg_attr(not(feature = "configure"), expect(unused_mut))]
        let mut session = Session::new(self, layers.clone(), Some(interface), options, tell);
        #[cfg(feature = "configure")]
        if let Some(reconfigured) = reconfigured {
            session.configuration_file = Some(FollowedFile::new(every, reconfigured));
        }
        let mut session = Contained(session);
        // The watchers report them again, when they are loaded already.
        let first = WatchNotification::Changed { paths, since: Instant::now() };
        let flow = session.notice(first);
        // Nobody waits for it any more if it cannot be sent.
        let _ = ready.send(Ok(()));
        if flow.is_continue() {
            watch::run_all(&mut watchers, stop, &mut session);
        }
    }

    fn process(
        &mut self,
        directory: &Path,
        notifications: Receiver<WatchNotification>,
        interface: Option<PluginTrait>,
        options: WatchOptions,
        callback: impl FnMut(ManagerNotification) -> bool,
    ) {
        let layers = Layers::of(directory);
        let mut session = Session::new(self, layers, interface, options, callback);
        let mut flow = ControlFlow::Continue(());
        let asked = session.asked();
        while flow.is_continue() {
            let wake = session.wake().map_or_else(never, at);
            flow = select! {
                recv(notifications) -> notification => match notification {
                    Ok(notification) => session.notice(notification),
                    // The watcher has ended.
                    Err(_) => return,
                },
                recv(asked) -> _ => session.retry(),
                recv(wake) -> _ => session.time_up(),
            };
        }
    }

    fn watcher(&self, directory: &Path, options: &WatchOptions) -> Watcher {
        let place = WatchTarget::directory(directory, options.recursive);
        Watcher::new(place, options.quiet(), self.watching.polling)
            .with_revocations(self.libraries.loader().policy().revocations())
    }

    /// Returns a watcher for each directory. One thread can wait for all of them.
    fn watchers(&self, layers: &Layers, options: &WatchOptions) -> Vec<Watcher> {
        let mut watchers = Vec::<Watcher>::new();
        for directory in layers.directories() {
            let place = WatchTarget::directory(directory, options.recursive);
            let watcher = match watchers.first() {
                Some(first) => first.beside(place, options.quiet()),
                // It looks at the list of what is revoked for all of them.
                None => self.watcher(directory, options),
            };
            watchers.push(watcher);
        }
        watchers
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use crossbeam_channel::bounded;

    use super::*;
    use crate::host::watch::WatchError;

    #[test]
    fn a_panic_is_reported_and_the_watch_goes_on() {
        let directory = tempfile::tempdir().unwrap();
        let file = |name: &str| {
            directory.path().join(name).with_extension(std::env::consts::DLL_EXTENSION)
        };
        fs::create_dir(file("first")).unwrap();
        let (_stop, stopped) = bounded(0);
        let (ready, is_ready) = bounded(1);
        let mut told = Vec::new();
        PluginManager::new().serve(
            &Layers::of(directory.path()),
            #[cfg(feature = "configure")]
            None,
            PluginTrait::Greeter,
            &stopped,
            &ready,
            |notification| {
                let ManagerNotification::Error(error) = notification else { return true };
                told.push(error.to_string());
                match (told.len(), error) {
                    (1, _) => panic!("a panic for the test"),
                    (2, WatchError::Panicked { .. }) => {
                        fs::write(file("second"), "no library").unwrap();
                        true
                    }
                    (count, _) => count < 3,
                }
            },
        );
        is_ready.recv().unwrap().unwrap();
        assert_eq!(told.len(), 3, "{told:?}");
        assert!(told[0].contains("found a directory"), "{told:?}");
        assert!(told[1].contains("a reload panicked: a panic for the test"), "{told:?}");
        assert!(told[2].contains("second"), "{told:?}");
    }
}
