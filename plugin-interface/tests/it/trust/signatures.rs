//! Only what a trusted key signed loads, in each way of loading.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use plugin_interface::{
    Greeter, LiveOptions, LoadError, LoadPolicy, PluginLock, PluginManager, Requirement,
    SignatureError, TrustException, TrustedKey, trusted_comment,
};

use super::signer::{Signer, signature_of};
use super::{again, load, lock_of, replace};
use crate::fixtures::Directory;

/// A directory with a signed plugin, and who signed it.
fn signed() -> (Directory, Signer) {
    let (directory, signer) = (Directory::new(), Signer::new());
    signer.sign(&directory.compile("a", &[], ""));
    (directory, signer)
}

/// The reason why the signature of the one file is refused.
#[track_caller]
fn refusal(directory: &Directory, policy: LoadPolicy) -> SignatureError {
    let (loaded, mut errors) = load(directory, policy);
    assert_eq!((loaded, errors.len()), (0, 1), "{errors:?}");
    match errors.remove(0) {
        LoadError::Signature { path, reason } => {
            assert_eq!(path, directory.library("a"));
            *reason
        }
        error => panic!("{error}"),
    }
}

#[test]
fn only_what_a_trusted_key_signed_loads() {
    let (directory, signer) = signed();
    assert_eq!(load(&directory, signer.policy()).0, 1);
    assert_eq!(load(&directory, LoadPolicy::new()).0, 1);

    let unknown = refusal(&directory, Signer::new().policy());
    assert!(matches!(unknown, SignatureError::UnknownKey { line: 2, .. }), "{unknown}");
    let none = refusal(&directory, LoadPolicy::new().require(Requirement::Signed));
    assert!(none.to_string().contains("a trusted key, of which there is none"), "{none}");
    let any = Signer::new().policy().require(Requirement::Any);
    assert_eq!(load(&directory, any).0, 1, "nobody can tell whether it is right");

    replace(&directory, "a", &["NAME=\"evil\""]);
    for policy in [signer.policy(), signer.policy().require(Requirement::Any)] {
        let other = refusal(&directory, policy);
        assert!(matches!(other, SignatureError::Invalid { line: 2, .. }), "{other}");
    }
}

#[test]
fn a_host_without_keys_trusts_no_signature() {
    let (directory, _) = signed();
    let nobody = || LoadPolicy::new().trusted_keys([]);
    let none = refusal(&directory, nobody());
    assert!(none.to_string().contains("a trusted key, of which there is none"), "{none}");
    fs::remove_file(signature_of(&directory.library("a"))).unwrap();
    let (loaded, errors) = load(&directory, nobody());
    assert!(matches!((loaded, &errors[..]), (0, [LoadError::Unsigned { .. }])), "{errors:?}");
}

#[test]
fn a_file_without_a_signature_loads_only_by_its_name() {
    let (directory, signer) = signed();
    let signature = signature_of(&directory.library("a"));
    let content = fs::read(&signature).unwrap();
    fs::remove_file(&signature).unwrap();
    let (loaded, errors) = load(&directory, signer.policy());
    assert!(matches!((loaded, &errors[..]), (0, [LoadError::Unsigned { .. }])), "{errors:?}");
    assert!(errors[0].to_string().contains("expected liba.so.minisig beside it"), "{}", errors[0]);
    assert_eq!(load(&directory, signer.policy().allow_unsigned("libb.so")).0, 0);
    let excepted = || signer.policy().allow_unsigned("liba.so");
    assert_eq!(load(&directory, excepted()).0, 1);

    // It is an exception for files without a signature, and for nothing else.
    let lock = PluginLock::default();
    let (_, errors) = load(&directory, excepted().lock(lock));
    assert!(matches!(&errors[..], [LoadError::Unlocked { .. }]), "{errors:?}");
    fs::write(&signature, &content).unwrap();
    replace(&directory, "a", &["NAME=\"evil\""]);
    let invalid = refusal(&directory, excepted());
    assert!(matches!(invalid, SignatureError::Invalid { .. }), "{invalid}");
    let unknown = refusal(&directory, Signer::new().policy().allow_unsigned("liba.so"));
    assert!(matches!(unknown, SignatureError::UnknownKey { .. }), "{unknown}");
}

