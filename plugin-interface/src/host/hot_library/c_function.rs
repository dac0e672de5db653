//! The types of C functions.
#![expect(unsafe_code, reason = "states which types are pointers to functions")]

/// A pointer to a C function of up to twelve parameters, such as
/// `unsafe extern "C" fn(i32) -> i32`.
///
/// Such a function is always unsafe to call: a library does not contain the
/// types of its functions.
///
/// ```compile_fail,E0277
/// # let library = plugin_interface::HotLibrary::open("libfoo.so", &["foo"]).unwrap();
/// let foo = library.function::<extern "C" fn(i32) -> i32>("foo");
/// ```
///
/// ```no_run
/// # let library = plugin_interface::HotLibrary::open("libfoo.so", &["foo"]).unwrap();
/// let foo = library.function::<unsafe extern "C" fn(i32) -> i32>("foo");
/// ```
///
/// # Safety
///
/// The type is a pointer to a function.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the type of a C function",
    note = "write `unsafe extern \"C\" fn(..) -> ..`; references have lifetimes, which C does not know: pass pointers"
)]
pub unsafe trait CFunction: Copy + Send + Sync + 'static {}

macro_rules! functions {
    ($($first:ident $($rest:ident)*)?) => {
        // SAFETY: a pointer to a function.
        unsafe impl<$($first: 'static, $($rest: 'static,)*)? R: 'static> CFunction
            for unsafe extern "C" fn($($first $(, $rest)*)?) -> R {}
        $(
            // SAFETY: a pointer to a function.
            unsafe impl<$first: 'static, $($rest: 'static,)* R: 'static> CFunction
                for unsafe extern "C" fn($first $(, $rest)*, ...) -> R {}
            functions! { $($rest)* }
        )?
    };
}

functions! { A B C D E F G H I J K L }
