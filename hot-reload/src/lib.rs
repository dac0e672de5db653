//! `hot_reload.h`: what `HotLibrary` does, for hosts written in C.
//!
//! The header is made of this file, whose comments are its documentation.
#![expect(unsafe_code, reason = "takes pointers from C")]
#![allow(non_camel_case_types, reason = "names as C has them")]

mod last_error;
mod value;

use std::ffi::{CStr, OsStr, c_char};
use std::panic::{AssertUnwindSafe, catch_unwind};

use plugin_interface::dynamic::{DynamicCallError, Signature};
use plugin_interface::{FunctionGuard, HotError, HotLibrary, HotReload, LoadError, UnloadOutcome};

use crate::last_error::remember;
pub use crate::value::{hr_kind, hr_union, hr_value};

/// How a function of this header went.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum hr_status {
    /// Well; of `hr_check_and_reload`: nothing changed.
    HR_OK = 0,
    /// A new version serves.
    HR_RELOADED = 1,
    /// It was unloaded, and is still mapped; `hr_last_error` tells why.
    HR_STILL_MAPPED = 2,
    /// The library cannot be loaded: it is missing, damaged, being written ..
    HR_NOT_LOADED = -1,
    /// The version that serves has no such function.
    HR_NOT_DEFINED = -2,
    /// An argument is null, or none that the function could take.
    HR_BAD_ARGUMENT = -3,
    /// The policy refuses the library.
    HR_REFUSED = -4,
    /// There is a mistake in this library.
    HR_PANICKED = -5,
}

use hr_status::*;

/// A library that is open.
pub struct hr_library {
    library: HotLibrary,
}

/// Keeps a version of a library mapped.
pub struct hr_hold {
    #[expect(dead_code, reason = "kept for what its drop does")]
    guard: FunctionGuard<unsafe extern "C" fn()>,
}

/// Any function; to be cast to its own type.
pub type hr_function = Option<unsafe extern "C" fn()>;

/// An error, and what is to be remembered of it.
struct Failed(hr_status, String);

impl From<HotError> for Failed {
    fn from(error: HotError) -> Self {
        let status = match &error {
            HotError::NoNames { .. } | HotError::Name { .. } | HotError::NotNamed { .. } => {
                HR_BAD_ARGUMENT
            }
            HotError::Load(
                LoadError::WorldWritable { .. }
                | LoadError::NotPinned { .. }
                | LoadError::Denied { .. },
            ) => HR_REFUSED,
            _ => HR_NOT_LOADED,
        };
        Failed(status, format!("{error:?}"))
    }
}

impl From<DynamicCallError> for Failed {
    fn from(error: DynamicCallError) -> Self {
        let status = match error {
            DynamicCallError::NotDefined(_) => HR_NOT_DEFINED,
            _ => HR_BAD_ARGUMENT,
        };
        Failed(status, error.to_string())
    }
}

/// Runs what a function does; nothing unwinds into C.
fn answer(run: impl FnOnce() -> Result<hr_status, Failed>) -> hr_status {
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(Ok(status)) => status,
        Ok(Err(Failed(status, message))) => {
            remember(message);
            status
        }
        Err(_) => {
            remember("a panic, which was reported when it happened".to_owned());
            HR_PANICKED
        }
    }
}

fn bad(what: &str) -> Failed {
    Failed(HR_BAD_ARGUMENT, what.to_owned())
}

/// What a pointer leads to, unless it is null.
///
/// # Safety
///
/// It is null or valid for as long as the result is used.
unsafe fn given<'p, T>(pointer: *const T, name: &str) -> Result<&'p T, Failed> {
    // SAFETY: the contract of this function.
    unsafe { pointer.as_ref() }.ok_or_else(|| bad(&format!("`{name}` is null")))
}

/// A text that C gives.
///
/// # Safety
///
/// It is null or ends with NUL, and valid for as long as the result is used.
unsafe fn text<'p>(pointer: *const c_char, name: &str) -> Result<&'p CStr, Failed> {
    // SAFETY: the contract of this function.
    unsafe { given(pointer, name).map(|start| CStr::from_ptr(start)) }
}

/// # Safety
///
/// As [`text`].
unsafe fn utf8<'p>(pointer: *const c_char, name: &str) -> Result<&'p str, Failed> {
    // SAFETY: the contract of this function.
    unsafe { text(pointer, name) }?.to_str().map_err(|_| bad(&format!("`{name}` is not UTF-8")))
}

/// Loads the library at `path` for `count` functions of these names, of which it
/// need not define any yet, and gives it in `*library`.
///
/// Opening runs the library's constructors.
///
/// # Safety
///
/// `path` and the names end with NUL; there are `count` names; `library` can be
/// written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hr_open(
    path: *const c_char,
    names: *const *const c_char,
    count: usize,
    library: *mut *mut hr_library,
) -> hr_status {
    answer(|| {
        // SAFETY: the contract of this function.
        let (path, _, _) =
            unsafe { (text(path, "path")?, given(names, "names")?, given(library, "library")?) };
        // SAFETY: as above; `names` is not null.
        let names = unsafe { std::slice::from_raw_parts(names, count) };
        // SAFETY: as above.
        let names = names.iter().map(|name| unsafe { utf8(*name, "names") });
        let opened = HotLibrary::open(path_of(path)?, &names.collect::<Result<Vec<_>, _>>()?)?;
        let opened = Box::new(hr_library { library: opened });
        // SAFETY: as above; `library` is not null.
        unsafe { library.write(Box::into_raw(opened)) };
        Ok(HR_OK)
    })
}

