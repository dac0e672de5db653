//! The states of a file, what is revoked, and earlier versions.

use std::fs;
use std::path::PathBuf;

use plugin_interface::{
    Greeter, LiveOptions, LoadError, LoadPolicy, LockError, LockState, PluginLock, PluginManager,
    SignatureState,
};

use super::signer::{Signer, signature_of};
use super::{load, lock_of, replace};
use crate::deadline::within;
use crate::fixtures::Directory;

/// A list with these entries, in a directory.
fn revoke(directory: &Directory, entries: &[(&str, &str)]) -> PathBuf {
    let path = directory.path().join("plugins.revoked");
    let entry = |(what, value): &(&str, &str)| {
        format!("\n[[revoked]]\n{what} = \"{value}\"\nreason = \"it leaks\"\n")
    };
    let entries: String = entries.iter().map(entry).collect();
    fs::write(&path, format!("version = 1\n{entries}")).unwrap();
    path
}

#[test]
fn a_file_has_the_state_that_a_load_finds() {
    let (directory, signer) = (Directory::new(), Signer::new());
    let path = directory.compile("a", &[], "");
    signer.sign(&path);
    let policy = || signer.policy().lock(lock_of(&directory));
    let state = |policy: &LoadPolicy| {
        let found = policy.trust_of(&path).unwrap();
        assert_eq!(found.error.is_some(), load(&directory, policy.clone()).0 == 0, "{found:?}");
        found
    };
    let key = signer.key().id();
    let good = policy();
    let found = state(&good);
    assert_eq!(found.to_string(), format!("locked, signed by {key}"));
    assert!(
        matches!(&found.signature, SignatureState::Signed { comment, .. } if comment.contains("name:"))
    );
    assert_eq!(state(&LoadPolicy::new()).to_string(), format!("signed by the unknown key {key}"));
    assert_eq!(state(&Signer::new().policy()).signature, SignatureState::UnknownKey { key });
    let unlocked = state(&signer.policy().lock(PluginLock::default()));
    assert_eq!(unlocked.to_string(), format!("unlocked, signed by {key}"));

    let list = revoke(&directory, &[("sha256", &found.sha256)]);
    let revoked = state(&policy().revocations_file(list).unwrap());
    assert!(revoked.is_revoked && revoked.to_string() == "revoked", "{revoked:?}");
    assert!(matches!(revoked.error, Some(LoadError::Revoked { .. })), "{revoked:?}");

    replace(&directory, "a", &["NAME=\"evil\""]);
    let modified = state(&good);
    assert_eq!(modified.to_string(), "modified, wrongly signed");
    assert_eq!(modified.lock, Some(LockState::Modified));
    fs::remove_file(signature_of(&path)).unwrap();
    assert_eq!(state(&good).to_string(), "modified, unsigned");
}

#[test]
fn what_is_revoked_by_its_digest_or_its_key_does_not_load() {
    let (directory, signer) = (Directory::new(), Signer::new());
    let path = directory.compile("a", &[], "");
    signer.sign(&path);
    let (key, lock) = (signer.key().id().to_string(), lock_of(&directory));
    let digest = lock.get("liba.so").unwrap().sha256.clone();
    for (what, value) in [("sha256", &digest), ("key", &key)] {
        let list = revoke(&directory, &[("sha256", &"0".repeat(64)), (what, value)]);
        // Neither a lock, nor a key that is trusted, nor an exception helps.
        for policy in [LoadPolicy::new(), signer.policy(), LoadPolicy::new().lock(lock.clone())] {
            let policy = policy.allow_unsigned("liba.so").revocations_file(&list).unwrap();
            let (loaded, errors) = load(&directory, policy);
            let [LoadError::Revoked { revocation, .. }] = &errors[..] else { panic!("{errors:?}") };
            assert_eq!((loaded, revocation.line, &revocation.value), (0, 8, value), "{errors:?}");
            assert!(errors[0].to_string().contains("(it leaks)"), "{errors:?}");
        }
    }
    let list = revoke(&directory, &[("sha256", &"0".repeat(64)), ("key", "0000000000000000")]);
    assert_eq!(load(&directory, signer.policy().revocations_file(list).unwrap()).0, 1);
}

