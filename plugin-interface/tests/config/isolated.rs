//! Settings and folders of plugins in a process of their own.

use std::time::{Duration, Instant};

use plugin_interface::process::{Isolated, Worker, WorkerError};
use plugin_interface::{Greeter, LoadError, LoadPolicy, PluginManager};

use super::{configuration, configured, library, said};

const SETTINGS: &str = "[plugin.settings]\nfolder = \"f\"\nquality = 3\n";

fn isolated(policy: LoadPolicy) -> Result<Isolated, WorkerError> {
    let worker = library().with_file_name("worker");
    let worker = Worker::new(worker).back_off(Duration::ZERO, Duration::ZERO);
    PluginManager::with_policy(policy).load_isolated(library(), worker)
}

/// What a plugin of another process says it was given.
fn told(library: &Isolated) -> String {
    let plugin = library.plugins().into_iter().find(|plugin| plugin.name() == "Told");
    plugin.unwrap().proxy::<dyn Greeter>().unwrap().greet("")
}

#[test]
fn settings_and_folders_reach_each_worker() {
    let root = tempfile::tempdir().unwrap();
    let policy = LoadPolicy::new().configuration(configuration(SETTINGS));
    let library = isolated(policy.clone().data_root(root.path())).unwrap();
    let first = told(&library);
    assert!(first.contains("quality: 3,"), "{first}");
    let folder = root.path().join("plugin-interface");
    assert!(first.contains(&*folder.to_string_lossy()), "{first}");
    assert!(folder.is_dir());
    let id = library.process_id().unwrap().to_string();
    assert!(std::process::Command::new("kill").args(["-KILL", &id]).status().unwrap().success());
    let end = Instant::now() + Duration::from_secs(60);
    while library.process_id().is_some() {
        assert!(Instant::now() < end, "process {id} lives on");
        std::thread::yield_now();
    }
    assert_eq!(told(&library), first, "the next worker");
    let here = said(&configured(SETTINGS).1, "Told");
    let there = told(&isolated(policy).unwrap());
    assert_eq!(there, here, "as in this process");
}

#[test]
fn a_mistake_starts_no_process() {
    let policy = LoadPolicy::new().configuration(configuration("[plugin.settings]\nfolder = 1\n"));
    let error = isolated(policy).unwrap_err();
    assert!(matches!(error, WorkerError::Load(LoadError::Settings { .. })), "{error:?}");
}
