//! What the plugins of these tests have in common, and what their host knows of them.
#![allow(dead_code, reason = "each crate uses some of it")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::thread;
use std::time::Duration;

use plugin_interface::{PluginContext, plugin_interface};

/// A service of the host: what happened, in order.
#[plugin_interface(path = "parts::Journal", version = "1.0")]
pub(crate) trait Journal: Send + Sync {
    fn note(&self, line: &str);
}

/// What `source.rs` provides.
#[plugin_interface(path = "parts::Source", version = "1.0")]
pub(crate) trait Source: Send + Sync {
    fn is_started(&self) -> bool;
}

const CREATED: u8 = 0;
const STARTED: u8 = 1;
const STOPPED: u8 = 2;

/// A plugin that notes what is done with it. The file with the extension `mode` beside
/// its library has a name for it, and words for what goes wrong.
pub(crate) struct Part {
    library: PathBuf,
    name: String,
    mode: String,
    journal: Option<Arc<dyn Journal>>,
    state: Arc<AtomicU8>,
}

impl Part {
    pub(crate) fn open(context: &PluginContext<'_>) -> Result<Self, String> {
        let library = context.library_path().ok_or("no path")?.to_owned();
        let mode = fs::read_to_string(library.with_extension("mode")).unwrap_or_default();
        let name = mode.split_whitespace().next().unwrap_or("part").to_owned();
        let state = Arc::new(AtomicU8::new(CREATED));
        let part = Part { library, name, mode, journal: context.service(), state };
        part.note("made");
        Ok(part)
    }

    fn is(&self, word: &str) -> bool {
        self.mode.split_whitespace().skip(1).any(|other| other == word)
    }

    pub(crate) fn note(&self, what: &str) {
        if let Some(journal) = &self.journal {
            journal.note(&format!("{} {what}", self.name));
        }
    }

    pub(crate) fn start(&self) -> Result<(), String> {
        self.note("starts");
        assert!(!self.is("start-panics"), "it broke");
        if self.is("start-fails") {
            return Err("no room".to_owned());
        }
        let before = self.state.swap(STARTED, Ordering::SeqCst);
        assert_eq!(before, CREATED, "a start is the first thing, and the only one");
        Ok(())
    }

    pub(crate) fn stop(&self, within: Duration) -> Result<(), String> {
        let before = self.state.swap(STOPPED, Ordering::SeqCst);
        assert_eq!(before, STARTED, "what was not started is not stopped");
        self.note("stops");
        if self.is("stop-tells-time") {
            self.note(&format!("has {}", within.as_millis()));
        }
        assert!(!self.is("stop-panics"), "it stuck");
        while self.is("stop-hangs") && !self.library.with_extension("go").exists() {
            thread::sleep(Duration::from_millis(1));
        }
        self.note("stopped");
        if self.is("stop-fails") { Err("nothing was saved".to_owned()) } else { Ok(()) }
    }

    pub(crate) fn health(&self) -> Result<(), String> {
        assert!(!self.library.with_extension("dead").exists(), "it is dead");
        if self.library.with_extension("sick").exists() {
            return Err("it has a cold".to_owned());
        }
        Ok(())
    }

    /// Returns its name, if it was started, and not stopped.
    pub(crate) fn answer(&self) -> String {
        assert_eq!(self.state.load(Ordering::SeqCst), STARTED, "it is called while it runs");
        self.name.clone()
    }

    /// Returns a service that says whether this was started.
    pub(crate) fn source(&self) -> Arc<dyn Source> {
        Arc::new(StateOf(Arc::clone(&self.state)))
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        self.note("dropped");
    }
}

struct StateOf(Arc<AtomicU8>);

impl Source for StateOf {
    fn is_started(&self) -> bool {
        self.0.load(Ordering::SeqCst) == STARTED
    }
}

/// Returns the file beside a library.
pub(crate) fn beside(library: &Path, extension: &str) -> PathBuf {
    library.with_extension(extension)
}
