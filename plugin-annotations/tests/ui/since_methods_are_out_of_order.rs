use plugin_interface::plugin_interface;

#[plugin_interface(version = "1.2")]
pub trait Tool: Send + Sync {
    fn name(&self) -> String;
    #[since("1.2")]
    fn title(&self) -> String {
        self.name()
    }
    #[since("1.1")]
    fn size(&self) -> u32 {
        0
    }
}

fn main() {}
