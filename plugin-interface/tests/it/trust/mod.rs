//! What a lock and signatures let load, and what they refuse.

mod flips;
mod lock_texts;
mod signature_texts;
mod signatures;
mod signer;
mod states;
mod swaps;

use std::fs;

use plugin_interface::{
    Greeter, LiveOptions, LoadError, LoadPolicy, LockError, LockState, PluginLock, PluginManager,
    Requirement,
};

use crate::fixtures::Directory;

fn lock_of(directory: &Directory) -> PluginLock {
    let (lock, refused) = PluginLock::of_directory(directory.path()).unwrap();
    assert!(refused.is_empty(), "{refused:?}");
    lock
}

/// The lock as it is read from its text.
fn again(lock: &PluginLock) -> PluginLock {
    PluginLock::parse("plugins.lock", lock.to_string().as_bytes()).unwrap()
}

/// The lock as it was before it had a second digest.
fn without_blake3(lock: &PluginLock) -> PluginLock {
    let text = lock.to_string();
    let lines = text.lines().filter(|line| !line.starts_with("blake3 = "));
    let text: String = lines.map(|line| format!("{line}\n")).collect();
    PluginLock::parse("plugins.lock", text.as_bytes()).unwrap()
}

/// Loads the directory. Returns the number of plugins and the errors.
fn load(directory: &Directory, policy: LoadPolicy) -> (usize, Vec<LoadError>) {
    let mut manager = PluginManager::with_policy(policy);
    let loaded = manager.load::<dyn Greeter>(directory.path()).unwrap().len();
    (loaded, manager.take_rejected().into_iter().map(|rejected| rejected.error).collect())
}

/// Another library at the same path, put there as a build does.
fn replace(directory: &Directory, name: &str, macros: &[&str]) {
    let other = Directory::new();
    fs::copy(other.compile("x", macros, ""), directory.path().join("next")).unwrap();
    fs::rename(directory.path().join("next"), directory.library(name)).unwrap();
}

#[test]
fn a_lock_says_all_that_was_approved_and_reads_as_it_was_written() {
    let directory = Directory::new();
    directory.compile("a", &[], "");
    directory.compile("b", &["NAME=\"other\""], "");
    fs::write(directory.path().join("README"), "no library").unwrap();
    let path = directory.path().join(PluginLock::FILE);
    let lock = lock_of(&directory);
    lock.write(&path).unwrap();
    let read = PluginLock::read(&path).unwrap();
    assert_eq!(read.to_string(), lock.to_string());
    assert_eq!(read.plugins().map(|it| &*it.file).collect::<Vec<_>>(), ["liba.so", "libb.so"]);
    let plugin = read.get("liba.so").unwrap();
    let bytes = fs::read(directory.library("a")).unwrap();
    assert_eq!((plugin.size, plugin.abi), (bytes.len() as u64, Some(1)));
    assert_eq!(plugin.interfaces[0].path, "plugin_interface::greeter::Greeter");
    assert_eq!(
        plugin.interfaces[0].fingerprint,
        plugin_interface::PluginTrait::Greeter.fingerprint()
    );
    let lengths = [&plugin.sha256, &plugin.blake3, &plugin.build_id].map(|it| it.len());
    assert_eq!(lengths, [64, 64, 40]);
    assert!(read.verify(directory.path()).unwrap().iter().all(|it| it.state == LockState::Locked));
    let text = lock.to_string();
    let noted = text.replacen("sha256", "note = \"\\u00e9 \\\"\\\\ \\n\"\nsha256", 1);
    let noted = PluginLock::parse("x", noted.as_bytes()).unwrap();
    assert_eq!(noted.get("liba.so").unwrap().note, "é \"\\ \n");
    assert_eq!(again(&noted).get("liba.so").unwrap().note, "é \"\\ \n");
    assert_eq!(lock.with_notes_of(&noted).to_string(), noted.to_string());
}

#[test]
fn only_what_is_locked_loads_and_what_was_modified_never_does() {
    let directory = Directory::new();
    directory.compile("a", &[], "");
    let lock = again(&lock_of(&directory));
    let locked = || LoadPolicy::new().lock(lock.clone());
    assert_eq!(load(&directory, locked()).0, 1);
    assert_eq!(load(&directory, LoadPolicy::new().require(Requirement::Locked)).0, 0);

    directory.compile("b", &["NAME=\"b\""], "");
    let (loaded, errors) = load(&directory, locked());
    assert!(matches!((loaded, &errors[..]), (1, [LoadError::Unlocked { .. }])), "{errors:?}");
    assert_eq!(load(&directory, locked().require(Requirement::Any)).0, 2);

    replace(&directory, "a", &["NAME=\"c\""]);
    for policy in [locked(), locked().require(Requirement::Any)] {
        let (_, errors) = load(&directory, policy);
        let LoadError::Modified { path, difference } = &errors[0] else { panic!("{errors:?}") };
        assert_eq!((path, difference.line), (&directory.library("a"), 5), "{difference}");
        assert!(errors[0].to_string().contains("(plugins.lock:5), found "), "{}", errors[0]);
    }
    fs::remove_file(directory.library("a")).unwrap();
    let states = lock.verify(directory.path()).unwrap();
    let states: Vec<_> = states.iter().map(|file| (file.path.clone(), file.state)).collect();
    let (a, b) = (directory.library("a"), directory.library("b"));
    assert_eq!(states, [(b, LockState::Unlocked), (a, LockState::Missing)]);
}

