//! The memory that each argument lends, from which a return value may borrow.

use core::ffi::CStr;
use std::borrow::Cow;
use std::ffi::OsStr;
use std::path::Path;

use crate::boundary::{LentMemory, Plain};

/// An argument whose lifetime the return value has.
#[doc(hidden)]
#[derive(Debug)]
pub struct Lending<'v, T>(pub &'v T);

/// Arguments whose memory is known. Found before `LendsUnknown`, as a method of the
/// type itself.
#[doc(hidden)]
pub trait LendsKnown<'m> {
    fn __plugin_lend(&self, memory: &mut LentMemory<'m>);
}

impl<'m, T: Lends<'m>> LendsKnown<'m> for Lending<'_, T> {
    #[inline]
    fn __plugin_lend(&self, memory: &mut LentMemory<'m>) {
        self.0.note(memory);
    }
}

/// All other arguments, such as a derived type.
#[doc(hidden)]
pub trait LendsUnknown {
    fn __plugin_lend(&self, memory: &mut LentMemory<'_>);
}

impl<T> LendsUnknown for &Lending<'_, T> {
    #[inline]
    fn __plugin_lend(&self, memory: &mut LentMemory<'_>) {
        memory.add_unknown();
    }
}

/// A type that lends memory for `'m` at least.
#[doc(hidden)]
pub trait Lends<'m> {
    fn note(&self, memory: &mut LentMemory<'m>);
}

/// Implements it for references `&'s ..`, which outlive `'m`.
macro_rules! lends {
    ($([$($generics:tt)*] $ty:ty: $value:ident => $memory:expr;)*) => {$(
        impl<'m, 's: 'm, $($generics)*> Lends<'m> for $ty {
            #[inline]
            fn note(&self, memory: &mut LentMemory<'m>) {
                let $value = self;
                memory.add::<_>($memory);
            }
        }
    )*};
}

lends! {
    [] &'s str: text => &**text;
    [] &'s Path: path => path.as_os_str().as_encoded_bytes();
    [] &'s OsStr: text => text.as_encoded_bytes();
    [] &'s CStr: text => text.to_bytes_with_nul();
    [T: Plain] &'s T: value => &**value;
    [T: Plain] &'s [T]: values => &**values;
    [T: Plain] &'s mut T: value => &**value;
    [T: Plain] &'s mut [T]: values => &**values;
}

/// If it is owned, the other side owns it then, and cannot borrow from it.
impl<'m, 's: 'm, B: ToOwned + ?Sized> Lends<'m> for Cow<'s, B> {
    fn note(&self, memory: &mut LentMemory<'m>) {
        if let Cow::Borrowed(borrowed) = self {
            memory.add::<B>(borrowed);
        }
    }
}

impl<'m, T: Lends<'m>> Lends<'m> for Option<T> {
    fn note(&self, memory: &mut LentMemory<'m>) {
        self.iter().for_each(|value| value.note(memory));
    }
}

impl<'m, T: Lends<'m>> Lends<'m> for Vec<T> {
    fn note(&self, memory: &mut LentMemory<'m>) {
        self.iter().for_each(|value| value.note(memory));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Copy)]
    struct Unknown<'a>(&'a str);

    #[test]
    #[expect(clippy::needless_borrow, reason = "as the macro calls them, whatever the type")]
    fn memory_is_noted_for_each_known_argument() {
        let (text, numbers) = (String::from("a text"), [1_u32, 2, 3]);
        let mut memory = LentMemory::new();
        (&Lending(&&*text)).__plugin_lend(&mut memory);
        (&Lending(&Some(&numbers[1..]))).__plugin_lend(&mut memory);
        let has =
            |memory: &LentMemory<'_>, bytes: &[u8]| memory.has(bytes.as_ptr().addr(), bytes.len());
        assert!(has(&memory, text.as_bytes()) && has(&memory, &text.as_bytes()[2..]));
        let at = numbers.as_ptr().addr();
        assert!(memory.has(at + 4, 8) && !memory.has(at, 4) && !memory.has(at + 8, 5));
        assert!(memory.has(0, 0) && !memory.has(usize::MAX, 2) && !memory.is_partial());
        (&Lending(&vec![&*text; 9])).__plugin_lend(&mut memory);
        assert!(has(&memory, text.as_bytes()) && !memory.is_partial());
        (&Lending(&Unknown(&text))).__plugin_lend(&mut memory);
        assert!(memory.is_partial() && Unknown(&text).0 == text);
    }
}
