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

#[plugin_interface]
pub trait Sink: Send {
    fn put(&mut self, text: &str);
}

pub fn any(sink: &mut (impl Sink + 'static)) -> &mut dyn Any {
    own::Send::any(sink)
}

fn main() {}
