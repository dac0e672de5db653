//! The copying of bytes, for `const fn`s.

/// Copies `$len` bytes from a pointer to an array, from its byte `$to` on.
///
/// The compiler evaluates each call, and the calls in it, so a slice that is split takes
/// eight times as long. Casts by `as` are no calls.
///
/// # Safety
///
/// So many bytes are there, and as many left in the array.
macro_rules! copy {
    ($from:expr, $array:expr, $to:expr, $len:expr) => {
        core::ptr::copy_nonoverlapping($from, (&raw mut $array as *mut u8).add($to), $len)
    };
}

pub(super) use copy;
