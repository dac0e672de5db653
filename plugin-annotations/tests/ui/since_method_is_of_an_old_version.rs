use plugin_interface::plugin_interface;

#[plugin_interface(version = "2.1")]
pub trait Tool: Send + Sync {
    fn name(&self) -> String;
    #[since("1.1")]
    fn title(&self) -> String {
        self.name()
    }
    fn number(&self) -> u32;
    #[since("2.0")]
    fn colour(&self) -> u32;
    #[since("2.1")]
    fn weight(&self) -> u32 {
        0
    }
}

fn main() {}
