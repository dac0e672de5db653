//! What a lock lets load, and what it refuses.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

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
    assert_eq!((plugin.sha256.len(), plugin.build_id.len()), (64, 40));
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
fn nothing_that_is_not_locked_is_mapped_however_the_file_changes_meanwhile() {
    let directory = Directory::new();
    let path = directory.compile("a", &["NAME=\"good\""], "");
    let policy = LoadPolicy::new().lock(lock_of(&directory));
    let good = fs::read(&path).unwrap();
    let bad = fs::read(Directory::new().compile("a", &["NAME=\"evil\""], "")).unwrap();
    assert_ne!(good, bad);
    let (done, end) = (AtomicBool::new(false), Instant::now() + Duration::from_secs(60));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let next = directory.path().join("next");
            for content in [&bad, &good].into_iter().cycle() {
                fs::write(&next, content).unwrap();
                fs::rename(&next, &path).unwrap();
                if done.load(Ordering::Relaxed) {
                    break;
                }
            }
        });
        let mut manager = PluginManager::with_policy(policy);
        let (mut loaded, mut refused) = (0, 0);
        while loaded < 100 || refused < 100 {
            assert!(Instant::now() < end, "waited for both: {loaded}, {refused}");
            match manager.load_library(&path) {
                Ok(handles) => {
                    loaded += 1;
                    let names = handles.iter().map(|it| it.as_greeter().unwrap().name().to_owned());
                    assert_eq!(names.collect::<Vec<_>>(), ["good"]);
                }
                Err(LoadError::Modified { .. } | LoadError::StillWritten { .. }) => refused += 1,
                Err(error) => panic!("{error}"),
            }
        }
        done.store(true, Ordering::Relaxed);
    });
}

/// The next pseudo-random number.
fn next(state: &mut u64) -> usize {
    *state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
    (*state >> 33) as usize
}

#[test]
fn each_flipped_bit_of_a_file_or_its_lock_is_noticed() {
    let directory = Directory::new();
    let path = directory.compile("a", &[], "");
    let mut library = fs::read(&path).unwrap();
    let lock = lock_of(&directory);
    let mut text = lock.to_string().into_bytes();
    let (lock, mut state) = (again(&lock), 7);
    lock.check(&path, &library).unwrap();
    for _ in 0..5_000 {
        let (at, bit) = (next(&mut state) % library.len(), 1 << (next(&mut state) % 8));
        library[at] ^= bit;
        let error = lock.check(&path, &library).unwrap_err();
        assert!(error.to_string().contains("expected sha256 "), "{at}: {error}");
        library[at] ^= bit;
    }
    let (mut unusable, mut differs) = (0, 0);
    for _ in 0..5_000 {
        let (at, bit) = (next(&mut state) % text.len(), 1 << (next(&mut state) % 8));
        text[at] ^= bit;
        match PluginLock::parse("plugins.lock", &text) {
            Err(error) => {
                assert!(error.to_string().starts_with("plugins.lock"), "{error}");
                unusable += 1;
            }
            Ok(flipped) => match flipped.check(&path, &library) {
                Err(LoadError::Modified { .. } | LoadError::Unlocked { .. }) => differs += 1,
                Err(error) => panic!("{error}"),
                // A comment, or a space for another.
                Ok(()) => assert_eq!(flipped.to_string(), lock.to_string(), "{at} {bit}"),
            },
        }
        text[at] ^= bit;
    }
    assert!(unusable > 1_000 && differs > 1_000, "{unusable} {differs}");
}

fn parse(text: &str) -> LockError {
    PluginLock::parse("p.lock", text.as_bytes()).unwrap_err()
}

