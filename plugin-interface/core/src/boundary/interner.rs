//! The values behind received `'static` borrows: one copy of each, which is
//! never freed.
//!
//! The other library may be unloaded while the borrow is in use. So its
//! receiver borrows a copy of its own. The memory is bounded by the number of
//! distinct values. A plugin takes texts from its host, because copies of its
//! own would be lost each time it is unloaded.
#![expect(unsafe_code, reason = "a host passes texts to its plugins")]

use core::hash::BuildHasherDefault;
use std::collections::HashSet;
use std::collections::hash_map::DefaultHasher;
use std::sync::{OnceLock, PoisonError, RwLock};

use crate::abi::RawSlice;
use crate::boundary::copies::Copies;

type Hasher = BuildHasherDefault<DefaultHasher>;
type Intern = unsafe extern "C" fn(RawSlice) -> RawSlice;

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
    let Some(intern) = HOST.get() else { return text_of_this_library(text) };
    // SAFETY: the text is borrowed for the call.
    let RawSlice { ptr, len } = unsafe { intern(RawSlice::of(text.as_bytes())) };
    // SAFETY: the host returns a copy of `text` that it never frees.
    unsafe { core::str::from_utf8_unchecked(core::slice::from_raw_parts(ptr.cast(), len)) }
}

fn text_of_this_library(text: &str) -> &'static str {
    static TEXTS: RwLock<HashSet<&'static str, Hasher>> =
        RwLock::new(HashSet::with_hasher(Hasher::new()));
    if let Some(known) = TEXTS.read().unwrap_or_else(PoisonError::into_inner).get(text) {
        return known;
    }
    let mut texts = TEXTS.write().unwrap_or_else(PoisonError::into_inner);
    // Another thread may have been faster.
    if let Some(known) = texts.get(text) {
        return known;
    }
    let text: &'static str = Box::leak(Box::from(text));
    texts.insert(text);
    text
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

/// The slices that are never freed, by the type and the content of their
/// elements.
static SLICES: Copies = Copies::new();

/// Returns the slice of that content, which is never freed.
pub(crate) fn slice<T: Send + Sync + 'static>(
    content: Box<[u8]>,
    elements: Vec<T>,
) -> &'static [T] {
    SLICES.slice(content, elements)
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
}