#[test]
fn an_entry_with_a_digest_and_a_key_takes_back_both() {
    let (directory, signer) = (Directory::new(), Signer::new());
    let path = directory.compile("a", &[], "");
    signer.sign(&path);
    let (key, digest) = (signer.key().id(), LoadPolicy::new().trust_of(&path).unwrap().sha256);
    let list = directory.path().join("plugins.revoked");
    let zeros = "0".repeat(64);
    for (digest, key, what) in
        [(&*digest, "0".repeat(16), "SHA-256 digest"), (&zeros, key.to_string(), "key")]
    {
        let entry = format!("version = 1\n[[revoked]]\nkey = \"{key}\"\nsha256 = \"{digest}\"\n");
        fs::write(&list, entry).unwrap();
        let (_, errors) = load(&directory, signer.policy().revocations_file(&list).unwrap());
        let [LoadError::Revoked { revocation, .. }] = &errors[..] else { panic!("{errors:?}") };
        assert_eq!(revocation.what, what);
    }
}

#[cfg(feature = "hot-library")]
#[test]
fn a_plain_library_that_is_revoked_later_is_an_error_once() {
    use plugin_interface::{HotOptions, HotReload};

    let directory = Directory::new();
    let path = directory.compile("a", &[], "");
    let list = revoke(&directory, &[]);
    let policy = LoadPolicy::new().revocations_file(&list).unwrap();
    let names = ["plugin_unmaker_counter_Greeter_v1"];
    let library = HotOptions::new().policy(policy).open(&path, &names).unwrap();
    let digest = LoadPolicy::new().trust_of(&path).unwrap().sha256;
    let unchanged = || assert!(matches!(library.check_and_reload(), Ok(HotReload::Unchanged)));
    // From then on its times tell that the file is the same.
    std::thread::sleep(std::time::Duration::from_millis(100));
    unchanged();
    for _ in 0..2 {
        revoke(&directory, &[("sha256", &digest)]);
        let error = library.check_and_reload().unwrap_err().to_string();
        assert!(error.contains("revokes the SHA-256 digest"), "{error}");
        assert!(error.contains("it is loaded: unload it"), "{error}");
        unchanged();
        fs::write(&list, "version = 2\n").unwrap();
        let error = library.check_and_reload().unwrap_err().to_string();
        assert!(error.contains("may be revoked"), "{error}");
        unchanged();
        revoke(&directory, &[]);
        unchanged();
    }
    assert_eq!(library.generation(), 1);
}

#[test]
fn nothing_loads_while_nobody_knows_what_is_revoked() {
    let directory = Directory::new();
    let path = directory.compile("a", &[], "");
    let list = revoke(&directory, &[]);
    let policy = LoadPolicy::new().revocations_file(&list).unwrap();
    let mut manager = PluginManager::with_policy(policy);
    assert_eq!(manager.load_library(&path).unwrap().len(), 1);
    for content in ["", "version = 2\n", "version = 1\n[[revoked]]\n"] {
        fs::write(&list, content).unwrap();
        let error = manager.load_library(&path).unwrap_err();
        assert!(matches!(error, LoadError::RevocationsUnknown { .. }), "{error}");
        assert!(error.to_string().contains("plugins.revoked"), "{error}");
    }
    fs::remove_file(&list).unwrap();
    let error = manager.load_library(&path).unwrap_err().to_string();
    assert!(error.contains("may be revoked: cannot read "), "{error}");
}

