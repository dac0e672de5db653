//! An executor of smol as the executor for plugins.

use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use async_io::Timer;

use super::executor::Executor;
use crate::BoxFuture;

/// Runs the tasks of plugins on an executor of smol, which threads of the host run.
///
/// `smol::Executor` is this type. Tasks make no progress while no thread runs it.
/// Blocking tasks are on the threads of `smol::unblock`, of which a process has 500 at
/// most, whoever uses them.
///
/// Feature `smol`.
///
/// ```
/// use std::sync::Arc;
/// use std::thread;
///
/// use async_executor::Executor;
/// use plugin_interface::PluginManager;
///
/// let executor = Arc::new(Executor::new());
/// let mut manager = PluginManager::new();
/// manager.provide_executor(executor.clone());
/// // One of its threads.
/// thread::spawn(move || async_io::block_on(executor.run(std::future::pending::<()>())));
/// ```
impl Executor for async_executor::Executor<'static> {
    fn spawn(&self, task: BoxFuture<'static, ()>) {
        async_executor::Executor::spawn(self, task).detach();
    }

    fn spawn_blocking(&self, call: Box<dyn FnOnce() + Send>) {
        blocking::unblock(call).detach();
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(Sleep { timer: Timer::after(duration), waker: Arc::default() })
    }
}

/// A timer that drops the waker of a plugin when it has called it. Its own one stays in
/// it, so a plugin that forgets the future would never be unmapped.
struct Sleep {
    timer: Timer,
    waker: Arc<LastWaker>,
}

/// The waker of the last poll, until it is called.
#[derive(Default)]
struct LastWaker(Mutex<Option<Waker>>);

impl LastWaker {
    fn set(&self, waker: Option<Waker>) -> Option<Waker> {
        mem::replace(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner), waker)
    }
}

impl Wake for LastWaker {
    fn wake(self: Arc<Self>) {
        self.set(None).into_iter().for_each(Waker::wake);
    }
}

impl Drop for Sleep {
    /// The timer is dropped, but a thread of smol forgets what it would wake only when it
    /// looks at its timers again, which may be at the end of another one.
    fn drop(&mut self) {
        drop(self.waker.set(None));
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        drop(self.waker.set(Some(context.waker().clone())));
        let waker = Waker::from(Arc::clone(&self.waker));
        Pin::new(&mut self.timer).poll(&mut Context::from_waker(&waker)).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Woken;

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {}
    }

    #[test]
    fn a_sleep_that_is_dropped_keeps_no_waker() {
        let executor = async_executor::Executor::new();
        let owner = Arc::new(Woken);
        let mut sleep = Executor::sleep(&executor, Duration::from_secs(3600));
        let waker = Waker::from(Arc::clone(&owner));
        assert!(sleep.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        drop(waker);
        assert_eq!(Arc::strong_count(&owner), 2);
        drop(sleep);
        assert_eq!(Arc::strong_count(&owner), 1);
    }
}
