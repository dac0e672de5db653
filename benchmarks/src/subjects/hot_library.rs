//! This project's plain libraries: functions by name, which follow the file.

use std::mem::MaybeUninit;
use std::path::Path;

use plugin_interface::{HotFunction, HotLibrary};

use super::routines::{self, Operation, Routine};
use super::{Loaded, Subject};

pub const SUBJECT: Subject = Subject {
    name: "ours, HotLibrary",
    krate: Some("plugin-interface"),
    plugin: "extern_c_plugin",
    load: |path| Box::new(Functions::load(path)),
    unloads: true,
    checks: "file, symbols; private copy",
};

const NAMES: [&str; 5] = ["add", "sum", "len", "fill", "halve"];

struct Functions {
    add: HotFunction<unsafe extern "C" fn(u64, u64) -> u64>,
    sum: HotFunction<unsafe extern "C" fn(*const u64, usize) -> u64>,
    len: HotFunction<unsafe extern "C" fn(*const u8, usize) -> usize>,
    fill: HotFunction<unsafe extern "C" fn(*mut u8, usize, u8)>,
    halve: HotFunction<unsafe extern "C" fn(u64, *mut u64) -> i32>,
}

impl Functions {
    fn load(path: &Path) -> Self {
        let library = HotLibrary::open(path, &NAMES).unwrap();
        let [add, sum, len, fill, halve] = NAMES;
        Functions {
            add: library.function(add).unwrap(),
            sum: library.function(sum).unwrap(),
            len: library.function(len).unwrap(),
            fill: library.function(fill).unwrap(),
            halve: library.function(halve).unwrap(),
        }
    }
}

impl Loaded for Functions {
    fn add(&self, a: u64, b: u64) -> u64 {
        // SAFETY: the type is that of the plugin's source.
        unsafe { self.add.get().unwrap()(a, b) }
    }

    fn routines(&'static self) -> Vec<(Operation, Routine)> {
        // SAFETY, of all: the types are those of the plugin's source, and pointer
        // and length those of one slice.
        vec![
            // SAFETY: above.
            routines::add(|a, b| unsafe { self.add.get().unwrap()(a, b) }),
            // SAFETY: above.
            routines::sum(|v| unsafe { self.sum.get().unwrap()(v.as_ptr(), v.len()) }),
            // SAFETY: above.
            routines::len(|text| unsafe { self.len.get().unwrap()(text.as_ptr(), text.len()) }),
            // SAFETY: above.
            routines::fill(|page, value| unsafe {
                self.fill.get().unwrap()(page.as_mut_ptr(), page.len(), value);
            }),
            routines::halve(|value| {
                let mut half = MaybeUninit::uninit();
                // SAFETY: there is a place for the half.
                match unsafe { self.halve.get().unwrap()(value, half.as_mut_ptr()) } {
                    // SAFETY: 0 says that it was written.
                    0 => Ok(unsafe { half.assume_init() }),
                    code => Err(code),
                }
            }),
        ]
    }
}
