//! A compile-time check that a layout is the documented one.

/// Asserts size, alignment and field offsets of a `repr(C)` type.
///
/// They are in words of the target (`size_of::<usize>()` bytes), so that one
/// list works for each pointer width.
macro_rules! assert_layout {
    ($ty:ty { size: $size:expr, align: $align:expr $(, $field:tt: $offset:expr)* $(,)? }) => {
        const _: () = {
            assert!(size_of::<$ty>() == $size, concat!("size of ", stringify!($ty)));
            assert!(align_of::<$ty>() == $align, concat!("alignment of ", stringify!($ty)));
            $(assert!(
                core::mem::offset_of!($ty, $field) == $offset,
                concat!("offset of ", stringify!($ty), "::", stringify!($field))
            );)*
        };
    };
}

pub(crate) use assert_layout;
