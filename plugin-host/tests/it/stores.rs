//! Plugins that are links into a store, as package managers install them.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::Path;

use crate::environment::{Answer, Directory, file_name, plugin_host};

/// A store with two versions of a plugin, and a directory with a link to one.
struct Installed {
    root: Directory,
}

impl Installed {
    fn new() -> Self {
        let root = Directory::new();
        for version in ["x-1", "x-2"] {
            let built = root.compile("shout", &[], &format!("int version = {};", &version[2..]));
            fs::create_dir_all(root.path().join("store").join(version)).unwrap();
            fs::rename(built, root.path().join("store").join(version).join(name())).unwrap();
        }
        fs::create_dir(root.path().join("plugins")).unwrap();
        let installed = Installed { root };
        installed.point_to("x-1");
        installed
    }

    fn point_to(&self, version: &str) {
        let link = self.root.path().join("plugins").join(name());
        let _ = fs::remove_file(&link);
        symlink(Path::new("../store").join(version).join(name()), link).unwrap();
    }

    /// Asks each command that loads from a directory.
    fn each(&self, directory: &str, option: &[&str]) -> [Answer; 3] {
        let directory = self.root.path().join(directory);
        let directory = directory.to_str().unwrap();
        [&["list"][..], &["check"], &["run"]]
            .map(|command| plugin_host(&[command, option, &[directory]].concat()))
    }
}

fn name() -> String {
    file_name("shout")
}

#[test]
fn a_link_into_a_store_is_loaded_also_when_it_leads_elsewhere_later() {
    let installed = Installed::new();
    for version in ["x-1", "x-2"] {
        installed.point_to(version);
        for answer in installed.each("plugins", &[]) {
            assert_eq!(answer.code, 0, "{version}: {answer:?}");
        }
    }
    symlink("plugins", installed.root.path().join("linked")).unwrap();
    for answer in installed.each("linked", &[]) {
        assert_eq!(answer.code, 0, "{answer:?}");
    }
}

#[test]
fn a_store_that_everybody_can_write_is_refused_by_its_name_and_allowed_by_an_option() {
    let installed = Installed::new();
    let open = installed.root.path().join("store/x-1");
    fs::set_permissions(&open, Permissions::from_mode(0o777)).unwrap();
    let open = open.canonicalize().unwrap();
    for answer in installed.each("plugins", &[]) {
        let told = [answer.out.as_str(), &answer.err].concat();
        assert_eq!(answer.code, 4, "{answer:?}");
        let begin = format!("{} can be written by everybody", open.display());
        assert!(told.contains(&begin), "{told}");
        assert!(told.contains("--allow-world-writable"), "{told}");
        assert!(told.contains("chmod o-w"), "{told}");
    }
    // The other option is about owners, and allows nothing of this.
    for answer in installed.each("plugins", &["--allow-links-outside"]) {
        assert_eq!(answer.code, 4, "{answer:?}");
    }
    for answer in installed.each("plugins", &["--allow-world-writable"]) {
        assert_eq!(answer.code, 0, "{answer:?}");
    }
}

#[test]
fn a_store_of_another_user_is_refused_by_its_name_and_allowed_by_an_option() {
    let installed = Installed::new();
    let theirs = installed.root.path().join("store/x-1");
    // Only the superuser can give files away: else all of them belong to this user.
    let is_given_away = chown(&theirs, Some(12_345), None).is_ok();
    let theirs = theirs.canonicalize().unwrap();
    for answer in installed.each("plugins", &[]) {
        let told = [answer.out.as_str(), &answer.err].concat();
        assert_eq!(answer.code, if is_given_away { 4 } else { 0 }, "{answer:?}");
        let begin = format!("{} belongs to another user", theirs.display());
        assert_eq!(told.contains(&begin), is_given_away, "{told}");
        assert_eq!(told.contains("--allow-links-outside"), is_given_away, "{told}");
    }
    // `run` passes it on to the process that tries a plugin.
    for answer in installed.each("plugins", &["--allow-links-outside"]) {
        assert_eq!(answer.code, 0, "{answer:?}");
    }
    if is_given_away {
        chown(&theirs, Some(0), None).unwrap();
    }
}
