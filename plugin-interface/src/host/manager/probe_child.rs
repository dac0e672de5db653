//! The child process of a probe: a manager that loads one library.

use std::fs::File;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::thread;
use std::time::Duration;

use super::PluginManager;
use crate::host::error::LoadError;
use crate::host::file::copies::Copies;
use crate::host::load::policy::LoadPolicy;
use crate::host::load::probe::{Probe, SURVIVED, UNTRIED};
use crate::host::manager::handle::PluginHandle;
use crate::host::platform;
use crate::host::platform::parent_death::end_with_parent;

impl Probe {
    /// Loads the library in the child process, makes the host's calls, and
    /// unloads it. Errors and panics of a plugin are not a failure here: the
    /// host sees them when it does the same.
    ///
    /// `library` and `copy` are the last two arguments of the process.
    ///
    /// ```no_run
    /// plugin_interface::Probe::serve("libx.so".as_ref(), "copy/libx.so".as_ref(), |plugins| {
    ///     for greeter in plugins.iter().filter_map(|plugin| plugin.as_greeter()) {
    ///         let _ = plugin_interface::Greeter::greet(&greeter, "probe");
    ///     }
    /// });
    /// ```
    pub fn serve(library: &Path, copy: &Path, calls: impl FnOnce(&[PluginHandle])) {
        end_with_parent();
        // A plugin may close the original.
        let answer = platform::another_stdout();
        // The host has judged whether the file may be loaded.
        let mut policy = LoadPolicy::new().allow_world_writable();
        // The host removes what this process leaves when it is killed.
        if let Some(directory) = copy.parent() {
            policy = policy.copies(Copies::In(directory.to_owned()));
        }
        let mut manager = PluginManager::with_policy(policy);
        let loaded = manager.load_copied(library, copy);
        let marker = match &loaded {
            // The host can read its copy, so something is wrong with this
            // process.
            Err(
                LoadError::Copy { .. } | LoadError::Read { .. } | LoadError::StillWritten { .. },
            ) => UNTRIED,
            _ => SURVIVED,
        };
        if let Ok(plugins) = loaded {
            // A panic is contained here, as it will be in the host.
            let _ = catch_unwind(AssertUnwindSafe(|| calls(&plugins)));
            for plugin in plugins {
                let _ = plugin.close();
            }
        }
        // Removes the directory of its copies now: the host kills this process.
        drop(manager);
        let line = format!("\n{marker}\n");
        let _ = answer.and_then(|mut answer| write_patiently(&mut answer, line.as_bytes()));
    }
}

/// Writes everything, also if a plugin made the pipe non-blocking.
fn write_patiently(to: &mut File, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match to.write(bytes) {
            Ok(written) => bytes = &bytes[written..],
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                thread::sleep(Duration::from_millis(1));
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
