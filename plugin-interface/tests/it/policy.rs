//! What a host refuses although it would fit.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use plugin_interface::{ErrorClass, Greeter, LoadError, LoadPolicy, PluginManager};

use crate::fixtures::{Directory, fixture};

/// Loads the healthy plugins under a policy, or says why not.
fn load(directory: &Directory, policy: LoadPolicy) -> Result<usize, LoadError> {
    let mut manager = PluginManager::with_policy(policy);
    let examined = manager.examine(&directory.library("healthy"));
    let loaded = manager.load::<dyn Greeter>(directory.path()).unwrap().len();
    match manager.take_rejected().pop() {
        None => {
            examined.expect("a survey says the same");
            Ok(loaded)
        }
        Some(rejected) => {
            assert_eq!(examined.unwrap_err().to_string(), rejected.error.to_string());
            Err(rejected.error)
        }
    }
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// The digest, by another program than ours.
fn sha256(path: &Path) -> String {
    let output = Command::new("sha256sum").arg(path).output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap().split(' ').next().unwrap().to_owned()
}

#[test]
fn a_file_that_everybody_may_write_is_refused_with_the_remedy() {
    let directory = Directory::of(&["healthy"]);
    let path = directory.library("healthy");
    set_mode(&path, 0o777);
    let text = load(&directory, LoadPolicy::new()).unwrap_err().to_string();
    assert!(text.contains(&format!("chmod o-w {}", path.display())), "{text}");
    assert_eq!(load(&directory, LoadPolicy::new().allow_world_writable()).unwrap(), 2);
    set_mode(&path, 0o775);
    assert_eq!(load(&directory, LoadPolicy::new()).unwrap(), 2);
}

#[test]
fn a_directory_that_everybody_may_write_is_refused_unless_it_is_sticky() {
    let directory = Directory::of(&["healthy"]);
    set_mode(directory.path(), 0o777);
    let text = load(&directory, LoadPolicy::new()).unwrap_err().to_string();
    let remedy = format!("chmod o-w {}", directory.path().canonicalize().unwrap().display());
    assert!(text.contains(&remedy), "{text}");
    assert_eq!(load(&directory, LoadPolicy::new().allow_world_writable()).unwrap(), 2);
    set_mode(directory.path(), 0o1777);
    assert_eq!(load(&directory, LoadPolicy::new()).unwrap(), 2);
    set_mode(directory.path(), 0o700);
}

#[test]
fn a_link_in_a_directory_that_everybody_may_write_is_no_way_around() {
    let directory = Directory::of(&["healthy"]);
    let open = Directory::new();
    let link = open.path().join("plugins");
    std::os::unix::fs::symlink(directory.path(), &link).unwrap();
    set_mode(open.path(), 0o777);
    let mut manager = PluginManager::new();
    assert!(manager.load::<dyn Greeter>(&link).unwrap().is_empty());
    let refused = &manager.rejected()[0].error;
    assert!(matches!(refused, LoadError::WorldWritable { .. }), "{refused}");
    set_mode(open.path(), 0o700);
    assert_eq!(manager.load::<dyn Greeter>(&link).unwrap().len(), 2);
}

#[test]
fn only_pinned_content_is_loaded() {
    let directory = Directory::of(&["healthy"]);
    let path = directory.library("healthy");
    let digest = sha256(&path);
    let pinned = || LoadPolicy::new().pin_sha256(&digest.to_uppercase()).unwrap();
    assert_eq!(load(&directory, pinned()).unwrap(), 2);

    let mut bytes = fs::read(&path).unwrap();
    bytes.push(0);
    fs::write(&path, bytes).unwrap();
    let refused = load(&directory, pinned()).unwrap_err();
    let LoadError::NotPinned { found, .. } = &refused else { panic!("{refused}") };
    assert_eq!(*found, sha256(&path));
    assert_eq!(load(&directory, pinned().pin_sha256(found).unwrap()).unwrap(), 2);
}

#[test]
fn a_denied_package_is_not_loaded() {
    let directory = Directory::of(&["healthy"]);
    let refused = load(&directory, LoadPolicy::new().deny("healthy")).unwrap_err();
    assert!(matches!(&refused, LoadError::Denied { package, .. } if package == "healthy"));
    assert_eq!(load(&directory, LoadPolicy::new().deny("another")).unwrap(), 2);
}

#[test]
fn what_is_no_digest_is_no_pin() {
    for text in ["", "abc", &"g".repeat(64), &"é".repeat(32)] {
        let error = LoadPolicy::new().pin_sha256(text).unwrap_err();
        assert!(error.to_string().contains("64 hexadecimal digits"), "{error}");
    }
}

#[test]
fn a_link_out_of_the_directory_leads_to_a_file_of_this_user_or_root() {
    let (directory, store) = (Directory::new(), Directory::new());
    let link = directory.library("healthy");
    // Below a folder of this user, since others can add files to that of all.
    let folder = store.path().join("store");
    let target = folder.join(link.file_name().unwrap());
    fs::create_dir(&folder).unwrap();
    fs::copy(fixture("healthy"), &target).unwrap();
    std::os::unix::fs::symlink(&target, &link).unwrap();
    // A file that the host names is its own choice, so `examine` says another thing.
    let load = |directory: &Path, policy| {
        let mut manager = PluginManager::with_policy(policy);
        let loaded = manager.load::<dyn Greeter>(directory).unwrap().len();
        manager.take_rejected().pop().map_or(Ok(loaded), |rejected| Err(rejected.error))
    };
    assert_eq!(load(directory.path(), LoadPolicy::new()).unwrap(), 2);
    for culprit in [&*target, &*folder] {
        // Only root can give files away: else all of them belong to this user.
        let is_given_away = std::os::unix::fs::chown(culprit, Some(12_345), None).is_ok();
        match load(directory.path(), LoadPolicy::new()) {
            Ok(count) => assert!(!is_given_away && count == 2),
            Err(error) => {
                assert!(is_given_away, "{error}");
                let LoadError::LinkOutside { path, to, culprit: found } = &error else {
                    panic!("{error}")
                };
                let named = (path, &**to, &**found);
                let (target, culprit) = (target.canonicalize(), culprit.canonicalize());
                assert_eq!(named, (&link, &*target.unwrap(), &*culprit.unwrap()));
                assert_eq!(error.class(), ErrorClass::Refused);
            }
        }
        assert_eq!(load(directory.path(), LoadPolicy::new().allow_links_outside()).unwrap(), 2);
        assert!(!PluginManager::new().load_library(&link).unwrap().is_empty());
        assert_eq!(load(&folder, LoadPolicy::new()).unwrap(), 2);
        if is_given_away {
            std::os::unix::fs::chown(culprit, Some(0), None).unwrap();
        }
    }
    // What is in the directory too is no matter of links.
    let _ = std::os::unix::fs::chown(&target, Some(12_345), None);
    let beside = target.with_file_name("beside").with_extension(std::env::consts::DLL_EXTENSION);
    std::os::unix::fs::symlink(target.file_name().unwrap(), &beside).unwrap();
    let found = PluginManager::new().survey(&folder).unwrap();
    assert!(found[0].path == beside && found[0].result.is_ok(), "{found:?}");
}
