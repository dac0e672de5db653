//! The example of a watch that the project promises to keep, unchanged. It
//! runs until its process ends.
#![expect(
    clippy::uninlined_format_args,
    clippy::unnecessary_to_owned,
    reason = "it is as it was promised"
)]

use plugin_interface::{PluginManager, PluginTrait, WatchOptions};
use std::path::Path;

#[rustfmt::skip]
fn run_manager_watcher(dir: &Path) -> anyhow::Result<()> {
    let mut mgr = PluginManager::new();
    let opts = WatchOptions { auto_load: true, auto_unload: true, emit_proxies: false, ..Default::default() };

    // Start a conservative background watcher that only sends PathBuf lists.
    let (rx, stop_tx, _join) = mgr.start_watch_background(dir.to_path_buf(), opts.clone());

    // Process notifications on the manager-owning thread; this will call
    // load_plugins/unload_by_path and invoke the provided callback with
    // ManagerNotification values.
    mgr.process_watch_notifications_blocking(dir, rx, PluginTrait::Greeter, opts, |note| {
        match note {
            plugin_interface::ManagerNotification::Event(ev) => {
                println!("manager event: {:?}", ev);
                true
            }
            plugin_interface::ManagerNotification::Unloaded { path, counter } => {
                println!("unloaded {:?} -> {:?}", path, counter);
                true
            }
            plugin_interface::ManagerNotification::Error(e) => {
                eprintln!("watch error: {}", e);
                true
            }
        }
    });

    // To stop the background watcher thread, send a stop signal
    let _ = stop_tx.send(());
    Ok(())
}

use crate::fixtures::{Directory, is_mapped};
use crate::observer::{comes_true, library, place, version};
use crate::patient_fs as fs;

#[test]
fn the_example_of_a_manager_that_watches_runs_unchanged() {
    let directory = Directory::new();
    let path = directory.path().join(library("promised"));
    place(version("there at the start"), &path);
    let watched = directory.path().to_owned();
    std::thread::spawn(move || run_manager_watcher(&watched).unwrap());
    assert!(comes_true(|| is_mapped("promised")));
    fs::remove_file(&path).unwrap();
    assert!(comes_true(|| !is_mapped("promised")));
    place(version("back again"), &path);
    assert!(comes_true(|| is_mapped("promised")));
}
