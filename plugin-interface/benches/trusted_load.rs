//! The price of a lock and of a signature: loads of a plugin of 5 MB by policies
//! that ask for them, beside one that asks for nothing. Medians, in turns. Names of
//! policies as arguments measure only those.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use plugin_interface::{
    LoadPolicy, PluginLock, PluginManager, PluginTrait, Requirement, TrustedKey, trusted_comment,
};

const ROUNDS: usize = 200;
const SIZE: usize = 5_000_000;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> Result<()> {
    let directory = tempfile::tempdir()?;
    let path = compile(directory.path())?;
    let key = sign(&path)?;
    let (lock, refused) = PluginLock::of_directory(directory.path())?;
    assert!(refused.is_empty(), "{refused:?}");
    let both = LoadPolicy::new().lock(lock.clone()).trusted_keys([key.clone()]);
    let policies = [
        ("no approval", LoadPolicy::new()),
        ("Locked", LoadPolicy::new().lock(lock)),
        ("Signed", LoadPolicy::new().trusted_keys([key])),
        ("LockedAndSigned", both.require(Requirement::LockedAndSigned)),
    ];
    let asked: Vec<_> = std::env::args().skip(1).filter(|it| !it.starts_with("--")).collect();
    let is_asked = |name: &str| asked.is_empty() || asked.iter().any(|it| it == name);
    let policies = policies.into_iter().filter(|(name, _)| is_asked(name));
    let manager = |(name, policy)| (name, PluginManager::with_policy(policy), vec![]);
    let mut managers: Vec<_> = policies.map(manager).collect();
    for _ in 0..ROUNDS {
        for (_, manager, times) in &mut managers {
            let began = Instant::now();
            let loaded = manager.load_library(&path)?;
            times.push(began.elapsed());
            assert_eq!(loaded.len(), 1);
        }
    }
    println!("a plugin of {:.2} MB, {ROUNDS} rounds", path.metadata()?.len() as f64 / 1e6);
    let mut plain = Duration::ZERO;
    for (name, _, times) in &mut managers {
        times.sort();
        let [low, median, high] = [1, 2, 3].map(|quarter| times[ROUNDS * quarter / 4]);
        if plain.is_zero() {
            plain = median;
        }
        let more = (median.as_secs_f64() - plain.as_secs_f64()) * 1e3;
        println!("{name:16} {median:.2?} ({low:.2?} to {high:.2?}), {more:+.2} ms");
    }
    Ok(())
}

/// Compiles the greeter in C, with so many bytes that nothing reads.
fn compile(directory: &Path) -> Result<PathBuf> {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/c");
    let (bytes, path) = (directory.join("bytes"), directory.join("liblarge.so"));
    let mut state = 7_u32;
    let mut random = || {
        state = state.wrapping_mul(1664525).wrapping_add(1013904223);
        (state >> 24) as u8
    };
    fs::write(&bytes, (0..SIZE).map(|_| random()).collect::<Vec<_>>())?;
    let more = directory.join("more.s");
    let unexecutable = ".section .note.GNU-stack,\"\",%progbits";
    fs::write(&more, format!(".section .rodata\n.incbin {bytes:?}\n{unexecutable}\n"))?;
    let print = PluginTrait::Greeter.fingerprint();
    let print = format!("-DFINGERPRINT={{{:#x}, {:#x}}}", print as u64, (print >> 64) as u64);
    let gcc = Command::new("gcc")
        .args(["-shared", "-fPIC", "-O1", &print, "-o"])
        .args([&path, &sources.join("greeter.c"), &more])
        .status()?;
    assert!(gcc.success());
    Ok(path)
}

/// Signs a library with a new key, and returns that.
fn sign(library: &Path) -> Result<TrustedKey> {
    let pair = minisign::KeyPair::generate_unencrypted_keypair()?;
    let comment = trusted_comment(library)?;
    let signature = minisign::sign(None, &pair.sk, File::open(library)?, Some(&comment), None)?;
    fs::write(format!("{}.minisig", library.display()), signature.into_string())?;
    Ok(TrustedKey::parse(&pair.pk.to_base64())?)
}
