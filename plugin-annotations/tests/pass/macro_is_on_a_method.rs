use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool: Send + Sync {
    #[must_use]
    #[track_caller]
    fn pick<'a>(&'a self, text: &str) -> &'a str;
}

fn main() {}
