use plugin_interface::plugin_interface;

pub trait Named {
    fn name(&self) -> String;
}

#[plugin_interface]
pub trait Item: Named {
    fn run(&self);
}

#[plugin_interface]
pub trait Shelf {
    fn put(&self, item: Box<dyn Item>);
}

fn main() {}
