//! What is known of libraries, keys and what is pending, behind one lock.
//!
//! The lock is held for a look-up and a change of a number, never while code of
//! a library runs: a destructor may do whatever it wants.
#![cfg_attr(
    not(all(
        target_os = "linux",
        target_env = "gnu",
        target_pointer_width = "64",
        any(target_arch = "x86_64", target_arch = "aarch64"),
        not(target_feature = "crt-static"),
    )),
    allow(dead_code, reason = "nobody calls where nothing is counted")
)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::abi::{Destructor, FIRST_KEY};

/// A library, by a number that is never used again: what comes too late finds
/// nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct LibraryId(usize);

impl LibraryId {
    /// The library of a number, as it came over the boundary.
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

/// A library that is about to be opened. One that is not written in Rust is
/// trusted to have nothing pending when it is closed, unless it says otherwise.
pub(crate) fn add(is_rust: bool) -> LibraryId {
    registry().add(is_rust)
}

/// Forgets a library that is unmapped, if it is known.
pub(crate) fn forget(library: LibraryId) {
    registry().forget(library);
}

/// What holds a library; `None` if it was released.
pub(crate) fn held(library: LibraryId) -> Option<Held> {
    registry().libraries.get(&library).map(Library::held)
}

/// Forgets a library that nothing holds, so that it may be unmapped.
pub(crate) fn release(library: LibraryId) -> Result<(), Held> {
    registry().release(library)
}

/// Where the objects of a library are counted.
pub(crate) fn objects(library: LibraryId) -> Arc<AtomicUsize> {
    let registry = registry();
    registry.libraries.get(&library).map(|library| library.objects.clone()).unwrap_or_default()
}

/// Whether somebody waits for a library that nothing holds.
pub(crate) fn is_awaited(library: LibraryId) -> bool {
    registry().change(library, |_| {}).0
}

/// Why a library must stay mapped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Held {
    /// Destructors of thread-locals that wait for their thread's end, or run.
    pub(crate) destructors: usize,
    /// Threads that the library started and that have not ended.
    pub(crate) threads: usize,
    /// Objects of it that somebody has: closures, iterators and futures too.
    pub(crate) objects: usize,
    /// What it left to the C library before it was connected.
    pub(crate) outside: usize,
    /// It never said that it passes its thread exits on.
    pub(crate) unknown: bool,
}

impl Held {
    /// Whether time will help.
    pub(crate) fn is_passing(self) -> bool {
        self.outside == 0 && !self.unknown
    }
}

pub(super) struct Registry {
    libraries: BTreeMap<LibraryId, Library>,
    keys: BTreeMap<u32, Key>,
    next_library: usize,
    next_key: u32,
}

#[derive(Default)]
struct Library {
    /// What was before, if it passes everything on now.
    attached: Option<usize>,
    /// Destructors that wait, for each variable.
    waiting: BTreeMap<usize, usize>,
    /// Variables whose destructors have nothing to do.
    needless: BTreeSet<usize>,
    /// Destructors that run.
    running: usize,
    threads: usize,
    objects: Arc<AtomicUsize>,
    /// Whether somebody waits for it to be idle.
    is_closed: bool,
}

struct Key {
    library: LibraryId,
    destructor: Option<Destructor>,
}

impl Library {
    fn held(&self) -> Held {
        let waiting = self.waiting.iter().filter(|(variable, _)| !self.needless.contains(variable));
        Held {
            destructors: self.running + waiting.map(|(_, count)| count).sum::<usize>(),
            threads: self.threads,
            objects: self.objects.load(Ordering::Acquire),
            outside: self.attached.unwrap_or_default(),
            unknown: self.attached.is_none(),
        }
    }
}

/// Whether a library that is closed became idle by this: then somebody should
/// look.
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BecameIdle(pub(super) bool);

impl Registry {
    const fn new() -> Self {
        Registry {
            libraries: BTreeMap::new(),
            keys: BTreeMap::new(),
            next_library: 1,
            next_key: FIRST_KEY,
        }
    }

    fn add(&mut self, is_rust: bool) -> LibraryId {
        let id = LibraryId(self.next_library);
        self.next_library += 1;
        let attached = (!is_rust).then_some(0);
        self.libraries.insert(id, Library { attached, ..Library::default() });
        id
    }

    /// Its keys go too, as if it had deleted them: POSIX then runs no
    /// destructor for the values that threads still have.
    fn forget(&mut self, library: LibraryId) {
        self.libraries.remove(&library);
        self.keys.retain(|_, key| key.library != library);
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

    /// A destructor will run, or would if its library were not being unmapped.
    pub(super) fn expect(&mut self, library: LibraryId, variable: usize) -> bool {
        let Some(library) = self.libraries.get_mut(&library) else { return false };
        *library.waiting.entry(variable).or_default() += 1;
        true
    }

    pub(super) fn needless(&mut self, library: LibraryId, variable: usize) -> BecameIdle {
        self.change(library, |library| {
            library.needless.insert(variable);
        })
    }

    /// Whether the destructor of a variable may run. It must say when it has.
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

    pub(super) fn begin_thread(&mut self, library: LibraryId) -> bool {
        let found = self.libraries.get_mut(&library);
        found.map(|library| library.threads += 1).is_some()
    }

    pub(super) fn end_thread(&mut self, library: LibraryId) -> BecameIdle {
        self.change(library, |library| library.threads -= 1)
    }

    fn change(&mut self, library: LibraryId, change: impl FnOnce(&mut Library)) -> BecameIdle {
        let Some(found) = self.libraries.get_mut(&library) else { return BecameIdle(false) };
        change(found);
        BecameIdle(found.is_closed && found.held() == Held::default())
    }

    /// A key that no other was or will be; `None` if there are no more.
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

    /// The destructor of a key, which runs from now on and must say when it
    /// has, and its library.
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
        assert_eq!(registry.release(library), Err(held));
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
        assert!(registry.begin_thread(library));
        assert_eq!(registry.end_thread(library), NOT_YET);
        assert!(registry.begin_thread(library));
        assert_eq!(registry.release(library), Err(Held { threads: 1, ..Held::default() }));
        assert_eq!(registry.end_thread(library), FREE);
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
