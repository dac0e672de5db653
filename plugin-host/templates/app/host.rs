//! A host: finds the plugins beside this program and calls each of them.
#![forbid(unsafe_code)]

use std::error::Error;
use std::path::PathBuf;

use plugin_interface::PluginManager;

use my_app_interface::Tool;

fn main() -> Result<(), Box<dyn Error>> {
    let directory = plugin_directory()?;
    let mut manager = PluginManager::new();
    let tools = manager.load::<dyn Tool>(&directory)?;
    for tool in &tools {
        println!("{}: {}", tool.name(), tool.apply("hello")?);
    }
    // A bad file does not hide the good ones.
    for rejected in manager.rejected() {
        eprintln!("not loaded: {rejected}");
    }
    if tools.is_empty() {
        let directory = directory.display();
        return Err(format!("no plugins in {directory}; run `cargo build --workspace`").into());
    }
    Ok(())
}

/// Returns the first argument, or the folder of this program.
///
/// Cargo puts the plugins into the same folder.
fn plugin_directory() -> Result<PathBuf, Box<dyn Error>> {
    if let Some(directory) = std::env::args_os().nth(1) {
        return Ok(directory.into());
    }
    let program = std::env::current_exe()?;
    Ok(program
        .parent()
        .ok_or("the program is in no folder")?
        .to_owned())
}