#[test]
fn a_locked_file_under_another_name_is_not_the_locked_file() {
    let directory = Directory::new();
    directory.compile("a", &[], "");
    directory.compile("b", &["NAME=\"b\""], "");
    let policy = LoadPolicy::new().lock(lock_of(&directory));
    fs::rename(directory.library("a"), directory.path().join("x")).unwrap();
    fs::rename(directory.library("b"), directory.library("a")).unwrap();
    fs::rename(directory.path().join("x"), directory.library("b")).unwrap();
    let (loaded, errors) = load(&directory, policy);
    assert_eq!((loaded, errors.len()), (0, 2));
    assert!(errors.iter().all(|error| matches!(error, LoadError::Modified { .. })), "{errors:?}");
}

#[test]
fn a_reload_that_the_lock_refuses_keeps_the_current_version() {
    let directory = Directory::new();
    let path = directory.compile("a", &["NAME=\"first\""], "");
    let policy = LoadPolicy::new().lock(lock_of(&directory));
    let live = LiveOptions::new().policy(policy).open::<dyn Greeter>(&path).unwrap();
    let old = fs::read(&path).unwrap();
    replace(&directory, "a", &["NAME=\"second\""]);
    for _ in 0..2 {
        let error = live.reload().unwrap_err().to_string();
        assert!(error.contains("was modified after it was locked"), "{error}");
        assert_eq!((live.get().name(), live.generation()), ("first", 1));
    }
    fs::write(directory.path().join("next"), old).unwrap();
    fs::rename(directory.path().join("next"), &path).unwrap();
    live.reload().unwrap();
    assert_eq!((live.get().name(), live.generation()), ("first", 1));
}

#[cfg(feature = "hot-library")]
#[test]
fn a_plain_library_passes_the_same_gate() {
    use plugin_interface::HotOptions;
    let directory = Directory::new();
    let source = |name: &str, text: &str| {
        let path = directory.path().join(name);
        fs::write(&path, text).unwrap();
        path
    };
    let one = source("one.c", "int one(void) { return 1; }");
    let path = directory.compile_sources("plain", &[], &[], &[&one]);
    let lock = again(&lock_of(&directory));
    assert_eq!(lock.get("libplain.so").unwrap().abi, None);
    let options = || HotOptions::new().policy(LoadPolicy::new().lock(lock.clone()));
    let library = options().open(&path, &["one"]).unwrap();
    let two = source("two.c", "int one(void) { return 2; }");
    let next = directory.compile_sources("next", &[], &[], &[&two]);
    fs::rename(next, &path).unwrap();
    let error = library.check_and_reload().unwrap_err().to_string();
    assert!(error.contains("was modified after it was locked"), "{error}");
    assert_eq!(library.generation(), 1);
    assert!(options().open(&path, &["one"]).is_err());
}

#[test]
fn a_file_that_says_that_it_is_huge_is_not_read() {
    let directory = Directory::new();
    let path = directory.compile("a", &[], "");
    let text = directory.write("text", b"hello");
    // As large as it says, and almost all of it a hole.
    for path in [&path, &text] {
        fs::File::options().write(true).open(path).unwrap().set_len(1 << 40).unwrap();
    }
    let expected = "expected at most 4294967296 bytes to approve, found 1099511627776";
    let (lock, refused) = PluginLock::of_directory(directory.path()).unwrap();
    assert_eq!((lock.plugins().count(), refused.len()), (0, 2), "{refused:?}");
    assert!(refused.iter().all(|it| format!("{it:?}").contains(expected)), "{refused:?}");
    for file in lock.verify(directory.path()).unwrap() {
        assert_eq!((file.state, file.sha256), (LockState::Unlocked, None));
        assert!(format!("{:?}", file.error).contains(expected), "{:?}", file.error);
    }
    let found = LoadPolicy::new().trust_of(&path).unwrap_err();
    assert!(format!("{found:?}").contains(expected), "{found:?}");
    let found = plugin_interface::trusted_comment(&path).unwrap_err();
    assert!(format!("{found:?}").contains(expected), "{found:?}");
    for requirement in [Requirement::Locked, Requirement::Signed] {
        fs::write(directory.path().join("liba.so.minisig"), "").unwrap();
        let mut manager = PluginManager::with_policy(LoadPolicy::new().require(requirement));
        let found = manager.load_library(&path).unwrap_err();
        assert!(format!("{found:?}").contains(expected), "{found:?}");
    }
}

