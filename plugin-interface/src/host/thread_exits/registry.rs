//! The registry of libraries, their keys and their pending code, behind one
//! lock.
//!
//! The lock is held for a look-up and the change of a number, never while code
//! of a library runs: a destructor may do anything.
#![cfg_attr(
    not(all(
        target_os = "linux",
        target_env = "gnu",
        target_pointer_width = "64",
        any(target_arch = "x86_64", target_arch = "aarch64"),
        not(target_feature = "crt-static"),
    )),
    allow(dead_code, reason = "unused on platforms where nothing is counted")
)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::abi::{Destructor, FIRST_KEY};
use crate::host::file::symbol::Symbol;

/// The number of a library. It is never used again, so a call that comes too
/// late finds nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct LibraryId(usize);

impl LibraryId {
    /// Returns the library of a number that was passed over the boundary.
    pub(crate) fn of(number: usize) -> Self {
        LibraryId(number)
    }

    pub(crate) fn number(self) -> usize {
        self.0
    }
}

static REGISTRY: Mutex<Registry> = Mutex::new(Registry::new());

pub(super) fn registry() -> MutexGuard<'static, Registry> {
    REGISTRY.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Adds a library that is about to be opened. One that need not report, such as one
/// that is not written in Rust, is trusted to have nothing pending when it is
/// closed, unless it reports otherwise.
pub(crate) fn add(must_report: bool) -> LibraryId {
    registry().add(must_report)
}

/// Forgets a library that is unmapped, if it is known.
pub(crate) fn forget(library: LibraryId) {
    registry().forget(library);
}

/// Returns the reasons that keep a library loaded, or `None` if it was
/// released.
pub(crate) fn held(library: LibraryId) -> Option<Held> {
    registry().libraries.get(&library).map(Library::held)
}

/// Sets what keeps a library loaded beside what is counted here.
pub(crate) fn keep(library: LibraryId, reasons: Vec<String>) {
    if let Some(library) = registry().libraries.get_mut(&library) {
        library.kept = reasons;
    }
}

/// Forgets a library that nothing keeps loaded, so that it may be unmapped.
pub(crate) fn release(library: LibraryId) -> Result<(), Held> {
    registry().release(library)
}

/// Returns the counter of the objects of a library.
pub(crate) fn objects(library: LibraryId) -> Arc<AtomicUsize> {
    registry().objects(library).unwrap_or_default()
}

/// Returns `true` if the library was closed and nothing keeps it loaded.
pub(crate) fn is_awaited(library: LibraryId) -> bool {
    registry().change(library, |_| {}).0
}

/// The reasons that a library must stay loaded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Held {
    /// The number of destructors of thread-locals that are pending or running.
    pub(crate) destructors: usize,
    /// The number of running threads that the library started.
    pub(crate) threads: usize,
    /// The number of its objects in use, including closures, iterators and
    /// futures.
    pub(crate) objects: usize,
    /// The number of registrations with the C library before it was connected.
    pub(crate) outside: usize,
    /// `true` if it never reported that it passes its thread exits on.
    pub(crate) unknown: bool,
    /// The variables of these destructors, as far as they are known.
    pub(crate) variables: Vec<Arc<Symbol>>,
    /// The numbers of these threads, as far as they have begun, and how each was
    /// started.
    pub(crate) running: Vec<(Option<i32>, Arc<Start>)>,
    /// What else keeps it, in words.
    pub(crate) kept: Vec<String>,
}

impl Held {
    /// Returns `true` if waiting may help.
    pub(crate) fn is_passing(&self) -> bool {
        self.outside == 0 && !self.unknown
    }
}

pub(super) struct Registry {
    libraries: BTreeMap<LibraryId, Library>,
    keys: BTreeMap<u32, Key>,
    next_library: usize,
    next_thread: usize,
    next_key: u32,
}

