//! Each flipped bit is noticed: of a file, its lock, its signature and the key.

use std::fs;
use std::path::Path;

use plugin_interface::{
    LoadError, LoadPolicy, PluginLock, Requirement, SignatureError, TrustedKey,
};

use super::signer::{Signer, signature_of};
use super::{again, lock_of, without_blake3};
use crate::fixtures::Directory;
use crate::numbered_builds::soak;

/// Flips that many bits of a content, one at a time.
fn flip(content: &mut [u8], times: u64, mut each: impl FnMut(usize, &[u8])) {
    let mut state = 7_u64;
    let mut random = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) as usize
    };
    for _ in 0..times {
        let (at, bit) = (random() % content.len(), 1 << (random() % 8));
        content[at] ^= bit;
        each(at, content);
        content[at] ^= bit;
    }
}

#[test]
fn each_flipped_bit_of_a_file_or_its_lock_is_noticed() {
    let directory = Directory::new();
    let path = directory.compile("a", &[], "");
    let mut library = fs::read(&path).unwrap();
    let lock = lock_of(&directory);
    let mut text = lock.to_string().into_bytes();
    let lock = again(&lock);
    lock.check(&path, &library).unwrap();
    flip(&mut library, soak(500, 5_000), |at, flipped| {
        let error = lock.check(&path, flipped).unwrap_err();
        assert!(error.to_string().contains("expected sha256 "), "{at}: {error}");
    });
    let (mut unusable, mut differs) = (0, 0);
    flip(&mut text, 5_000, |at, text| match PluginLock::parse("plugins.lock", text) {
        Err(error) => {
            assert!(error.to_string().starts_with("plugins.lock"), "{error}");
            unusable += 1;
        }
        Ok(flipped) => match flipped.check(&path, &library) {
            Err(LoadError::Modified { .. } | LoadError::Unlocked { .. }) => differs += 1,
            Err(error) => panic!("{error}"),
            // A comment, or a space for another.
            Ok(()) => assert_eq!(flipped.to_string(), lock.to_string(), "{at}"),
        },
    });
    assert!(unusable > 1_000 && differs > 1_000, "{unusable} {differs}");
}

/// The result of approving the one file that is signed.
fn approve(directory: &Path, policy: &LoadPolicy) -> Result<PluginLock, LoadError> {
    let (lock, mut refused) = PluginLock::approve(directory, policy).unwrap();
    refused.pop().map_or(Ok(lock), Err)
}

#[test]
fn each_flipped_bit_of_a_signed_file_is_noticed() {
    let (directory, signer) = (Directory::new(), Signer::new());
    let path = directory.compile("a", &[], "");
    signer.sign(&path);
    let mut library = fs::read(&path).unwrap();
    let approved = approve(directory.path(), &signer.policy()).unwrap();
    let locked = |lock| signer.policy().lock(lock).require(Requirement::LockedAndSigned);
    let policies = [locked(without_blake3(&approved)), locked(approved), signer.policy()];
    let mut managers = policies.map(plugin_interface::PluginManager::with_policy);
    flip(&mut library, soak(250, 2_500), |at, flipped| {
        fs::write(&path, flipped).unwrap();
        let errors = managers.each_mut().map(|it| it.load_library(&path).unwrap_err());
        match &errors {
            [
                LoadError::Modified { difference: earlier, .. },
                LoadError::Modified { difference, .. },
                LoadError::Signature { reason, .. },
            ] => {
                assert_eq!((earlier.what, difference.what), ("sha256", "blake3"), "{at}");
                assert!(matches!(**reason, SignatureError::Invalid { .. }), "{at}: {reason}");
            }
            // It is not even a library, which is checked first if it is large.
            _ => panic!("{at}: {errors:?}"),
        }
    });
}

#[test]
fn each_flipped_bit_of_a_signature_is_noticed() {
    let (directory, signer) = (Directory::new(), Signer::new());
    let path = directory.compile("a", &[], "");
    signer.sign(&path);
    let signature = signature_of(&path);
    let mut text = fs::read(&signature).unwrap();
    // What stands after it in the first line is not signed, and nobody reads it.
    let free = "untrusted comment: ".len()..text.iter().position(|&byte| byte == b'\n').unwrap();
    let mut reasons = [0; 5];
    flip(&mut text, soak(1_250, 5_000), |at, flipped| {
        fs::write(&signature, flipped).unwrap();
        let error = match approve(directory.path(), &signer.policy()) {
            Err(LoadError::Signature { reason, .. }) => *reason,
            Err(error) => panic!("{at}: {error}"),
            Ok(_) => return assert!(free.contains(&at), "{at} {:?}", text_of(flipped)),
        };
        reasons[match error {
            SignatureError::Line { .. } => 0,
            SignatureError::NotText { .. } => 1,
            SignatureError::Algorithm { line: 2, .. } => 2,
            SignatureError::UnknownKey { line: 2, .. } => 3,
            SignatureError::Invalid { line: 2, .. } => 4,
            error => panic!("{at}: {error}"),
        }] += 1;
    });
    assert!(reasons.iter().all(|&count| count > 0), "{reasons:?}");
}

fn text_of(content: &[u8]) -> String {
    String::from_utf8_lossy(content).into_owned()
}

#[test]
fn each_flipped_bit_of_a_key_is_noticed() {
    let (directory, signer) = (Directory::new(), Signer::new());
    signer.sign(&directory.compile("a", &[], ""));
    let mut text = signer.public().into_bytes();
    let free = "untrusted comment: ".len()..text.iter().position(|&byte| byte == b'\n').unwrap();
    let (mut unusable, mut unknown, mut invalid) = (0, 0, 0);
    flip(&mut text, soak(1_250, 5_000), |at, flipped| {
        let Ok(keys) = TrustedKey::parse_file("k.pub", flipped) else { return unusable += 1 };
        let policy = LoadPolicy::new().trusted_keys(keys);
        match approve(directory.path(), &policy) {
            Err(LoadError::Signature { reason, .. }) => match *reason {
                SignatureError::UnknownKey { .. } => unknown += 1,
                SignatureError::Invalid { .. } => invalid += 1,
                error => panic!("{at}: {error}"),
            },
            Err(error) => panic!("{at}: {error}"),
            Ok(_) => {
                // The end of the last line may be a blank one.
                let is_end = at + 1 == flipped.len();
                assert!(free.contains(&at) || is_end, "{at} {:?}", text_of(flipped));
            }
        }
    });
    assert!(unusable > 0 && unknown > 0 && invalid > 0, "{unusable} {unknown} {invalid}");
}
