use std::any::Any;
use std::sync::Arc;

use plugin_interface::{plugin_aggregates, plugin_impl, plugin_interface};

#[plugin_interface(version = "1.1")]
pub trait Tool: Send + Sync {
    fn as_any(&self) -> &dyn Any;

    fn as_any_mut<'a>(&'a mut self) -> &'a mut (dyn Any + Send);

    fn into_any(self: Box<Self>) -> Box<dyn Any>;

    fn share_any(self: Arc<Self>) -> Arc<dyn std::any::Any + Send + Sync>;

    fn run(&self);

    #[since("1.1")]
    fn later(&self) {}
}

#[derive(Default)]
pub struct Hammer;

#[plugin_impl(Tool)]
impl Tool for Hammer {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut<'a>(&'a mut self) -> &'a mut (dyn Any + Send) {
        self
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }

    fn share_any(self: Arc<Self>) -> Arc<dyn std::any::Any + Send + Sync> {
        self
    }

    fn run(&self) {}
}

#[plugin_aggregates(Tool)]
mod plugin {}

fn main() {
    let tool: Arc<dyn Tool> = Arc::new(Hammer);
    assert!(tool.as_any().is::<Hammer>());
}
