use plugin_interface::plugin_interface;

#[plugin_interface(version = "1.1")]
pub trait Tool: Send + Sync {
    fn name(&self) -> String;
    #[since("1.1")]
    fn title(&self) -> String {
        self.name()
    }
}

fn main() {}
