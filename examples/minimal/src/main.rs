//! The smallest host: loads every greeter in a directory and calls it.
//!
//! ```console
//! $ cargo build --package greeter-english --package greeter-multi
//! $ cargo run --package minimal-host -- target/debug
//! ```
#![forbid(unsafe_code)]

use std::error::Error;

use plugin_interface::{Greeter, PluginManager};

fn main() -> Result<(), Box<dyn Error>> {
    let directory = std::env::args_os().nth(1).ok_or("usage: minimal-host DIR")?;
    let mut manager = PluginManager::new();
    for greeter in manager.load::<dyn Greeter>(directory)? {
        println!("{}: {}", greeter.name(), greeter.greet("world"));
    }
    // A bad file does not hide the good ones.
    for rejected in manager.rejected() {
        eprintln!("not loaded: {}", rejected.error);
    }
    Ok(())
}
