//! A plugin with tasks.
#![forbid(unsafe_code)]

use std::cell::RefCell;
use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

use plugin_interface::{
    BoxFuture, JoinHandle, PluginContext, Tasks, plugin_aggregates, plugin_impl,
};

mod parts;

use parts::{Bench, Journal};

#[plugin_aggregates(Bench)]
mod plugin {}

/// Longer than any test.
const LONG: Duration = Duration::from_secs(3600);

thread_local! {
    /// Has a destructor on each thread that used it.
    static LEFT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Notes that a task was dropped.
struct Noted(Arc<dyn Journal>);

impl Drop for Noted {
    fn drop(&mut self) {
        self.0.note("dropped");
    }
}

/// Wakes nobody, and counts that.
#[derive(Default)]
struct Counting(AtomicUsize);

impl Wake for Counting {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

struct Worker {
    tasks: Tasks,
    journal: Arc<dyn Journal>,
}

impl Worker {
    fn open(context: &PluginContext<'_>) -> Result<Self, String> {
        let tasks = context.tasks().map_err(|error| error.to_string())?;
        let journal = context.service::<dyn Journal>().ok_or("no journal")?;
        let worker = Worker { tasks, journal };
        match &*worker.journal.order() {
            "" => Ok(worker),
            "spawn and fail" => {
                worker.spawn("sleep", 3);
                Err("it was told to".to_owned())
            }
            other => Err(format!("unknown: {other}")),
        }
    }
}

async fn sleep(tasks: Tasks, journal: Arc<dyn Journal>) {
    let _noted = Noted(Arc::clone(&journal));
    journal.note("begun");
    tasks.sleep(LONG).await;
    journal.note("woke");
}

/// Polls a sleep of the host with a waker of this library, and leaves it behind.
fn leave_a_sleep(tasks: &Tasks, duration: Duration) -> Arc<Counting> {
    let counting = Arc::new(Counting::default());
    let waker = Waker::from(Arc::clone(&counting));
    let mut sleep = Box::pin(tasks.sleep(duration));
    assert!(sleep.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    std::mem::forget(sleep);
    counting
}

async fn answer<T: std::fmt::Debug>(handle: JoinHandle<T>) -> String {
    format!("{:?}", handle.await)
}

#[plugin_impl(Bench, new = Worker::open)]
impl Bench for Worker {
    fn spawn(&self, what: &str, number: u32) {
        for _ in 0..number {
            let (tasks, journal) = (self.tasks.clone(), Arc::clone(&self.journal));
            match what {
                "sleep" => drop(self.tasks.spawn(sleep(tasks, journal))),
                "short" => drop(self.tasks.spawn(async move {
                    tasks.sleep(Duration::from_millis(1)).await;
                    journal.note("woke");
                })),
                "hang" => drop(self.tasks.spawn_named("hang", async move {
                    journal.note("begun");
                    journal.wait();
                    journal.note("returned");
                })),
                "block" => {
                    let noted = Noted(Arc::clone(&journal));
                    drop(self.tasks.spawn_blocking_named("block", move || {
                        let _noted = noted;
                        journal.note("begun");
                        journal.wait();
                        journal.note("returned");
                    }));
                }
                "hang in drop" => drop(self.tasks.spawn_named("hang in drop", async move {
                    struct Hangs(Arc<dyn Journal>);
                    impl Drop for Hangs {
                        fn drop(&mut self) {
                            self.0.wait();
                        }
                    }
                    let _hangs = Hangs(Arc::clone(&journal));
                    journal.note("begun");
                    tasks.sleep(LONG).await;
                })),
                "panic" => drop(self.tasks.spawn(async { panic!("it broke") })),
                "panic in drop" => drop(self.tasks.spawn(async move {
                    struct Panics;
                    impl Drop for Panics {
                        fn drop(&mut self) {
                            panic!("it broke in its drop");
                        }
                    }
                    let _panics = Panics;
                    journal.note("begun");
                    tasks.sleep(LONG).await;
                })),
                "respawn" => drop(self.tasks.spawn(async move {
                    struct Respawns(Tasks, Arc<dyn Journal>);
                    impl Drop for Respawns {
                        fn drop(&mut self) {
                            let noted = Noted(Arc::clone(&self.1));
                            let spawned = self.0.spawn(async move {
                                noted.0.note("ran");
                            });
                            let refused = spawned.is_finished();
                            self.1.note(if refused { "refused" } else { "accepted" });
                        }
                    }
                    let _respawns = Respawns(tasks.clone(), Arc::clone(&journal));
                    journal.note("begun");
                    tasks.sleep(LONG).await;
                })),
                "leave a thread-local" => drop(self.tasks.spawn(async move {
                    LEFT.with_borrow_mut(|left| left.push(1));
                    journal.note("left");
                    tasks.sleep(LONG).await;
                })),
                "leave a sleep" => {
                    let counting = leave_a_sleep(&tasks, Duration::from_millis(200));
                    assert_eq!(counting.0.load(Ordering::SeqCst), 0);
                }
                other => panic!("unknown: {other}"),
            }
        }
    }

    fn run(&self, what: &str) -> BoxFuture<'static, String> {
        let tasks = self.tasks.clone();
        match what {
            "sum" => Box::pin(answer(self.tasks.spawn(async { 40 + 2 }))),
            "block" => Box::pin(answer(self.tasks.spawn_blocking(|| 40 + 2))),
            "panic" => Box::pin(answer(self.tasks.spawn(async { panic!("it broke") as () }))),
            "panic in blocking" => {
                Box::pin(answer(self.tasks.spawn_blocking(|| panic!("it broke") as ())))
            }
            "abort" => {
                let handle = self.tasks.spawn(async move { tasks.sleep(LONG).await });
                handle.abort();
                Box::pin(answer(handle))
            }
            "abort itself" => Box::pin(async move {
                let (sender, receiver) = std::sync::mpsc::channel::<JoinHandle<()>>();
                let inner = tasks.clone();
                let handle = tasks.spawn(async move {
                    // The handle comes a moment later.
                    let own = loop {
                        match receiver.try_recv() {
                            Ok(own) => break own,
                            Err(_) => inner.sleep(Duration::from_millis(1)).await,
                        }
                    };
                    own.abort();
                    inner.sleep(LONG).await;
                });
                sender.send(handle).unwrap();
                // The receiver is dropped with the task.
                while sender.send(tasks.spawn(async {})).is_ok() {
                    tasks.sleep(Duration::from_millis(1)).await;
                }
                "it is gone".to_owned()
            }),
            "sleep" => Box::pin(answer(self.tasks.spawn(async move {
                let begin = Instant::now();
                tasks.sleep(Duration::from_millis(20)).await;
                begin.elapsed() >= Duration::from_millis(20)
            }))),
            "ticks" => Box::pin(answer(self.tasks.spawn(async move {
                let begin = Instant::now();
                let mut interval = tasks.interval(Duration::from_millis(5));
                for _ in 0..5 {
                    interval.tick().await;
                }
                begin.elapsed() >= Duration::from_millis(20)
            }))),
            "polls with one waker" => Box::pin(answer(self.tasks.spawn(async {
                let (mut first, mut same, mut polls) = (None::<Waker>, 0, 0);
                poll_fn(|context| {
                    let first = first.get_or_insert_with(|| context.waker().clone());
                    same += u32::from(first.will_wake(context.waker()));
                    polls += 1;
                    context.waker().wake_by_ref();
                    if polls > 10 { Poll::Ready(()) } else { Poll::Pending }
                })
                .await;
                same == polls
            }))),
            "many" => Box::pin(async move {
                let all: Vec<_> = (0..100u64)
                    .map(|number| {
                        let inner = tasks.clone();
                        tasks.spawn(async move {
                            inner.sleep(Duration::from_millis(number % 7)).await;
                            number
                        })
                    })
                    .collect();
                let mut sum = 0;
                for handle in all {
                    sum += handle.await.unwrap();
                }
                sum.to_string()
            }),
            other => panic!("unknown: {other}"),
        }
    }
}
