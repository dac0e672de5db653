//! The plugins that this test links.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use plugin_interface::{
    Greeter, PluginContext, Provide, ServiceError, Services, Tasks, plugin_impl, plugin_interface,
};

/// A service of the host.
#[plugin_interface]
pub(crate) trait Site: Send + Sync {
    fn title(&self) -> String;
}

/// A service of a plugin.
#[plugin_interface]
pub(crate) trait Store: Send + Sync {
    fn get(&self, key: &str) -> String;
}

/// Provides a store.
#[plugin_interface]
pub(crate) trait Keeper: Send + Sync {
    fn stock(&self) -> u32;
}

/// Needs one.
#[plugin_interface]
pub(crate) trait Finder: Send + Sync {
    fn find(&self, key: &str) -> String;
}

/// How many plugins of the type `Asker` were created.
pub(crate) static CREATED: AtomicUsize = AtomicUsize::new(0);

/// The services that the last of them had.
pub(crate) static KEPT: Mutex<Option<Services>> = Mutex::new(None);

/// Counts the ends of tasks.
struct End(Arc<dyn Site>);

impl Drop for End {
    fn drop(&mut self) {
        self.0.title();
    }
}

struct Asker {
    site: Arc<dyn Site>,
    services: Services,
    tasks: Option<Tasks>,
}

impl Asker {
    fn new(context: &PluginContext<'_>) -> Result<Self, ServiceError> {
        CREATED.fetch_add(1, Ordering::SeqCst);
        let (services, tasks) = (context.services(), context.tasks().ok());
        *KEPT.lock().unwrap_or_else(PoisonError::into_inner) = Some(services);
        Ok(Asker { site: services.get()?, services, tasks })
    }
}

#[plugin_impl(Greeter, new = Asker::new, needs(dyn Site))]
impl Greeter for Asker {
    fn name(&self) -> &str {
        "asker"
    }

    fn greet(&self, target: &str) -> String {
        match target {
            "made" => self.site.title(),
            "later" => {
                let services = self.services;
                let ask = move || services.get::<dyn Site>().unwrap().title();
                std::thread::spawn(ask).join().unwrap()
            }
            "store" => match self.services.get::<dyn Store>() {
                Ok(store) => store.get("key"),
                Err(error) => error.to_string(),
            },
            "task" => {
                let Some(tasks) = &self.tasks else { return "no tasks".to_owned() };
                let (end, sleeper) = (End(Arc::clone(&self.site)), tasks.clone());
                tasks.spawn(async move {
                    let _end = end;
                    sleeper.sleep(Duration::from_secs(3600)).await;
                });
                String::new()
            }
            "log" => {
                log::warn!("number {}", 7);
                String::new()
            }
            other => format!("no such question: {other}"),
        }
    }
}

struct Shelf;

impl Store for Shelf {
    fn get(&self, key: &str) -> String {
        format!("{key} of the shelf")
    }
}

#[derive(Default)]
struct Shop;

impl Provide<dyn Store> for Shop {
    fn provide(&self) -> Arc<dyn Store> {
        Arc::new(Shelf)
    }
}

#[plugin_impl(Keeper, provides(dyn Store))]
impl Keeper for Shop {
    fn stock(&self) -> u32 {
        12
    }
}

struct Index(Arc<dyn Store>);

impl Index {
    fn new(context: &PluginContext<'_>) -> Result<Self, ServiceError> {
        context.services().get().map(Index)
    }
}

#[plugin_impl(Finder, new = Index::new, needs(dyn Store))]
impl Finder for Index {
    fn find(&self, key: &str) -> String {
        self.0.get(key)
    }
}
