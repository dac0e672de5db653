//! One version of a library: what guards lead to, and how it ends.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::LiveInterface;
use super::events::{Announcer, GuardHolder, LiveEvent};
use crate::host::library::instance::Instance;
use crate::host::swap::Retired;
use crate::host::swap::reclaimer::PendingReclaim;
use crate::interface::Interface;

/// A version that serves or served.
pub(super) struct Version<I: Interface + ?Sized> {
    pub(super) proxy: I::Proxy,
    pub(super) generation: u64,
    /// Last, as it holds the library.
    pub(super) instance: Arc<Instance>,
}

impl<I: Interface + ?Sized> Version<I> {
    /// Unmakes the instance and closes the library, unless something else that
    /// came from it is still there.
    fn end(self, after: Duration, announcer: &Announcer) {
        let Version { proxy, generation, instance } = self;
        let library = Arc::clone(&instance.library);
        let close_record = library.close_record();
        drop(proxy);
        let panicked = Arc::into_inner(instance).and_then(|mut instance| instance.unmake());
        announcer.tell(LiveEvent::Retired { generation, after, panicked });
        // What goes wrong in there is in the outcome.
        let counter = library.close().ok().flatten();
        let outcome = close_record.outcome();
        announcer.tell(LiveEvent::Unloaded { generation, counter, outcome });
    }
}

/// A version that was replaced, until its last guard is gone.
pub(super) struct RetiredVersion<I: Interface + ?Sized> {
    /// Gone when it is done.
    version: Option<Retired<Version<I>>>,
    generation: u64,
    since: Instant,
    /// Until it is over.
    deadline: Option<Duration>,
    announcer: Arc<Announcer>,
}

impl<I: Interface + ?Sized> RetiredVersion<I> {
    pub(super) fn new(
        version: Retired<Version<I>>,
        generation: u64,
        deadline: Duration,
        announcer: Arc<Announcer>,
    ) -> Self {
        let (version, deadline) = (Some(version), Some(deadline));
        RetiredVersion { version, generation, since: Instant::now(), deadline, announcer }
    }

    /// Tells who is still inside, once, when the deadline is over.
    fn complain(&mut self, version: &Retired<Version<I>>) {
        let since = self.since.elapsed();
        if self.deadline.take_if(|deadline| since >= *deadline).is_none() {
            return;
        }
        let users = version.users();
        let counted = (users.counted > 0).then_some((None, users.counted));
        let holders = users.threads.into_iter().chain(counted);
        let holders = holders.map(|(thread, guards)| GuardHolder { thread, guards }).collect();
        self.announcer.tell(LiveEvent::StillUsed { generation: self.generation, since, holders });
    }
}

impl<I: LiveInterface + ?Sized> PendingReclaim for RetiredVersion<I> {
    fn since(&self) -> Instant {
        self.since
    }

    fn try_reclaim(&mut self) -> bool {
        match self.version.take().map(Retired::reclaim) {
            None => {}
            Some(Ok(version)) => version.end(self.since.elapsed(), &self.announcer),
            Some(Err(version)) => {
                self.complain(&version);
                self.version = Some(version);
            }
        }
        self.version.is_none()
    }
}
