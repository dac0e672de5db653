//! A host that calls the newest version of a plugin while you rebuild it.
//!
//! ```console
//! $ cargo build --package greeter-english
//! $ cargo run --package live-host -- target/debug/libgreeter_english.so
//! ```
//!
//! Edit `example-plugins/greeter-english/src/lib.rs` and build it again in another
//! terminal: the next line comes from the new version.
#![forbid(unsafe_code)]

use std::error::Error;
use std::time::Duration;

use plugin_interface::{Greeter, Live, LiveEvent};

fn main() -> Result<(), Box<dyn Error>> {
    let library = std::env::args_os().nth(1).ok_or("usage: live-host FILE")?;
    let greeter = Live::<dyn Greeter>::watch(library)?;
    let events = greeter.events();
    loop {
        println!("{}", greeter.get().greet("world"));
        // Waits a second, or until something happens to the file.
        match events.next_within(Duration::from_secs(1)) {
            Some(LiveEvent::Replaced { generation, .. }) => println!("version {generation}:"),
            Some(LiveEvent::Refused { message, .. }) => eprintln!("not reloaded: {message}"),
            _ => {}
        }
    }
}
