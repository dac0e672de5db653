//! The errors of plain libraries and of their functions.

use core::fmt;
use std::error::Error;
use std::path::PathBuf;

use crate::host::error::{LoadError, debug_as_message};

/// The error of a [`HotLibrary`](super::HotLibrary) that was not opened or not
/// reloaded. The current version stays.
///
/// ```
/// use plugin_interface::{HotError, HotLibrary, LoadError};
///
/// let error = HotLibrary::open("no/such/library.so", &["foo"]).unwrap_err();
/// assert!(matches!(error, HotError::Load(LoadError::Read { .. })));
/// let error = HotLibrary::open("libfoo.so", &[""; 0]).unwrap_err();
/// assert!(matches!(error, HotError::NoNames { .. }));
/// ```
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum HotError {
    /// A stage of the load failed.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// No function was named.
    #[error("no functions are named for {}; name the functions to call", path.display())]
    NoNames {
        /// The library.
        path: PathBuf,
    },
    /// No function can have that name.
    #[error("no function of {} can be named {name:?}: the name is empty or contains a NUL", path.display())]
    Name {
        /// The library.
        path: PathBuf,
        /// The name.
        name: String,
    },
    /// The name is not among those that the library was opened with.
    #[error(
        "`{name}` is not among the functions that {} was opened with ({}); name it there",
        path.display(),
        names.join(", ")
    )]
    NotNamed {
        /// The library.
        path: PathBuf,
        /// The name.
        name: String,
        /// The names that the library was opened with.
        names: Vec<String>,
    },
    /// The library has a variable of that name, which cannot be called.
    #[error("{} has a variable `{name}`, expected a function; give it another name", path.display())]
    NotAFunction {
        /// The library.
        path: PathBuf,
        /// The name.
        name: String,
    },
    /// The constant that identifies the signatures of the library has another
    /// value or size, or is absent.
    #[error(
        "{}: expected `const unsigned {constant} = {expected};`, found {}; build host and library from the same signatures",
        path.display(),
        found.map_or("none".to_owned(), |found| format!("`{constant} = {found}`"))
    )]
    Signatures {
        /// The library.
        path: PathBuf,
        /// The name of the constant.
        constant: String,
        /// The value that the host was built for.
        expected: u32,
        /// The value in the library, if it has such a constant.
        found: Option<u32>,
    },
    /// The host's validation refused the library.
    #[error("{} was refused by the validation", path.display())]
    Refused {
        /// The library.
        path: PathBuf,
        /// The error of the validation.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The library was unloaded.
    #[error("{} was unloaded; open it again", path.display())]
    Unloaded {
        /// The library.
        path: PathBuf,
    },
    /// This thread is reloading the library already: the validation asked for
    /// another reload.
    #[error("{} is already being reloaded by this thread; reload it again after that", path.display())]
    Reentered {
        /// The library.
        path: PathBuf,
    },
}

debug_as_message!(HotError NotDefined);

/// The error of a call: the current version has no function of that name.
///
/// ```
/// # let directory = tempfile::tempdir()?;
/// # let path = directory.path().join("libfoo.so");
/// # std::fs::write(directory.path().join("foo.c"), "int foo(void) { return 4; }")?;
/// # let gcc = std::process::Command::new("gcc").args(["-shared", "-o"]).arg(&path)
/// #     .arg(directory.path().join("foo.c")).status()?;
/// # assert!(gcc.success());
/// use plugin_interface::HotLibrary;
///
/// let library = HotLibrary::open(path, &["foo", "bar"])?;
/// let bar = library.function::<unsafe extern "C" fn() -> i32>("bar")?;
/// assert_eq!(bar.get().unwrap_err().to_string(), "bar() is not defined");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name}() is not defined")]
pub struct NotDefined {
    /// The function.
    pub name: String,
}
