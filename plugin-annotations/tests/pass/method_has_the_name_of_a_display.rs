use std::error;
use std::fmt::Display;

use plugin_interface::{PluginManager, plugin_interface};

#[plugin_interface]
pub trait Fault: Display {
    fn fmt(&self) -> u32;
}

/// A trait of this name that is not the one of the standard library.
pub trait Error {
    fn error_causes(&self) -> u32 {
        1
    }
}

impl Error for OwnProxy {}

#[plugin_interface]
pub trait Own: self::Error + Send {
    fn run(&self);
}

#[plugin_interface]
pub trait Both: Display + error::Error + Send + Sync {
    fn run(&self);
}

pub fn host(plugins: &str) -> Result<(), Box<dyn error::Error + Send + Sync>> {
    let mut manager = PluginManager::new();
    println!("{}", manager.load::<dyn Fault>(plugins)?.remove(0));
    manager.load::<dyn Own>(plugins)?.remove(0).run();
    Err(manager.load::<dyn Both>(plugins)?.remove(0).into())
}

fn main() {}
