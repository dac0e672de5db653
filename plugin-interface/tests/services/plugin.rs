//! A plugin that calls services of its host, as its caller asks.
#![forbid(unsafe_code)]

use std::hint::black_box;
use std::sync::{Arc, Mutex};

use plugin_interface::{
    Greeter, LatestService, PluginContext, Service, ServiceError, Services, plugin_aggregates,
    plugin_impl,
};

mod site;

use site::{absent, changed, current, major, newer, older};

#[plugin_aggregates(Greeter)]
mod plugin {}

struct Asker {
    /// The service, if it was there when this was made.
    site: Option<Arc<dyn current::Site>>,
    services: Services,
    /// Follows what is offered.
    latest: Mutex<Option<LatestService<dyn current::Site>>>,
}

impl Asker {
    fn new(context: &PluginContext<'_>) -> Result<Self, String> {
        let services = context.services();
        Ok(Asker { site: context.service(), services, latest: Mutex::default() })
    }

    /// Calls a service that it asks for now.
    fn ask<I: Service + ?Sized>(&self, call: impl FnOnce(&I) -> String) -> String {
        match self.services.get::<I>() {
            Ok(service) => call(&service),
            Err(error) => error.to_string(),
        }
    }

    /// Calls what it keeps since the first question of this kind.
    fn with_latest<R>(&self, call: impl FnOnce(&mut LatestService<dyn current::Site>) -> R) -> R {
        let mut latest = self.latest.lock().unwrap();
        call(latest.get_or_insert_with(|| self.services.latest()))
    }
}

#[plugin_impl(Greeter, new = Asker::new)]
impl Greeter for Asker {
    fn name(&self) -> &str {
        "asker"
    }

    fn greet(&self, target: &str) -> String {
        match target {
            "made" => match &self.site {
                Some(site) => format!("{}, {} pages", site.title(), site.pages()),
                None => "no site".to_owned(),
            },
            "later" => self.ask::<dyn current::Site>(|site| site.title()),
            "latest" => self.with_latest(|latest| match latest.get() {
                Ok(site) => site.title(),
                Err(error) => error.to_string(),
            }),
            "older" => self.ask::<dyn older::Site>(|site| site.title()),
            "newer" => self.ask::<dyn newer::Site>(|site| {
                format!("{}, {} pages, {}", site.title(), site.pages(), site.language())
            }),
            "changed" => self.ask::<dyn changed::Site>(|site| format!("{:?}", site.title())),
            "major" => self.ask::<dyn major::Site>(|site| site.title()),
            "absent" => self.ask::<dyn absent::Store>(|store| format!("{:?}", store.get("key"))),
            "thread" => {
                let services = self.services;
                let ask = move || services.get::<dyn current::Site>().unwrap().title();
                std::thread::spawn(ask).join().unwrap()
            }
            "cost" => {
                for _ in 0..1000 {
                    black_box(self.services.get::<dyn current::Site>()).unwrap();
                }
                String::new()
            }
            other => format!("no such question: {other}"),
        }
    }
}

/// A plugin that says in its metadata what it needs.
struct Needy(Arc<dyn current::Site>);

impl Needy {
    fn new(context: &PluginContext<'_>) -> Result<Self, ServiceError> {
        context.services().get().map(Needy)
    }
}

#[plugin_impl(Greeter, new = Needy::new, needs(dyn current::Site))]
impl Greeter for Needy {
    fn name(&self) -> &str {
        "needy"
    }

    fn greet(&self, _: &str) -> String {
        self.0.title()
    }
}

/// A plugin that follows the service, asks four times for it, and cannot be made.
struct Follower;

impl Follower {
    fn new(context: &PluginContext<'_>) -> Result<Self, String> {
        let mut latest = context.services().latest::<dyn current::Site>();
        let mut ask =
            || latest.get().map_or_else(|error| error.to_string(), |_| "found".to_owned());
        Err([(); 3].map(|()| ask()).join("; "))
    }
}

#[plugin_impl(Greeter, new = Follower::new)]
impl Greeter for Follower {
    fn name(&self) -> &str {
        "follower"
    }

    fn greet(&self, _: &str) -> String {
        String::new()
    }
}

/// A plugin that cannot work without the service, and does not say so.
struct Strict(Arc<dyn current::Site>);

impl Strict {
    fn new(context: &PluginContext<'_>) -> Result<Self, ServiceError> {
        context.services().get().map(Strict)
    }
}

#[plugin_impl(Greeter, new = Strict::new)]
impl Greeter for Strict {
    fn name(&self) -> &str {
        "strict"
    }

    fn greet(&self, _: &str) -> String {
        self.0.title()
    }
}
