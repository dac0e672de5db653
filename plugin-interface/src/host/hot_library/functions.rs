//! A struct of the functions of a library, from signatures written once.

use std::path::Path;

use super::error::HotError;
use super::handle::HotLibrary;

/// A struct of the functions of a library, which [`hot_functions!`] defines.
///
/// [`hot_functions!`]: crate::hot_functions
pub trait HotFunctions: Sized {
    /// The names of the functions.
    const NAMES: &'static [&'static str];

    /// Returns the functions of a library that was opened with these names.
    ///
    /// # Errors
    ///
    /// If the library was opened without one of them.
    fn of(library: &HotLibrary) -> Result<Self, HotError>;

    /// Opens a library for these functions.
    ///
    /// # Errors
    ///
    /// Those of [`HotLibrary::open`].
    fn open(path: impl AsRef<Path>) -> Result<(HotLibrary, Self), HotError> {
        let library = HotLibrary::open(path, Self::NAMES)?;
        let functions = Self::of(&library)?;
        Ok((library, functions))
    }
}

/// Defines a struct of functions of a C library, from their signatures.
///
/// Each function is a field of type [`HotFunction`](crate::HotFunction) and an
/// unsafe method. The method returns [`NotDefined`](crate::NotDefined) while
/// the library has no such function. The struct implements
/// [`HotFunctions`](crate::HotFunctions). Without a name it is called
/// `Functions`.
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
                /// If the current version does not define it.
                ///
                /// # Safety
                ///
                /// 1. The library's function has this signature, and its own
                ///    conditions are met.
                /// 2. A pointer into the library that it returns is not used
                ///    after the library is replaced.
                $vis unsafe fn $function(
                    &self,
                    $($arg: $type),*
                ) -> ::core::result::Result<($($return)?), $crate::NotDefined> {
                    let function = self.$function.get()?;
                    // SAFETY: the conditions of this method.
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
