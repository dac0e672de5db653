use plugin_interface::PluginConfig;

#[derive(PluginConfig)]
struct Settings {
    #[config(defualt = 1)]
    quality: u8,
    #[config(default = std::f32::consts::PI)]
    gamma: f32,
    #[config(range = 1..100)]
    depth: u8,
    #[config]
    name: String,
    #[config(default = 1, default = 2)]
    size: u8,
}

#[derive(PluginConfig)]
struct Pair(u8, u8);

#[derive(PluginConfig)]
enum Shape {
    Circle(f64),
    #[config(default = 1)]
    Square,
}

fn main() {}
