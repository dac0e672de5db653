//! Plugins of several directories, of which the later ones have precedence.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use plugin_interface::{
    Greeter, LoadError, Plugin, PluginManager, PluginStanding, Plugins, PluginsOptions, WatchError,
};

use crate::deadline::until;
use crate::fixtures::{Directory, fixture, is_mapped};
use crate::numbered_builds::replace;

/// A build of the fixture `stateful` that has another version.
fn stateful(version: &str) -> Vec<u8> {
    let mut library = fs::read(fixture("stateful")).unwrap();
    let before = b"\x08\0\0\0stateful\x05\0\0\0";
    let is_there = |at: &usize| library[*at..].starts_with(before);
    let found: Vec<_> = (0..library.len()).filter(is_there).collect();
    assert!(!found.is_empty(), "the plugin has its metadata");
    for at in found {
        let at = at + before.len();
        library[at..at + version.len()].copy_from_slice(version.as_bytes());
    }
    library
}

fn paths(plugins: &Plugins<dyn Greeter>) -> Vec<PathBuf> {
    plugins.all().iter().map(|plugin| Plugin::path(plugin).to_owned()).collect()
}

fn is_shadowed(plugins: &Plugins<dyn Greeter>, file: &Path) -> bool {
    let is_it = |error: &WatchError| match error {
        WatchError::Load { path, error: LoadError::Shadowed { .. }, serving: false, .. } => {
            path == file
        }
        _ => false,
    };
    plugins.rejected().iter().any(|error| is_it(error))
}

#[test]
fn the_later_directory_has_precedence_and_the_others_are_listed_with_both_versions() {
    let [system, user, project] = [Directory::new(), Directory::new(), Directory::new()];
    let old = system.write("old_name", &stateful("0.1.0"));
    let newer = user.write("several", &stateful("0.9.0"));
    let used = project.write("several", &stateful("0.2.0"));
    let other = system.add("healthy", "healthy");
    let directories = [system.path(), user.path(), project.path()];
    let plugins = Plugins::<dyn Greeter>::open_all(directories).unwrap();
    let mut expected = [used.clone(), other.clone(), other];
    expected.sort();
    assert_eq!(paths(&plugins), expected);
    assert_eq!(
        (plugins.directory(), plugins.directories()),
        (project.path().to_owned(), &directories.map(Path::to_owned)[..])
    );
    assert!(is_shadowed(&plugins, &old) && is_shadowed(&plugins, &newer));
    let listed = plugins.list();
    let reason = |path: &Path| {
        let listed = listed.iter().find(|it| it.path == path).unwrap();
        assert_eq!(listed.standing, PluginStanding::Shadowed, "{listed}");
        let text = listed.error.as_ref().unwrap().to_string();
        text.replace(&path.display().to_string(), "FILE")
            .replace(&used.display().to_string(), "USED")
    };
    let of_newer = "FILE is of the package stateful 0.9.0, which is newer, and USED has version 0.2.0 of it, in a directory with precedence; remove that file if this one is to be used";
    assert!(reason(&newer).contains(of_newer), "{}", reason(&newer));
    let of_old = of_newer.replace("0.9.0, which is newer", "0.1.0");
    assert!(reason(&old).contains(&of_old), "{}", reason(&old));
    // A survey says the same, and opens nothing.
    drop(plugins);
    let survey = PluginManager::new().survey_all(directories, None).unwrap();
    let survey: Vec<_> = survey
        .iter()
        .map(|it| (&*it.path, matches!(it.result, Err(LoadError::Shadowed { .. }))))
        .collect();
    assert_eq!(survey[0], (&*used, false));
    assert!(survey.contains(&(&newer, true)) && survey.contains(&(&old, true)), "{survey:?}");
    assert_eq!(survey.iter().filter(|(_, is_shadowed)| !is_shadowed).count(), 2);
}

