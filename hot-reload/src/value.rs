//! Values whose types are known at run time, for C.

use std::cell::RefCell;
use std::ffi::{CStr, CString, c_char, c_void};

use plugin_interface::dynamic::Value;

/// The type of a value.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum hr_kind {
    /// No value; only a result.
    HR_VOID,
    /// A `bool` in `as.boolean`.
    HR_BOOL,
    /// A signed integer of any size in `as.integer`.
    HR_INT,
    /// An unsigned integer of any size in `as.natural`.
    HR_UINT,
    /// A `double` or `float` in `as.real`.
    HR_DOUBLE,
    /// A text that ends with NUL in `as.text`.
    HR_TEXT,
    /// Any pointer in `as.pointer`.
    HR_POINTER,
}

use hr_kind::*;

/// The content of a value; its kind selects the member.
#[repr(C)]
#[derive(Clone, Copy)]
pub union hr_union {
    /// For `HR_BOOL`.
    pub boolean: bool,
    /// For `HR_INT`.
    pub integer: i64,
    /// For `HR_UINT`.
    pub natural: u64,
    /// For `HR_DOUBLE`.
    pub real: f64,
    /// For `HR_TEXT`.
    pub text: *const c_char,
    /// For `HR_POINTER`.
    pub pointer: *mut c_void,
}

/// An argument or a result of `hr_call`.
///
/// An integer result is `HR_INT`, or `HR_UINT` if it is too large for that. A text
/// result that is null is `HR_POINTER`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct hr_value {
    /// The type.
    pub kind: hr_kind,
    /// The content.
    pub r#as: hr_union,
}

/// Reads an argument from C. Returns `None` for `HR_VOID` and for a null text.
///
/// # Safety
///
/// 1. The member of the union that the kind selects is initialized.
/// 2. A text is null or ends with NUL.
pub(crate) unsafe fn from_c(value: &hr_value) -> Option<Value<'static>> {
    // SAFETY: conditions 1 and 2.
    unsafe {
        Some(match value.kind {
            HR_VOID => return None,
            HR_BOOL => Value::Bool(value.r#as.boolean),
            HR_INT => Value::Int(value.r#as.integer.into()),
            HR_UINT => Value::Int(value.r#as.natural.into()),
            HR_DOUBLE => Value::Float(value.r#as.real),
            HR_TEXT => {
                let text = value.r#as.text.as_ref()?;
                Value::from(CStr::from_ptr(text))
            }
            HR_POINTER => Value::Pointer(value.r#as.pointer),
        })
    }
}

thread_local! {
    /// The last text that this thread received.
    static TEXT: RefCell<CString> = RefCell::default();
}

/// Converts a result for C.
pub(crate) fn to_c(value: Value<'static>) -> hr_value {
    let (kind, value) = match value {
        Value::Bool(boolean) => (HR_BOOL, hr_union { boolean }),
        Value::Int(value) => match i64::try_from(value) {
            Ok(integer) => (HR_INT, hr_union { integer }),
            // A larger integer is a `uint64_t`; C has none beyond that.
            Err(_) => (HR_UINT, hr_union { natural: value as u64 }),
        },
        Value::Float(real) => (HR_DOUBLE, hr_union { real }),
        Value::Text(text) => {
            let text = TEXT.with(|last| {
                last.replace(text);
                last.borrow().as_ptr()
            });
            (HR_TEXT, hr_union { text })
        }
        Value::Pointer(pointer) => (HR_POINTER, hr_union { pointer }),
        _ => (HR_VOID, hr_union { natural: 0 }),
    };
    hr_value { kind, r#as: value }
}
