use std::any::Any;

use plugin_interface::plugin_interface;

mod own {
    use std::any::Any;

    pub trait Send {
        fn any(&mut self) -> &mut dyn Any;
    }

    impl<T: Any> Send for T {
        fn any(&mut self) -> &mut dyn Any {
            self
        }
    }
}

use own::Send;

#[plugin_interface]
pub trait Sink: Send {
    fn put(&mut self, text: &str);
}

pub fn any(sink: &mut dyn Sink) -> &mut dyn Any {
    Send::any(sink)
}

fn main() {}
