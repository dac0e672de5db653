//! A thread that watches the file of one `Live`, for as long as somebody has
//! that.

use std::path::Path;
use std::sync::Arc;
use std::thread;

use crossbeam_channel::{Receiver, bounded};

use super::error::ReloadError;
use super::follower::Follower;
use super::options::LiveOptions;
use super::shared::Shared;
use super::{Live, LiveInterface};
use crate::host::load::timings::Stopwatch;
use crate::host::watch::{Waited, WatchNotification, WatchOptions, WatchTarget, Watcher};

/// Loads the first version, and follows the file.
pub(super) fn watch<I: LiveInterface + ?Sized>(
    path: &Path,
    options: LiveOptions,
) -> Result<Live<I>, ReloadError> {
    let path = &std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let (stop, stopped) = bounded(0);
    let quiet = WatchOptions::default().quiet();
    // It watches before the file is loaded, so that no change is missed; what
    // it found there by then is what is loaded.
    let mut watcher = Watcher::new(WatchTarget::file(path), quiet, options.polling);
    let found = watcher.take();
    let mut shared = Shared::open(path, options, Stopwatch::start())?;
    shared.watched = Some(stop);
    let live = Live(Arc::new(shared));
    let follower = Follower::new(&live, quiet);
    if let Some(WatchNotification::Error(error)) = found {
        follower.warn(error.to_string());
    }
    let file = path.file_name().unwrap_or_default().to_string_lossy().replace('\0', "");
    let thread = thread::Builder::new().name(format!("watch {file}"));
    thread
        .spawn(move || run(watcher, follower, &stopped))
        .map_err(|source| ReloadError::NotWatched { path: path.clone(), source })?;
    Ok(live)
}

fn run(mut watcher: Watcher, mut follower: Follower, stopped: &Receiver<()>) {
    loop {
        let told = match watcher.wait(follower.wake(), stopped) {
            Waited::Stopped => return,
            Waited::TimeUp => follower.try_again(),
            Waited::Noticed => match watcher.take() {
                Some(WatchNotification::Changed { since, .. }) => follower.changed(since),
                Some(WatchNotification::Error(error)) => {
                    follower.warn(error.to_string());
                    None
                }
                // It is gone: the version that serves goes on.
                _ => None,
            },
        };
        // Whoever listens to the events was told.
        drop(told);
    }
}
