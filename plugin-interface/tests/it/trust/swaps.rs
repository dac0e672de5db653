//! A file that is swapped while it is loaded: between each two stages, some time.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use plugin_interface::{Greeter, LoadError, LoadPolicy, PluginHandle, PluginManager};

use super::lock_of;
use super::signer::Signer;
use crate::fixtures::Directory;
use crate::numbered_builds::soak;

/// Swaps two contents at a path until `done`: by a rename, as a build does, and by
/// writing over the file, as `cp` does. Counts the swaps.
fn swap(path: &Path, contents: [&[u8]; 2], done: &AtomicBool, swaps: &AtomicU64) {
    let next = path.with_extension("next");
    for (round, content) in contents.into_iter().cycle().enumerate() {
        if done.load(Ordering::Relaxed) {
            return;
        }
        if round % 8 < 6 {
            fs::write(&next, content).unwrap();
            fs::rename(&next, path).unwrap();
        } else {
            fs::write(path, content).unwrap();
        }
        swaps.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn nothing_that_is_not_approved_is_mapped_however_the_file_is_swapped_meanwhile() {
    let (directory, signer) = (Directory::new(), Signer::new());
    let ran = directory.path().join("ran");
    // Tells as soon as it is mapped.
    let tells = format!(
        "#include <fcntl.h>\n__attribute__((constructor)) static void tell(void) {{ creat({:?}, 0600); }}\n",
        ran.display().to_string()
    );
    let path = directory.compile("a", &["NAME=\"evil\""], &tells);
    let bad = fs::read(&path).unwrap();
    drop(PluginManager::new().load_library(&path).unwrap());
    fs::remove_file(&ran).expect("it tells");
    directory.compile("a", &["NAME=\"good\""], "");
    let good = fs::read(&path).unwrap();
    signer.sign(&path);
    let policies = [LoadPolicy::new().lock(lock_of(&directory)), signer.policy()];
    let mut managers = policies.map(PluginManager::with_policy);

    // In all 200, or 10 000.
    let each = soak(50, 2_500);
    let end = Instant::now() + Duration::from_secs(soak(120, 3600));
    let (done, swaps) = (AtomicBool::new(false), AtomicU64::new(0));
    let mut counts = [[0; 2]; 2];
    thread::scope(|scope| {
        scope.spawn(|| swap(&path, [&bad, &good], &done, &swaps));
        while counts.as_flattened().iter().any(|&count| count < each) && Instant::now() < end {
            for (manager, [loaded, refused]) in managers.iter_mut().zip(&mut counts) {
                match manager.load_library(&path) {
                    Ok(handles) => {
                        *loaded += 1;
                        let name = |it: &PluginHandle| it.as_greeter().unwrap().name().to_owned();
                        assert_eq!(handles.iter().map(name).collect::<Vec<_>>(), ["good"]);
                    }
                    Err(
                        LoadError::Modified { .. }
                        | LoadError::Signature { .. }
                        | LoadError::StillWritten { .. },
                    ) => *refused += 1,
                    Err(error) => {
                        done.store(true, Ordering::Relaxed);
                        panic!("{error}")
                    }
                }
            }
        }
        done.store(true, Ordering::Relaxed);
    });
    let swaps = swaps.into_inner();
    println!("{swaps} swaps; loaded and refused by lock and by signature: {counts:?}");
    assert!(counts.as_flattened().iter().all(|&count| count >= each), "{counts:?} of {each}");
    assert!(!ran.exists(), "it was mapped");
}
