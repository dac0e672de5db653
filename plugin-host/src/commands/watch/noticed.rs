//! Notifications on their way to the manager, and the times of the changes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use plugin_interface::WatchNotification;
use plugin_interface::crossbeam_channel::{Receiver, bounded};

/// The time at which a change of each file was noticed.
pub(super) type Noticed = Arc<Mutex<BTreeMap<PathBuf, Instant>>>;

/// Passes notifications on to the manager and records their times.
///
/// The greeters of a removed file are dropped first, so that the manager is the
/// last owner of its library.
pub(super) fn pass_on(
    notifications: Receiver<WatchNotification>,
    remove_greeters: impl Fn(&Path) + Send + 'static,
) -> (Receiver<WatchNotification>, Noticed) {
    let (pass, passed) = bounded(0);
    let noticed = Noticed::default();
    let times = Arc::clone(&noticed);
    std::thread::spawn(move || {
        for notification in notifications {
            match &notification {
                WatchNotification::Changed { paths, since } => {
                    let mut times = times.lock().unwrap_or_else(PoisonError::into_inner);
                    times.extend(paths.iter().map(|path| (path.clone(), *since)));
                }
                WatchNotification::Removed { paths } => {
                    paths.iter().for_each(|path| remove_greeters(path));
                }
                _ => {}
            }
            if pass.send(notification).is_err() {
                return;
            }
        }
    });
    (passed, noticed)
}
