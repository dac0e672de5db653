//! One version of a plugin: its proxy, and the end of its instance.

use std::sync::Arc;
use std::time::Duration;

use super::announcer::Announcer;
use super::events::{GuardHolder, LiveEvent};
use crate::host::library::ending::EndFailure;
use crate::host::library::instance::Instance;
use crate::host::library::outcome::UnloadOutcome;
use crate::host::reload::ReloadableVersion;
use crate::host::swap::Users;

/// A version that is or was the current one, with a proxy of type `P`.
pub(super) struct Version<P> {
    pub(super) proxy: P,
    pub(super) generation: u64,
    /// Last, as it holds the library.
    pub(super) instance: Arc<Instance>,
}

impl<P: Send + Sync + 'static> ReloadableVersion for Version<P> {
    type Announcer = Announcer;

    const CLOSES_ON_DROP: bool = false;

    fn generation(&self) -> u64 {
        self.generation
    }

    /// Destroys the instance and closes the library, unless another object of
    /// it is still in use.
    fn close(self, after: Duration, announcer: &Announcer) -> Option<UnloadOutcome> {
        let Version { proxy, generation, instance } = self;
        let library = Arc::clone(&instance.library);
        let record = library.close_record();
        drop(proxy);
        let name = instance.name.clone();
        let panicked = match Arc::into_inner(instance).and_then(|instance| instance.end(None)) {
            None => None,
            Some(EndFailure::Drop(message)) => Some(message),
            Some(failure) => {
                let message = failure.error(library.path.clone(), name, None).to_string();
                announcer.announce(LiveEvent::NotStopped { generation, message });
                None
            }
        };
        announcer.announce(LiveEvent::Retired { generation, after, panicked });
        // An error of the close is in the outcome too.
        let counter = library.close().ok().flatten();
        let outcome = record.outcome();
        announcer.announce(LiveEvent::Unloaded { generation, counter, outcome: outcome.clone() });
        outcome
    }

    fn report_users(generation: u64, since: Duration, users: Users, announcer: &Announcer) {
        let counted = (users.counted > 0).then_some((None, users.counted));
        let holders = users.threads.into_iter().chain(counted);
        let holders = holders.map(|(thread, guards)| GuardHolder { thread, guards }).collect();
        announcer.announce(LiveEvent::StillUsed { generation, since, holders });
    }
}
