use std::any::Any;
use std::fmt::{self, Debug};
use std::panic::{RefUnwindSafe, UnwindSafe};

use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool: Send + Sync + fmt::Debug + Any + Unpin + UnwindSafe + RefUnwindSafe {
    fn run(&self, other: &dyn Tool, shared: std::sync::Arc<dyn Tool>) -> Box<dyn Tool>;
}

#[plugin_interface]
pub trait Case: Send + Sync + Debug + 'static {
    fn lent(&self, other: &dyn Case);

    fn inner(&self, other: Box<dyn Case + Send>) -> std::sync::Arc<dyn Case>;
}

mod own {
    use std::any::Any;

    /// Is implemented by each type.
    pub trait Send: Any {
        fn any(&mut self) -> &mut dyn Any;
    }

    impl<T: Any> Send for T {
        fn any(&mut self) -> &mut dyn Any {
            self
        }
    }
}

#[plugin_interface]
pub trait Sink: own::Send {
    fn put(&mut self, other: &mut dyn Sink);
}

pub fn any(tool: Box<dyn Tool>, sink: &mut dyn Sink) -> Box<dyn Any> {
    let _: &mut dyn Any = own::Send::any(sink);
    let _: Option<&SinkProxy> = SinkProxy::of(sink);
    tool
}

fn main() {}
