use plugin_interface::{PluginContext, ServiceError, plugin_interface};

#[plugin_interface]
pub trait Site: Sync {
    fn title(&self) -> String;
}

pub fn title(context: &PluginContext<'_>) -> Result<String, ServiceError> {
    Ok(context.service::<dyn Site>()?.title())
}

fn main() {}
