//! The values behind received `'static` borrows: one copy of each, which is
//! never freed.
//!
//! The other library may be unloaded while the borrow is in use. So its
//! receiver borrows a copy of its own. The memory is bounded by the number of
//! distinct values. A plugin takes texts from its host, because copies of its
//! own would be lost each time it is unloaded.
#![expect(unsafe_code, reason = "a host passes texts to its plugins")]

use core::any::Any;
use core::hash::{BuildHasher, BuildHasherDefault, Hash};
use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::sync::{LazyLock, Mutex, OnceLock, PoisonError, RwLock};

use crate::abi::RawSlice;

type Hasher = BuildHasherDefault<DefaultHasher>;
type Intern = unsafe extern "C" fn(RawSlice) -> RawSlice;

/// The values of one type, by their hashes. Values are only appended.
struct Set<X: ?Sized + 'static>(RwLock<HashMap<u64, Vec<&'static X>, Hasher>>);

impl<X: ?Sized + Eq + Hash> Set<X> {
    fn new() -> Self {
        Set(RwLock::default())
    }

    /// Returns the value that equals `value`, or appends what `create` returns.
    ///
    /// No code of `X` runs while the set is locked.
    fn intern<V: AsRef<X>>(&self, value: V, create: impl FnOnce(V) -> Box<X>) -> &'static X {
        let hash = Hasher::default().hash_one(value.as_ref());
        let mut compared = 0;
        while let Some(candidate) = self.get(hash, compared) {
            if candidate == value.as_ref() {
                return candidate;
            }
            compared += 1;
        }
        let mut created = create(value);
        loop {
            match self.append(hash, compared, created) {
                Ok(appended) => return appended,
                // Another thread was faster.
                Err((candidate, unused)) if *candidate == *unused => return candidate,
                Err((_, unused)) => created = unused,
            }
            compared += 1;
        }
    }

    fn get(&self, hash: u64, index: usize) -> Option<&'static X> {
        let map = self.0.read().unwrap_or_else(PoisonError::into_inner);
        map.get(&hash)?.get(index).copied()
    }

    /// Appends a value, unless there are more than `compared` with its hash.
    /// Then it returns the next one.
    fn append(
        &self,
        hash: u64,
        compared: usize,
        value: Box<X>,
    ) -> Result<&'static X, (&'static X, Box<X>)> {
        let mut map = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let values = map.entry(hash).or_default();
        if let Some(next) = values.get(compared).copied() {
            return Err((next, value));
        }
        let value: &'static X = Box::leak(value);
        values.push(value);
        Ok(value)
    }
}

/// The host's function, in a plugin.
static HOST: OnceLock<Intern> = OnceLock::new();

/// Makes [`text`] ask the host.
pub(crate) fn ask_host(intern: Intern) {
    // A library is connected once; a second host of one library has other
    // texts, which live as long.
    let _ = HOST.set(intern);
}

/// Returns the text that equals `text` and is never freed.
pub(crate) fn text(text: &str) -> &'static str {
    static TEXTS: LazyLock<Set<str>> = LazyLock::new(Set::new);
    let Some(intern) = HOST.get() else {
        return TEXTS.intern(text, Box::from);
    };
    // SAFETY: the text is borrowed for the call.
    let RawSlice { ptr, len } = unsafe { intern(RawSlice::of(text.as_bytes())) };
    // SAFETY: the host returns a copy of `text` that it never frees.
    unsafe { core::str::from_utf8_unchecked(core::slice::from_raw_parts(ptr.cast(), len)) }
}

/// The function that a host offers to its plugins.
///
/// # Safety
///
/// `of` is a text, borrowed for the call.
pub unsafe extern "C" fn intern_for_plugin(of: RawSlice) -> RawSlice {
    // SAFETY: the contract of this function.
    let bytes = unsafe { core::slice::from_raw_parts(of.ptr.cast::<u8>(), of.len) };
    // SAFETY: the bytes are a text.
    RawSlice::of(text(unsafe { core::str::from_utf8_unchecked(bytes) }).as_bytes())
}

/// Returns the slice that equals `elements` and is never freed.
pub(crate) fn slice<T: Eq + Hash + Send + Sync + 'static>(elements: Vec<T>) -> &'static [T] {
    set_of::<T>().intern(elements, Vec::into_boxed_slice)
}

/// Returns the set of the slices of `T`.
fn set_of<T: Eq + Hash + Send + Sync + 'static>() -> &'static Set<[T]> {
    static SETS: Mutex<Vec<&'static (dyn Any + Send + Sync)>> = Mutex::new(Vec::new());
    let mut sets = SETS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(set) = sets.iter().find_map(|set| set.downcast_ref()) {
        return set;
    }
    let set: &'static Set<[T]> = Box::leak(Box::new(Set::new()));
    sets.push(set);
    set
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_are_one_and_others_are_not() {
        let first = text(&String::from("interned twice"));
        assert!(core::ptr::eq(first, text(&String::from("interned twice"))));
        assert_eq!(text(""), "");
        assert_ne!(text("interned once"), first);
        let numbers = slice(vec![1u8, 2]);
        assert!(core::ptr::eq(numbers, slice(vec![1u8, 2])));
        assert_eq!(slice(vec![2u8]), [2]);
        assert_eq!(slice(vec![1u16, 2]), [1, 2]);
    }

    #[test]
    fn threads_at_once_have_the_same_value() {
        let intern = || (0..500).map(|i| text(&format!("text {i}")).as_ptr().addr());
        let threads: Vec<_> =
            (0..4).map(|_| std::thread::spawn(move || intern().collect::<Vec<_>>())).collect();
        for thread in threads {
            assert!(thread.join().unwrap().into_iter().eq(intern()));
        }
    }

    /// A value whose hash says nothing, and whose comparison takes the set too.
    #[derive(Debug)]
    struct Rude(u32);

    impl Hash for Rude {
        fn hash<H: core::hash::Hasher>(&self, _: &mut H) {}
    }

    impl PartialEq for Rude {
        fn eq(&self, other: &Rude) -> bool {
            slice(vec![u64::from(self.0)]);
            if self.0 == 2 && other.0 == 1 {
                slice(vec![Rude(1)]);
            }
            self.0 == other.0
        }
    }

    impl Eq for Rude {}

    #[test]
    fn a_comparison_may_use_the_set() {
        let [one, two] = [1, 2].map(|i| slice(vec![Rude(i)]));
        assert_eq!((one[0].0, two[0].0), (1, 2));
        assert!(core::ptr::eq(two, slice(vec![Rude(2)])));
    }
}
