//! The values behind received `'static` borrows: one copy of each, which is
//! never freed.
//!
//! The other library may be unloaded while the borrow is in use. So its
//! receiver borrows a copy of its own. The memory is bounded by the number of
//! distinct values, and has a limit. A plugin takes texts from its host, because copies of its
//! own would be lost each time it is unloaded.
#![expect(unsafe_code, reason = "a host passes texts to its plugins")]

use core::hash::BuildHasherDefault;
use core::ptr;
use std::collections::HashSet;
use std::collections::hash_map::DefaultHasher;
use std::sync::{OnceLock, PoisonError, RwLock};

use crate::abi::RawSlice;
use crate::boundary::copies::Copies;
use crate::boundary::{LiftError, Room};

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

/// Returns the text that equals `text` and is never freed, if there is room for it.
pub(crate) fn text(text: &str) -> Result<&'static str, LiftError> {
    let Some(intern) = HOST.get() else { return text_of_this_library(text) };
    // SAFETY: the text is borrowed for the call.
    let RawSlice { ptr, len } = unsafe { intern(RawSlice::of(text.as_bytes())) };
    if ptr.is_null() {
        return Err(LiftError::Refused(
            "the host keeps 256 MiB of different texts for `'static`, and takes no other one",
        ));
    }
    // SAFETY: the host returns a copy of `text` that it never frees.
    Ok(unsafe { core::str::from_utf8_unchecked(core::slice::from_raw_parts(ptr.cast(), len)) })
}

fn text_of_this_library(text: &str) -> Result<&'static str, LiftError> {
    static TEXTS: RwLock<Texts> =
        RwLock::new(Texts { known: HashSet::with_hasher(Hasher::new()), room: Room::new() });
    if let Some(known) = TEXTS.read().unwrap_or_else(PoisonError::into_inner).known.get(text) {
        return Ok(known);
    }
    TEXTS.write().unwrap_or_else(PoisonError::into_inner).keep(text)
}

/// Texts that are never freed.
struct Texts {
    known: HashSet<&'static str, Hasher>,
    room: Room,
}

impl Texts {
    fn keep(&mut self, text: &str) -> Result<&'static str, LiftError> {
        // Another thread may have been faster.
        if let Some(known) = self.known.get(text) {
            return Ok(known);
        }
        self.room.take(text.len())?;
        let text: &'static str = Box::leak(Box::from(text));
        self.known.insert(text);
        Ok(text)
    }
}

/// The function that a host offers to its plugins. It returns null where there is no
/// room for a text.
///
/// # Safety
///
/// `of` is a text, borrowed for the call.
pub unsafe extern "C" fn intern_for_plugin(of: RawSlice) -> RawSlice {
    // SAFETY: the contract of this function.
    let bytes = unsafe { core::slice::from_raw_parts(of.ptr.cast::<u8>(), of.len) };
    // SAFETY: the bytes are a text.
    let text = text(unsafe { core::str::from_utf8_unchecked(bytes) });
    text.map_or(RawSlice { ptr: ptr::null(), len: 0 }, |text| RawSlice::of(text.as_bytes()))
}

/// The slices that are never freed, by the type and the content of their
/// elements.
static SLICES: Copies = Copies::new();

/// Returns the slice of that content, which is never freed, if there is room for it.
pub(crate) fn slice<T: Send + Sync + 'static>(
    content: Box<[u8]>,
    elements: Vec<T>,
) -> Result<&'static [T], LiftError> {
    SLICES.slice(content, elements)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_are_one_and_others_are_not() {
        let first = text(&String::from("interned twice")).unwrap();
        assert!(ptr::eq(first, text(&String::from("interned twice")).unwrap()));
        assert_eq!(text(""), Ok(""));
        assert_ne!(text("interned once"), Ok(first));
    }

    #[test]
    fn no_other_text_is_kept_when_the_room_is_taken() {
        let mut texts = Texts { known: HashSet::default(), room: Room::of(100) };
        let first = texts.keep("first").unwrap();
        assert!(texts.keep("second").is_err());
        assert!(ptr::eq(texts.keep("first").unwrap(), first));
        assert_eq!(texts.known.len(), 1);
    }

    #[test]
    fn threads_at_once_have_the_same_value() {
        let intern = || (0..500).map(|i| text(&format!("text {i}")).unwrap().as_ptr().addr());
        let threads: Vec<_> =
            (0..4).map(|_| std::thread::spawn(move || intern().collect::<Vec<_>>())).collect();
        for thread in threads {
            assert!(thread.join().unwrap().into_iter().eq(intern()));
        }
    }
}
