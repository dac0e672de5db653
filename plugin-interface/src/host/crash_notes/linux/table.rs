//! The libraries of this process and their functions, for a reader that takes no
//! lock.
//!
//! A snapshot never changes. A writer publishes another one and waits until the
//! reader, which is one thread, has left the one before. So the reader sees no
//! library that is unmapped meanwhile.
#![expect(unsafe_code, reason = "publishes a pointer, and reads the memory of libraries")]

use core::ops::Range;
use core::ptr;
use core::slice;
use core::sync::atomic::{AtomicBool, AtomicPtr, Ordering::SeqCst};
use core::time::Duration;
use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use framehop::{
    ExplicitModuleSectionInfo, Module, MustNotAllocateDuringUnwind, Unwinder as _, UnwinderNative,
};

use super::super::NamedFunction;
use crate::host::platform::{Image, UnwindTables, unwind_tables};

pub(super) type Unwinder = UnwinderNative<Section, MustNotAllocateDuringUnwind>;
type Section = Cow<'static, [u8]>;

/// A function that hosts call, and what it does.
#[derive(Clone)]
pub(super) struct Function {
    addresses: Range<usize>,
    pub(super) label: String,
}

#[derive(Clone)]
pub(super) struct Library {
    addresses: Range<usize>,
    pub(super) path: String,
    functions: Vec<Function>,
}

/// A step of a load or an unload that runs code of a library.
#[derive(Clone)]
pub(super) struct Step {
    pub(super) thread: i32,
    pub(super) text: String,
}

/// A library, ours or another one, with its unwind information.
struct Known {
    path: PathBuf,
    tables: UnwindTables,
    module: Module<Section>,
}

/// What the reader sees.
pub(super) struct Snapshot {
    pub(super) unwinder: Unwinder,
    /// All code of this process, as far as it is known.
    code: Vec<Range<usize>>,
    libraries: Vec<Arc<Library>>,
    pub(super) steps: Vec<Step>,
}

#[derive(Default)]
struct Table {
    known: Vec<Known>,
    libraries: Vec<Arc<Library>>,
    steps: Vec<Step>,
}

static TABLE: Mutex<Option<Table>> = Mutex::new(None);
static CURRENT: AtomicPtr<Snapshot> = AtomicPtr::new(ptr::null_mut());
static IS_READ: AtomicBool = AtomicBool::new(false);

fn table() -> MutexGuard<'static, Option<Table>> {
    TABLE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Changes the table, if there is one, and publishes it.
fn change(edit: impl FnOnce(&mut Table)) {
    if CURRENT.load(SeqCst).is_null() {
        return;
    }
    let mut table = table();
    if let Some(table) = table.as_mut() {
        edit(table);
        publish(table.snapshot());
    }
}

/// Begins to keep the table.
pub(super) fn begin() {
    let mut table = table();
    let table = table.get_or_insert_default();
    table.refresh(None);
    publish(table.snapshot());
}

pub(in super::super) fn add_library(image: &Image, path: &Path) {
    let Some(addresses) = image.addresses() else { return };
    change(|table| {
        table.refresh(Some(&addresses));
        let path = path.display().to_string().escape_debug().to_string();
        table.libraries.push(Arc::new(Library { addresses, path, functions: Vec::new() }));
    });
}

pub(in super::super) fn add_functions(
    image: &Image,
    functions: impl FnOnce() -> Vec<NamedFunction>,
) {
    let Some(addresses) = image.addresses() else { return };
    change(|table| {
        let known = table.known.iter().find(|known| known.tables.addresses == addresses);
        let library = table.libraries.iter_mut().find(|library| library.addresses == addresses);
        let (Some(known), Some(library)) = (known, library) else { return };
        for (start, label) in functions() {
            Arc::make_mut(library).add(&known.tables, start, &label);
        }
    });
}

pub(in super::super) fn remove_library(image: &Image) {
    let Some(addresses) = image.addresses() else { return };
    change(|table| {
        table.libraries.retain(|library| library.addresses != addresses);
        table.known.retain(|known| known.tables.addresses != addresses);
    });
}

pub(in super::super) fn during<T>(path: &Path, what: &str, act: impl FnOnce() -> T) -> T {
    if CURRENT.load(SeqCst).is_null() {
        return act();
    }
    let thread = super::calls::this_thread();
    let text = format!("{}, while it {what}", path.display().to_string().escape_debug());
    change(|table| table.steps.push(Step { thread, text }));
    let value = act();
    change(|table| {
        let last = table.steps.iter().rposition(|step| step.thread == thread);
        last.map(|last| table.steps.remove(last));
    });
    value
}

