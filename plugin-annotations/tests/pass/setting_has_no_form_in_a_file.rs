use plugin_interface::PluginConfig;

#[derive(PluginConfig)]
struct Settings {
    since: String,
}

fn main() {}
