use plugin_interface::{PluginManager, plugin_aggregates, plugin_impl, plugin_interface};

pub trait CloneBox {
    fn clone_box(&self) -> Box<dyn Unit>;
}

impl<T: Unit + Clone + 'static> CloneBox for T {
    fn clone_box(&self) -> Box<dyn Unit> {
        Box::new(self.clone())
    }
}

impl CloneBox for UnitProxy {
    fn clone_box(&self) -> Box<dyn Unit> {
        self.copy()
    }
}

#[plugin_interface(version = "1.1")]
pub trait Unit: Send + CloneBox {
    fn run(&self);

    fn copy(&self) -> Box<dyn Unit>;

    #[since("1.1")]
    fn later(&self) {}
}

pub fn host(plugins: &str) {
    let units = PluginManager::new().load::<dyn Unit>(plugins).unwrap();
    units[0].run();
    units[0].clone_box().later();
    UnitProxy::checked(&units[0]).later().unwrap();
}

/// A plugin needs no proxy that has it.
pub trait Named {
    fn name(&self) -> String;
}

#[plugin_interface]
pub trait Tool: Named {
    fn run(&self);
}

#[derive(Default)]
pub struct Hammer;

impl Named for Hammer {
    fn name(&self) -> String {
        "hammer".to_owned()
    }
}

#[plugin_impl(Tool)]
impl Tool for Hammer {
    fn run(&self) {}
}

#[plugin_aggregates(Tool)]
mod plugin {}

fn main() {}
