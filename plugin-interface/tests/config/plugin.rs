//! A plugin with a setting of each kind, which says what it was given.

#![expect(dead_code, reason = "the fields are printed")]

use std::collections::BTreeMap;
use std::path::PathBuf;

use plugin_interface::{Greeter, PluginConfig, PluginContext, plugin_aggregates, plugin_impl};

#[plugin_aggregates(Greeter)]
mod plugin {}

/// What all plugins can be told.
#[derive(Debug, PluginConfig)]
struct Settings {
    /// The quality of the picture.
    ///
    /// More is larger.
    #[config(default = 80, range = 1..=100)]
    quality: u8,
    /// Whether to wait.
    #[config(default = false)]
    patient: bool,
    #[config(default = 0.5, range = 0.0..=1.0)]
    gamma: f32,
    #[config(default = "out.png")]
    name: String,
    /// Where the pictures are.
    folder: PathBuf,
    #[config(default = "very-fast")]
    speed: Speed,
    #[config(default = ["a", "b"])]
    tags: Vec<String>,
    sizes: Option<Vec<u16>>,
    limit: Option<i64>,
    #[config(default = [])]
    filters: Vec<Filter>,
    colours: Option<BTreeMap<String, u32>>,
    cache: Cache,
    r#type: Option<String>,
}

/// How fast it is.
#[derive(Debug, PluginConfig)]
enum Speed {
    /// The best.
    Slow,
    VeryFast,
}

#[derive(Debug, PluginConfig)]
struct Filter {
    name: String,
    #[config(default = -1, range = -5..=5)]
    strength: i8,
}

#[derive(Debug, PluginConfig)]
struct Cache {
    #[config(default = 16)]
    entries: usize,
}

/// Another plugin of the library takes a part of the same table.
#[derive(Debug, PluginConfig)]
struct Fewer {
    #[config(default = 80, range = 1..=100)]
    quality: u8,
    extra: Option<bool>,
    limit: Option<i64>,
}

struct Told(String);

impl Told {
    fn open(context: &PluginContext) -> Result<Self, String> {
        // Shows that code of this library ran.
        let library = context.library_path().ok_or("created without a path")?;
        std::fs::write(library.with_file_name("ran"), "").unwrap();
        let settings: Settings = context.config().map_err(|error| error.to_string())?;
        let folders = [context.data_dir(), context.cache_dir()]
            .map(|folder| folder.map_or_else(|error| error.to_string(), |it| format!("{it:?}")));
        Ok(Told(format!("{settings:?} {folders:?}")))
    }
}

#[plugin_impl(Greeter, new = Told::open, config = Settings)]
impl Greeter for Told {
    fn name(&self) -> &str {
        "told"
    }

    fn greet(&self, _target: &str) -> String {
        self.0.clone()
    }
}

struct Few(Fewer);

impl Few {
    fn open(context: &PluginContext) -> Result<Self, plugin_interface::SettingsError> {
        context.config().map(Few)
    }
}

#[plugin_impl(Greeter, new = Few::open, config = Fewer)]
impl Greeter for Few {
    fn name(&self) -> &str {
        "few"
    }

    fn greet(&self, _target: &str) -> String {
        format!("{:?}", self.0)
    }
}

struct Forgetful;

impl Forgetful {
    fn open(context: &PluginContext) -> Result<Self, plugin_interface::SettingsError> {
        let undeclared = context.config::<Fewer>();
        assert!(undeclared.unwrap_err().to_string().contains("write `config = "));
        Ok(Forgetful)
    }
}

#[plugin_impl(Greeter, new = Forgetful::open)]
impl Greeter for Forgetful {
    fn name(&self) -> &str {
        "forgetful"
    }

    fn greet(&self, target: &str) -> String {
        target.to_owned()
    }
}