#[test]
fn each_bad_list_of_what_is_revoked_has_an_error_with_its_line() {
    let directory = Directory::new();
    let list = directory.path().join("list");
    for (content, expected) in [
        ("", " is empty: expected a lock, or a list of what is revoked"),
        ("version = 2\n", ":1: expected version = 1, found 2"),
        (
            "version = 1\nx = 1\n",
            ":2: expected in the list of what is revoked one of version, revoked",
        ),
        (
            "version = 1\n[[revoked]]\n",
            ":2: expected a key `sha256` in what is revoked, found none",
        ),
        (
            "version = 1\n[[revoked]]\nsha256 = \"AB\"\n",
            ":3: expected `sha256` to be 64 lower-case hexadecimal digits, found \"AB\"",
        ),
        (
            "version = 1\n[[revoked]]\nkey = \"e7\"\n",
            ":3: expected `key` to be the 16 upper-case hexadecimal digits of a key, found \"e7\"",
        ),
        (
            "version = 1\n[[revoked]]\nwhy = 1\n",
            ":3: expected in what is revoked one of sha256, key",
        ),
        ("version = 1\n[[revoked\n", ":2: expected TOML: "),
    ] {
        fs::write(&list, content).unwrap();
        let error = LoadPolicy::new().revocations_file(&list).unwrap_err().to_string();
        let expected = format!("{}{expected}", list.display());
        assert!(error.starts_with(&expected), "expected: {expected}\nfound: {error}");
    }
}

#[test]
fn a_scan_reports_what_was_loaded_before_it_was_revoked() {
    let (directory, signer) = (Directory::new(), Signer::new());
    let path = directory.compile("a", &[], "");
    signer.sign(&path);
    let list = revoke(&directory, &[]);
    let policy = signer.policy().revocations_file(&list).unwrap();
    let mut manager = PluginManager::with_policy(policy.clone());
    let loaded = manager.load::<dyn Greeter>(directory.path()).unwrap();
    assert_eq!((loaded.len(), manager.rejected().len()), (1, 0));
    let live = LiveOptions::new().policy(policy).open::<dyn Greeter>(&path).unwrap();

    revoke(&directory, &[("key", &signer.key().id().to_string())]);
    let mut expect = |is_loaded| {
        assert!(manager.load::<dyn Greeter>(directory.path()).unwrap().is_empty());
        let rejected = manager.rejected();
        let [rejected] = rejected else { panic!("{rejected:?}") };
        let LoadError::Revoked { revocation, .. } = &rejected.error else { panic!("{rejected}") };
        assert_eq!(revocation.is_loaded, is_loaded, "{rejected}");
    };
    expect(true);
    let error = live.reload().unwrap_err().to_string();
    assert!(error.contains("revokes the key"), "{error}");
    drop(loaded);
    expect(false);
}

#[test]
fn a_library_is_known_by_the_key_that_it_was_loaded_with() {
    let (directory, signer) = (Directory::new(), Signer::new());
    let signature = signature_of(&directory.library("a"));
    let more = format!(
        "int unlink(const char *);\n__attribute__((constructor)) static void hide(void) {{ unlink({:?}); }}\n",
        signature.display().to_string()
    );
    let path = directory.compile("a", &[], &more);
    signer.sign(&path);
    let policy = signer.policy().revocations_file(revoke(&directory, &[])).unwrap();
    let mut manager = PluginManager::with_policy(policy);
    let loaded = manager.load::<dyn Greeter>(directory.path()).unwrap();
    assert!(loaded.len() == 1 && !signature.exists(), "{:?}", manager.rejected());

    revoke(&directory, &[("key", &signer.key().id().to_string())]);
    assert!(manager.load::<dyn Greeter>(directory.path()).unwrap().is_empty());
    let is_told = |error: &LoadError| matches!(error, LoadError::Revoked { revocation, .. } if revocation.is_loaded);
    assert!(manager.rejected().iter().any(|it| is_told(&it.error)), "{:?}", manager.rejected());
}

#[cfg(feature = "watch")]
#[test]
fn a_watch_unloads_what_is_revoked() {
    use std::time::{Duration, Instant};

    use plugin_interface::{PluginTrait, WatchEvent, WatchOptions};

    let (directory, lists) = (Directory::new(), Directory::new());
    directory.compile("a", &[], "");
    let list = revoke(&lists, &[]);
    let digest = lock_of(&directory).get("liba.so").unwrap().sha256.clone();
    let policy = LoadPolicy::new().revocations_file(&list).unwrap();
    let mut manager = PluginManager::with_policy(policy);
    let end = Instant::now() + Duration::from_secs(60);
    let mut told = Vec::new();
    manager.watch_and_load_blocking(
        directory.path(),
        PluginTrait::Greeter,
        WatchOptions::default(),
        |event| {
            assert!(Instant::now() < end, "waited for the unload: {told:?}");
            match event {
                WatchEvent::Handles(..) => drop(revoke(&lists, &[("sha256", &digest)])),
                WatchEvent::Error(error) => told.push(error.to_string()),
                WatchEvent::Unloaded { counter, .. } => {
                    assert_eq!(counter, Some(1));
                    return false;
                }
                _ => {}
            }
            true
        },
    );
    assert!(told.len() == 1 && told[0].contains("it is loaded: unload it"), "{told:?}");
}

