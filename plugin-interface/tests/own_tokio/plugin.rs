//! A plugin whose futures need a runtime of tokio.
#![forbid(unsafe_code)]

use std::sync::Arc;
use std::time::Duration;

use plugin_interface::{
    BoxFuture, PluginContext, call_in_tokio, in_tokio, plugin_aggregates, plugin_impl,
};
use tokio::time::sleep;

mod parts;

use parts::{Journal, Later};

#[plugin_aggregates(Later)]
mod plugin {}

const MOMENT: Duration = Duration::from_millis(2);
const LONG: Duration = Duration::from_secs(3600);

/// Notes that a task was dropped.
struct Noted(Arc<dyn Journal>);

impl Drop for Noted {
    fn drop(&mut self) {
        self.0.note("dropped");
    }
}

async fn never_end(journal: Arc<dyn Journal>) {
    let noted = Noted(journal);
    noted.0.note("begun");
    loop {
        sleep(MOMENT).await;
    }
}

struct Patient(Arc<dyn Journal>);

impl Patient {
    fn open(context: &PluginContext<'_>) -> Result<Self, String> {
        context.service().map(Patient).ok_or("no journal".to_owned())
    }
}

#[plugin_impl(Later, new = Patient::open, runtime = tokio)]
impl Later for Patient {
    async fn shout(&self, text: &str) -> String {
        sleep(MOMENT).await;
        let loud = text.to_uppercase();
        let marked = tokio::spawn(async move {
            tokio::task::yield_now().await;
            loud + "!"
        });
        let marked = tokio::time::timeout(LONG, marked).await.unwrap().unwrap();
        self.0.note("shouted");
        tokio::task::spawn_blocking(move || marked).await.unwrap()
    }

    async fn begin(&self, number: u32) {
        for _ in 0..number {
            tokio::spawn(never_end(Arc::clone(&self.0)));
        }
    }

    async fn wait(&self) {
        let noted = Noted(Arc::clone(&self.0));
        noted.0.note("waits");
        sleep(LONG).await;
    }

    async fn fail(&self) -> u32 {
        sleep(MOMENT).await;
        panic!("it broke");
    }

    fn whisper<'a>(&'a self, text: &'a str) -> BoxFuture<'a, String> {
        Box::pin(in_tokio(async move {
            sleep(MOMENT).await;
            text.to_lowercase()
        }))
    }

    fn oversee(&self) -> BoxFuture<'_, ()> {
        Box::pin(async { sleep(MOMENT).await })
    }

    fn begin_now(&self, number: u32) {
        call_in_tokio(|| {
            for _ in 0..number {
                tokio::spawn(never_end(Arc::clone(&self.0)));
            }
        });
    }
}
