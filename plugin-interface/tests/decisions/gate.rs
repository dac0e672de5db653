//! What a policy refuses is refused in every way of loading, each time for its own
//! reason, and is never mapped.

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};

use plugin_interface::{LoadPolicy, PluginLock, Requirement};

use crate::fixtures::Directory;
use crate::lock_of;
use crate::signer::{Signer, signature_of};
use crate::ways::{FIRST, NEXT, Way};

/// A plugin that is approved, and one that shall take its place.
struct Files {
    good: Vec<u8>,
    /// Creates `ran` as soon as it is mapped.
    other: Vec<u8>,
    /// The digest of the other.
    digest: String,
    ran: PathBuf,
    ours: Signer,
    theirs: Signer,
    _directory: Directory,
}

impl Files {
    fn new() -> Self {
        let directory = Directory::new();
        let ran = directory.path().join("ran");
        let marks = format!(
            "#include <fcntl.h>\n__attribute__((constructor)) static void mark(void) {{ creat({:?}, 0600); }}\n",
            ran.display().to_string()
        );
        let good = fs::read(directory.compile("good", &["NAME=\"good\""], "")).unwrap();
        let other = directory.compile("other", &["NAME=\"other\""], &marks);
        let digest = LoadPolicy::new().trust_of(&other).unwrap().sha256;
        let other = fs::read(other).unwrap();
        let (ours, theirs) = (Signer::new(), Signer::new());
        Files { good, other, digest, ran, ours, theirs, _directory: directory }
    }
}

/// A directory with the plugin of one test.
pub(crate) struct Place<'f> {
    files: &'f Files,
    pub(crate) directory: Directory,
    pub(crate) path: PathBuf,
    list: PathBuf,
    /// Whether the signature was replaced before the library.
    is_signed_anew: Cell<bool>,
}

/// Puts a file there by a rename, as a build does.
fn put(path: &Path, content: &[u8]) {
    let next = path.with_extension("next");
    fs::write(&next, content).unwrap();
    fs::rename(next, path).unwrap();
}

impl<'f> Place<'f> {
    /// Everything in it is approved.
    fn new(files: &'f Files) -> Self {
        let directory = Directory::new();
        let (path, list) = (directory.library("a"), directory.path().join("plugins.revoked"));
        put(&path, &files.good);
        files.ours.sign(&path);
        put(&list, b"version = 1\n");
        Place { files, directory, path, list, is_signed_anew: Cell::new(false) }
    }

    /// Puts the other library there.
    fn replace(&self) {
        put(&self.path, &self.files.other);
    }

    /// Puts the other library there, after its signature.
    fn replace_signed(&self, sign: impl Fn(&Path)) {
        let elsewhere = Directory::new();
        let path = elsewhere.library("a");
        put(&path, &self.files.other);
        sign(&path);
        self.is_signed_anew.set(true);
        put(&signature_of(&self.path), &fs::read(signature_of(&path)).unwrap());
        self.replace();
    }

    /// Whether a thread that watches looked after the signature was replaced and
    /// before the library was. It looks again.
    pub(crate) fn is_between(&self, refused: &str) -> bool {
        self.is_signed_anew.get() && refused.contains("expected the signature of this file by")
    }

    /// The content that was there first.
    pub(crate) fn good(&self) -> &[u8] {
        &self.files.good
    }

    fn revoke(&self, what: &str, value: &str) {
        put(&self.list, format!("version = 1\n[[revoked]]\n{what} = \"{value}\"\n").as_bytes());
    }
}