#[test]
fn a_file_that_is_added_takes_over_with_the_state_and_its_removal_brings_the_other_back() {
    let [system, project] = [Directory::new(), Directory::new()];
    let lower = system.add("stateful", "several_lower");
    let directories = [system.path(), project.path()];
    let plugins = Plugins::<dyn Greeter>::open_all(directories).unwrap();
    let old = plugins.get("Counting").unwrap();
    old.greet("41");
    // What cannot be loaded shadows nothing.
    let upper = project.write("several_upper", b"no library");
    until("it is rejected", || plugins.rejected().len() == 1);
    assert_eq!(paths(&plugins), [&*lower]);
    // The same content in another directory is no duplicate.
    replace(&upper, &fs::read(fixture("stateful")).unwrap());
    until("it has precedence", || {
        let paths = paths(&plugins);
        assert_eq!(paths.len(), 1, "there is one at each time: {paths:?}");
        paths == [&*upper]
    });
    assert_eq!(plugins.get("Counting").unwrap().greet("?"), "41");
    until("the other is listed", || is_shadowed(&plugins, &lower));
    assert_eq!(old.greet("?"), "41", "what is in use stays");
    drop(old);
    until("the other is unmapped", || !is_mapped("several_lower"));
    // A new build of what is not used changes nothing.
    replace(&lower, &stateful("0.7.0"));
    until("its version is named", || {
        plugins.rejected().iter().any(|error| error.to_string().contains("0.7.0, which is newer"))
    });
    assert_eq!(paths(&plugins), [&*upper]);
    fs::remove_file(&upper).unwrap();
    until("the other is back", || paths(&plugins) == [&*lower]);
    until("nothing is rejected", || plugins.rejected().is_empty());
    assert!(plugins.close(Duration::MAX));
    let counts = plugins.counts();
    assert_eq!((counts.loaded, counts.closed), (3, 3));
}

#[test]
fn a_missing_directory_is_waited_for() {
    let outer = Directory::new();
    let [system, user] = ["system", "user"].map(|name| outer.path().join(name));
    let error = Plugins::<dyn Greeter>::open_all([&system, &user]).unwrap_err();
    assert!(matches!(error, LoadError::DirectoryMissing { .. }), "{error}");
    fs::create_dir(&system).unwrap();
    let plugins = Plugins::<dyn Greeter>::open_all([&system, &user]).unwrap();
    assert!(paths(&plugins).is_empty());
    fs::create_dir(&user).unwrap();
    let file = user.join(outer.library("stateful").file_name().unwrap());
    fs::copy(fixture("stateful"), &file).unwrap();
    until("it is loaded", || paths(&plugins) == [&*file]);
    fs::remove_dir_all(&user).unwrap();
    until("it is removed", || paths(&plugins).is_empty());
    assert!(plugins.rejected().is_empty(), "{:?}", plugins.rejected());
}

#[test]
fn the_last_configuration_counts_and_its_order_is_followed_without_events() {
    let [system, project] = [Directory::new(), Directory::new()];
    let file = |directory: &Directory| directory.path().join("plugins.toml");
    system.add("healthy", "a");
    system.add("stateful", "b");
    fs::write(file(&system), "order = [\"stateful\"]\n").unwrap();
    let options = PluginsOptions::new().polling(Duration::from_millis(5));
    let directories = [system.path(), project.path()];
    let plugins = options.open_all::<dyn Greeter>(directories).unwrap();
    let packages = || {
        let all = plugins.all();
        all.iter().map(|it| Plugin::package(it).to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(packages(), ["stateful", "healthy", "healthy"]);
    fs::write(file(&system), "order = [\"healthy\"]\n").unwrap();
    until("the new order counts", || packages() == ["healthy", "healthy", "stateful"]);
    fs::write(file(&project), "[plugins.healthy]\nenabled = false\n").unwrap();
    until("that of the project counts", || packages() == ["stateful"]);
    fs::write(file(&project), "odrer = []\n").unwrap();
    until("its mistake is named", || {
        plugins.rejected().iter().any(|it| it.to_string().contains("odrer"))
    });
    assert_eq!(packages(), ["stateful"], "and changes nothing");
    fs::remove_file(file(&project)).unwrap();
    until("that of the system counts", || packages() == ["healthy", "healthy", "stateful"]);
}
