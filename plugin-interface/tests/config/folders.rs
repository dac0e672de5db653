//! The folders of plugins for their data and caches.

use std::fs;
use std::path::Path;

use plugin_interface::{LoadPolicy, PluginManager};

use super::{configuration, directory, load, said};

const SETTINGS: &str = "[plugin.settings]\nfolder = \"f\"\n";

/// What the plugin says of its folders, loaded from `directory`.
fn folders(directory: &Path, policy: LoadPolicy) -> String {
    let mut manager = PluginManager::with_policy(policy);
    manager.configure(configuration(SETTINGS));
    let plugins = load(directory, &mut manager);
    assert!(manager.rejected().is_empty(), "{:?}", manager.rejected());
    let told = said(&plugins, "Told");
    told[told.rfind(" [").unwrap() + 1..].to_owned()
}

#[test]
fn a_plugin_creates_its_folders_at_the_first_use() {
    let (plugins, root) = (directory(), tempfile::tempdir().unwrap());
    let (data, cache) = (root.path().join("data"), root.path().join("made/cache"));
    let policy = LoadPolicy::new().data_root(&data).cache_root(&cache);
    assert!(!data.exists() && !cache.exists());
    let folder = |root: &Path| format!("{:?}", root.join("plugin-interface").display());
    let expected = [folder(&data), folder(&cache)];
    for _ in 0..2 {
        // The second version finds what the first left.
        assert_eq!(folders(plugins.path(), policy.clone()), format!("{expected:?}"));
        assert!(cache.join("plugin-interface").is_dir());
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(data.join("plugin-interface")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }
}

#[test]
fn a_host_that_names_no_folder_offers_none() {
    let plugins = directory();
    let expected =
        ["data", "cache"].map(|it| format!("the host offers no folder for the {it} of plugins"));
    assert_eq!(folders(plugins.path(), LoadPolicy::new()), format!("{expected:?}"));
}

#[test]
fn the_folder_of_the_library_is_refused_by_whatever_path() {
    let root = tempfile::tempdir().unwrap();
    let own = root.path().join("plugin-interface");
    fs::rename(directory().keep(), &own).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(root.path(), root.path().join("link")).unwrap();
    let roots = if cfg!(unix) {
        vec![root.path().to_owned(), root.path().join("link")]
    } else {
        vec![root.path().to_owned()]
    };
    for root in roots {
        let told = folders(&own, LoadPolicy::new().data_root(root));
        assert!(
            told.contains(
                "expected a data folder of the plugin's own, found the folder of its library"
            ),
            "{told}"
        );
    }
}

#[test]
fn a_folder_that_cannot_be_created_is_named() {
    let (plugins, root) = (directory(), tempfile::tempdir().unwrap());
    let file = root.path().join("file");
    fs::write(&file, "").unwrap();
    let told = folders(plugins.path(), LoadPolicy::new().data_root(&file));
    let expected =
        format!("cannot create the data folder {}", file.join("plugin-interface").display());
    assert!(told.contains(&expected), "{told}");
}
