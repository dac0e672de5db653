//! Signatures that are written once.

use std::path::Path;

use super::{HotError, HotLibrary};

/// Functions of a library as a struct, which [`hot_functions!`] makes.
///
/// [`hot_functions!`]: crate::hot_functions
pub trait HotFunctions: Sized {
    /// Their names.
    const NAMES: &'static [&'static str];

    /// The functions of a library that was opened with these names.
    ///
    /// # Errors
    ///
    /// If it was opened without one of them.
    fn of(library: &HotLibrary) -> Result<Self, HotError>;

    /// Opens a library for these functions.
    ///
    /// # Errors
    ///
    /// As [`HotLibrary::open`].
    fn open(path: impl AsRef<Path>) -> Result<(HotLibrary, Self), HotError> {
        let library = HotLibrary::open(path, Self::NAMES)?;
        let functions = Self::of(&library)?;
        Ok((library, functions))
    }
}

/// Makes a struct of functions that a library of C may have, from their
/// signatures.
///
/// Each is a field, a [`HotFunction`](crate::HotFunction), and a method, which is
/// unsafe and answers [`NotDefined`](crate::NotDefined) while the library has no
/// such function. The struct implements [`HotFunctions`](crate::HotFunctions). If
/// it is not named, it is called `Functions`.
///
/// ```
/// # let directory = tempfile::tempdir()?;
/// # let path = directory.path().join("libfoo.so");
/// # std::fs::write(directory.path().join("foo.c"), "int foo(void) { return 4; }")?;
/// # let gcc = std::process::Command::new("gcc").args(["-shared", "-o"]).arg(&path)
/// #     .arg(directory.path().join("foo.c")).status()?;
/// # assert!(gcc.success());
/// use core::ffi::c_int;
/// use plugin_interface::{HotFunctions, hot_functions};
///
/// hot_functions! {
///     /// As in foo.h.
///     struct Foo {
///         fn foo() -> c_int;
///         fn bar(factor: c_int) -> c_int;
///     }
/// }
///
/// let (library, functions) = Foo::open(path)?;
/// // SAFETY: the signatures are those in foo.h.
/// unsafe {
///     assert_eq!(functions.foo(), Ok(4));
///     assert_eq!(functions.bar(2).unwrap_err().name, "bar");
/// }
/// library.check_and_reload()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[macro_export]
macro_rules! hot_functions {
    (
        $(#[$meta:meta])*
        $vis:vis struct $name:ident {
            $(
                $(#[$about:meta])*
                fn $function:ident($($arg:ident: $type:ty),* $(,)?) $(-> $return:ty)?;
            )+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug)]
        $vis struct $name {
            $(
                $(#[$about])*
                $vis $function:
                    $crate::HotFunction<unsafe extern "C" fn($($type),*) $(-> $return)?>,
            )+
        }

        impl $crate::HotFunctions for $name {
            const NAMES: &'static [&'static str] = &[$(::core::stringify!($function)),+];

            fn of(
                library: &$crate::HotLibrary,
            ) -> ::core::result::Result<Self, $crate::HotError> {
                ::core::result::Result::Ok(Self {
                    $($function: library.function(::core::stringify!($function))?,)+
                })
            }
        }

        #[allow(dead_code, unsafe_code, unused_parens, clippy::too_many_arguments)]
        impl $name {
            $(
                $(#[$about])*
                ///
                /// # Errors
                ///
                /// If the library that serves does not define it.
                ///
                /// # Safety
                ///
                /// 1. The library's function has this signature, and is called as it asks
                ///    for.
                /// 2. What it returns of the library is not used after the library is
                ///    replaced.
                $vis unsafe fn $function(
                    &self,
                    $($arg: $type),*
                ) -> ::core::result::Result<($($return)?), $crate::NotDefined> {
                    let function = self.$function.get()?;
                    // SAFETY: as this function demands.
                    ::core::result::Result::Ok(unsafe { function($($arg),*) })
                }
            )+
        }
    };
    ($($(#[$about:meta])* fn $function:ident($($arg:ident: $type:ty),* $(,)?) $(-> $return:ty)?;)+) => {
        $crate::hot_functions! {
            /// Functions of a library.
            struct Functions {
                $($(#[$about])* fn $function($($arg: $type),*) $(-> $return)?;)+
            }
        }
    };
}
