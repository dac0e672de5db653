//! How a manager is asked to watch.

use std::path::Path;
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, never};

use super::PluginManager;
use super::session::Session;
use crate::host::live::{Follower, Live, LiveInterface, LiveOptions, ReloadError};
use crate::host::watch::{
    self, ManagerNotification, Waited, WatchEvent, WatchNotification, WatchOptions, WatchTarget,
    Watcher,
};
use crate::interface::PluginTrait;

impl PluginManager {
    /// Watches without the events of the system: files are compared with what
    /// they were, every `interval`. For file systems that tell of no events,
    /// such as those of other machines.
    ///
    /// It is the manager's to know and not an option of each watch, as it is
    /// where plugins lie that decides it; and the fields of [`WatchOptions`]
    /// are fixed. Where the system refuses to watch, for want of watches for
    /// instance, this is what happens anyway, and
    /// [`WatchError::Polling`](crate::WatchError::Polling) tells.
    ///
    /// ```
    /// use std::time::Duration;
    /// let manager = plugin_interface::PluginManager::new().with_polling(Duration::from_secs(1));
    /// ```
    pub fn with_polling(mut self, interval: Duration) -> Self {
        self.watching.polling = Some(interval.max(Duration::from_millis(1)));
        self
    }

    /// Loads the library at `path` with this manager's policy and probe, to be
    /// replaced by its loop: whenever a watch of the directory that it lies in
    /// sees it change, by
    /// [`watch_and_load_blocking`](Self::watch_and_load_blocking) or
    /// [`process_watch_notifications_blocking`](Self::process_watch_notifications_blocking).
    ///
    /// The loop tells its callback of each new version as
    /// [`WatchEvent::Replaced`], and gives no handles of that library for that
    /// interface. If the file is removed, the version that serves goes on.
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
        let mut options = LiveOptions::new().policy(self.libraries.loader().policy().clone());
        if let Some(probe) = self.libraries.loader().probe() {
            options = options.probe(probe.clone());
        }
        let live = options.open(path)?;
        let followers = &mut self.watching.followers;
        followers.retain(|follower| !follower.is_over());
        followers.push(Follower::new(&live, WatchOptions::default().quiet()));
        Ok(live)
    }

    /// Watches `directory` on this thread, loads the plugins for `interface`
    /// that are there and that come, replaces those that change, and tells
    /// `callback`, until that returns `false`.
    ///
    /// See [`process_watch_notifications_blocking`](Self::process_watch_notifications_blocking)
    /// for what is loaded, replaced and unloaded when; here, the callback is
    /// told all of it as a [`WatchEvent`].
    ///
    /// A directory that does not exist is an error that the callback is told,
    /// and is waited for.
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
        let mut watcher = self.watcher(directory.as_ref(), &options);
        let tell = |notification: ManagerNotification| callback(notification.into());
        let interface = Some(interface);
        let mut session = Session::new(self, directory.as_ref(), interface, options, tell);
        while session.goes_on() {
            match watcher.wait(session.wake(), &never()) {
                Waited::Noticed => {
                    while let Some(notification) = watcher.take() {
                        session.process(notification);
                    }
                }
                Waited::TimeUp => session.try_again(),
                Waited::Stopped => return,
            }
        }
    }

    /// Watches `directory` on a thread of its own, which loads nothing: it
    /// tells which files are there, came, changed or went, over the first
    /// channel.
    ///
    /// When this returns, the watch stands: nothing that happens from now on is
    /// missed. A notification that nobody reads delays nothing: meanwhile each
    /// file is remembered once, however often it changes. The thread ends when
    /// anything is sent to the second channel, when that or the receiver is
    /// dropped, and not before.
    ///
    /// # Panics
    ///
    /// If the system gives no thread.
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

    /// Does what the notifications of a background watcher of `directory` ask
    /// for, on this thread, and tells `callback`, until that returns `false` or
    /// the watcher has ended.
    ///
    /// A file that is new is loaded. For one that changed, the new version is
    /// loaded beside the old one; then the callback is told, so that it can let
    /// go of handles of the old one; then the manager does so too, and tells
    /// [`Unloaded`](ManagerNotification::Unloaded). If the new version cannot
    /// be loaded, or lacks a registration that the old one has since it could
    /// not be made, the old one stays, and the error says why. A file with
    /// the content that it had is no new version. One that is being written is
    /// no error; it is tried again.
    ///
    /// What is loaded here stays loaded until its file goes or is replaced, or
    /// for as long as the manager, whatever the callback does with its handles.
    ///
    /// Notifications of files that do not lie below `directory` are ignored.
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

    /// As [`process_watch_notifications_blocking`](Self::process_watch_notifications_blocking),
    /// for plugins of every interface, as [`load_all`](Self::load_all) loads them.
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

    fn process(
        &mut self,
        directory: &Path,
        notifications: Receiver<WatchNotification>,
        interface: Option<PluginTrait>,
        options: WatchOptions,
        callback: impl FnMut(ManagerNotification) -> bool,
    ) {
        let mut session = Session::new(self, directory, interface, options, callback);
        while session.goes_on() {
            let next = match session.wake() {
                Some(wake) => notifications.recv_deadline(wake),
                None => notifications.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match next {
                Ok(notification) => session.process(notification),
                Err(RecvTimeoutError::Timeout) => session.try_again(),
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn watcher(&self, directory: &Path, options: &WatchOptions) -> Watcher {
        let place = WatchTarget::directory(directory, options.recursive);
        Watcher::new(place, options.quiet(), self.watching.polling)
    }
}
