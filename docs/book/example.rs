//! The plugin that the examples load: this very crate, as a `cdylib`.

use std::env;
use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::path::PathBuf;

use plugin_interface::{Greeter, plugin_impl, plugin_interface};
use tempfile::TempDir;

/// The library in the folder `plugins` of an example.
pub const LIBRARY: &str = if cfg!(windows) {
    "shout.dll"
} else if cfg!(target_vendor = "apple") {
    "libshout.dylib"
} else {
    "libshout.so"
};

/// The interface of the second chapter.
#[plugin_interface]
pub trait Tool: Send + Sync {
    /// Returns the name of the tool.
    fn name(&self) -> &str;

    /// Applies the tool to a text.
    ///
    /// # Errors
    ///
    /// If the tool cannot be applied to this text.
    fn apply(&self, text: &str) -> Result<String, String>;
}

/// The plugin of the second chapter, which panics on the text `panic`.
#[derive(Debug, Default)]
pub struct Shout;

#[plugin_impl(Tool)]
impl Tool for Shout {
    fn name(&self) -> &str {
        "shout"
    }

    fn apply(&self, text: &str) -> Result<String, String> {
        assert_ne!(text, "panic", "somebody said panic");
        if text.is_empty() { Err("nothing to shout".into()) } else { Ok(text.to_uppercase() + "!") }
    }
}

/// Greets in English.
#[derive(Debug, Default)]
pub struct English;

#[plugin_impl(Greeter)]
impl Greeter for English {
    fn name(&self) -> &str {
        "english"
    }

    fn greet(&self, target: &str) -> String {
        format!("Hello, {target}!")
    }
}

/// Makes a temporary folder the current directory, with the library below
/// `plugins`. The folder is removed when the returned value is dropped.
///
/// # Panics
///
/// If the library was not built beside this crate.
pub fn example_folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let plugins = folder.path().join("plugins");
    std::fs::create_dir(&plugins).expect("a new folder");
    std::fs::copy(built(), plugins.join(LIBRARY)).expect("a copy");
    env::set_current_dir(&folder).expect("an existing folder");
    folder
}

/// The library as cargo built it, in a folder that cargo lets tests find.
fn built() -> PathBuf {
    let name = format!("{DLL_PREFIX}{}{DLL_SUFFIX}", env!("CARGO_CRATE_NAME"));
    ["LD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH", "PATH"]
        .iter()
        .filter_map(env::var_os)
        .flat_map(|paths| env::split_paths(&paths).collect::<Vec<_>>())
        .map(|folder| folder.join(&name))
        .find(|path| path.is_file())
        .expect("the library that cargo builds beside this crate")
}
