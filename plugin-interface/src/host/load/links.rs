//! Links: what a link in a directory of plugins refers to, if that is elsewhere.

use std::fs::Metadata;
use std::io;
use std::path::Path;

use crate::host::error::LoadError;
use crate::host::load::policy::LoadPolicy;
use crate::host::platform;

impl LoadPolicy {
    /// Admits links in a directory of plugins to files that belong to any user.
    ///
    /// By default, the file that a link leads to, and each directory above it, must
    /// belong to this user, to root, or to the owner of the directory with the link,
    /// unless the file is in that directory too. So links into the store of a package
    /// manager are fine. Other users could replace theirs.
    ///
    /// ```
    /// let policy = plugin_interface::LoadPolicy::new().allow_links_outside();
    /// let manager = plugin_interface::PluginManager::with_policy(policy);
    /// ```
    pub fn allow_links_outside(mut self) -> Self {
        self.links_outside = true;
        self
    }

    /// Refuses a link that leads to a file which another user may replace. `real` is the
    /// path of the file without links.
    pub(super) fn check_link(
        &self,
        link: &Path,
        real: &Path,
        file: &Metadata,
    ) -> Result<(), LoadError> {
        if self.links_outside {
            return Ok(());
        }
        let unreadable = |source| LoadError::Read { path: link.to_owned(), source };
        let directory = link.parent().filter(|parent| !parent.as_os_str().is_empty());
        let directory = directory.unwrap_or(Path::new(".")).canonicalize().map_err(unreadable)?;
        if real.starts_with(&directory) {
            return Ok(());
        }
        let owner = directory.metadata().map_err(unreadable)?;
        let is_trusted = |metadata: &Metadata| platform::is_trusted_in_sticky(metadata, &owner);
        let culprit = match is_trusted(file) {
            false => Some(real),
            true => {
                first_untrusted(real, |it| Ok(is_trusted(&it.metadata()?))).map_err(unreadable)?
            }
        };
        culprit.map_or(Ok(()), |culprit| {
            let (path, to) = (link.to_owned(), real.into());
            Err(LoadError::LinkOutside { path, to, culprit: culprit.into() })
        })
    }
}

/// Returns the innermost directory above a file that is not trusted.
fn first_untrusted(
    file: &Path,
    is_trusted: impl Fn(&Path) -> io::Result<bool>,
) -> io::Result<Option<&Path>> {
    for directory in file.ancestors().skip(1) {
        if !is_trusted(directory)? {
            return Ok(Some(directory));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_directory_of_another_user_is_named() {
        let file = Path::new("/store/theirs/lib/libx.so");
        let of = |untrusted: &'static str| {
            first_untrusted(file, move |it| Ok(!it.ends_with(untrusted))).unwrap()
        };
        assert_eq!(of("lib"), Some(Path::new("/store/theirs/lib")));
        assert_eq!(of("theirs"), Some(Path::new("/store/theirs")));
        assert_eq!(of("libx.so"), None, "the file itself is known by its descriptor");
        assert!(first_untrusted(file, |_| Err(io::ErrorKind::NotFound.into())).is_err());
    }
}
