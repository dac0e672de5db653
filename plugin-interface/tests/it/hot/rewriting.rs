//! A library that is rewritten in place while it is called and reloaded: no
//! crash, and no half of a library.

use std::ffi::c_int;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use plugin_interface::{HotLibrary, HotReload};

use super::sources::{Number, Sources, number};
use crate::builds::is_soak;
use crate::ends_with_test::EndsWithTest;
use crate::patient_fs as fs;

/// A library that is whole if all of its data is of one number, which `foo` then
/// gives.
fn whole(number: c_int) -> String {
    format!(
        "static volatile int data[20000] = {{[0 ... 19999] = {number}}};
         int foo(void) {{
             for (int i = 0; i < 20000; i++) if (data[i] != {number}) return -1;
             return {number};
         }}"
    )
}

/// How often a library is rewritten.
fn rounds() -> usize {
    if is_soak() { 1000 } else { 20 }
}

struct Rewritten {
    sources: Sources,
    /// Whole libraries, of the numbers 1 and 2.
    builds: [PathBuf; 2],
}

impl Rewritten {
    fn new() -> Self {
        let sources = Sources::new();
        let builds = [1, 2].map(|n| sources.build_as(format!("whole{n}.so"), &whole(n)));
        fs::copy(&builds[0], sources.library()).unwrap();
        Rewritten { sources, builds }
    }

    /// Rewrites the library by `write`, which is given a whole build, while two
    /// threads call it and another one reloads it.
    fn by(&self, how: &str, write: impl Fn(&Path, &Path)) {
        let path = self.sources.library();
        let library = HotLibrary::open(&path, &["foo"]).unwrap();
        let foo = library.function::<Number>("foo").unwrap();
        let (is_over, began) = (AtomicBool::new(false), Instant::now());
        let [calls, reloads, refusals] = [const { AtomicU64::new(0) }; 3];
        let count = |counter: &AtomicU64| counter.fetch_add(1, Ordering::Relaxed);
        thread::scope(|scope| {
            let _ends = EndsWithTest(&is_over);
            for _ in 0..2 {
                scope.spawn(|| {
                    while !is_over.load(Ordering::Relaxed) {
                        assert!(matches!(number(&foo), Some(1 | 2)));
                        count(&calls);
                    }
                });
            }
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    match library.check_and_reload() {
                        Ok(HotReload::Unchanged) => thread::sleep(Duration::from_micros(50)),
                        Ok(_) => drop(count(&reloads)),
                        Err(_) => drop(count(&refusals)),
                    }
                }
            });
            for round in 0..rounds() {
                write(&self.builds[(round + 1) % 2], &path);
                // Now and then it is left alone until it serves.
                let number = ((round + 1) % 2 + 1) as c_int;
                while round % 5 == 0 && self::number(&foo) != Some(number) {
                    assert!(began.elapsed() < Duration::from_secs(600), "{how}: round {round}");
                    thread::yield_now();
                }
            }
        });
        // Nothing disturbs it any more, but for what the last writer may hold.
        while library.check_and_reload().is_err() {
            assert!(began.elapsed() < Duration::from_secs(600), "the last file is whole");
        }
        let last = (rounds() % 2 + 1) as c_int;
        assert_eq!(number(&foo), Some(last), "{how}");
        let [calls, reloads, refusals] = [calls, reloads, refusals].map(AtomicU64::into_inner);
        println!(
            "{how}: {} rounds, {calls} calls, {reloads} reloads, {refusals} refused",
            rounds()
        );
        assert!(calls > 0 && reloads >= rounds() as u64 / 5, "{how}");
    }
}

fn run(program: &str, arguments: &[&Path]) {
    let status = Command::new(program).args(arguments).status().unwrap();
    assert!(status.success(), "{program} {arguments:?}");
}

#[test]
fn by_cp() {
    Rewritten::new().by("cp", |build, path| run("cp", &[build, path]));
}

#[test]
fn by_the_linker() {
    let rewritten = Rewritten::new();
    let source = |build: &Path| build.with_extension("c");
    for (number, build) in [1, 2].into_iter().zip(&rewritten.builds) {
        fs::write(source(build), whole(number)).unwrap();
    }
    rewritten.by("gcc -o", |build, path| {
        let options = ["-shared", "-fPIC", "-o"].map(Path::new);
        run("gcc", &[options[0], options[1], options[2], path, &source(build)]);
    });
}

#[test]
fn by_a_writer_that_truncates_and_takes_its_time() {
    Rewritten::new().by("one writer, in pieces", |build, path| {
        let content = fs::read(build).unwrap();
        let mut file = fs::create(path).unwrap();
        for piece in content.chunks(content.len() / 7) {
            file.write_all(piece).unwrap();
            thread::sleep(Duration::from_micros(100));
        }
    });
}

#[test]
fn by_one_writer_after_another() {
    Rewritten::new().by("a writer for each piece", |build, path| {
        let content = fs::read(build).unwrap();
        fs::create(path).unwrap();
        for piece in content.chunks(content.len() / 7) {
            fs::append(path).unwrap().write_all(piece).unwrap();
            thread::sleep(Duration::from_micros(100));
        }
    });
}

#[test]
fn by_strip() {
    Rewritten::new().by("cp and strip", |build, path| {
        run("cp", &[build, path]);
        run("strip", &[path]);
    });
}
