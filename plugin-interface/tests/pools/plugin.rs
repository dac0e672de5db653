//! A plugin that computes on a pool of threads of its own, or on rayon's global one.
#![forbid(unsafe_code)]

use plugin_interface::{Greeter, PluginContext, plugin_aggregates, plugin_impl};
use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};

#[plugin_aggregates(Greeter)]
mod plugin {}

/// Its threads end when the instance is dropped.
struct Pooled(ThreadPool);

impl Pooled {
    fn open(_: &PluginContext<'_>) -> Result<Self, ThreadPoolBuildError> {
        let name = |number| format!("pooled-{number}");
        ThreadPoolBuilder::new().num_threads(2).thread_name(name).build().map(Pooled)
    }
}

fn sum() -> u64 {
    (1..=1000_u64).into_par_iter().sum()
}

#[plugin_impl(Greeter, new = Pooled::open)]
impl Greeter for Pooled {
    fn name(&self) -> &str {
        "pooled"
    }

    fn greet(&self, target: &str) -> String {
        match target {
            "own" => self.0.install(sum),
            _ => sum(),
        }
        .to_string()
    }
}
