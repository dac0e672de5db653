use std::rc::Rc;

use plugin_interface::{plugin_aggregates, plugin_impl, plugin_interface};

#[plugin_aggregates(Counter)]
mod plugin {}

#[plugin_interface]
pub trait Counter: Send {
    fn count(&mut self) -> u64;
}

#[derive(Default)]
pub struct Clicks {
    clicks: Rc<u64>,
}

#[plugin_impl(Counter)]
impl Counter for Clicks {
    fn count(&mut self) -> u64 {
        *self.clicks
    }
}

fn main() {}
