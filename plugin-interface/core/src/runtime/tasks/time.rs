//! Waiting within a task.

use core::fmt;
use core::pin::Pin;
use core::task::{Context, Poll};
use core::time::Duration;
use std::time::Instant;

use crate::boundary::BoxFuture;
use crate::runtime::tasks::host::HostTasks;

/// A future that is ready after some time.
///
/// [`Tasks::sleep`](crate::Tasks::sleep) returns it. Feature `tasks`.
pub struct Sleep(BoxFuture<'static, ()>);

impl Sleep {
    /// Begins to wait. Panics if the executor cannot.
    pub(super) fn new(tasks: &HostTasks, duration: Duration) -> Self {
        match tasks.sleep(duration) {
            Ok(future) => Sleep(future),
            Err(message) => panic!("the executor of the host cannot sleep: {message}"),
        }
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        self.0.as_mut().poll(context)
    }
}

impl fmt::Debug for Sleep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sleep").finish_non_exhaustive()
    }
}

/// Ticks at equal distances.
///
/// [`Tasks::interval`](crate::Tasks::interval) returns it. Feature `tasks`.
#[derive(Debug)]
pub struct Interval {
    tasks: HostTasks,
    period: Duration,
    /// The time of the next tick; `None` if it is too far away to be one.
    next: Option<Instant>,
}

impl Interval {
    pub(super) fn new(tasks: HostTasks, period: Duration) -> Self {
        Interval { tasks, period, next: Some(Instant::now()) }
    }

    /// Waits for the next tick. The first comes at once. Ticks that nobody waited
    /// for are left out.
    pub async fn tick(&mut self) {
        let left = match self.next {
            Some(next) => next.saturating_duration_since(Instant::now()),
            None => Duration::MAX,
        };
        if !left.is_zero() {
            Sleep::new(&self.tasks, left).await;
        }
        let now = Instant::now();
        self.next = self.next.and_then(|next| next.checked_add(self.period)).map(|at| at.max(now));
    }
}
