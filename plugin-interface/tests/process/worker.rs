//! The program of the workers, and a host that the test kills.
#![forbid(unsafe_code)]

#[cfg(feature = "sandbox")]
#[path = "../sandbox/host.rs"]
mod sandboxed;

#[path = "garbler.rs"]
mod garbler;

use std::env::args_os;

use plugin_interface::PluginManager;
use plugin_interface::process::{Worker, serve_if_asked};

fn main() {
    if args_os().nth(1).is_some_and(|first| first == "--forgetful") {
        // As a host that forgot to call `serve_if_asked`.
        let worker = Worker::new(std::env::current_exe().unwrap());
        let error = PluginManager::new().load_isolated("libx.so", worker).unwrap_err();
        println!("{error}");
        return;
    }
    if args_os().nth(1).is_some_and(|first| first == "--garbled") {
        garbler::run();
    }
    serve_if_asked();
    #[cfg(feature = "sandbox")]
    if args_os().nth(1).is_some_and(|first| first == "--sandboxed") {
        return sandboxed::run();
    }
    let library = args_os().nth(1).expect("a library");
    let worker = Worker::new(std::env::current_exe().unwrap());
    let library = PluginManager::new().load_isolated(library, worker).unwrap();
    let plugin = library.plugins().swap_remove(0);
    let grandchild = plugin.call("grandchild", ()).unwrap().value;
    println!("{} {grandchild}", library.process_id().unwrap());
    if args_os().nth(2).is_some_and(|second| second == "busy") {
        let _ = plugin.call("end", ("loop",));
    }
    std::thread::sleep(std::time::Duration::MAX);
}
