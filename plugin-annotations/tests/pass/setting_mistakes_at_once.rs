use plugin_interface::PluginConfig;

#[derive(PluginConfig)]
struct Settings {
    #[config(default = 1)]
    quality: u8,
    #[config(default = 3.14)]
    gamma: f32,
    #[config(range = 1..=99)]
    depth: u8,
    name: String,
    #[config(default = 2)]
    size: u8,
}

#[derive(PluginConfig)]
struct Pair {
    left: u8,
    right: u8,
}

#[derive(PluginConfig)]
enum Shape {
    Circle,
    Square,
}

fn main() {}
