//! A host: finds the plugins of a directory.
#![forbid(unsafe_code)]

use std::error::Error;
use std::path::PathBuf;

use plugin_interface::{PluginManager, PluginTrait};

use FULL_PATH;

fn main() -> Result<(), Box<dyn Error>> {
    let directory = plugin_directory()?;
    let mut manager = PluginManager::new();
    let plugins = manager.load_plugins(&directory, PluginTrait::of::<dyn Interface>())?;
    for plugin in &plugins {
        // It implements the interface: call its methods here.
        let _proxy = plugin.proxy::<dyn Interface>()?;
        println!("{} of {}", plugin.name(), plugin.path().display());
    }
    // A bad file does not hide the good ones.
    for rejected in manager.rejected() {
        eprintln!("not loaded: {rejected}");
    }
    if plugins.is_empty() {
        return Err(format!("no plugins in {}", directory.display()).into());
    }
    Ok(())
}

/// Returns the first argument, or the folder of this program.
fn plugin_directory() -> Result<PathBuf, Box<dyn Error>> {
    if let Some(directory) = std::env::args_os().nth(1) {
        return Ok(directory.into());
    }
    let program = std::env::current_exe()?;
    Ok(program.parent().ok_or("the program is in no folder")?.to_owned())
}
