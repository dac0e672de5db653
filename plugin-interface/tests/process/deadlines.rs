//! Calls within calls, and on threads of plugins: each has its deadline.

use std::pin::Pin;
use std::sync::{Arc, Mutex, mpsc};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::{Duration, Instant};

use fixture_interface::lending::{Later, Lending, LendingProxy};
use plugin_interface::process::{Isolated, Worker};
use plugin_interface::{CallError, PluginManager};

use super::builds::built;
use super::typed::proxy;
use super::worker;

const DEADLINE: Duration = Duration::from_secs(3);

fn library() -> Isolated {
    let worker: Worker = worker().deadline(DEADLINE);
    let library = PluginManager::new().load_isolated(&built()["objects"], worker);
    library.unwrap_or_else(|error| panic!("{error}"))
}

#[track_caller]
fn is_late(result: Result<(), CallError>) {
    match result {
        Err(CallError::Lost { message, .. }) if message.contains("3s") => {}
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_a_plugin_takes_within_a_callback_is_time_of_its_call() {
    let library = library();
    let lending = proxy::<dyn Lending>(&library);
    // A second each, which the host waits for.
    let mut calls = 0;
    let late = LendingProxy::checked(&lending).each(vec![0; 60], &mut |_| {
        calls += 1;
        lending.end("late", &mut || ());
    });
    is_late(late);
    assert!((2..10).contains(&calls), "{calls}");
    // What the host itself takes is not.
    let each = LendingProxy::checked(&lending).each(vec![0; 2], &mut |_| {
        thread::sleep(DEADLINE.mul_f32(0.75));
    });
    each.unwrap();
}

/// Calls the plugin when it is woken, on a thread of the plugin's.
struct Calls(Mutex<Option<LendingProxy>>, mpsc::Sender<Result<(), CallError>>);

impl Wake for Calls {
    fn wake(self: Arc<Self>) {
        let Some(lending) = self.0.lock().unwrap().take() else { return };
        let called = LendingProxy::checked(&lending).end("loop", &mut || ());
        self.1.send(called).unwrap();
    }
}

#[test]
fn a_call_on_a_thread_of_a_plugin_is_killed_at_its_deadline() {
    let library = library();
    let (sender, called) = mpsc::channel();
    let lending = Mutex::new(Some(proxy::<dyn Lending>(&library)));
    let waker = Waker::from(Arc::new(Calls(lending, sender)));
    let later = proxy::<dyn Later>(&library);
    let mut future = later.on_a_thread(7);
    assert_eq!(future.as_mut().poll(&mut Context::from_waker(&waker)), Poll::Pending);
    let called = called.recv_timeout(Duration::from_secs(60));
    is_late(called.expect("the call waits for longer than its deadline"));
}

/// Gives its waker away, and is never ready.
struct Taken(mpsc::Sender<Waker>);

impl Future for Taken {
    type Output = u32;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<u32> {
        self.0.send(context.waker().clone()).unwrap();
        Poll::Pending
    }
}

#[test]
fn who_wakes_a_task_of_a_worker_does_not_wait_for_it() {
    let library = library();
    let later = proxy::<dyn Later>(&library);
    let (sender, taken) = mpsc::channel();
    later.waits_to_wake(Box::pin(Taken(sender)));
    let waker = taken.recv().unwrap();
    // The worker does not wake its task before it may.
    waker.wake_by_ref();
    waker.wake_by_ref();
    waker.wake();
    assert_eq!(later.wakes(), 0);
    later.may_wake();
    let end = Instant::now() + Duration::from_secs(60);
    while later.wakes() == 0 {
        assert!(Instant::now() < end, "the task is never woken");
        thread::yield_now();
    }
}
