#![forbid(unsafe_code)]

use plugin_interface::plugin_interface;
use test_macros::replaced_by;

#[plugin_interface]
pub trait Tool: Send + Sync {
    #[replaced_by(fn pick<'a>(&'a self, text: &'a str) -> &'a str;)]
    fn pick<'a>(&'a self, text: &str) -> &'a str;
}

fn main() {}