#[test]
fn a_folder_of_builds_needs_no_approval() {
    let (directory, signer) = signed();
    let (builds, elsewhere) = (Directory::new(), Directory::new());
    fs::create_dir(builds.path().join("debug")).unwrap();
    let below = builds.path().join("debug/liba.so");
    fs::copy(directory.library("a"), &below).unwrap();
    replace(&builds, "a", &["NAME=\"next\""]);
    fs::copy(signature_of(&directory.library("a")), signature_of(&builds.library("a"))).unwrap();
    std::os::unix::fs::symlink(builds.library("a"), elsewhere.library("a")).unwrap();
    let lock = lock_of(&directory);

    let asking = || signer.policy().lock(lock.clone());
    let excepting = || asking().allow_unapproved_in(builds.path());
    let is_loaded =
        |policy, path: &Path| PluginManager::with_policy(policy).load_library(path).is_ok();
    for path in [&builds.library("a"), &below] {
        assert!(!is_loaded(asking(), path));
        assert!(is_loaded(excepting(), path));
        let trust = excepting().trust_of(path).unwrap();
        assert_eq!(trust.exception, Some(TrustException::Folder));
        assert!(trust.error.is_none(), "{:?}", trust.error);
        // What is taken back stays so.
        let list = builds.path().join("plugins.revoked");
        let revoked = format!("version = 1\n[[revoked]]\nsha256 = \"{}\"\n", trust.sha256);
        fs::write(&list, revoked).unwrap();
        assert!(!is_loaded(excepting().revocations_file(&list).unwrap(), path));
        let pinned = LoadPolicy::new().pin_sha256(&"0".repeat(64)).unwrap();
        assert!(!is_loaded(pinned.allow_unapproved_in(builds.path()), path));
    }
    // Not by a link, not for files beside the folder, and not without need.
    assert!(!is_loaded(excepting(), &elsewhere.library("a")));
    assert!(!is_loaded(excepting().allow_unapproved_in("no/such"), &elsewhere.library("a")));
    assert_eq!(excepting().trust_of(directory.library("a")).unwrap().exception, None);
    let nothing_asked = LoadPolicy::new().allow_unapproved_in(builds.path());
    assert_eq!(nothing_asked.trust_of(&below).unwrap().exception, None);
}

#[test]
fn the_trusted_comment_must_be_what_the_library_says() {
    let (directory, signer) = signed();
    let path = directory.library("a");
    let comment = trusted_comment(&path).unwrap();
    let parts: Vec<_> = comment.split('\t').collect();
    let [file, name, interfaces] = parts[..] else { panic!("{comment:?}") };
    assert_eq!((file, name), ("file:liba.so", "name:liba.so"));
    for (other, what) in [
        ("timestamp:1633700835\tfile:liba.so\tprehashed".to_owned(), "name"),
        (format!("name:other\t{interfaces}"), "name"),
        (format!("{name}\t{name}\t{interfaces}"), "name"),
        (format!("{name}\tversion:99.0.0\t{interfaces}"), "version"),
        (name.to_owned(), "interfaces"),
        (format!("{name}\t{interfaces}, more::More 1.0"), "interfaces"),
        ("name: \u{1b}[31m".to_owned(), "name"),
    ] {
        signer.sign_as(&path, &other);
        let error = refusal(&directory, signer.policy());
        let is_right = matches!(&error, SignatureError::Comment { what: found, line: 3, .. } if *found == what);
        assert!(is_right && !error.to_string().contains('\u{1b}'), "{what}: {error}");
        let (_, errors) = PluginLock::approve(directory.path(), &signer.policy()).unwrap();
        assert!(matches!(&errors[..], [LoadError::Signature { .. }]), "{errors:?}");
    }
    // More may be said, in any order.
    signer.sign_as(&path, &format!("timestamp:1\t{interfaces}\t{name}\tprehashed"));
    assert_eq!(load(&directory, signer.policy()).0, 1);
}

#[test]
fn several_keys_are_trusted_while_they_change() {
    let (directory, old) = signed();
    let new = Signer::new();
    new.sign(&directory.compile("b", &["NAME=\"b\""], ""));
    let both = old.policy().trusted_keys([new.key()]);
    assert_eq!(load(&directory, both).0, 2);
    assert_eq!(load(&directory, old.policy()).0, 1);
    assert_eq!(load(&directory, new.policy()).0, 1);
}

