//! The price of a call through a followed function of a plain library, beside the
//! raw pointer and a look-up for each call. Best of many short runs, in turns.
#![expect(unsafe_code, reason = "calls functions of C")]

use std::ffi::c_int;
use std::hint::black_box;
use std::process::Command;
use std::time::Instant;

use plugin_interface::HotLibrary;
use plugin_interface::libloading::Library;

type Add = unsafe extern "C" fn(c_int) -> c_int;

const CALLS: u32 = 1_000_000;

/// Nanoseconds for each call.
fn time(mut call: impl FnMut(c_int) -> c_int) -> f64 {
    let began = Instant::now();
    let mut value = 0;
    for _ in 0..CALLS {
        value = call(black_box(value));
    }
    black_box(value);
    began.elapsed().as_nanos() as f64 / f64::from(CALLS)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let directory = tempfile::tempdir()?;
    let (source, path) = (directory.path().join("add.c"), directory.path().join("libadd.so"));
    std::fs::write(&source, "int add(int value) { return value + 4; }")?;
    let gcc = Command::new("gcc").args(["-O2", "-shared", "-o"]).args([&path, &source]).status()?;
    assert!(gcc.success());
    let hot = HotLibrary::open(&path, &["add"])?;
    let followed = hot.function::<Add>("add")?;
    // SAFETY: it has no constructors.
    let library = unsafe { Library::new(&path) }?;
    // SAFETY: this is its signature, as below.
    let raw: Add = unsafe { *library.get::<Add>("add")? };
    let mut best = [f64::MAX; 3];
    for _ in 0..40 {
        let times = [
            // SAFETY: as above.
            time(|value| unsafe { black_box(raw)(value) }),
            // SAFETY: as above.
            time(|value| followed.get().map_or(0, |add| unsafe { add(value) })),
            // SAFETY: as above.
            time(|value| unsafe { library.get::<Add>("add").map_or(0, |add| add(value)) }),
        ];
        best = [0, 1, 2].map(|i| best[i].min(times[i]));
    }
    let [raw, followed, looked_up] = best;
    println!("raw pointer {raw:.2} ns");
    println!("followed function {followed:.2} ns, {:.2} times that", followed / raw);
    println!("dlsym for each call {looked_up:.2} ns, {:.1} times that", looked_up / raw);
    Ok(())
}
