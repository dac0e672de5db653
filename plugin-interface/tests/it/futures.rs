//! Futures of plugins under executors of hosts, and the other way round.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use fixture_interface::calls::*;
use fixture_interface::objects::{Living, Plain};
use plugin_interface::{BoxFuture, CallError, CheckedFuture, Live, LiveGuard, LiveInterface};

use crate::calls::{calls, panic_of};
use crate::deadline::until;
use crate::fixtures::{Directory, is_mapped};
use crate::objects::wait_until_unmapped;

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

#[test]
fn a_future_of_a_plugin_is_polled_by_the_host() {
    let calls = calls("polled");
    assert_eq!(block_on(calls.later(0, "at once")), "AT ONCE");
    let (waker, text) = (Arc::new(Counting::default()), "after two".to_owned());
    let mut later = calls.later(2, &text);
    for woken in [1, 2] {
        assert_eq!(poll(&mut later, &waker), Poll::Pending);
        assert_eq!((waker.0.load(Ordering::SeqCst), calls.alive()), (woken, 1));
    }
    assert_eq!(poll(&mut later, &waker), Poll::Ready("AFTER TWO".to_owned()));
    assert_eq!((waker.0.load(Ordering::SeqCst), calls.alive()), (2, 0));
    assert_eq!(Arc::strong_count(&waker), 1, "no waker is left");
}

#[test]
fn a_thread_of_the_plugin_wakes_the_host() {
    let calls = calls("waking");
    assert_eq!(block_on(calls.on_a_thread(9)), 9);
}

#[test]
fn dropping_a_future_drops_that_of_the_plugin_and_its_wakers() {
    let (calls, waker) = (calls("cancelled"), Arc::new(Counting::default()));
    let (mut never, unused) = (calls.never(), calls.never());
    assert_eq!(poll(&mut never, &waker), Poll::Pending);
    assert_eq!((calls.alive(), Arc::strong_count(&waker)), (2, 2));
    drop(never);
    assert_eq!((calls.alive(), Arc::strong_count(&waker)), (1, 1));
    drop(unused);
    assert_eq!(calls.alive(), 0);
}

#[test]
fn a_panic_in_poll_is_that_of_the_poll() {
    let calls = calls("panicking_future");
    assert_eq!(block_on(calls.panics(0)), Err("not at once".to_owned()));
    let waker = Arc::new(Counting::default());
    let mut panics = calls.panics(1);
    assert!(poll(&mut panics, &waker).is_pending());
    assert_eq!(panic_of(|| poll(&mut panics, &waker)), "after 1");
    assert!(panic_of(|| poll(&mut panics, &waker)).contains("resumed after panicking"));
}

#[test]
fn a_panic_in_a_checked_poll_is_an_error_with_its_place() {
    let calls = calls("checked_future");
    let checked = CallsProxy::checked(&calls);
    let value = block_on(CheckedFuture::new(checked.later(1, "in time").unwrap()));
    assert_eq!(value, Ok("IN TIME".to_owned()));
    assert_eq!(block_on(CheckedFuture::new(checked.panics(0).unwrap())).unwrap().ok(), None);

    let mut panics = CheckedFuture::new(checked.panics(1).unwrap());
    let waker = Waker::from(Arc::new(Counting::default()));
    let mut poll = || Pin::new(&mut panics).poll(&mut Context::from_waker(&waker));
    assert!(poll().is_pending());
    let Poll::Ready(Err(CallError::Panicked { method, message, location, .. })) = poll() else {
        panic!("no error")
    };
    assert_eq!((method, &*message), ("poll", "after 1"));
    assert!(location.unwrap().file.ends_with("calls.rs"));
    assert_eq!(calls.alive(), 0, "the future was dropped");
    assert!(catch_unwind(AssertUnwindSafe(poll)).is_err(), "polled after its end");
    assert_eq!(block_on(calls.on_a_thread(9)), 9, "the plugin stays usable");

    // Somebody between them made another panic of it.
    let other = async {
        let mut caught = calls.panics(1);
        std::future::poll_fn(|context| {
            let polled = catch_unwind(AssertUnwindSafe(|| caught.as_mut().poll(context)));
            polled.unwrap_or_else(|_| panic!("of the host's own"))
        })
        .await
    };
    let error = block_on(CheckedFuture::new(Box::pin(other))).unwrap_err();
    let CallError::Panicked { message, location, .. } = error else { panic!("{error}") };
    assert_eq!((&*message, location), ("of the host's own", None));
}

