use plugin_interface::plugin_interface;

pub trait Named {
    fn name(&self) -> String;
}

impl Named for ItemProxy {
    fn name(&self) -> String {
        self.text()
    }
}

#[plugin_interface]
pub trait Item: Named {
    fn text(&self) -> String;
}

#[plugin_interface]
pub trait Shelf {
    fn put(&self, item: Box<dyn Item>);
}

fn main() {}
