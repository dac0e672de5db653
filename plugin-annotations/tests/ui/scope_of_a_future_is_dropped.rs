use plugin_interface::__private::{AsyncCall, KeptByFuture};
use plugin_interface::{FfiSafe, plugin_interface};

#[derive(FfiSafe)]
pub struct Later<'a> {
    call: Box<dyn Fn() -> String + 'a>,
}

impl<'a> KeptByFuture<Later<'a>> for AsyncCall<1> {
    type Kept = Later<'a>;

    fn keep(&self, later: Later<'a>) -> Later<'a> {
        later
    }
}

#[plugin_interface]
pub trait Tool: Send + Sync {
    fn later<'s, 'async_trait>(&'s self, list: &'async_trait [String]) -> Later<'async_trait>
    where
        's: 'async_trait;
}

fn main() {}
