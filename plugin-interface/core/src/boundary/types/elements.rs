//! The content of values in a row.
#![expect(unsafe_code, reason = "wires are read through pointers")]

use core::ffi::c_void;

use crate::boundary::{Content, FfiSafe};

/// Appends the number of values, and their contents. A pointer that their lift
/// would reject is opaque.
///
/// # Safety
///
/// `values` is null, or points to that many wires of `T`, each as for
/// [`FfiSafe::content`].
pub(crate) unsafe fn content_of<T: FfiSafe>(
    values: *const c_void,
    len: usize,
    content: &mut Content,
) {
    let values = values.cast::<T::Wire>();
    content.number(len);
    if len == 0 {
        return;
    }
    let is_too_long = len > isize::MAX as usize / size_of::<T::Wire>().max(1);
    if values.is_null() || !values.is_aligned() || is_too_long {
        return content.opaque();
    }
    for i in 0..len {
        // SAFETY: within the length, and aligned; the contract of this function.
        unsafe { T::content(values.add(i).read(), content) };
    }
}

#[cfg(test)]
mod tests {
    use crate::boundary::{Content, FfiSafe};

    /// Returns the content of a value.
    fn content<T: FfiSafe<At<'static> = T>>(value: T) -> Option<Box<[u8]>> {
        let (wire, mut content) = (value.lower(), Content::default());
        // SAFETY: lowered just now, and lifted after.
        unsafe {
            T::content(wire, &mut content);
            drop(T::lift(wire, crate::boundary::Origin::Rust));
        }
        content.finish().ok()
    }

    #[test]
    fn values_are_equal_if_their_contents_are() {
        let texts = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
        assert_eq!(content(texts(&["a", "bc"])), content(texts(&["a", "bc"])));
        assert_ne!(content(texts(&["a", "bc"])), content(texts(&["ab", "c"])));
        assert_ne!(content(texts(&["a"])), content(texts(&["a", ""])));
        assert_ne!(content(Some(0_u8)), content(None::<u8>));
        assert_ne!(content(Ok::<u8, u8>(1)), content(Err::<u8, u8>(1)));
        assert_ne!(content(0.0_f64), content(-0.0_f64));
        assert_eq!(content(f32::NAN), content(f32::NAN));
        assert_ne!(content((1_u8, Box::new(2_u8))), content((1_u8, Box::new(3_u8))));
        assert_ne!(content([1_u16, 2]), content([2_u16, 1]));
    }

    #[test]
    fn an_object_has_no_content() {
        let object: std::sync::Arc<dyn Fn(u8) -> u8 + Send + Sync> = std::sync::Arc::new(|n| n);
        assert_eq!(content(vec![object]), None);
        assert!(content(vec![1_u8]).is_some());
    }
}
