use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool: Send {
    fn run(&self);

    fn debug(&self) -> String;
}

#[plugin_interface]
pub trait Case: Send + Sync + 'static {
    fn tool(&self) -> Box<dyn Tool>;

    fn lent(&self, other: &dyn Case);

    fn inner(&self, other: Box<dyn Case + Send>) -> std::sync::Arc<dyn Case>;
}

fn main() {}