#[test]
fn a_lock_records_the_key_and_another_trusted_key_is_a_modification() {
    let (directory, signer) = signed();
    let (lock, refused) = PluginLock::approve(directory.path(), &signer.policy()).unwrap();
    assert!(refused.is_empty(), "{refused:?}");
    let lock = again(&lock);
    assert_eq!(lock.get("liba.so").unwrap().key, Some(signer.key().id()));
    assert_eq!(load(&directory, signer.policy().lock(lock.clone())).0, 1);
    // Who does not trust keys has the digest.
    assert_eq!(load(&directory, LoadPolicy::new().lock(lock.clone())).0, 1);

    let other = Signer::new();
    other.sign(&directory.library("a"));
    let both = || signer.policy().trusted_keys([other.key()]).lock(lock.clone());
    let modified = |policy| match &load(&directory, policy).1[..] {
        [LoadError::Modified { difference, .. }] => difference.what,
        errors => panic!("{errors:?}"),
    };
    assert_eq!(modified(both()), "key");
    assert_eq!(modified(both().require(Requirement::Any)), "key");
    fs::remove_file(signature_of(&directory.library("a"))).unwrap();
    assert_eq!(modified(both().allow_unsigned("liba.so")), "key");
    assert_eq!(modified(both().require(Requirement::Locked)), "key");

    // Unsigned files are not approved, if signatures are asked for.
    let (lock, refused) = PluginLock::approve(directory.path(), &signer.policy()).unwrap();
    assert_eq!(lock.plugins().count(), 0);
    assert!(matches!(&refused[..], [LoadError::Unsigned { .. }]), "{refused:?}");
}

#[test]
fn a_reload_whose_signature_is_refused_keeps_the_current_version() {
    let (directory, signer) = signed();
    let path = directory.library("a");
    let live = LiveOptions::new().policy(signer.policy()).open::<dyn Greeter>(&path).unwrap();
    let first = live.get().name().to_owned();
    replace(&directory, "a", &["NAME=\"second\""]);
    for _ in 0..2 {
        let error = live.reload().unwrap_err().to_string();
        assert!(error.contains("expected the signature of this file by"), "{error}");
        assert_eq!((live.get().name(), live.generation()), (&*first, 1));
    }
    signer.sign(&path);
    live.reload().unwrap();
    assert_eq!((live.get().name(), live.generation()), ("second", 2));
}

#[cfg(feature = "hot-library")]
#[test]
fn a_plain_library_is_signed_by_the_name_of_its_file() {
    use plugin_interface::HotOptions;
    let (directory, signer) = (Directory::new(), Signer::new());
    let source = directory.path().join("one.c");
    fs::write(&source, "int one(void) { return 1; }").unwrap();
    let path = directory.compile_sources("plain", &[], &[], &[&source]);
    let options = || HotOptions::new().policy(signer.policy());
    assert!(options().open(&path, &["one"]).unwrap_err().to_string().contains("is not signed"));
    signer.sign(&path);
    let library = options().open(&path, &["one"]).unwrap();

    // Another signed library in its place is not the one that was signed.
    fs::write(&source, "int one(void) { return 2; }").unwrap();
    let other = directory.compile_sources("other", &[], &[], &[&source]);
    signer.sign(&other);
    fs::rename(signature_of(&other), signature_of(&path)).unwrap();
    fs::rename(&other, &path).unwrap();
    let error = library.check_and_reload().unwrap_err().to_string();
    assert!(
        error.contains("to have name `libplain.so`, as the library says, found `libother.so`"),
        "{error}"
    );
    assert_eq!(library.generation(), 1);
    signer.sign(&path);
    fs::write(&source, "int one(void) { return 3; }").unwrap();
    fs::rename(directory.compile_sources("next", &[], &[], &[&source]), &path).unwrap();
    let error = library.check_and_reload().unwrap_err().to_string();
    assert!(error.contains("expected the signature of this file by"), "{error}");
    signer.sign(&path);
    library.check_and_reload().unwrap();
    assert_eq!(library.generation(), 2);
}

