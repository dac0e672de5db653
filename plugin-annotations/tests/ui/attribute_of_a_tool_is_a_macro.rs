#![forbid(unsafe_code)]

use plugin_interface::plugin_interface;

mod diagnostic {
    pub use test_macros::replaced_by as on_unimplemented;
}

#[plugin_interface]
#[diagnostic::on_unimplemented(pub trait Tool: Send + Sync + core::any::Any {
    fn run(&mut self);
})]
pub trait Tool: Send + Sync {
    fn run(&mut self);
}

fn main() {}
