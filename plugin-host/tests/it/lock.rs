//! `lock DIR` and `verify DIR`.

use crate::environment::{Answer, Directory, file_name, plugin_host};
#[cfg(unix)]
use crate::environment::{answer, command};

fn with(directory: &Directory, arguments: &[&str]) -> Answer {
    plugin_host(&directory.arguments(arguments))
}

/// The texts of one field of an array of objects.
fn column<'r>(rows: &'r serde_json::Value, name: &str) -> Vec<&'r str> {
    rows.as_array().unwrap().iter().map(|row| row[name].as_str().unwrap()).collect()
}

#[test]
fn what_was_locked_is_verified_and_each_change_is_refused() {
    let directory = Directory::new();
    directory.compile("a", &[], "");
    directory.compile("b", &["NAME=\"b\""], "");
    let absent = with(&directory, &["verify"]);
    assert!(absent.code == 2 && absent.err.contains("plugins.lock"), "{absent:?}");

    let lock = with(&directory, &["lock"]);
    assert_eq!((lock.code, lock.out.matches("added").count()), (0, 2), "{lock:?}");
    let again = with(&directory, &["lock", "--json"]);
    assert_eq!((again.code, &again.json()[1]["change"]), (0, &"unchanged".into()), "{again:?}");
    let verify = with(&directory, &["verify"]);
    assert_eq!((verify.code, verify.err.as_str()), (0, ""), "{verify:?}");
    let path = directory.path().join("plugins.lock");
    let path = path.to_str().unwrap();
    assert_eq!(with(&directory, &["run", "--lock", path]).code, 0);
    let list = with(&directory, &["list"]);
    assert!(list.code == 0 && list.out.contains("LOCK"), "{list:?}");

    directory.compile("a", &["NAME=\"evil\""], "");
    directory.compile("c", &["NAME=\"c\""], "");
    std::fs::remove_file(directory.library("b")).unwrap();
    let verify = with(&directory, &["verify", "--json"]);
    let rows = verify.json();
    let states = column(&rows, "state");
    assert_eq!((verify.code, states), (4, vec!["modified", "unlocked", "missing"]), "{rows:#}");
    assert_eq!(column(&rows, "policy"), ["locked"; 3], "{rows:#}");
    let digests = [0, 1, 2].map(|at| rows[at]["sha256"].as_str().map(str::len));
    assert_eq!(digests, [Some(64), Some(64), None], "{rows:#}");
    let text = with(&directory, &["verify"]);
    assert_eq!((text.code, text.err.lines().count()), (4, 3), "{text:?}");
    let list = with(&directory, &["list", "--json"]);
    let rows = list.json();
    let states = column(&rows, "lock");
    assert_eq!((list.code, states), (0, vec!["modified", "unlocked", "missing"]), "{rows:#}");
    let list = with(&directory, &["list", "--lock", path]);
    assert_eq!((list.code, list.err.lines().count()), (4, 2), "{list:?}");
    let run = with(&directory, &["run", "--lock", path]);
    assert!(run.code == 4 && run.err.contains("was modified after it was locked"), "{run:?}");

    let lock = with(&directory, &["lock", "--json"]);
    let rows = lock.json();
    let changes = column(&rows, "change");
    assert_eq!((lock.code, changes), (0, vec!["changed", "removed", "added"]), "{rows:#}");
    assert_eq!(with(&directory, &["verify"]).code, 0);
}

#[test]
fn a_directory_without_plugins_is_told() {
    let directory = Directory::new();
    let [lock, list, verify] = ["lock", "list", "verify"].map(|it| with(&directory, &[it]));
    assert!(lock.code == 0 && lock.out.contains("no plugin"), "{lock:?}");
    assert_eq!((verify.code, &verify.out), (0, &lock.out), "{verify:?}");
    assert_eq!(list.out, lock.out);
    let json = with(&directory, &["verify", "--json"]);
    assert_eq!((json.code, json.json().as_array().unwrap().len()), (0, 0), "{json:?}");
}