#[test]
fn a_plugin_is_signed_as_a_plugin_wherever_it_is_loaded() {
    let (directory, signer) = signed();
    let mut manager = PluginManager::with_policy(signer.policy());
    let found = manager.survey(directory.path()).unwrap();
    assert!(found[0].result.is_ok(), "{found:?}");
    assert_eq!(manager.load_library(directory.library("a")).unwrap().len(), 1);
    #[cfg(feature = "hot-library")]
    {
        let options = plugin_interface::HotOptions::new().policy(signer.policy());
        options.open(directory.library("a"), &["plugin_unmaker_counter_Greeter_v1"]).unwrap();
    }
}

#[test]
fn keys_are_read_from_a_file_that_only_its_owner_may_write() {
    let (directory, signer) = signed();
    let path = directory.path().join("trusted.keys");
    let other = Signer::new();
    fs::write(&path, format!("{}\n{}", other.public(), signer.public())).unwrap();
    let mode = |mode| fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    mode(0o644);
    assert_eq!(TrustedKey::read(&path).unwrap().len(), 2);
    let policy = LoadPolicy::new().trusted_keys_file(&path).unwrap();
    assert_eq!(load(&directory, policy).0, 1);
    for open in [0o664, 0o646] {
        mode(open);
        let error = LoadPolicy::new().trusted_keys_file(&path).unwrap_err();
        assert!(
            matches!(&error, SignatureError::OthersMayWrite { culprit, .. } if culprit.ends_with("trusted.keys")),
            "{error}"
        );
    }
    mode(0o600);
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o770)).unwrap();
    let error = LoadPolicy::new().trusted_keys_file(&path).unwrap_err();
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o700)).unwrap();
    assert!(
        matches!(&error, SignatureError::OthersMayWrite { culprit, .. } if !culprit.ends_with("trusted.keys")),
        "{error}"
    );
}

#[test]
fn keys_are_not_read_by_a_link_that_others_may_replace() {
    use std::os::unix::fs::symlink;
    let (directory, signer) = (Directory::new(), Signer::new());
    let place = |name: &str| directory.path().join(name);
    let mode = |name: &str, mode| {
        fs::set_permissions(place(name), fs::Permissions::from_mode(mode)).unwrap();
    };
    for name in ["safe", "open"] {
        fs::create_dir(place(name)).unwrap();
        mode(name, 0o700);
    }
    fs::write(place("safe/keys"), signer.public()).unwrap();
    mode("safe/keys", 0o600);
    symlink("../safe/keys", place("open/keys")).unwrap();
    symlink("../open/keys", place("safe/twice")).unwrap();
    symlink(place("safe"), place("open/folder")).unwrap();
    symlink("open/folder", place("folder")).unwrap();
    let ways = ["open/keys", "safe/twice", "open/folder/keys", "folder/keys"];
    for way in ways {
        assert_eq!(TrustedKey::read(place(way)).unwrap().len(), 1, "{way}");
    }
    mode("open", 0o777);
    let errors = ways.map(|way| TrustedKey::read(place(way)));
    mode("open", 0o700);
    for (way, error) in ways.iter().zip(errors) {
        assert!(
            matches!(&error, Err(SignatureError::OthersMayWrite { culprit, .. }) if culprit.ends_with("open")),
            "{way}: {error:?}"
        );
    }
}

#[cfg(feature = "watch")]
#[test]
fn a_watch_loads_a_file_when_its_signature_comes() {
    use std::time::{Duration, Instant};

    use plugin_interface::{PluginTrait, WatchEvent, WatchOptions};

    let (directory, signer) = (Directory::new(), Signer::new());
    let path = directory.compile("a", &["NAME=\"first\""], "");
    let mut manager = PluginManager::with_policy(signer.policy());
    let (end, mut refused, mut loaded) = (Instant::now() + Duration::from_secs(60), false, false);
    manager.watch_and_load_blocking(
        directory.path(),
        PluginTrait::Greeter,
        WatchOptions { recursive: false, ..WatchOptions::default() },
        |notification| {
            match notification {
                WatchEvent::Error(error) => {
                    assert!(error.to_string().contains("is not signed"), "{error}");
                    refused = true;
                    signer.sign(&path);
                }
                WatchEvent::Handles(handles, _) => {
                    loaded |= !handles.is_empty();
                }
                _ => {}
            }
            assert!(Instant::now() < end, "waited for the signature to be noticed");
            !loaded
        },
    );
    assert!(refused && loaded);
}
