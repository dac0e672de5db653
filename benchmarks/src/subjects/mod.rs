//! What is measured: a plugin and the host's way to it, for each peer.

mod abi_stable;
mod cglue;
mod dyn_trait;
mod dynamic_reload;
mod extern_c;
pub mod followed;
mod hot_lib_reloader;
mod hot_library;
mod ours;
pub mod routines;
mod savefile_abi;
mod stabby;
mod vtable;
pub mod web_assembly;

use std::path::Path;

pub use routines::{OPERATIONS, Operation, Routine, print_other_panics_only};

/// The name of what all others are compared with.
pub const BASELINE: &str = "dyn Trait";

/// The name of this project among its peers.
pub const OURS: &str = "ours";

/// This project's plugin with what the peers' have too, and no more: to be built.
pub const OURS_PEER: &str = "ours_peer_plugin";

/// The one that is called in each placement: to be built.
pub const OURS_PLACED: &str = "ours_placed_plugin";

/// The same, with `system_allocator!()` on both sides.
pub const OURS_SHARING: &str = "ours, system_allocator!()";

/// The plugin that calls its host: to be built.
pub const CALLBACKS: &str = "callbacks_plugin";

/// A way from a library's path to a call.
pub struct Subject {
    pub name: &'static str,
    /// The crate that offers it, whose version is reported.
    pub krate: Option<&'static str>,
    /// The package of its plugin, below `peers`.
    pub plugin: &'static str,
    /// Loads the library in its documented way, once for each path.
    pub load: fn(&Path) -> Box<dyn Loaded>,
    /// Whether dropping what was loaded is meant to unload it.
    pub unloads: bool,
    /// What it checks before the first call, in a few words.
    pub checks: &'static str,
}

impl Subject {
    /// Whether it maps a copy of its own.
    pub fn copies(&self) -> bool {
        self.checks.contains("private copy")
    }

    /// Whether it watches the file that it loads.
    pub fn watches(&self) -> bool {
        self.checks.contains("watches")
    }
}

/// A library that is loaded; where the peer can, dropping it unloads it.
pub trait Loaded: Send + Sync {
    fn add(&self, a: u64, b: u64) -> u64;

    /// The operations that this peer can do.
    fn routines(&'static self) -> Vec<(Operation, Routine)>;
}

/// All of them, the baseline first.
pub fn all() -> Vec<Subject> {
    vec![
        dyn_trait::SUBJECT,
        ours::SUBJECT,
        ours::SHARING,
        ours::LIVE,
        hot_library::SUBJECT,
        extern_c::POINTER,
        extern_c::LOOK_UP,
        abi_stable::SUBJECT,
        stabby::SUBJECT,
        cglue::SUBJECT,
        vtable::SUBJECT,
        savefile_abi::SUBJECT,
        hot_lib_reloader::SUBJECT,
        dynamic_reload::SUBJECT,
    ]
}

/// The subject of that name.
pub fn named(name: &str) -> Subject {
    all().into_iter().find(|subject| subject.name == name).expect("a subject's name")
}
