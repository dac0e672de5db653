//! Plugins that are configured by a `plugins.toml`:
//! `cargo test --package plugin-interface --features config,configure,watch --test config`.

mod folders;
#[cfg(all(unix, feature = "process"))]
mod isolated;
mod mistakes;
mod values;
#[cfg(feature = "watch")]
#[path = "../bodies/waiting.rs"]
mod waiting;
#[cfg(feature = "watch")]
mod watching;

use std::fs;
use std::path::{Path, PathBuf};

use plugin_interface::{Configuration, PluginHandle, PluginManager, PluginTrait};
use tempfile::TempDir;

/// The library of `plugin.rs`, which cargo builds beside this test, or as
/// `cargo build --features config --example configured` does.
fn library() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let examples = test.ancestors().nth(2).unwrap().join("examples");
    let (prefix, suffix) = (std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    examples.join(format!("{prefix}configured{suffix}"))
}

/// A directory with the library and nothing else.
fn directory() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    fs::copy(library(), directory.path().join(library().file_name().unwrap())).unwrap();
    directory
}

/// Reads a `plugins.toml` that has this text for the plugin.
fn configuration(text: &str) -> Configuration {
    let text = text.replace("[plugin.", "[plugins.plugin-interface.");
    Configuration::parse("plugins.toml", text.as_bytes()).unwrap_or_else(|error| panic!("{error}"))
}

fn load(directory: &Path, manager: &mut PluginManager) -> Vec<PluginHandle> {
    manager.load_plugins(directory, PluginTrait::Greeter).unwrap()
}

/// Loads the plugins with a configuration.
fn configured(text: &str) -> (PluginManager, Vec<PluginHandle>) {
    let directory = directory();
    let mut manager = PluginManager::new();
    manager.configure(configuration(text));
    let plugins = load(directory.path(), &mut manager);
    (manager, plugins)
}

/// What a plugin says it was given.
fn said(plugins: &[PluginHandle], name: &str) -> String {
    let plugin = plugins.iter().find(|plugin| plugin.name() == name).unwrap();
    plugin.as_greeter().unwrap().greet("")
}

use plugin_interface::Greeter as _;