#[test]
fn a_lock_that_everybody_may_write_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = Directory::new();
    let path = directory.path().join(PluginLock::FILE);
    PluginLock::default().write(&path).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o002, 0);
    LoadPolicy::new().lock_file(&path).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).unwrap();
    let error = LoadPolicy::new().lock_file(&path).unwrap_err();
    assert!(matches!(error, LockError::WorldWritable { .. }), "{error}");
    LoadPolicy::new().allow_world_writable().lock_file(&path).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o777)).unwrap();
    assert!(matches!(LoadPolicy::new().lock_file(&path), Err(LockError::WorldWritable { .. })));
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o700)).unwrap();
}

#[test]
fn what_a_lock_does_not_say_right_is_refused_at_the_load() {
    let directory = Directory::new();
    directory.compile("a", &[], "");
    let text = lock_of(&directory).to_string();
    let plugin = lock_of(&directory);
    let plugin = plugin.get("liba.so").unwrap();
    let name = format!("name = \"{}", plugin.name);
    let size = format!("size = {}", plugin.size);
    let fingerprint = format!("{:#034x}", plugin.interfaces[0].fingerprint);
    for (key, from, to) in [
        ("size", &*size, "size = 1"),
        ("blake3", &plugin.blake3, &"0".repeat(64)),
        ("build-id", &plugin.build_id, "00"),
        ("name", &name, "name = \"x"),
        ("version", "\nversion = \"", "\nversion = \"x"),
        ("abi", "abi = 1", "abi = 2"),
        ("interfaces", &fingerprint, &format!("0x{}", "0".repeat(32))),
    ] {
        let lock = text.replacen(from, to, 1);
        assert_ne!(lock, text, "{key}");
        let lock = PluginLock::parse("plugins.lock", lock.as_bytes()).unwrap();
        let (loaded, errors) = load(&directory, LoadPolicy::new().lock(lock));
        assert_eq!(loaded, 0, "{key}");
        assert!(errors[0].to_string().contains(&format!("expected {key} ")), "{key}: {errors:?}");
    }
}

#[test]
fn a_load_compares_one_digest_and_verify_both() {
    let directory = Directory::new();
    let path = directory.compile("a", &[], "");
    let lock = lock_of(&directory);
    let wrong = lock.to_string().replace(&lock.get("liba.so").unwrap().sha256, &"0".repeat(64));
    let wrong = PluginLock::parse("plugins.lock", wrong.as_bytes()).unwrap();
    let refused = |policy: LoadPolicy| {
        let errors = load(&directory, policy).1;
        errors.iter().map(ToString::to_string).collect::<String>()
    };
    let load = |lock: &PluginLock| refused(LoadPolicy::new().lock(lock.clone()));
    let said = |file: &plugin_interface::VerifiedFile| format!("{:?}", file.error);
    let verify = |lock: &PluginLock| {
        lock.verify(directory.path()).unwrap().iter().map(said).collect::<String>()
    };
    // A lock with one digest, which is right or wrong.
    let earlier = without_blake3(&lock);
    assert_ne!(earlier, lock);
    assert_eq!((load(&earlier), verify(&earlier)), (String::new(), "None".to_owned()));
    assert!(
        load(&without_blake3(&wrong)).contains("expected sha256 0"),
        "{}",
        load(&without_blake3(&wrong))
    );
    // A lock with both, of which one is wrong.
    assert_eq!(load(&wrong), "");
    assert!(verify(&wrong).contains("expected sha256 0"), "{}", verify(&wrong));
    let error = wrong.check(&path, &fs::read(&path).unwrap()).unwrap_err();
    assert!(error.to_string().contains("expected sha256 0"), "{error}");
    let found = LoadPolicy::new().lock(wrong.clone()).trust_of(&path).unwrap();
    assert_eq!(found.lock, Some(LockState::Modified), "{found:?}");
    // A policy that pins a digest compares that in the lock, too.
    let digest = &lock.get("liba.so").unwrap().sha256;
    let pinned =
        |lock: &PluginLock| LoadPolicy::new().pin_sha256(digest).unwrap().lock(lock.clone());
    assert_eq!(refused(pinned(&lock)), "");
    assert!(refused(pinned(&wrong)).contains("expected sha256 0"), "{}", refused(pinned(&wrong)));
}