#[derive(Default)]
struct Library {
    /// The number of earlier registrations, if it passes everything on now.
    attached: Option<usize>,
    /// The number of pending destructors of each variable.
    waiting: BTreeMap<usize, usize>,
    /// The variables whose destructors do nothing.
    needless: BTreeSet<usize>,
    /// The number of running destructors.
    running: usize,
    /// The variables that had a destructor.
    variables: BTreeMap<usize, Arc<Symbol>>,
    /// Its threads, by the number of their start.
    threads: BTreeMap<usize, (Option<i32>, Arc<Start>)>,
    objects: Arc<AtomicUsize>,
    kept: Vec<String>,
    /// `true` if the library is to be unmapped once it is idle.
    is_closed: bool,
}

/// A thread that a library started, before and after it begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct StartedThread {
    pub(super) library: LibraryId,
    number: usize,
}

/// The start of a thread.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Start {
    /// The functions that started it, the innermost first.
    pub(crate) by: Vec<Symbol>,
    /// The name that it took over from the thread that started it.
    pub(crate) inherited: Option<String>,
}

struct Key {
    library: LibraryId,
    destructor: Option<Destructor>,
}

impl Library {
    fn held(&self) -> Held {
        let waiting = self.waiting.iter().filter(|(variable, _)| !self.needless.contains(variable));
        let known = waiting.clone().filter_map(|(variable, _)| self.variables.get(variable));
        Held {
            destructors: self.running + waiting.map(|(_, count)| count).sum::<usize>(),
            variables: known.cloned().collect(),
            running: self.threads.values().cloned().collect(),
            threads: self.threads.len(),
            objects: self.objects.load(Ordering::Acquire),
            outside: self.attached.unwrap_or_default(),
            unknown: self.attached.is_none(),
            kept: self.kept.clone(),
        }
    }
}

/// `true` if a closed library became idle, so that it should be unmapped.
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BecameIdle(pub(super) bool);

impl Registry {
    const fn new() -> Self {
        Registry {
            libraries: BTreeMap::new(),
            keys: BTreeMap::new(),
            next_library: 1,
            next_thread: 0,
            next_key: FIRST_KEY,
        }
    }

    fn add(&mut self, must_report: bool) -> LibraryId {
        let id = LibraryId(self.next_library);
        self.next_library += 1;
        let attached = (!must_report).then_some(0);
        self.libraries.insert(id, Library { attached, ..Library::default() });
        id
    }

    /// Forgets a library and its keys, as if it had deleted them: POSIX then
    /// runs no destructor for the values that threads still have.
    fn forget(&mut self, library: LibraryId) {
        self.libraries.remove(&library);
        self.keys.retain(|_, key| key.library != library);
    }

    /// Returns the counter of the objects of a library that was not released.
    pub(super) fn objects(&self, library: LibraryId) -> Option<Arc<AtomicUsize>> {
        self.libraries.get(&library).map(|library| library.objects.clone())
    }

    fn release(&mut self, library: LibraryId) -> Result<(), Held> {
        if let Some(found) = self.libraries.get_mut(&library) {
            let held = found.held();
            if held != Held::default() {
                found.is_closed = true;
                return Err(held);
            }
        }
        self.forget(library);
        Ok(())
    }

    pub(super) fn attach(&mut self, library: LibraryId, outside: usize) {
        if let Some(library) = self.libraries.get_mut(&library) {
            library.attached = Some(outside);
        }
    }

    /// Counts a destructor that will run. Returns `false` if its library is
    /// being unmapped.
    pub(super) fn expect(&mut self, library: LibraryId, variable: usize) -> bool {
        let Some(library) = self.libraries.get_mut(&library) else { return false };
        *library.waiting.entry(variable).or_default() += 1;
        true
    }

    /// Returns `true` if it is not known what a variable is.
    pub(super) fn is_unknown(&self, library: LibraryId, variable: usize) -> bool {
        let found = self.libraries.get(&library);
        found.is_some_and(|library| !library.variables.contains_key(&variable))
    }

