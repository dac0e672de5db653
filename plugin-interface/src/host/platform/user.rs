//! The user that runs this process.
#![cfg(unix)]

use std::sync::OnceLock;

/// The user that runs this process, as the file system sees it.
pub(crate) fn this_user() -> Option<u32> {
    use std::os::unix::fs::MetadataExt;
    static USER: OnceLock<Option<u32>> = OnceLock::new();
    // A new file belongs to this user.
    let find = || tempfile::tempfile().and_then(|file| file.metadata()).map(|file| file.uid());
    *USER.get_or_init(|| find().ok())
}