/// Replaces the snapshot. Afterwards nobody reads the one before.
fn publish(snapshot: Snapshot) {
    let before = CURRENT.swap(Box::into_raw(Box::new(snapshot)), SeqCst);
    while IS_READ.load(SeqCst) {
        std::thread::sleep(Duration::from_millis(1));
    }
    if !before.is_null() {
        // SAFETY: published by this function, and replaced. The reader says that
        // it reads before it takes the pointer, so it has the new one or none.
        drop(unsafe { Box::from_raw(before) });
    }
}

/// Lets the reader, which is one thread, look at the table.
pub(super) fn read(look: impl FnOnce(&Snapshot)) {
    IS_READ.store(true, SeqCst);
    // SAFETY: a writer drops what it replaced only after this is not read.
    if let Some(snapshot) = unsafe { CURRENT.load(SeqCst).as_ref() } {
        look(snapshot);
    }
    leave();
}

/// Lets writers go on: the reader does not look again.
pub(super) fn leave() {
    IS_READ.store(false, SeqCst);
}

impl Table {
    /// Finds the libraries of this process. `ours` was opened by this host.
    fn refresh(&mut self, ours: Option<&Range<usize>>) {
        let mut before = std::mem::take(&mut self.known);
        for (path, tables) in unwind_tables() {
            let same = |known: &Known| known.path == path && known.tables == tables;
            let known = match before.iter().position(same) {
                Some(index) => before.swap_remove(index),
                // The program and what this host opened are not unmapped while
                // they are in the table. Others are unmapped by anybody.
                None => {
                    let stays = path.as_os_str().is_empty() || ours == Some(&tables.addresses);
                    let module = module(&tables, stays);
                    Known { path, tables, module }
                }
            };
            self.known.push(known);
        }
    }

    fn snapshot(&self) -> Snapshot {
        let mut unwinder = Unwinder::new();
        self.known.iter().for_each(|known| unwinder.add_module(known.module.clone()));
        let code = self.known.iter().map(|known| known.tables.addresses.clone()).collect();
        let (libraries, steps) = (self.libraries.clone(), self.steps.clone());
        Snapshot { unwinder, code, libraries, steps }
    }
}

fn module(tables: &UnwindTables, stays: bool) -> Module<Section> {
    let section = |range: &Range<usize>| -> Section {
        let start = ptr::with_exposed_provenance::<u8>(range.start);
        // SAFETY: these tables are mapped for reading, and nobody writes them. A
        // library that may be unmapped by others was found just now, and is
        // copied.
        let bytes = unsafe { slice::from_raw_parts::<'static>(start, range.len()) };
        if stays { Cow::Borrowed(bytes) } else { Cow::Owned(bytes.to_owned()) }
    };
    let base = tables.base as u64;
    let relative = |range: &Range<usize>| Some(range.start as u64 - base..range.end as u64 - base);
    let sections = ExplicitModuleSectionInfo {
        eh_frame_svma: relative(&tables.frames),
        eh_frame: Some(section(&tables.frames)),
        eh_frame_hdr_svma: relative(&tables.header),
        eh_frame_hdr: Some(section(&tables.header)),
        ..ExplicitModuleSectionInfo::default()
    };
    let addresses = tables.addresses.start as u64..tables.addresses.end as u64;
    Module::new(String::new(), addresses, base, sections)
}

impl Library {
    /// Adds a function. One without unwind information is not added: the walk
    /// would not come past it.
    fn add(&mut self, tables: &UnwindTables, start: usize, label: &str) {
        if let Some(same) = self.functions.iter_mut().find(|f| f.addresses.start == start) {
            // The linker merged equal functions.
            if !same.label.split(" or ").any(|known| known == label) {
                same.label = format!("{} or {label}", same.label);
            }
        } else if let Some(end) = tables.end_of_function(start) {
            self.functions.push(Function { addresses: start..end, label: label.to_owned() });
        }
    }

    pub(super) fn function(&self, address: usize) -> Option<&Function> {
        self.functions.iter().find(|function| function.addresses.contains(&address))
    }
}

impl Snapshot {
    pub(super) fn library(&self, address: usize) -> Option<&Library> {
        let found = self.libraries.iter().find(|library| library.addresses.contains(&address));
        found.map(|library| &**library)
    }

    /// Returns `true` if an address is in a library or the program.
    pub(super) fn is_code(&self, address: usize) -> bool {
        self.code.iter().any(|code| code.contains(&address))
    }
}
