//! Round trips between a host and a plugin that both declare the system's
//! allocator. They pass the memory itself: one allocates it, and the other
//! frees it once. All blocks of the C library are counted.

#[path = "../it/builds.rs"]
mod builds;
mod cases;
mod malloc;
mod valgrind;

use std::path::Path;

use plugin_interface::PluginManager;
use positions::Positions;
use rounds::{Rounds, close, proxy};

use builds::built;
use cases::{cases, under_valgrind};

plugin_interface::system_allocator!();

/// Passes values of each type to the plugin, and counts blocks.
fn pass(library: &Path, cases: u32, size: usize, half: Option<usize>) {
    let mut manager = PluginManager::new();
    let plugins = manager.load_library(library).unwrap();
    Rounds::new(&plugins, cases, size, &|| (malloc::live(), 0)).half(half).all();
    close(&manager, plugins, library);
}

/// Checks that passing a text allocates nothing, and that its memory is freed
/// once.
fn is_counted_and_not_copied(positions: &dyn Positions) {
    let before = (malloc::live(), malloc::made());
    let text = positions.string("text".repeat(100));
    assert_eq!((malloc::live(), malloc::made()), (before.0 + 1, before.1 + 1), "in `repeat`");
    drop(text);
    assert_eq!(malloc::live(), before.0);
}

// There is no harness, since it would allocate meanwhile.
fn main() {
    if let [_, library, cases, size, half] = &std::env::args().collect::<Vec<_>>()[..] {
        let (cases, size) = (cases.parse().unwrap(), size.parse().unwrap());
        return pass(library.as_ref(), cases, size, half.parse().ok());
    }
    let library = &built()["sharing"];
    let valgrind = valgrind::start(library, &under_valgrind("1"));
    let plugins = PluginManager::new().load_library(library).unwrap();
    is_counted_and_not_copied(&proxy::<dyn Positions>(&plugins));
    pass(library, cases(), 10 << 20, None);
    valgrind.finish();
}
