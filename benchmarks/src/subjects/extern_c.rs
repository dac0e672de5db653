//! Functions with the ABI of C: by a pointer that is kept, and looked up for
//! each call.

use std::ffi::c_void;
use std::mem::MaybeUninit;
use std::path::Path;

use libloading::Library;

use super::routines::{self, Operation, Routine};
use super::{Loaded, Subject};

pub const POINTER: Subject = Subject {
    name: "extern \"C\" pointer",
    krate: None,
    plugin: "extern_c_plugin",
    load: |path| Box::new(Pointers::load(path)),
    unloads: true,
    checks: "nothing",
};

pub const LOOK_UP: Subject =
    Subject { name: "dlsym per call", load: |path| Box::new(Names(open(path))), ..POINTER };

type Add = extern "C" fn(u64, u64) -> u64;
type Sum = unsafe extern "C" fn(*const u64, usize) -> u64;
type Len = unsafe extern "C" fn(*const u8, usize) -> usize;
type Fill = unsafe extern "C" fn(*mut u8, usize, u8);
type Convert = extern "C" fn(Reading) -> Reading;
type Ask = unsafe extern "C" fn(Answer, *const c_void, u64) -> u64;
type Answer = unsafe extern "C" fn(*const c_void, u64) -> u64;

#[repr(C)]
struct Reading {
    at: u64,
    value: f64,
    unit: u32,
    other: u32,
}

unsafe extern "C" fn answer(_: *const c_void, question: u64) -> u64 {
    routines::answer(question)
}

type Halve = unsafe extern "C" fn(u64, *mut u64) -> i32;

fn open(path: &Path) -> Library {
    // SAFETY: the plugin of this workspace, which runs nothing when loaded.
    unsafe { Library::new(path) }.unwrap()
}

/// A function of the library.
///
/// # Safety
///
/// It has that type, and is not called after the library is closed.
unsafe fn function<F: Copy>(library: &Library, name: &str) -> F {
    // SAFETY: the contract of this function.
    *unsafe { library.get::<F>(name) }.unwrap()
}

struct Pointers {
    add: Add,
    sum: Sum,
    len: Len,
    fill: Fill,
    halve: Halve,
    convert: Convert,
    ask: Ask,
    /// Last: the pointers lead into it.
    _library: Library,
}

impl Pointers {
    fn load(path: &Path) -> Self {
        let library = open(path);
        // SAFETY: the types are those of the plugin's source.
        unsafe {
            Pointers {
                add: function(&library, "add"),
                sum: function(&library, "sum"),
                len: function(&library, "len"),
                fill: function(&library, "fill"),
                halve: function(&library, "halve"),
                convert: function(&library, "convert"),
                ask: function(&library, "ask"),
                _library: library,
            }
        }
    }
}

/// The loops, for whatever gives the functions.
///
/// # Safety
///
/// The functions are those of the plugin.
unsafe fn of(
    add: impl Fn() -> Add + Send + Sync + 'static,
    sum: impl Fn() -> Sum + Send + Sync + 'static,
    len: impl Fn() -> Len + Send + Sync + 'static,
    fill: impl Fn() -> Fill + Send + Sync + 'static,
    halve: impl Fn() -> Halve + Send + Sync + 'static,
    convert: impl Fn() -> Convert + Send + Sync + 'static,
    ask: impl Fn() -> Ask + Send + Sync + 'static,
) -> Vec<(Operation, Routine)> {
    vec![
        routines::add(move |a, b| add()(a, b)),
        // SAFETY: pointer and length are those of one slice.
        routines::sum(move |values| unsafe { sum()(values.as_ptr(), values.len()) }),
        // SAFETY: as above.
        routines::len(move |text| unsafe { len()(text.as_ptr(), text.len()) }),
        // SAFETY: as above.
        routines::fill(move |page, value| unsafe {
            fill()(page.as_mut_ptr(), page.len(), value);
        }),
        routines::halve(move |value| {
            let mut half = MaybeUninit::uninit();
            // SAFETY: there is a place for the half.
            match unsafe { halve()(value, half.as_mut_ptr()) } {
                // SAFETY: 0 says that it was written.
                0 => Ok(unsafe { half.assume_init() }),
                code => Err(code),
            }
        }),
        routines::convert(move |at, value| {
            let reading = convert()(Reading { at, value, unit: 1, other: 3 });
            assert!(reading.unit == 1 && reading.other == 3);
            (reading.at, reading.value)
        }),
        // SAFETY: the answer needs no context.
        routines::ask(move |question| unsafe { ask()(answer, std::ptr::null(), question) }),
    ]
}

impl Loaded for Pointers {
    fn add(&self, a: u64, b: u64) -> u64 {
        (self.add)(a, b)
    }

    fn routines(&'static self) -> Vec<(Operation, Routine)> {
        // SAFETY: they are the plugin's.
        unsafe {
            of(
                || self.add,
                || self.sum,
                || self.len,
                || self.fill,
                || self.halve,
                || self.convert,
                || self.ask,
            )
        }
    }
}

struct Names(Library);

impl Loaded for Names {
    fn add(&self, a: u64, b: u64) -> u64 {
        // SAFETY: the type is that of the plugin's source.
        let add: Add = unsafe { function(&self.0, "add") };
        add(a, b)
    }

    fn routines(&'static self) -> Vec<(Operation, Routine)> {
        let library = &self.0;
        // SAFETY: the types are those of the plugin's source.
        unsafe {
            of(
                || function(library, "add"),
                || function(library, "sum"),
                || function(library, "len"),
                || function(library, "fill"),
                || function(library, "halve"),
                || function(library, "convert"),
                || function(library, "ask"),
            )
        }
    }
}
