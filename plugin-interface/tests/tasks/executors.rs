//! The executors on which everything must work, and hosts that have them.

use std::sync::Arc;
use std::time::Duration;

use plugin_interface::{Executor, LoadPolicy, PluginHandle, PluginManager, ThreadPool};

use crate::parts::{Bench, BenchProxy, Journal};
use crate::{Build, Notes};

/// A host with one plugin that has tasks.
pub(crate) struct Host {
    pub(crate) manager: PluginManager,
    pub(crate) handle: PluginHandle,
    pub(crate) bench: BenchProxy,
    pub(crate) notes: Arc<Notes>,
    pub(crate) build: Build,
}

/// Returns a manager that has this executor.
pub(crate) fn manager(
    executor: Arc<dyn Executor>,
    notes: &Arc<Notes>,
    within: Duration,
) -> PluginManager {
    let mut manager = PluginManager::with_policy(LoadPolicy::new().stop_within(within));
    manager.provide_executor(executor).provide::<dyn Journal>(notes.clone());
    manager
}

impl Host {
    pub(crate) fn new(executor: Arc<dyn Executor>, within: Duration) -> Self {
        let (notes, build) = (Arc::<Notes>::default(), Build::of("tasked"));
        let mut manager = manager(executor, &notes, within);
        let handle = manager.load_library(build.file()).unwrap().remove(0);
        let bench = handle.proxy::<dyn Bench>().unwrap();
        Host { manager, handle, bench, notes, build }
    }
}

/// Calls a test once with each executor.
pub(crate) fn with_each(test: impl Fn(Arc<dyn Executor>)) {
    with_each_of_512_threads(&test);
    #[cfg(feature = "smol")]
    {
        let threads = crate::smol_threads::SmolThreads::new(2);
        test(threads.executor.clone());
    }
}

/// Calls a test once with each executor that has 512 threads for blocking tasks, which
/// nobody else uses.
pub(crate) fn with_each_of_512_threads(test: impl Fn(Arc<dyn Executor>)) {
    for threads in [1, 3] {
        test(Arc::new(ThreadPool::new(threads)));
    }
    #[cfg(feature = "tokio")]
    {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_time().build().unwrap();
        test(Arc::new(runtime.handle().clone()));
    }
}
