//! `hot_reload.h`: `HotLibrary` for hosts written in C.
//!
//! The header is generated from this file, with its comments as documentation.
#![expect(unsafe_code, reason = "takes pointers from C")]
#![allow(non_camel_case_types, reason = "the names of the C header")]

mod last_error;
mod value;

use std::ffi::{CStr, OsStr, c_char};
use std::panic::{AssertUnwindSafe, catch_unwind};

use plugin_interface::dynamic::{DynamicCallError, Signature};
use plugin_interface::{
    FunctionGuard, HotError, HotLibrary, HotOptions, HotReload, LoadError, RetainedLibrary,
    UnloadOutcome, retained,
};

use crate::last_error::remember;
pub use crate::value::{hr_kind, hr_union, hr_value};

/// The status of a call. Negative values are errors.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum hr_status {
    /// Success. For `hr_check_and_reload`: the library is unchanged.
    HR_OK = 0,
    /// A new version is loaded.
    HR_RELOADED = 1,
    /// The library is closed, but still in memory; `hr_last_error` returns the
    /// reason.
    HR_STILL_MAPPED = 2,
    /// The library cannot be loaded: it is missing, damaged or being written.
    HR_NOT_LOADED = -1,
    /// The current version does not define this function.
    HR_NOT_DEFINED = -2,
    /// An argument is null or invalid.
    HR_BAD_ARGUMENT = -3,
    /// The policy rejects the library.
    HR_REFUSED = -4,
    /// An internal error of hot-reload.
    HR_PANICKED = -5,
}

use hr_status::*;

/// An open library.
pub struct hr_library {
    library: HotLibrary,
}

/// A hold, which keeps a version of a library loaded.
pub struct hr_hold {
    #[expect(dead_code, reason = "releases the version when dropped")]
    guard: FunctionGuard<unsafe extern "C" fn()>,
}

/// A function of any type; cast it to its own type.
pub type hr_function = Option<unsafe extern "C" fn()>;

/// The status and the message of an error.
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

/// Runs the body of a function. A panic becomes a status.
fn answer(run: impl FnOnce() -> Result<hr_status, Failed>) -> hr_status {
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(Ok(status)) => status,
        Ok(Err(Failed(status, message))) => {
            remember(message);
            status
        }
        Err(_) => {
            remember("internal error: a panic, which was printed to stderr".to_owned());
            HR_PANICKED
        }
    }
}

fn bad(what: &str) -> Failed {
    Failed(HR_BAD_ARGUMENT, what.to_owned())
}

/// Dereferences a pointer, unless it is null.
///
/// # Safety
///
/// 1. The pointer is null, or valid for as long as the result is used.
unsafe fn not_null<'p, T>(pointer: *const T, name: &str) -> Result<&'p T, Failed> {
    // SAFETY: condition 1.
    unsafe { pointer.as_ref() }.ok_or_else(|| bad(&format!("`{name}` is null")))
}

/// Borrows a text from C, unless it is null.
///
/// # Safety
///
/// 1. The pointer is null, or valid for as long as the result is used.
/// 2. The text ends with NUL.
unsafe fn text<'p>(pointer: *const c_char, name: &str) -> Result<&'p CStr, Failed> {
    // SAFETY: conditions 1 and 2.
    unsafe { not_null(pointer, name).map(|start| CStr::from_ptr(start)) }
}

/// Borrows a UTF-8 text from C, unless it is null.
///
/// # Safety
///
/// As for [`text`].
unsafe fn utf8<'p>(pointer: *const c_char, name: &str) -> Result<&'p str, Failed> {
    // SAFETY: the same conditions.
    unsafe { text(pointer, name) }?.to_str().map_err(|_| bad(&format!("`{name}` is not UTF-8")))
}

/// For `hr_open_with`: never unmap a version that was replaced. Meant for libraries
/// that leave pointers to themselves elsewhere. Each reload then costs the memory of
/// a library. Threads need no such option.
pub const HR_RETAIN: u32 = 1;