/// Runs a future on another thread, as an executor does: it is `Send`.
fn spawn<T: Send + 'static>(
    future: impl Future<Output = T> + Send + 'static,
) -> std::thread::JoinHandle<T> {
    std::thread::spawn(move || block_on(future))
}

#[test]
fn a_live_and_its_guards_are_held_across_an_await() {
    let directory = Directory::new();
    let live = Live::<dyn Calls>::open(directory.add("objects", "awaited")).unwrap();
    let other = live.clone();
    let task = spawn(async move {
        let at_once = live.get().on_a_thread(1).await;
        let (again, guard) = (live.clone(), live.get());
        let later = guard.later(1, "text").await;
        let checked = CallsProxy::checked(&again.get()).on_a_thread(3).unwrap().await;
        drop((again, guard));
        (at_once, later, checked)
    });
    assert_eq!(task.join().unwrap(), (1, "TEXT".to_owned(), 3));
    let task = spawn(held(other, |guard| Box::pin(guard.on_a_thread(4))));
    assert_eq!(task.join().unwrap(), 4);
}

/// The same of any interface.
async fn held<I: LiveInterface + ?Sized, T>(
    live: Live<I>,
    call: for<'g> fn(&'g LiveGuard<I>) -> BoxFuture<'g, T>,
) -> T {
    let guard = live.get();
    std::future::ready(()).await;
    call(&guard).await
}

#[test]
fn proxies_and_objects_are_held_across_an_await() {
    let calls = calls("held");
    let task = spawn(async move {
        let first = calls.on_a_thread(1).await;
        let object: Box<dyn Calls> = Box::new(calls);
        let proxy = CallsProxy::of(&*object).unwrap();
        first + proxy.on_a_thread(2).await
    });
    assert_eq!(task.join().unwrap(), 3);
}

