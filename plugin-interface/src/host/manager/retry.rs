//! Asks for a retry, from any thread.

use crossbeam_channel::{Receiver, Sender, bounded};

/// Asks the loop of a manager to try again at once what failed, from any
/// thread.
///
/// The loop does so by itself when a file beside the plugin changes, and after
/// 30 seconds, then less and less often. This is for what it cannot see: a
/// licence, a device, or a library in another directory.
///
/// Feature `watch`.
///
/// ```
/// use plugin_interface::PluginManager;
///
/// let manager = PluginManager::new();
/// let handle = manager.retry_handle();
/// std::thread::spawn(move || handle.retry()).join().unwrap();
/// ```
#[derive(Clone, Debug)]
pub struct RetryHandle {
    ask: Sender<()>,
}

impl RetryHandle {
    /// Asks for a retry, and does not wait for it. The loop reports the result
    /// to its callback. Without a loop, the next one retries when it begins.
    pub fn retry(&self) {
        // A full channel holds the token already.
        let _ = self.ask.try_send(());
    }
}

/// Both ends of the channel.
pub(crate) struct Asked {
    ask: Sender<()>,
    asked: Receiver<()>,
}

impl Default for Asked {
    fn default() -> Self {
        let (ask, asked) = bounded(1);
        Asked { ask, asked }
    }
}

impl Asked {
    pub(crate) fn handle(&self) -> RetryHandle {
        RetryHandle { ask: self.ask.clone() }
    }

    pub(super) fn receiver(&self) -> Receiver<()> {
        self.asked.clone()
    }
}