#[cfg(unix)]
fn path_of(text: &CStr) -> Result<&OsStr, Failed> {
    use std::os::unix::ffi::OsStrExt;
    Ok(OsStr::from_bytes(text.to_bytes()))
}

#[cfg(not(unix))]
fn path_of(text: &CStr) -> Result<&OsStr, Failed> {
    text.to_str().map(OsStr::new).map_err(|_| bad("`path` is not UTF-8"))
}

/// Gives the function of that name of the version that serves, to be called
/// until `*hold` is given to `hr_release`. A new version may serve in between.
///
/// The name is one of those that the library was opened with.
///
/// # Safety
///
/// The library is open, `name` ends with NUL, `function` and `hold` can be
/// written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hr_hold_function(
    library: *const hr_library,
    name: *const c_char,
    function: *mut hr_function,
    hold: *mut *mut hr_hold,
) -> hr_status {
    answer(|| {
        // SAFETY: the contract of this function.
        let (library, name) = unsafe { (given(library, "library")?, utf8(name, "name")?) };
        // SAFETY: as above.
        unsafe { (given(function, "function")?, given(hold, "hold")?) };
        let named = library.library.function::<unsafe extern "C" fn()>(name)?;
        let guard = named.get().map_err(DynamicCallError::from)?;
        // SAFETY: as above; neither is null.
        unsafe {
            function.write(Some(*guard));
            hold.write(Box::into_raw(Box::new(hr_hold { guard })));
        }
        Ok(HR_OK)
    })
}

/// Ends what `hr_hold_function` began; null is passed over.
///
/// # Safety
///
/// It was not released before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hr_release(hold: *mut hr_hold) {
    if !hold.is_null() {
        // SAFETY: made by `hr_hold_function`, and not released yet.
        drop(unsafe { Box::from_raw(hold) });
    }
}

/// Calls a function by its signature, such as `scale(double, int) -> double`, with
/// `count` arguments, and gives what it returns in `*result`, unless that is
/// null. A text that it returns is copied, and valid until the next `hr_call` of
/// the thread.
///
/// Each argument must be of the type of its parameter: integers, in its range,
/// for integers, `HR_DOUBLE` for `double` and `float`, `HR_TEXT` for `const char *`,
/// and `HR_POINTER` for any pointer.
///
/// # Safety
///
/// The library is open, the function has that signature, `signature` and texts end
/// with NUL, there are `count` arguments, `result` is null or can be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hr_call(
    library: *const hr_library,
    signature: *const c_char,
    arguments: *const hr_value,
    count: usize,
    result: *mut hr_value,
) -> hr_status {
    answer(|| {
        // SAFETY: the contract of this function.
        let (library, text) =
            unsafe { (given(library, "library")?, utf8(signature, "signature")?) };
        let signature: Signature = text.parse()?;
        let arguments = match count {
            0 => &[],
            // SAFETY: as above, and not null.
            _ => unsafe {
                given(arguments, "arguments")?;
                std::slice::from_raw_parts(arguments, count)
            },
        };
        // SAFETY: as above.
        let arguments = arguments.iter().map(|argument| unsafe { value::taken(argument) });
        let arguments: Option<Vec<_>> = arguments.collect();
        let arguments =
            arguments.ok_or_else(|| bad("an argument is HR_VOID, or a text that is null"))?;
        // SAFETY: as above.
        let returned =
            unsafe { library.library.call_dynamic(signature.name(), &signature, &arguments) }?;
        if !result.is_null() {
            // SAFETY: as above.
            unsafe { result.write(value::given(returned)) };
        }
        Ok(HR_OK)
    })
}

/// Loads the file if it is another one than at the last time, and puts it in
/// place of the version that serves when all has gone well: `HR_RELOADED`, or
/// `HR_OK` if it is the same. After an error the version before serves on. Made
/// to be called often.
///
/// # Safety
///
/// The library is open.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hr_check_and_reload(library: *const hr_library) -> hr_status {
    answer(|| {
        // SAFETY: the contract of this function.
        let library = unsafe { given(library, "library") }?;
        Ok(match library.library.check_and_reload()? {
            HotReload::Unchanged => HR_OK,
            _ => HR_RELOADED,
        })
    })
}

/// The number of the version that serves, counted from 1; 0 for null.
///
/// # Safety
///
/// The library is open, or null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hr_generation(library: *const hr_library) -> u64 {
    // SAFETY: the contract of this function.
    unsafe { library.as_ref() }.map_or(0, |library| library.library.generation())
}

/// Waits for calls in flight, for ten seconds at most, unloads the library and
/// frees `library`: `HR_OK`, or `HR_STILL_MAPPED` if something keeps it mapped.
///
/// # Safety
///
/// The library is open, and not used from now on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hr_unload(library: *mut hr_library) -> hr_status {
    answer(|| {
        // SAFETY: the contract of this function.
        unsafe { given(library, "library") }?;
        // SAFETY: as above; made by `hr_open`.
        let library = unsafe { Box::from_raw(library) };
        match library.library.unload()? {
            UnloadOutcome::Unmapped => Ok(HR_OK),
            outcome @ (UnloadOutcome::Pinned { .. } | UnloadOutcome::Retained { .. }) => {
                Err(Failed(HR_STILL_MAPPED, outcome.to_string()))
            }
            other => Err(Failed(HR_STILL_MAPPED, format!("{other:?}"))),
        }
    })
}

/// What the last error of this thread was, until its next one; empty if there was
/// none.
#[unsafe(no_mangle)]
pub extern "C" fn hr_last_error() -> *const c_char {
    last_error::text()
}
