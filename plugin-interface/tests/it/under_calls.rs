//! A plugin that is replaced under callers, in a process of its own: no call
//! fails or is stale, no version, file or memory is left.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use plugin_interface::{Greeter, Live};

use crate::deadline::{Run, until};
use crate::ends_with_test::EndsWithTest;
use crate::fixtures::{Directory, mapped};
use crate::numbered_builds::soak;
use crate::observer::{library, version};
use crate::patient_fs as fs;

/// In the process of its own: the plugin's file.
const FILE: &str = "PLUGIN_UNDER_CALLS";

const CALLERS: usize = 4;

/// Puts a file in the place of another one, or fails.
type Write = fn(&Path, &Path) -> std::io::Result<()>;

const WRITERS: [Write; 3] = [
    |from, to| fs::rename(from, to),
    |from, to| fs::copy(from, to).map(drop),
    |from, to| {
        fs::remove_file(to)?;
        fs::copy(from, to).map(drop)
    },
];

#[test]
fn replacements_fail_no_call_and_leave_nothing() {
    if let Some(file) = std::env::var_os(FILE) {
        return replace_under_calls(&PathBuf::from(file));
    }
    let (directory, temporary) = (Directory::new(), Directory::new());
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "under_calls::replacements_fail_no_call_and_leave_nothing"])
        .arg("--nocapture")
        .env(FILE, directory.path().join(library("under_calls")))
        .envs(["TMPDIR", "TMP", "TEMP"].map(|name| (name, temporary.path())))
        .run("the replacements end");
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && told.contains("1 passed"), "{output:?}");
    println!("{told}");
}

/// The private copies that are there.
fn copies() -> Vec<OsString> {
    let files = fs::read_dir(std::env::temp_dir()).unwrap().map(|entry| entry.unwrap().file_name());
    files.filter(|name| name.to_string_lossy().starts_with("plugin-interface")).collect()
}

fn replace_under_calls(path: &Path) {
    let replacements = soak(30, 501);
    put(WRITERS[0], 0, path);
    assert!(copies().is_empty(), "others have copies");
    let live = Live::<dyn Greeter>::watch(path).unwrap();
    assert!(!copies().is_empty(), "it has a copy");
    let (served, is_over, calls) = (AtomicU64::new(0), AtomicBool::new(false), AtomicU64::new(0));
    let mut before = 0;
    thread::scope(|scope| {
        let _ends = EndsWithTest(&is_over);
        for _ in 0..CALLERS {
            scope.spawn(|| {
                while !is_over.load(Ordering::SeqCst) {
                    let least = served.load(Ordering::SeqCst);
                    let answer: u64 = live.get().name().trim().parse().unwrap();
                    assert!(answer >= least, "{answer} after {least}");
                    calls.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        for number in 1..=replacements {
            put(WRITERS[number as usize % WRITERS.len()], number, path);
            until("the new version serves", || live.get().name().trim().parse() == Ok(number));
            served.store(number, Ordering::SeqCst);
            if number == replacements / 2 {
                before = memory();
            }
        }
    });
    let (now, calls) = (memory(), calls.into_inner());
    println!("{replacements} replacements under {calls} calls; {before} KB, then {now} KB");
    assert!(calls > replacements && live.generation() > replacements / 2);
    // Less than a copy of the plugin for each.
    assert!(now < before + 2048 + replacements * 8, "{before} KB, then {now} KB");
    drop(live);
    until("all versions are unmapped", || mapped("under_calls").is_empty());
    until("all copies are removed", || copies().is_empty());
}

/// Puts that version in the place of the file.
fn put(write: Write, number: u64, path: &Path) {
    write(&version(&number.to_string()), path).unwrap();
}

/// The kilobytes of this process that no file has.
#[cfg(not(windows))]
fn memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// The kilobytes of this process that no file has.
#[cfg(windows)]
#[expect(unsafe_code, reason = "asks the system")]
fn memory() -> u64 {
    use windows_sys::Win32::System::ProcessStatus::{
        K32GetProcessMemoryInfo, PROCESS_MEMORY_COUNTERS,
    };
    use windows_sys::Win32::System::Threading::GetCurrentProcess;

    let mut counters = PROCESS_MEMORY_COUNTERS::default();
    let size = size_of_val(&counters) as u32;
    // SAFETY: the answer goes to `counters`, whose size is passed.
    assert_ne!(unsafe { K32GetProcessMemoryInfo(GetCurrentProcess(), &mut counters, size) }, 0);
    (counters.PagefileUsage / 1024) as u64
}
