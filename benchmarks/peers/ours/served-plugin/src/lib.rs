//! A plugin with logs, a service and tasks.
#![forbid(unsafe_code)]

use std::hint::black_box;
use std::sync::Arc;

use ours_served_interface::{Served, Sums, Way, add_up, log_disabled, log_enabled, woken};
use plugin_interface::{
    BoxFuture, LatestService, PluginContext, Services, Tasks, plugin_aggregates, plugin_impl,
};

#[plugin_aggregates(Served)]
mod plugin {}

struct Measured {
    services: Services,
    latest: LatestService<dyn Sums>,
    sums: Arc<dyn Sums>,
    tasks: Tasks,
}

impl Measured {
    fn open(context: &PluginContext<'_>) -> Result<Self, String> {
        Ok(Measured {
            services: context.services(),
            latest: context.services().latest(),
            sums: context.services().get().map_err(|error| error.to_string())?,
            tasks: context.tasks().map_err(|error| error.to_string())?,
        })
    }
}

#[plugin_impl(Served, new = Measured::open)]
impl Served for Measured {
    fn add(&self, a: u64, b: u64) -> u64 {
        a.wrapping_add(b)
    }

    fn log_disabled(&self, times: u64) {
        log_disabled(times);
    }

    fn log_enabled(&self, times: u64) {
        log_enabled(times);
    }

    fn look_up(&self, times: u64) {
        for _ in 0..times {
            let _ = black_box(self.services.get::<dyn Sums>());
        }
    }

    fn follow(&self, times: u64) {
        let mut latest = self.latest.clone();
        for _ in 0..times {
            let _ = black_box(black_box(&mut latest).get());
        }
    }

    fn call_latest(&self, times: u64) -> u64 {
        let mut latest = self.latest.clone();
        (0..times).fold(0, |sum, number| {
            black_box(&mut latest).get().map_or(sum, |sums| sums.add(black_box(number), sum))
        })
    }

    fn call_service(&self, times: u64) -> u64 {
        add_up(&*self.sums, times)
    }

    fn wake_up(&self, way: u32, times: u64) -> BoxFuture<'static, u64> {
        let (tasks, way) = (self.tasks.clone(), Way::ALL[way as usize]);
        let task = self.tasks.spawn(woken(way, times, move |other| drop(tasks.spawn(other))));
        Box::pin(async move { task.await.unwrap_or_default() })
    }
}