/// Loads the library at `path` for `count` functions with these names, and stores it
/// in `*library`. The library need not define the functions yet.
///
/// Loading runs the library's constructors.
///
/// # Safety
///
/// 1. `path` and each name are null or end with NUL.
/// 2. `names` is null or points to `count` names.
/// 3. `library` is null or can be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hr_open(
    path: *const c_char,
    names: *const *const c_char,
    count: usize,
    library: *mut *mut hr_library,
) -> hr_status {
    // SAFETY: the same conditions.
    unsafe { hr_open_with(path, names, count, 0, library) }
}

/// Loads a library as `hr_open` does, with options: a sum of constants such as
/// `HR_RETAIN`, or 0.
///
/// # Safety
///
/// 1. `path` and each name are null or end with NUL.
/// 2. `names` is null or points to `count` names.
/// 3. `library` is null or can be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hr_open_with(
    path: *const c_char,
    names: *const *const c_char,
    count: usize,
    options: u32,
    library: *mut *mut hr_library,
) -> hr_status {
    answer(|| {
        let chosen = match options {
            0 => HotOptions::new(),
            HR_RETAIN => HotOptions::new().retain(),
            unknown => {
                return Err(bad(&format!("`options` is {unknown}: expected 0 or HR_RETAIN")));
            }
        };
        // SAFETY: conditions 1 to 3.
        let (path, _, _) = unsafe {
            (text(path, "path")?, not_null(names, "names")?, not_null(library, "library")?)
        };
        // SAFETY: condition 2; `names` is not null.
        let names = unsafe { std::slice::from_raw_parts(names, count) };
        // SAFETY: condition 1.
        let names = names.iter().map(|name| unsafe { utf8(*name, "names") });
        let opened = chosen.open(path_of(path)?, &names.collect::<Result<Vec<_>, _>>()?)?;
        let opened = Box::new(hr_library { library: opened });
        // SAFETY: condition 3; `library` is not null.
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

/// Stores the function with that name in `*function`, and a hold in `*hold`. The
/// function may be called until `hr_release` receives the hold.
///
/// The function belongs to the version that is current now, also after a reload.
/// The name must be one of those passed to `hr_open`.
///
/// # Safety
///
/// 1. `library` is null or open.
/// 2. `name` is null or ends with NUL.
/// 3. `function` and `hold` are null or can be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hr_hold_function(
    library: *const hr_library,
    name: *const c_char,
    function: *mut hr_function,
    hold: *mut *mut hr_hold,
) -> hr_status {
    answer(|| {
        // SAFETY: conditions 1 and 2.
        let (library, name) = unsafe { (not_null(library, "library")?, utf8(name, "name")?) };
        // SAFETY: condition 3.
        unsafe { (not_null(function, "function")?, not_null(hold, "hold")?) };
        let named = library.library.function::<unsafe extern "C" fn()>(name)?;
        let guard = named.get().map_err(DynamicCallError::from)?;
        // SAFETY: condition 3; neither is null.
        unsafe {
            function.write(Some(*guard));
            hold.write(Box::into_raw(Box::new(hr_hold { guard })));
        }
        Ok(HR_OK)
    })
}

/// Releases a hold. Null is ignored.
///
/// # Safety
///
/// 1. The hold is null, or comes from `hr_hold_function` and was not released before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hr_release(hold: *mut hr_hold) {
    if !hold.is_null() {
        // SAFETY: condition 1; `hr_hold_function` created the box.
        drop(unsafe { Box::from_raw(hold) });
    }
}

/// Calls a function by its signature, such as `scale(double, int) -> double`, with
/// `count` arguments. Stores the result in `*result`, unless that is null.
///
/// Each argument must have the type of its parameter: `HR_INT` or `HR_UINT` in
/// range for an integer, `HR_DOUBLE` for `double` and `float`, `HR_TEXT` for
/// `const char *`, and `HR_POINTER` for any pointer. A text result is a copy, valid
/// until the next `hr_call` of this thread.
///
/// # Safety
///
/// 1. `library` is null or open.
/// 2. The function has that signature.
/// 3. `signature` and each text are null or end with NUL.
/// 4. `arguments` is null or points to `count` values, each with the member that
///    its kind selects.
/// 5. `result` is null or can be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hr_call(
    library: *const hr_library,
    signature: *const c_char,
    arguments: *const hr_value,
    count: usize,
    result: *mut hr_value,
) -> hr_status {
    answer(|| {
        // SAFETY: conditions 1 and 3.
        let (library, text) =
            unsafe { (not_null(library, "library")?, utf8(signature, "signature")?) };
        let signature: Signature = text.parse()?;
        let arguments = match count {
            0 => &[],
            // SAFETY: condition 4; `arguments` is not null.
            _ => unsafe {
                not_null(arguments, "arguments")?;
                std::slice::from_raw_parts(arguments, count)
            },
        };
        // SAFETY: conditions 3 and 4.
        let arguments = arguments.iter().map(|argument| unsafe { value::from_c(argument) });
        let arguments: Option<Vec<_>> = arguments.collect();
        let arguments =
            arguments.ok_or_else(|| bad("an argument is HR_VOID, or a text that is null"))?;
        // SAFETY: condition 2.
        let returned =
            unsafe { library.library.call_dynamic(signature.name(), &signature, &arguments) }?;
        if !result.is_null() {
            // SAFETY: condition 5.
            unsafe { result.write(value::to_c(returned)) };
        }
        Ok(HR_OK)
    })
}

