use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool: Send + Sync {
    fn name(&self) -> String;
    #[since("1.1")]
    fn title(&self) -> String {
        self.name()
    }
}

fn main() {}
