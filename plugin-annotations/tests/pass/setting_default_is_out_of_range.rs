use plugin_interface::PluginConfig;

#[derive(PluginConfig)]
struct Settings {
    #[config(default = 100, range = 1..=100)]
    quality: u8,
    #[config(default = "very-loud")]
    voice: Voice,
    #[config(default = 1, range = 0..=255)]
    depth: u8,
}

#[derive(PluginConfig)]
enum Voice {
    Normal,
    VeryLoud,
}

fn main() {}
