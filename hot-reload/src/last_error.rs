//! The last error of each thread.

use std::cell::RefCell;
use std::ffi::{CString, c_char};

thread_local! {
    static LAST: RefCell<CString> = RefCell::default();
}

pub(crate) fn remember(message: String) {
    // A NUL would end the text.
    let message = CString::new(message.replace('\0', "\\0")).unwrap_or_default();
    // A thread that is ending has no more use for it.
    let _ = LAST.try_with(|last| last.replace(message));
}

pub(crate) fn text() -> *const c_char {
    LAST.try_with(|last| last.borrow().as_ptr()).unwrap_or(c"".as_ptr())
}
