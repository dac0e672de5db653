//! An executor of smol, and threads that run it.

use std::future::poll_fn;
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};
use std::thread::{self, JoinHandle};

use async_executor::Executor;

/// An executor of smol, and the threads that run it until this is dropped.
pub(crate) struct SmolThreads {
    pub(crate) executor: Arc<Executor<'static>>,
    /// `None` once they should end.
    waiting: Arc<Mutex<Option<Vec<Waker>>>>,
    threads: Vec<JoinHandle<()>>,
}

impl SmolThreads {
    pub(crate) fn new(count: usize) -> Self {
        let executor = Arc::new(Executor::new());
        let waiting = Arc::new(Mutex::new(Some(Vec::<Waker>::new())));
        let start = |_| {
            let (executor, waiting) = (Arc::clone(&executor), Arc::clone(&waiting));
            let end = poll_fn(move |context| match &mut *waiting.lock().unwrap() {
                Some(wakers) => {
                    wakers.push(context.waker().clone());
                    Poll::Pending
                }
                None => Poll::Ready(()),
            });
            thread::spawn(move || async_io::block_on(executor.run(end)))
        };
        let threads = (0..count).map(start).collect();
        SmolThreads { executor, waiting, threads }
    }
}

impl Drop for SmolThreads {
    fn drop(&mut self) {
        let waiting = self.waiting.lock().unwrap().take();
        waiting.into_iter().flatten().for_each(Waker::wake);
        for thread in self.threads.drain(..) {
            thread.join().unwrap();
        }
    }
}
