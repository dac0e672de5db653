//! A plugin that calls services of its host, as its caller asks.
#![forbid(unsafe_code)]

use std::hint::black_box;
use std::sync::Arc;

use plugin_interface::{
    Greeter, PluginContext, Service, ServiceError, Services, plugin_aggregates, plugin_impl,
};

mod site;

use site::{absent, changed, current, major, newer, older};

#[plugin_aggregates(Greeter)]
mod plugin {}

struct Asker {
    /// The service, if it was there when this was made.
    site: Option<Arc<dyn current::Site>>,
    services: Services,
}

impl Asker {
    fn new(context: &PluginContext<'_>) -> Result<Self, String> {
        Ok(Asker { site: context.service(), services: context.services() })
    }

    /// Calls a service that it asks for now.
    fn ask<I: Service + ?Sized>(&self, call: impl FnOnce(&I) -> String) -> String {
        match self.services.get::<I>() {
            Ok(service) => call(&service),
            Err(error) => error.to_string(),
        }
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
