//! Values whose types are known at run time, as C writes them.

use std::cell::RefCell;
use std::ffi::{CStr, CString, c_char, c_void};

use plugin_interface::dynamic::Value;

/// What a value is.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum hr_kind {
    /// Nothing; only returned.
    HR_VOID,
    /// `as.boolean`.
    HR_BOOL,
    /// `as.integer`, for integers of any size.
    HR_INT,
    /// `as.natural`, for integers of any size.
    HR_UINT,
    /// `as.real`, for `double` and `float`.
    HR_DOUBLE,
    /// `as.text`, which ends with NUL.
    HR_TEXT,
    /// `as.pointer`.
    HR_POINTER,
}

use hr_kind::*;

/// The value itself, by its kind.
#[repr(C)]
#[derive(Clone, Copy)]
pub union hr_union {
    /// Of `HR_BOOL`.
    pub boolean: bool,
    /// Of `HR_INT`.
    pub integer: i64,
    /// Of `HR_UINT`.
    pub natural: u64,
    /// Of `HR_DOUBLE`.
    pub real: f64,
    /// Of `HR_TEXT`.
    pub text: *const c_char,
    /// Of `HR_POINTER`.
    pub pointer: *mut c_void,
}

/// An argument or a result of `hr_call`. What a function returns is `HR_INT`, or
/// `HR_UINT` where it does not fit; a text that is null is `HR_POINTER`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct hr_value {
    /// What it is.
    pub kind: hr_kind,
    /// The value itself.
    pub r#as: hr_union,
}

/// An argument from C; `None` if it is none.
///
/// # Safety
///
/// The member of the union that the kind names was written; a text is null or ends
/// with NUL.
pub(crate) unsafe fn taken(value: &hr_value) -> Option<Value<'static>> {
    // SAFETY: the contract of this function.
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
    /// What the last text was that this thread was given.
    static TEXT: RefCell<CString> = RefCell::default();
}

/// A result for C.
pub(crate) fn given(value: Value<'static>) -> hr_value {
    let (kind, value) = match value {
        Value::Bool(boolean) => (HR_BOOL, hr_union { boolean }),
        Value::Int(value) => match i64::try_from(value) {
            Ok(integer) => (HR_INT, hr_union { integer }),
            // No integer of C is larger than that.
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