/// Wakers that panic, in the one way or the other.
struct Faulty(&'static str);

impl Wake for Faulty {
    fn wake(self: Arc<Self>) {
        panic!("cannot wake by value: {}", self.0);
    }

    fn wake_by_ref(self: &Arc<Self>) {
        panic!("cannot wake: {}", self.0);
    }
}

#[test]
fn a_panic_of_a_waker_is_that_of_whoever_wakes() {
    let calls = calls("faulty_waker");
    let waker = Waker::from(Arc::new(Faulty("so")));
    let mut later = calls.later(1, "text");
    let polled = panic_of(|| later.as_mut().poll(&mut Context::from_waker(&waker)));
    assert_eq!(polled, "cannot wake: so", "through the plugin's poll");
    drop(later);
    assert_eq!(calls.alive(), 0);
}

#[test]
fn a_plugin_runs_a_future_of_the_host() {
    let calls = calls("running");
    let gate = Gate::default();
    let other = gate.clone();
    let thread = std::thread::spawn(move || {
        until("the future is awaited", || other.is_awaited());
        other.open(41);
    });
    assert_eq!(calls.run(Box::pin(async { gate.await + 1 })), 42);
    thread.join().unwrap();
}

#[test]
fn tokio_runs_futures_of_a_plugin() {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(2).enable_time().build().unwrap();
    let calls = Arc::new(calls("tokio"));
    runtime.block_on(async {
        let tasks: Vec<_> = (0..50)
            .map(|i| {
                let calls = Arc::clone(&calls);
                tokio::spawn(async move {
                    let text = i.to_string();
                    let later = calls.later(i, &text).await;
                    later.parse::<u32>().unwrap() + calls.on_a_thread(1).await
                })
            })
            .collect();
        for (i, task) in (0..50).zip(tasks) {
            assert_eq!(task.await.unwrap(), i + 1);
        }
        let cancelled = tokio::spawn(calls.never());
        let timed = tokio::time::timeout(Duration::from_millis(1), calls.never()).await;
        assert!(timed.is_err());
        cancelled.abort();
        assert!(cancelled.await.unwrap_err().is_cancelled());
        let failed = tokio::spawn({
            let calls = Arc::clone(&calls);
            async move { calls.panics(3).await }
        });
        assert!(failed.await.unwrap_err().is_panic());
    });
    assert_eq!(calls.alive(), 0);
}

#[test]
fn an_async_method_uses_its_arguments_as_long_as_its_future_lives() {
    let (calls, waker) = (calls("described"), Arc::new(Counting::default()));
    let (text, one, rows) = ("text".to_owned(), Row::new("one"), [Row::new("a"), Row::new("b")]);
    let by = |waits: u32| 10 * waits;
    let mut described = calls.described(2, &text, &one, &rows, &by);
    for _ in 0..2 {
        assert!(poll(&mut described, &waker).is_pending());
        assert_eq!(calls.alive(), 1);
    }
    // Others may poll it: it is `Send`, and so are the copies that it stores.
    let ended = std::thread::scope(|scope| scope.spawn(|| block_on(described)).join().unwrap());
    assert_eq!(ended, Ok("text one b 20".to_owned()));
    assert_eq!(block_on(calls.described(0, &text, &one, &[], &by)), Err(Row::new("one")));
    assert_eq!(block_on(calls.length(&one)), 6, "the default body");
    let mut named = calls.named(1, Some(&one));
    assert!(poll(&mut named, &waker).is_pending());
    // The copy of the row is dropped with it, on another thread.
    let ended = std::thread::scope(|scope| scope.spawn(|| block_on(named)).join().unwrap());
    assert_eq!((ended, block_on(calls.named(0, None))), ("one".to_owned(), "nobody".to_owned()));
    let view = CallsProxy::checked(&calls);
    let checked = view.described(1, &text, &one, &rows, &by).unwrap();
    assert_eq!(block_on(checked), Ok("text one b 10".to_owned()));
    let mut half_way = calls.described(3, &text, &one, &rows, &by);
    assert!(poll(&mut half_way, &waker).is_pending());
    drop((half_way, calls.described(3, &text, &one, &rows, &by)));
    let panics = calls.described(13, &text, &one, &rows, &by);
    assert_eq!(panic_of(|| block_on(panics)), "after thirteen");
    assert_eq!((calls.alive(), Arc::strong_count(&waker)), (0, 1));
}

#[test]
fn a_future_keeps_its_library_mapped() {
    let calls = calls("kept_by_future");
    let (waker, mut never) = (Arc::new(Counting::default()), calls.never());
    drop(calls);
    assert!(is_mapped("kept_by_future"));
    assert!(poll(&mut never, &waker).is_pending());
    drop(never);
    wait_until_unmapped("kept_by_future");
}

#[test]
fn what_owns_what_it_holds_outlives_its_proxy() {
    let calls = calls("owned");
    let mut owned = Owned {
        add: calls.owned_adder(10),
        counter: Some(calls.owned_counter(5)),
        future: calls.owned_future(2, "text".to_owned()),
    };
    assert_eq!(calls.alive(), 3);
    owned = calls.owned(owned, &Plain(20, Living::default()));
    owned = calls.owned_apart(owned.add, owned.counter, owned.future);
    assert_eq!(calls.alive(), 3, "each is what it was");
    drop(calls);
    assert!(is_mapped("owned"));
    // Each of them keeps the library.
    assert_eq!(owned.counter.take().unwrap().get(), 5 + 20 + 10);
    assert!(is_mapped("owned"));
    assert_eq!(std::thread::spawn(move || block_on(owned.future)).join().unwrap(), "TEXT");
    assert!(is_mapped("owned"));
    assert_eq!((owned.add)(1), 11);
    drop(owned.add);
    wait_until_unmapped("owned");
}

/// A future of the host's that keeps the wakers it is polled with.
struct Hoarding(Arc<std::sync::Mutex<Vec<Waker>>>);

impl Future for Hoarding {
    type Output = u32;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<u32> {
        let mut wakers = self.0.lock().unwrap();
        wakers.push(context.waker().clone());
        context.waker().wake_by_ref();
        if wakers.len() < 3 { Poll::Pending } else { Poll::Ready(3) }
    }
}

#[test]
fn a_waker_of_a_plugin_keeps_its_library_mapped() {
    let (calls, wakers) = (calls("kept_by_waker"), Arc::default());
    assert_eq!(calls.run(Box::pin(Hoarding(Arc::clone(&wakers)))), 3);
    drop(calls);
    assert!(is_mapped("kept_by_waker"));
    let mut wakers = std::mem::take(&mut *wakers.lock().unwrap());
    let another = wakers[0].clone();
    another.wake_by_ref();
    wakers.pop().unwrap().wake();
    drop(wakers);
    assert!(is_mapped("kept_by_waker"));
    another.wake();
    wait_until_unmapped("kept_by_waker");
}
