//! The context of a constructor.
#![expect(unsafe_code, reason = "reads memory that the host lends for the call")]

use core::fmt;
use core::marker::PhantomData;
use std::path::Path;

use crate::abi::{RawContext, RawSlice};
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
    pub(super) raw: RawContext,
    /// The settings that the plugin declares.
    #[cfg(feature = "config")]
    pub(super) declared: Declared,
    pub(super) services: Services,
    borrowed: PhantomData<&'a RawContext>,
}

/// The settings that the attribute of a plugin declares.
#[cfg(feature = "config")]
#[derive(Clone, Copy, Debug)]
pub(super) enum Declared {
    /// It is the context of no plugin.
    Unknown,
    Nothing,
    Settings(u128),
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
        PluginContext {
            raw: RawContext::EMPTY,
            #[cfg(feature = "config")]
            declared: Declared::Unknown,
            services: Services::NONE,
            borrowed: PhantomData,
        }
    }

    /// # Safety
    ///
    /// `raw` is null or stays valid, with what it points to, for `'a`.
    pub(crate) unsafe fn from_raw(raw: *const RawContext) -> Self {
        let mut context = Self::empty();
        // SAFETY: a context begins with its size.
        if raw.is_null() || unsafe { (*raw).size } < RawContext::FIRST_SIZE {
            return context;
        }
        // SAFETY: valid by the contract, up to that size. What an older host
        // lacks stays empty; what a newer one has beyond is not read.
        unsafe {
            let size = (*raw).size.min(size_of::<RawContext>());
            (&raw mut context.raw).cast::<u8>().copy_from_nonoverlapping(raw.cast(), size);
        }
        context.services = Services::of_host();
        context
    }

    /// The same, for a plugin that declares these settings.
    #[cfg(feature = "config")]
    pub(super) fn declaring(mut self, settings: Option<u128>) -> Self {
        self.declared = settings.map_or(Declared::Nothing, Declared::Settings);
        self
    }

    /// Returns what a slice of the context describes.
    pub(super) fn bytes_of(&self, slice: RawSlice) -> &[u8] {
        if slice.len == 0 {
            return &[];
        }
        // SAFETY: only slices of the context are passed here. They are valid for
        // as long as `self` lives, by the contract of `from_raw`.
        unsafe { core::slice::from_raw_parts(slice.ptr.cast(), slice.len) }
    }

    /// Returns the path at which the host found the library, if it is known.
    ///
    /// Data files are beside this path, not beside the private copy that is
    /// mapped.
    pub fn library_path(&self) -> Option<&Path> {
        self.path_of(self.raw.library_path)
    }

    /// Returns a path of the context, unless it is empty.
    pub(super) fn path_of(&self, slice: RawSlice) -> Option<&Path> {
        let bytes = self.bytes_of(slice);
        if bytes.is_empty() {
            return None;
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_context_of_another_host_is_read_as_far_as_both_know_it() {
        let of = |text: &'static str| RawSlice::of(text.as_bytes());
        let whole = RawContext {
            library_path: of("/plugins/libx.so"),
            settings: of("settings"),
            data_dir: of("/data"),
            cache_dir: of("/cache"),
            ..RawContext::EMPTY
        };
        let read = |size| {
            let raw = RawContext { size, ..whole };
            // SAFETY: the context and its texts live longer than what is read.
            let context = unsafe { PluginContext::from_raw(&raw) };
            let path = |slice| context.path_of(slice).map(Path::to_owned);
            let RawContext { library_path, settings, data_dir, cache_dir, .. } = context.raw;
            let settings = context.bytes_of(settings).len();
            (path(library_path), settings, path(data_dir), path(cache_dir))
        };
        let some = |path: &str| Some(Path::new(path).to_owned());
        let newest = (some("/plugins/libx.so"), 8, some("/data"), some("/cache"));
        assert_eq!(read(size_of::<RawContext>()), newest);
        assert_eq!(read(4096), newest, "a newer host");
        let first = (some("/plugins/libx.so"), 0, None, None);
        assert_eq!(read(RawContext::FIRST_SIZE), first, "the first hosts");
        assert_eq!(read(RawContext::FIRST_SIZE - 1), (None, 0, None, None), "no host");
    }
}
