//! Damaged files, thousands of them, against everything before the open.

use std::fs;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use plugin_interface::{
    Greeter, InspectError, LoadError, LoadPolicy, PluginManager, exported_symbols, inspect_bytes,
};

use crate::builds::is_soak;
use crate::fixtures::{Directory, released};

const LIBRARIES: [&str; 4] = ["healthy", "faulty", "strict", "shared_malloc"];

fn library(name: &str) -> Vec<u8> {
    fs::read(&released()[name]).unwrap()
}

/// A sequence of numbers that is the same in every run.
struct Sequence(u64);

impl Sequence {
    fn below(&mut self, limit: usize) -> usize {
        // Knuth's MMIX generator, whose high bits are the good ones.
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((self.0 >> 33) % limit as u64) as usize
    }
}

/// A damaged copy of a library, in one of several ways.
fn damage(whole: &[u8], sequence: &mut Sequence) -> Vec<u8> {
    let mut bytes = whole.to_vec();
    // Headers and sections with tables are where damage does harm.
    let place = |sequence: &mut Sequence| match sequence.below(4) {
        0 => sequence.below(64),
        1 => sequence.below(4096),
        2 => whole.len() - 1 - sequence.below(4096),
        _ => sequence.below(whole.len()),
    };
    for _ in 0..=sequence.below(4) {
        let at = place(sequence);
        match sequence.below(5) {
            0 => bytes[at] ^= 1 << sequence.below(8),
            1 => bytes[at] = sequence.below(256) as u8,
            2 => {
                let end = (at + sequence.below(512)).min(bytes.len());
                bytes[at..end].fill(if sequence.below(2) == 0 { 0 } else { 0xff });
            }
            3 => {
                let end = (at + 8).min(bytes.len());
                let huge = (u64::MAX >> sequence.below(64)).to_le_bytes();
                bytes[at..end].copy_from_slice(&huge[..end - at]);
            }
            _ => {
                let (from, len) = (place(sequence), sequence.below(256));
                let block: Vec<u8> = bytes[from..(from + len).min(whole.len())].to_vec();
                let end = (at + block.len()).min(bytes.len());
                bytes[at..end].copy_from_slice(&block[..end - at]);
            }
        }
    }
    bytes
}

#[test]
fn no_truncated_library_is_admitted() {
    for name in LIBRARIES {
        let whole = library(name);
        assert!(inspect_bytes(&whole).is_ok());
        let step = if is_soak() { 1 } else { 997 };
        // Every length near the ends, and every so many between.
        let ends = (0..600).chain(whole.len() - 600..whole.len());
        for len in ends.chain((600..whole.len() - 600).step_by(step)) {
            assert!(inspect_bytes(&whole[..len]).is_err(), "{name} cut to {len}");
        }
    }
}

#[test]
fn a_library_whose_end_is_zero_is_read_without_a_crash() {
    let whole = library("healthy");
    for len in (0..whole.len()).step_by(if is_soak() { 101 } else { 5003 }) {
        let mut bytes = whole.clone();
        bytes[len..].fill(0);
        // The headers at the end are gone, and with them the section; but for the
        // last bytes, which are zero in a sound one.
        assert_eq!(inspect_bytes(&bytes).is_ok(), bytes == whole, "zero from {len}");
    }
}

#[test]
fn damaged_libraries_are_read_without_a_crash() {
    let mut sequence = Sequence(1);
    let (mut admitted, mut refused) = (0, 0);
    for i in 0..if is_soak() { 120_000 } else { 2_000 } {
        let bytes = damage(library_cached(i), &mut sequence);
        match inspect_bytes(&bytes) {
            Ok(_) => admitted += 1,
            Err(error) => {
                refused += 1;
                assert!(!matches!(error, InspectError::Read { .. }), "{error}");
            }
        }
    }
    assert!(admitted > 0 && refused > 0, "both happen: {admitted} and {refused}");
}

/// One of the libraries, read once.
fn library_cached(i: usize) -> &'static [u8] {
    static READ: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    let read = READ.get_or_init(|| LIBRARIES.iter().map(|name| library(name)).collect());
    &read[i % read.len()]
}

#[test]
fn damaged_files_are_examined_as_a_load_does() {
    let directory = Directory::new();
    let mut sequence = Sequence(2);
    for i in 0..100 {
        directory.write(&format!("damaged{i:03}"), &damage(library_cached(i), &mut sequence));
    }
    let surveyed = PluginManager::new().survey(directory.path()).unwrap();
    assert_eq!(surveyed.len(), 100, "each is reported");
    for found in surveyed {
        let _ = exported_symbols(&found.path);
        if let Err(error) = found.result {
            assert!(error.to_string().contains("damaged"), "it names the file: {error}");
        }
    }
}

#[test]
fn what_was_checked_is_what_is_mapped_however_the_file_changes_meanwhile() {
    let directory = Directory::new();
    let path = directory.library("changing");
    let (trusted, other) = (&released()["healthy"], &released()["faulty"]);
    let digest = digest(trusted);
    fs::copy(trusted, &path).unwrap();
    let done = AtomicBool::new(false);
    let (mut loaded, mut refused) = (0, 0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let temporary = directory.path().join("next");
            for i in 0.. {
                if done.load(Ordering::Relaxed) {
                    break;
                }
                let source = if i % 2 == 0 { other } else { trusted };
                if i % 3 == 0 {
                    // Over the very file.
                    let _ = fs::write(&path, fs::read(source).unwrap());
                } else {
                    fs::copy(source, &temporary).unwrap();
                    fs::rename(&temporary, &path).unwrap();
                }
            }
        });
        let policy = LoadPolicy::new().pin_sha256(&digest).unwrap();
        let mut manager = PluginManager::with_policy(policy);
        let rounds = if is_soak() { 10_000 } else { 60 };
        while loaded + refused < rounds || loaded == 0 || refused == 0 {
            match manager.load_library(&path) {
                Ok(handles) => {
                    loaded += 1;
                    assert_eq!(handles[0].metadata().package.name, "healthy");
                    let greeter = handles.iter().find_map(|handle| handle.as_greeter()).unwrap();
                    assert_eq!(greeter.greet("x"), "2 x");
                }
                Err(LoadError::NotPinned { .. } | LoadError::StillWritten { .. }) => refused += 1,
                Err(error) => panic!("{error}"),
            }
        }
        done.store(true, Ordering::Relaxed);
    });
    println!("{loaded} loaded, {refused} refused");
}

/// The digest, by another program than ours.
fn digest(path: &std::path::Path) -> String {
    let output = std::process::Command::new("sha256sum").arg(path).output().unwrap();
    String::from_utf8(output.stdout).unwrap()[..64].to_owned()
}