#[test]
fn a_lock_that_cannot_be_used_is_an_error_with_its_line() {
    let directory = Directory::new();
    let path = directory.path().join("plugins.lock");
    std::fs::write(&path, "version = 1\nevil\u{1b}[31m = 1\n").unwrap();
    for command in ["verify", "lock", "list"] {
        let answer = with(&directory, &[command]);
        assert!(answer.code == 1 && answer.err.contains("plugins.lock:2: "), "{answer:?}");
        assert!(!answer.err.contains('\u{1b}'), "{answer:?}");
    }
    let broken = with(&directory, &["run", "--lock", path.to_str().unwrap()]);
    assert!(broken.code == 1 && broken.err.contains("plugins.lock:2: "), "{broken:?}");
    let absent = with(&directory, &["run", "--lock", "no/such/plugins.lock"]);
    assert!(absent.code == 2 && absent.err.contains("no/such/plugins.lock"), "{absent:?}");
}

#[test]
fn what_is_no_library_is_reported_and_the_others_are_locked() {
    let directory = Directory::new();
    directory.compile("a", &[], "");
    std::fs::write(directory.library("text"), "hello").unwrap();
    let text = format!("{} is not a dynamic library", file_name("text"));
    let lock = with(&directory, &["lock"]);
    assert!(lock.code == 1 && lock.err.contains(&text), "{lock:?}");
    let verify = with(&directory, &["verify", "--json"]);
    assert_eq!((verify.code, &verify.json()[1]["state"]), (4, &"unlocked".into()), "{verify:?}");
}

#[test]
fn what_is_signed_is_locked_with_its_key_and_loads() {
    let directory = Directory::new();
    let (a, b) = (directory.compile("a", &[], ""), directory.compile("b", &["NAME=\"b\""], ""));
    let file = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    let (secret, public) = (file("my.key"), file("my.pub"));
    let path = directory.path().to_str().unwrap();
    let created = plugin_host(&["sign", "--new-key", &secret]);
    assert!(created.code == 0 && created.out.contains("my.pub"), "{created:?}");
    let again = plugin_host(&["sign", "--new-key", &secret]);
    assert!(again.code == 1 && again.err.contains("cannot write"), "{again:?}");

    let begin = format!("file:{}\tname:", file_name("a"));
    let comment = plugin_host(&["sign", "--comment", a.to_str().unwrap()]);
    assert!(comment.code == 0 && comment.out.starts_with(&begin), "{comment:?}");
    let sign = plugin_host(&["sign", "--json", "--key", &secret, a.to_str().unwrap()]);
    let key = sign.json()[0]["key"].as_str().unwrap().to_owned();
    assert!(sign.code == 0 && created.out.contains(&key), "{sign:?} {created:?}");
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;

        let mut odd = command(&["sign", "--key", &secret, a.to_str().unwrap()]);
        odd.env("PLUGIN_SIGN_PASSWORD", std::ffi::OsStr::from_bytes(b"secret\xff"));
        let odd = answer(&mut odd);
        assert_eq!((odd.code, &*odd.err), (1, "error: PLUGIN_SIGN_PASSWORD is not UTF-8\n"));
    }
    let keys = ["--trusted-keys", &public];

    let with = |command: &[&str]| plugin_host(&[command, &[path][..], &keys[..]].concat());
    let unsigned = format!("{} is not signed", file_name("b"));
    let run = with(&["run"]);
    assert!(run.code == 4 && run.err.contains(&unsigned), "{run:?}");
    assert_eq!(with(&["run", "--allow-unsigned", &file_name("b")]).code, 0);
    let list = with(&["list", "--json", "--unapproved-in", path]);
    assert_eq!((list.code, &list.json()[1]["trust"]["exception"]), (0, &"folder".into()));
    assert_eq!(with(&["run", "--unapproved-in", path]).code, 0);
    let list = with(&["list", "--json", "--allow-unsigned", &file_name("b")]);
    let trust = [0, 1].map(|at| list.json()[at]["trust"].clone());
    assert!(trust.iter().all(|trust| trust["policy"] == "signed"), "{trust:#?}");
    assert_eq!(trust[0]["exception"], serde_json::Value::Null, "{trust:#?}");
    assert_eq!((list.code, &trust[1]["exception"]), (0, &"unsigned".into()), "{trust:#?}");
    assert_eq!(with(&["run", "--require", "any"]).code, 0);
    let lock = with(&["lock", "--require-signature"]);
    assert!(lock.code == 4 && lock.err.contains(&unsigned), "{lock:?}");
    let lock = with(&["lock", "--json"]);
    let rows = lock.json();
    assert_eq!(
        (lock.code, &rows[0]["key"], &rows[1]["key"]),
        (0, &key.into(), &().into()),
        "{rows:#}"
    );
    std::fs::remove_file(b).unwrap();
    let locked = with(&["run", "--lock", &file("plugins.lock"), "--require", "locked-and-signed"]);
    assert_eq!(locked.code, 0, "{locked:?}");

    let absent = plugin_host(&["run", path, "--trusted-keys", "no/such.pub"]);
    assert!(absent.code == 2 && absent.err.contains("cannot read no/such.pub"), "{absent:?}");
    let secret_as_public = plugin_host(&["run", path, "--trusted-keys", &secret]);
    assert!(
        secret_as_public.err.contains("my.key:2: expected a public key"),
        "{secret_as_public:?}"
    );
    let no_key = plugin_host(&["lock", path, "--require-signature"]);
    assert_eq!(no_key.code, 2, "{no_key:?}");
}