    /// Takes down what a variable is.
    pub(super) fn name(&mut self, library: LibraryId, variable: usize, symbol: Symbol) {
        if let Some(library) = self.libraries.get_mut(&library) {
            library.variables.insert(variable, Arc::new(symbol));
        }
    }

    pub(super) fn needless(&mut self, library: LibraryId, variable: usize) -> BecameIdle {
        self.change(library, |library| {
            library.needless.insert(variable);
        })
    }

    /// Returns `true` if the destructor of a variable may run. The caller must
    /// call `end` after it.
    pub(super) fn begin(&mut self, library: LibraryId, variable: usize) -> bool {
        let Some(library) = self.libraries.get_mut(&library) else { return false };
        if let Some(count) = library.waiting.get_mut(&variable) {
            *count -= 1;
            if *count == 0 {
                library.waiting.remove(&variable);
            }
        }
        library.running += 1;
        true
    }

    pub(super) fn end(&mut self, library: LibraryId) -> BecameIdle {
        self.change(library, |library| library.running -= 1)
    }

    /// Counts a thread that is about to be started. Returns `None` if its
    /// library is being unmapped.
    pub(super) fn start_thread(
        &mut self,
        library: LibraryId,
        start: Start,
    ) -> Option<StartedThread> {
        let number = self.next_thread;
        self.libraries.get_mut(&library)?.threads.insert(number, (None, Arc::new(start)));
        self.next_thread += 1;
        Some(StartedThread { library, number })
    }

    /// Takes down the number that the system gave to a thread.
    pub(super) fn number_thread(&mut self, thread: StartedThread, id: i32) {
        let library = self.libraries.get_mut(&thread.library);
        if let Some(found) = library.and_then(|library| library.threads.get_mut(&thread.number)) {
            found.0 = Some(id);
        }
    }

    pub(super) fn end_thread(&mut self, thread: StartedThread) -> BecameIdle {
        self.change(thread.library, |library| {
            library.threads.remove(&thread.number);
        })
    }

    fn change(&mut self, library: LibraryId, change: impl FnOnce(&mut Library)) -> BecameIdle {
        let Some(found) = self.libraries.get_mut(&library) else { return BecameIdle(false) };
        change(found);
        // What else keeps it may have gone unheard, so that is looked at again.
        let is_idle = || Held { kept: Vec::new(), ..found.held() } == Held::default();
        BecameIdle(found.is_closed && is_idle())
    }

    /// Returns a key that is never used again, or `None` if there are no more.
    pub(super) fn create_key(
        &mut self,
        library: LibraryId,
        destructor: Option<Destructor>,
    ) -> Option<u32> {
        let key = self.next_key;
        if !self.libraries.contains_key(&library) {
            return None;
        }
        self.next_key = key.checked_add(1)?;
        self.keys.insert(key, Key { library, destructor });
        Some(key)
    }

    pub(super) fn delete_key(&mut self, key: u32) -> bool {
        self.keys.remove(&key).is_some()
    }

    pub(super) fn has_key(&self, key: u32) -> bool {
        self.keys.contains_key(&key)
    }

