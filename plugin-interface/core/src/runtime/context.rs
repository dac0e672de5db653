//! The context of a constructor.
#![expect(unsafe_code, reason = "reads memory that the host lends for the call")]

use core::fmt;
use core::marker::PhantomData;
use std::path::Path;

use crate::abi::RawContext;
use crate::runtime::services::Services;

/// The information from the host for a plugin's constructor
/// (`#[plugin_impl(Trait, new = path)]`).
///
/// ```
/// use plugin_interface::PluginContext;
///
/// struct Dictionary { folder: std::path::PathBuf }
///
/// impl Dictionary {
///     fn open(context: &PluginContext) -> Result<Self, String> {
///         let library = context.library_path().ok_or("created without a path")?;
///         Ok(Dictionary { folder: library.with_file_name("words") })
///     }
/// }
/// # assert!(Dictionary::open(&PluginContext::empty()).is_err());
/// ```
pub struct PluginContext<'a> {
    raw: RawContext,
    pub(super) services: Services,
    borrowed: PhantomData<&'a RawContext>,
}

impl fmt::Debug for PluginContext<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PluginContext").field("library_path", &self.library_path()).finish()
    }
}

impl PluginContext<'_> {
    /// Returns a context without information.
    ///
    /// The exported makers pass it, and a unit test of a constructor can use
    /// it.
    ///
    /// ```
    /// assert!(plugin_interface::PluginContext::empty().library_path().is_none());
    /// ```
    pub const fn empty() -> Self {
        let raw = RawContext {
            size: size_of::<RawContext>(),
            library_path: crate::abi::RawSlice::of::<u8>(&[]),
        };
        PluginContext { raw, services: Services::NONE, borrowed: PhantomData }
    }

    /// # Safety
    ///
    /// `raw` is null or stays valid, with what it points to, for `'a`.
    pub(crate) unsafe fn from_raw(raw: *const RawContext) -> Self {
        // SAFETY: a context begins with its size.
        if raw.is_null() || unsafe { (*raw).size } < size_of::<RawContext>() {
            return Self::empty();
        }
        // SAFETY: valid by the contract, and at least of our size.
        let raw = unsafe { *raw };
        PluginContext { raw, services: Services::of_host(), borrowed: PhantomData }
    }

    /// Returns the path at which the host found the library, if it is known.
    ///
    /// Data files are beside this path, not beside the private copy that is
    /// mapped.
    pub fn library_path(&self) -> Option<&Path> {
        let raw = self.raw.library_path;
        if raw.len == 0 {
            return None;
        }
        // SAFETY: valid for as long as `self` lives, by the contract of
        // `from_raw`.
        let bytes: &[u8] = unsafe { core::slice::from_raw_parts(raw.ptr.cast(), raw.len) };
        #[cfg(unix)]
        {
            use std::os::unix::ffi::OsStrExt;
            Some(Path::new(std::ffi::OsStr::from_bytes(bytes)))
        }
        #[cfg(not(unix))]
        {
            core::str::from_utf8(bytes).ok().map(Path::new)
        }
    }
}
