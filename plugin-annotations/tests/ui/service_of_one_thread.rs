use plugin_interface::{PluginContext, plugin_interface};

#[plugin_interface]
pub trait Site: Sync {
    fn title(&self) -> String;
}

pub fn title(context: &PluginContext<'_>) -> Option<String> {
    Some(context.service::<dyn Site>()?.title())
}

fn main() {}
