//! Arguments and returns of calls whose types are known only at run time.

use core::ffi::c_void;
use core::fmt;
use core::marker::PhantomData;
use std::ffi::CString;

use super::signature::Scalar;

/// An argument or a return of [`call_dynamic`].
///
/// [`call_dynamic`]: crate::HotLibrary::call_dynamic
///
/// ```
/// use plugin_interface::dynamic::Value;
///
/// let mut numbers = [1.5, 2.5];
/// let all = [Value::from(3), 0.5.into(), true.into(), c"text".into(), (&mut numbers[..]).into()];
/// assert_eq!(all[0].to_string(), "3");
/// ```
#[derive(Debug, PartialEq)]
#[non_exhaustive]
pub enum Value<'b> {
    /// No value. Only returned.
    Void,
    /// A `bool`.
    Bool(bool),
    /// A number of any integer type. Its range is checked.
    Int(i128),
    /// A `double`. For a `float` it is rounded.
    Float(f64),
    /// A `const char *` that ends with NUL. A returned text is a copy.
    Text(CString),
    /// The start of a borrowed array.
    Buffer(Buffer<'b>),
    /// Any pointer. The caller knows the type that it points to.
    Pointer(*mut c_void),
}

/// A borrowed array of numbers. Created from a slice.
#[derive(PartialEq, Eq)]
pub struct Buffer<'b> {
    pub(super) start: *mut c_void,
    len: usize,
    pub(super) element: Scalar,
    pub(super) is_mutable: bool,
    borrowed: PhantomData<&'b mut [u8]>,
}

impl fmt::Debug for Buffer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mutable = if self.is_mutable { "mut " } else { "" };
        write!(f, "&{mutable}[{:?}; {}]", self.element, self.len)
    }
}

impl fmt::Display for Value<'_> {
    /// Writes void as nothing, a text unchanged, and a buffer by its type.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Void => Ok(()),
            Value::Bool(value) => value.fmt(f),
            Value::Int(value) => value.fmt(f),
            Value::Float(value) => value.fmt(f),
            Value::Text(value) => f.write_str(&value.to_string_lossy()),
            Value::Buffer(value) => fmt::Debug::fmt(value, f),
            Value::Pointer(value) => fmt::Debug::fmt(value, f),
        }
    }
}

macro_rules! from_numbers {
    ($($number:ty: $value:ident, $scalar:ident;)*) => {$(
        impl From<$number> for Value<'_> {
            fn from(value: $number) -> Self {
                Value::$value(value.into())
            }
        }

        impl<'b> From<&'b [$number]> for Value<'b> {
            fn from(values: &'b [$number]) -> Self {
                Value::Buffer(Buffer {
                    start: values.as_ptr().cast_mut().cast(),
                    len: values.len(),
                    element: Scalar::$scalar(size_of::<$number>()),
                    is_mutable: false,
                    borrowed: PhantomData,
                })
            }
        }

        impl<'b> From<&'b mut [$number]> for Value<'b> {
            fn from(values: &'b mut [$number]) -> Self {
                Value::Buffer(Buffer {
                    start: values.as_mut_ptr().cast(),
                    len: values.len(),
                    element: Scalar::$scalar(size_of::<$number>()),
                    is_mutable: true,
                    borrowed: PhantomData,
                })
            }
        }
    )*};
}

from_numbers! {
    i8: Int, Signed;
    i16: Int, Signed;
    i32: Int, Signed;
    i64: Int, Signed;
    u8: Int, Unsigned;
    u16: Int, Unsigned;
    u32: Int, Unsigned;
    u64: Int, Unsigned;
    f32: Float, Float;
    f64: Float, Float;
}

impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Value::Bool(value)
    }
}

impl From<isize> for Value<'_> {
    fn from(value: isize) -> Self {
        Value::Int(value as i128)
    }
}

impl From<usize> for Value<'_> {
    fn from(value: usize) -> Self {
        Value::Int(value as i128)
    }
}

impl From<&core::ffi::CStr> for Value<'_> {
    fn from(text: &core::ffi::CStr) -> Self {
        Value::Text(text.to_owned())
    }
}

impl<T> From<*mut T> for Value<'_> {
    fn from(pointer: *mut T) -> Self {
        Value::Pointer(pointer.cast())
    }
}