/// Loads the file again if it has changed. Returns `HR_RELOADED`, or `HR_OK` if it
/// is unchanged. After an error the current version stays in use.
///
/// A call for an unchanged file is cheap, so call it often.
///
/// # Safety
///
/// 1. `library` is null or open.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hr_check_and_reload(library: *const hr_library) -> hr_status {
    answer(|| {
        // SAFETY: condition 1.
        let library = unsafe { not_null(library, "library") }?;
        Ok(match library.library.check_and_reload()? {
            HotReload::Unchanged => HR_OK,
            _ => HR_RELOADED,
        })
    })
}

/// Returns the number of the current version, counted from 1; 0 for null.
///
/// # Safety
///
/// 1. `library` is null or open.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hr_generation(library: *const hr_library) -> u64 {
    // SAFETY: condition 1.
    unsafe { library.as_ref() }.map_or(0, |library| library.library.generation())
}

/// Returns how many replaced versions of the library are still in memory, since
/// threads of them run. Each is released by a later reload, when its threads have
/// ended. Returns 0 for null.
///
/// # Safety
///
/// 1. `library` is null or open.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hr_kept_versions(library: *const hr_library) -> usize {
    // SAFETY: condition 1.
    let Some(library) = (unsafe { library.as_ref() }) else { return 0 };
    let path = library.library.path();
    let real = path.canonicalize().ok();
    let is_of_it = |kept: &&RetainedLibrary| kept.path == path || Some(&kept.path) == real.as_ref();
    retained().iter().filter(is_of_it).count()
}

/// Unloads the library and frees `library`. Waits up to ten seconds for running
/// calls. Returns `HR_STILL_MAPPED` if something keeps the library in memory.
///
/// # Safety
///
/// 1. `library` is null or open.
/// 2. `library` is not used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hr_unload(library: *mut hr_library) -> hr_status {
    answer(|| {
        // SAFETY: condition 1.
        unsafe { not_null(library, "library") }?;
        // SAFETY: conditions 1 and 2; `hr_open` created the box.
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

/// Returns the message of the last error of this thread, or an empty text. The
/// pointer is valid until the thread's next error.
#[unsafe(no_mangle)]
pub extern "C" fn hr_last_error() -> *const c_char {
    last_error::text()
}
