//! Futures and closures within the runtime of a plugin.

use core::fmt;
use core::pin::Pin;
use core::task::{Context, Poll};
use std::panic::resume_unwind;
use std::thread;

use crate::runtime::own_tokio::pollers::is_own;
use crate::runtime::own_tokio::runtime::User;

/// A future that is polled within the plugin's own runtime of tokio.
///
/// [`in_tokio`] returns it. Feature `tokio`.
pub struct InTokio<F: Future<Output: Send> + Send> {
    future: Option<Pin<Box<F>>>,
    was_polled: bool,
    /// Dropped last. `None` on a thread of the runtime.
    user: Option<User>,
}

/// Returns a future that is polled within the plugin's own runtime of tokio.
///
/// A plugin has its own copy of tokio, which does not find the runtime of the host.
/// So `tokio::spawn`, `tokio::time` and sockets panic in a future of a plugin, or
/// leave thread-locals on the host's threads. Within this future they work. The
/// runtime is started at the first use. It ends with the last such future and the
/// last instance under `#[plugin_impl(.., runtime = tokio)]`, which does this for all
/// `async` methods. What was spawned on it ends then too.
///
/// Each poll runs on a thread of the plugin, for which the caller waits.
///
/// Feature `tokio`.
///
/// ```
/// use std::time::Duration;
///
/// use plugin_interface::{BoxFuture, in_tokio};
///
/// fn answer_later() -> BoxFuture<'static, u32> {
///     Box::pin(in_tokio(async {
///         tokio::time::sleep(Duration::from_millis(1)).await;
///         tokio::spawn(async { 42 }).await.unwrap()
///     }))
/// }
/// ```
pub fn in_tokio<F: Future<Output: Send> + Send>(future: F) -> InTokio<F> {
    let user = (!is_own()).then(User::new);
    InTokio { future: Some(Box::pin(future)), was_polled: false, user }
}

/// Calls a closure within the plugin's own runtime of tokio, and waits for it: for
/// what a constructor or a method that is not `async` spawns. See [`in_tokio`].
///
/// Feature `tokio`.
///
/// ```
/// let task = plugin_interface::call_in_tokio(|| tokio::spawn(async { 42 }));
/// # drop(task);
/// ```
pub fn call_in_tokio<R: Send>(call: impl FnOnce() -> R + Send) -> R {
    let user = (!is_own()).then(User::new);
    done(within(user.as_ref(), call))
}

/// Calls a closure on a thread of the runtime, which may be this one.
fn within<R: Send>(user: Option<&User>, call: impl FnOnce() -> R + Send) -> thread::Result<R> {
    match user {
        Some(user) if !is_own() => user.runtime().pollers.call(call),
        _ => Ok(call()),
    }
}

fn done<R>(result: thread::Result<R>) -> R {
    result.unwrap_or_else(|payload| resume_unwind(payload))
}

impl<F: Future<Output: Send> + Send> Future for InTokio<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let InTokio { future, was_polled, user } = &mut *self;
        *was_polled = true;
        let waker = context.waker();
        done(within(user.as_ref(), || {
            let polled = match future {
                Some(future) => future.as_mut().poll(&mut Context::from_waker(waker)),
                None => panic!("it was polled after it was ready"),
            };
            if polled.is_ready() {
                *future = None;
            }
            polled
        }))
    }
}

impl<F: Future<Output: Send> + Send> Drop for InTokio<F> {
    fn drop(&mut self) {
        let Some(future) = self.future.take() else { return };
        let user = self.user.as_ref().filter(|_| self.was_polled);
        let dropped = within(user, || drop(future));
        if !thread::panicking() {
            done(dropped);
        }
    }
}

impl<F: Future<Output: Send> + Send> fmt::Debug for InTokio<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InTokio").finish_non_exhaustive()
    }
}

/// Keeps the runtime for an instance, until [`end`].
#[doc(hidden)]
pub fn begin() {
    core::mem::forget(User::new());
}

/// Ends what [`begin`] began.
#[doc(hidden)]
pub fn end() {
    User::end_forgotten();
}