#[test]
fn what_is_revoked_is_listed_and_refused() {
    let directory = Directory::new();
    let path = directory.compile("a", &[], "");
    let list = directory.path().join("plugins.revoked");
    let list = list.to_str().unwrap();
    let revoke = |entry: &str| std::fs::write(list, format!("version = 1\n{entry}")).unwrap();
    revoke("");
    let inspect = || plugin_host(&["inspect", path.to_str().unwrap(), "--revoked", list, "--json"]);
    let trust = inspect().json()["trust"].clone();
    assert_eq!(
        (&trust["revoked"], &trust["state"]),
        (&false.into(), &"unsigned".into()),
        "{trust:#}"
    );
    revoke(&format!("[[revoked]]\nsha256 = {}\nreason = \"\\u001b[31m\"\n", trust["sha256"]));
    let trust = inspect().json()["trust"].clone();
    assert_eq!(
        (&trust["revoked"], &trust["state"]),
        (&true.into(), &"revoked".into()),
        "{trust:#}"
    );
    for command in ["list", "run", "check"] {
        let answer = with(&directory, &[command, "--revoked", list]);
        assert_eq!(answer.code, 4, "{answer:?}");
        let said = format!("{}{}", answer.out, answer.err);
        assert!(said.contains("plugins.revoked:3 revokes the SHA-256 digest"), "{answer:?}");
        assert!(!said.contains('\u{1b}'), "{answer:?}");
    }
    let listed = with(&directory, &["list", "--revoked", list]);
    assert!(listed.out.contains("TRUST") && listed.out.contains("revoked"), "{listed:?}");
}

#[cfg(unix)]
#[test]
fn a_signature_replaces_a_link_and_not_what_it_leads_to() {
    let directory = Directory::new();
    let library = directory.compile("a", &[], "");
    let file = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    let (secret, other, signature) = (file("my.key"), file("other"), file("liba.so.minisig"));
    assert_eq!(plugin_host(&["sign", "--new-key", &secret]).code, 0);
    std::fs::write(&other, "of somebody else").unwrap();
    std::os::unix::fs::symlink(&other, &signature).unwrap();
    for _ in 0..2 {
        let sign = plugin_host(&["sign", "--key", &secret, library.to_str().unwrap()]);
        assert_eq!(sign.code, 0, "{sign:?}");
        assert_eq!(std::fs::read_to_string(&other).unwrap(), "of somebody else");
        assert!(std::fs::symlink_metadata(&signature).unwrap().is_file());
    }
    let keys = file("my.pub");
    let run = plugin_host(&["run", directory.path().to_str().unwrap(), "--trusted-keys", &keys]);
    assert_eq!(run.code, 0, "{run:?}");
}
