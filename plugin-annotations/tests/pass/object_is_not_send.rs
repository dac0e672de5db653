use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Part {
    fn name(&self) -> String;
}

#[plugin_interface]
pub trait Tool: Send + Sync {
    fn part(&self) -> Box<dyn Part + Send>;
}

pub fn elsewhere(tool: &dyn Tool) {
    let part = tool.part();
    std::thread::spawn(move || part.name());
}

fn main() {}