#[test]
fn each_bad_lock_has_an_error_of_its_own_with_its_line() {
    let digest = "ab".repeat(32);
    let good = format!(
        "version = 1\n\n[[plugin]]\nfile = \"a.so\"\nname = \"a\"\nsize = 1\nsha256 = \"{digest}\"\n"
    );
    PluginLock::parse("p.lock", good.as_bytes()).unwrap();
    let with = |from: &str, to: &str| parse(&good.replacen(from, to, 1)).to_string();
    let twice = format!("{good}{}", &good["version = 1\n".len()..]);
    for (found, expected) in [
        (parse("").to_string(), "p.lock is empty: expected a lock"),
        (parse(" \n").to_string(), "p.lock is empty"),
        (with("version = 1", "version = 2"), "p.lock:1: expected version = 1, found 2; use the"),
        (with("version = 1", "version = \"1\""), "p.lock:1: expected version = 1, found \"1\""),
        (with("version = 1\n", ""), "p.lock:1: expected a key `version` in the lock, found none"),
        (
            with("\n[[", "keys = 2\n[["),
            "p.lock:2: expected in the lock one of version, plugin, found the key `keys`",
        ),
        (
            with("size = 1\n", "size = 1\nsizes = 2\n"),
            "p.lock:7: expected in a plugin one of file,",
        ),
        (with("size = 1\n", ""), "p.lock:3: expected a key `size` in a plugin, found none"),
        (
            with("size = 1\n", "size = -1\n"),
            "p.lock:6: expected `size` to be a number that is not negative, found -1",
        ),
        (
            with("size = 1\n", "size = 1\nabi = 4294967296\n"),
            "p.lock:7: expected `abi` to be a number of 32 bits",
        ),
        (
            with("a.so", "../a.so"),
            "p.lock:4: expected `file` to be the name of a file, without a directory, found \"../a.so\"",
        ),
        (
            with(&digest, "AB"),
            "p.lock:7: expected `sha256` to be 64 lower-case hexadecimal digits, found \"AB\"",
        ),
        (with("name = \"a\"", "name = 3"), "p.lock:5: expected `name` to be a text, found 3"),
        (
            with("name = \"a\"", "name = []"),
            "p.lock:5: expected `name` to be a text, found a value of the type array",
        ),
        (
            with("name", "name = \"b\"\nname"),
            "p.lock:6: expected TOML: duplicate key; found `name = \"a\"`",
        ),
        (with("[[plugin]]", "[[plugin"), "p.lock:3: expected TOML: "),
        (with("[[plugin]]", "[plugin]"), "p.lock:3: expected `plugin` to be an array of tables"),
        (
            with("size = 1\n", "size = 1\ninterfaces = [{}]\n"),
            "p.lock:7: expected a key `fingerprint` in an interface",
        ),
        (
            with("size = 1\n", "size = 1\ninterfaces = [{fingerprint = \"0x1\"}]\n"),
            "p.lock:7: expected `fingerprint` to be 0x and 32",
        ),
        (
            with("size = 1\n", "size = 1\nbuild-id = \"\"\n"),
            "p.lock:7: expected `build-id` to be lower-case",
        ),
        (
            parse(&twice).to_string(),
            "p.lock:10: expected each file once, found a.so again, which line 4 locks",
        ),
    ] {
        assert!(found.starts_with(expected), "expected: {expected}\nfound: {found}");
    }
    let binary = PluginLock::parse("p.lock", b"version = 1\nx = \"\xff\"").unwrap_err();
    assert!(matches!(binary, LockError::NotText { line: 2, byte: 0xff, .. }), "{binary}");
    let deep = parse(&format!("version = {}", "[".repeat(100_000)));
    assert!(matches!(deep, LockError::Syntax { line: 1, .. }), "{deep}");
}

#[test]
fn what_is_no_lock_file_is_refused_before_it_is_read_whole() {
    let directory = Directory::new();
    let huge = directory.path().join("huge");
    fs::File::create(&huge).unwrap().set_len(1 << 40).unwrap();
    let error = PluginLock::read(&huge).unwrap_err();
    assert!(matches!(error, LockError::TooLarge { found: 1_099_511_627_776, .. }), "{error}");
    for path in [directory.path(), Path::new("/dev/zero")] {
        let error = PluginLock::read(path).unwrap_err();
        assert!(matches!(error, LockError::Read { .. }), "{error}");
    }
    let error = PluginLock::default().write(directory.path().join("no/where")).unwrap_err();
    assert!(matches!(error, LockError::Write { .. }), "{error}");
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
        ("sha256", &plugin.sha256, &"0".repeat(64)),
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
