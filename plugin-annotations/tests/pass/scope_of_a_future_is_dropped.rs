use plugin_interface::{BoxFuture, plugin_interface};

#[plugin_interface]
pub trait Tool: Send + Sync {
    fn later<'s, 'async_trait>(
        &'s self,
        list: &'async_trait [String],
    ) -> BoxFuture<'async_trait, String>
    where
        's: 'async_trait;
}

fn main() {}
