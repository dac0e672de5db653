//! A compile-time check that a layout is the documented one.

/// Asserts size, alignment and field offsets of a `repr(C)` type.
///
/// Other systems than those of 64 bits are refused as a whole, by one error.
macro_rules! assert_layout {
    ($ty:ty { size: $size:expr, align: $align:expr $(, $field:tt: $offset:expr)* $(,)? }) => {
        #[cfg(target_pointer_width = "64")]
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
