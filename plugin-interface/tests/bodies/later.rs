//! What futures do of a host and of a plugin, wherever the plugin is.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use fixture_interface::calls::{Gate, Waits, block_on};
use fixture_interface::lending::{Later, LaterProxy};
use plugin_interface::BoxFuture;

#[derive(Default)]
struct Counting(AtomicUsize);

impl Wake for Counting {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

fn poll<T>(future: &mut BoxFuture<'_, T>, waker: &Arc<Counting>) -> Poll<T> {
    future.as_mut().poll(&mut Context::from_waker(&Waker::from(Arc::clone(waker))))
}

/// Runs all of it.
pub(crate) fn all(later: &LaterProxy) {
    assert_eq!(block_on(later.later(0, "at once")), "AT ONCE");
    let (waker, text) = (Arc::new(Counting::default()), "after two".to_owned());
    let mut two = later.later(2, &text);
    for woken in [1, 2] {
        assert_eq!(poll(&mut two, &waker), Poll::Pending);
        assert_eq!((waker.0.load(Ordering::SeqCst), later.alive()), (woken, 1));
    }
    assert_eq!(poll(&mut two, &waker), Poll::Ready("AFTER TWO".to_owned()));
    assert_eq!((waker.0.load(Ordering::SeqCst), later.alive()), (2, 0));
    drop(two);
    assert_eq!(Arc::strong_count(&waker), 1, "no waker is left");

    let (mut never, unused) = (later.never(), later.never());
    assert_eq!(poll(&mut never, &waker), Poll::Pending);
    assert_eq!((later.alive(), Arc::strong_count(&waker)), (2, 2));
    drop(never);
    assert_eq!((later.alive(), Arc::strong_count(&waker)), (1, 1));
    drop(unused);
    assert_eq!(later.alive(), 0);

    assert_eq!(block_on(later.on_a_thread(9)), 9);
    let panicked = catch_unwind(AssertUnwindSafe(|| block_on(later.panics()))).unwrap_err();
    assert_eq!(*panicked.downcast::<String>().unwrap(), "after one");
    assert_eq!(block_on(later.doubled(2, "text")), Ok(4));
    assert_eq!(block_on(later.doubled(2, "")), Err("nothing to double".to_owned()));

    let number = 40;
    let own = async {
        Waits(2).await;
        number + 2
    };
    assert_eq!(later.run(Box::pin(own)), 42);
    let gate = Gate::default();
    let other = gate.clone();
    let thread = std::thread::spawn(move || {
        while !other.is_awaited() {
            std::thread::yield_now();
        }
        other.open(7);
    });
    assert_eq!(later.run(Box::pin(gate)), 7);
    thread.join().unwrap();
}