/// One reason to refuse a library.
struct Rule {
    name: &'static str,
    policy: fn(&Place<'_>) -> LoadPolicy,
    /// Makes what was approved into what is not.
    spoil: fn(&Place<'_>),
    /// What the error must say.
    reason: &'static str,
}

fn locked(place: &Place<'_>) -> LoadPolicy {
    LoadPolicy::new().lock(lock_of(&place.directory))
}

fn signed(place: &Place<'_>) -> LoadPolicy {
    place.files.ours.policy()
}

fn listed(place: &Place<'_>) -> LoadPolicy {
    LoadPolicy::new().revocations_file(&place.list).unwrap()
}

const RULES: &[Rule] = &[
    Rule {
        name: "modified",
        policy: locked,
        spoil: |place| place.replace(),
        reason: "was modified after it was locked",
    },
    Rule {
        name: "modified, at the lowest level",
        policy: |place| locked(place).require(Requirement::Any),
        spoil: |place| place.replace(),
        reason: "was modified after it was locked",
    },
    Rule {
        name: "another version that is signed",
        policy: |place| place.files.ours.policy().lock(lock_of(&place.directory)),
        spoil: |place| place.replace_signed(|path| place.files.ours.sign(path)),
        reason: "was modified after it was locked",
    },
    Rule {
        name: "not pinned",
        policy: |place| {
            let digest = LoadPolicy::new().trust_of(&place.path).unwrap().sha256;
            LoadPolicy::new().pin_sha256(&digest).unwrap()
        },
        spoil: |place| place.replace(),
        reason: "is not pinned: ",
    },
    Rule {
        name: "unsigned",
        policy: signed,
        spoil: |place| {
            fs::remove_file(signature_of(&place.path)).unwrap();
            place.replace();
        },
        reason: "is not signed: expected",
    },
    Rule {
        name: "another key",
        policy: signed,
        spoil: |place| place.replace_signed(|path| place.files.theirs.sign(path)),
        reason: "a.so.minisig:2: expected a trusted key,",
    },
    Rule {
        name: "the signature of another file",
        policy: signed,
        spoil: |place| place.replace(),
        reason: "a.so.minisig:2: expected the signature of this file by",
    },
    Rule {
        name: "a comment that says something else",
        policy: signed,
        spoil: |place| place.replace_signed(|path| place.files.ours.sign_as(path, "name:other")),
        reason: "a.so.minisig:3: expected the trusted comment to have",
    },
    Rule {
        name: "a damaged signature",
        policy: signed,
        spoil: |place| {
            put(&signature_of(&place.path), b"untrusted comment: x\n");
            place.replace();
        },
        reason: "a.so.minisig:2: expected a signature of `minisign`",
    },
    Rule {
        name: "its digest is revoked",
        policy: listed,
        spoil: |place| {
            place.revoke("sha256", &place.files.digest);
            place.replace();
        },
        reason: "plugins.revoked:3 revokes the SHA-256 digest",
    },
    Rule {
        name: "its key is revoked",
        policy: |place| signed(place).revocations_file(&place.list).unwrap(),
        spoil: |place| {
            place.revoke("key", &place.files.ours.key().id().to_string());
            place.replace_signed(|path| place.files.ours.sign(path));
        },
        reason: "plugins.revoked:3 revokes the key",
    },
    Rule {
        name: "a damaged list of what is revoked",
        policy: listed,
        spoil: |place| {
            put(&place.list, b"version = 1\nrevoked = 1\n");
            place.replace();
        },
        reason: "plugins.revoked:2: expected",
    },
];

fn refuse(ways: &[Way]) {
    let files = Files::new();
    for way in ways {
        let place = Place::new(&files);
        let loaded = (way.load)(&place, locked(&place), &|| ());
        assert_eq!(loaded, Ok(()), "{} of what is approved", way.name);
    }
    for Rule { name, policy, spoil, reason } in RULES {
        for way in ways {
            let (place, what) = (Place::new(&files), format!("{name}, by {}", way.name));
            let policy = policy(&place);
            let refused = (way.load)(&place, policy, &|| spoil(&place)).unwrap_err();
            assert!(refused.contains(reason), "{what}: {refused}");
            assert!(refused.contains(&place.path.display().to_string()), "{what}: {refused}");
            assert!(!files.ran.exists(), "{what}: it was mapped");
        }
    }
    // The library would have told.
    for way in ways {
        let place = Place::new(&files);
        let loaded = (way.load)(&place, LoadPolicy::new(), &|| place.replace());
        assert_eq!(loaded, Ok(()), "{} without a rule", way.name);
        assert_eq!(fs::remove_file(&files.ran).is_ok(), way.maps, "{}", way.name);
    }
}

#[test]
fn each_rule_refuses_what_is_loaded_first() {
    refuse(FIRST);
    let files = Files::new();
    for way in FIRST {
        for policy in [
            LoadPolicy::new().lock(PluginLock::default()),
            LoadPolicy::new().require(Requirement::Locked),
        ] {
            let place = Place::new(&files);
            let refused = (way.load)(&place, policy, &|| place.replace()).unwrap_err();
            assert!(refused.contains("a.so is not in "), "{}: {refused}", way.name);
            assert!(!files.ran.exists(), "{}", way.name);
        }
    }
}

#[test]
fn each_rule_refuses_what_replaces_a_version() {
    refuse(NEXT);
}
