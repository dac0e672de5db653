use plugin_interface::PluginConfig;

#[derive(PluginConfig)]
struct Settings {
    since: std::time::Instant,
}

fn main() {}
