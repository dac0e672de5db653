use plugin_interface::{PluginManager, plugin_interface};

pub trait CloneBox {
    fn clone_box(&self) -> Box<dyn Unit>;
}

impl<T: Unit + Clone + 'static> CloneBox for T {
    fn clone_box(&self) -> Box<dyn Unit> {
        Box::new(self.clone())
    }
}

#[plugin_interface(version = "1.1")]
pub trait Unit: Send + CloneBox {
    fn run(&self);

    #[since("1.1")]
    fn later(&self) {}
}

pub fn host(plugins: &str) {
    let units = PluginManager::new().load::<dyn Unit>(plugins).unwrap();
    units[0].run();
}

fn main() {}