#[cfg(all(feature = "hot-library", feature = "watch"))]
#[test]
fn a_version_that_is_watched_is_told_to_be_revoked() {
    use std::sync::mpsc::channel;

    use plugin_interface::{HotEvent, HotOptions, LiveEvent};

    let (directory, lists) = (Directory::new(), Directory::new());
    let path = directory.compile("a", &[], "");
    let list = revoke(&lists, &[]);
    let policy = || LoadPolicy::new().revocations_file(&list).unwrap();
    let digest = LoadPolicy::new().trust_of(&path).unwrap().sha256;
    let live = LiveOptions::new().policy(policy()).watch::<dyn Greeter>(&path).unwrap();
    let mut events = live.events();
    let names = ["plugin_unmaker_counter_Greeter_v1"];
    let library = HotOptions::new().policy(policy()).open(&path, &names).unwrap();
    let (told, tells) = channel();
    library.on_reload(move |event| drop(told.send(event.clone())));
    let watch = library.watch();

    revoke(&lists, &[("sha256", &digest)]);
    let of_live = within("an event of the `Live`", || {
        events.find_map(|event| match event {
            LiveEvent::Refused { message, .. } => Some(message),
            _ => None,
        })
    });
    let of_library = within("an event of the library", || {
        tells.iter().find_map(|event| match event {
            HotEvent::Refused { message, .. } => Some(message),
            _ => None,
        })
    });
    for message in [of_live, of_library] {
        let message = message.unwrap();
        assert!(message.contains("revokes the SHA-256 digest"), "{message}");
    }
    assert_eq!((live.get().greet("world").as_str(), library.generation()), ("HEY world", 1));
    drop(watch);
}

#[test]
fn an_earlier_version_than_the_locked_one_is_approved_by_name_only() {
    let lock = |versions: &[(&str, &str)]| {
        let entry = |(name, version): &(&str, &str)| {
            format!(
                "\n[[plugin]]\nfile = \"{name}-{version}.so\"\nname = \"{name}\"\n\
                 version = \"{version}\"\nabi = 1\nsize = 1\nsha256 = \"{}\"\n",
                "ab".repeat(32)
            )
        };
        let entries: String = versions.iter().map(entry).collect();
        PluginLock::parse("plugins.lock", format!("version = 1\n{entries}").as_bytes()).unwrap()
    };
    let earlier = lock(&[("a", "1.10.0"), ("b", "2.0.0"), ("c", "one")]);
    for (versions, expected) in [
        (&[("a", "1.10.0"), ("b", "2.0.0")][..], &[][..]),
        (&[("a", "1.9.0"), ("b", "2.0.1")], &["a"]),
        (&[("a", "1.10.0-beta.2"), ("b", "1.0.0")], &["a", "b"]),
        (&[("a", "1.9.0"), ("a", "1.10.0")], &[]),
        (&[("c", "zero"), ("d", "0.1.0")], &[]),
    ] {
        let found = earlier.downgrades(&lock(versions));
        let names = found.iter().map(|error| match error {
            LockError::Downgrade { name, .. } => name.as_str(),
            error => panic!("{error}"),
        });
        assert_eq!(names.collect::<Vec<_>>(), expected, "{versions:?}");
    }
    let error = earlier.downgrades(&lock(&[("a", "1.9.0")])).remove(0).to_string();
    assert_eq!(
        error,
        "plugins.lock:4: expected a of version 1.10.0 or later, found 1.9.0; install that version, \
         or allow the earlier one by `plugin-host lock --allow-downgrade a`"
    );
}