    /// Returns the destructor of a key, and its library. The caller must call
    /// `end` after it ran.
    pub(super) fn begin_key(&mut self, key: u32) -> Option<(Destructor, LibraryId)> {
        let &Key { library, destructor } = self.keys.get(&key)?;
        let destructor = destructor?;
        self.libraries.get_mut(&library)?.running += 1;
        Some((destructor, library))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FREE: BecameIdle = BecameIdle(true);
    const NOT_YET: BecameIdle = BecameIdle(false);

    fn attached() -> (Registry, LibraryId) {
        let mut registry = Registry::new();
        let library = registry.add(true);
        registry.attach(library, 0);
        (registry, library)
    }

    #[test]
    fn a_library_is_held_until_its_last_destructor_has_run() {
        let (mut registry, library) = attached();
        assert!(registry.expect(library, 1) && registry.expect(library, 2));
        let held = Held { destructors: 2, ..Held::default() };
        assert_eq!(registry.release(library), Err(held.clone()));
        assert!(registry.begin(library, 1));
        assert_eq!(registry.release(library), Err(held), "one waits, one runs");
        assert_eq!(registry.end(library), NOT_YET);
        assert!(registry.begin(library, 2));
        assert_eq!(registry.end(library), FREE);
        assert_eq!(registry.release(library), Ok(()));
        assert!(!registry.begin(library, 1) && !registry.expect(library, 1), "it is gone");
    }

    #[test]
    fn a_library_that_nobody_closed_wakes_nobody() {
        let (mut registry, library) = attached();
        let start = || Start { by: Vec::new(), inherited: None };
        let thread = registry.start_thread(library, start()).unwrap();
        assert_eq!(registry.end_thread(thread), NOT_YET);
        let thread = registry.start_thread(library, start()).unwrap();
        // It is known before it begins.
        let running = |id| vec![(id, Arc::new(start()))];
        let held = |id| Held { threads: 1, running: running(id), ..Held::default() };
        assert_eq!(registry.release(library), Err(held(None)));
        registry.number_thread(thread, 7);
        assert_eq!(registry.release(library), Err(held(Some(7))));
        assert_eq!(registry.end_thread(thread), FREE);
    }

    #[test]
    fn a_library_is_held_until_its_last_object_is_gone() {
        let (mut registry, library) = attached();
        let objects = registry.libraries[&library].objects.clone();
        objects.store(2, Ordering::Relaxed);
        assert_eq!(registry.change(library, |_| {}), NOT_YET);
        assert_eq!(registry.release(library), Err(Held { objects: 2, ..Held::default() }));
        objects.store(1, Ordering::Relaxed);
        assert_eq!(registry.change(library, |_| {}), NOT_YET);
        objects.store(0, Ordering::Relaxed);
        assert_eq!(registry.change(library, |_| {}), FREE);
        assert_eq!(registry.release(library), Ok(()));
        assert_eq!(registry.change(library, |_| {}), NOT_YET, "it is gone");
    }

    #[test]
    fn a_needless_destructor_holds_nothing_before_and_after_it_is_known() {
        let (mut registry, library) = attached();
        assert!(registry.expect(library, 8));
        assert!(registry.release(library).is_err());
        assert_eq!(registry.needless(library, 8), FREE);
        assert!(registry.expect(library, 8));
        assert_eq!(registry.release(library), Ok(()));
    }

    #[test]
    fn keys_go_with_their_library_unless_a_destructor_runs() {
        extern "C" fn nothing(_: *mut core::ffi::c_void) {}
        let (mut registry, library) = attached();
        let key = registry.create_key(library, Some(nothing)).unwrap();
        let plain = registry.create_key(library, None).unwrap();
        assert!(FIRST_KEY <= key && key < plain);
        assert_eq!(registry.begin_key(plain), None);
        assert_eq!(registry.begin_key(key).map(|(_, library)| library), Some(library));
        assert_eq!(registry.release(library).map_err(|held| held.destructors), Err(1));
        assert_eq!(registry.end(library), FREE);
        assert_eq!(registry.release(library), Ok(()));
        assert!(!registry.has_key(key) && registry.begin_key(key).is_none());
        assert_eq!(registry.create_key(library, None), None);
    }

    #[test]
    fn what_a_library_did_before_it_was_connected_holds_it_for_good() {
        let mut registry = Registry::new();
        let (early, never) = (registry.add(true), registry.add(true));
        registry.attach(early, 3);
        let held = registry.release(early).unwrap_err();
        assert_eq!((held.outside, held.is_passing()), (3, false));
        let held = registry.release(never).unwrap_err();
        assert_eq!((held.unknown, held.is_passing()), (true, false));
        registry.forget(never);
        assert_eq!(registry.release(never), Ok(()), "unknown, so gone");
        let by_hand = registry.add(false);
        assert_eq!(registry.release(by_hand), Ok(()));
    }
}
