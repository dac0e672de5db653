//! What the C library means for libraries that are unmapped.

use crate::host::platform;

/// The first version that gives each library thread-locals of its own.
const RENEWS: (u32, u32) = (2, 39);

/// Reads the number of a version such as `2.36`.
pub(crate) fn number(version: &str) -> Option<(u32, u32)> {
    let (major, minor) = version.split_once('.')?;
    Some((major.parse().ok()?, minor.split('.').next()?.parse().ok()?))
}

/// Returns why no library with thread-locals may be unmapped in this process, if
/// that is so.
///
/// Before 2.39, the C library gives the number of an unmapped library to another
/// one, and a thread may find the old variables under it (bug 29039 of the C
/// library). That concerns variables that are found by TLS descriptors, as on
/// aarch64. On x86-64 a function of the C library finds them, which looks twice.
pub(crate) fn confuses_thread_locals() -> Option<String> {
    match cfg!(target_arch = "aarch64") {
        true => confuses(&platform::c_library()?),
        false => None,
    }
}

/// Returns why closed libraries stay mapped in this process, if the C library is the
/// reason.
pub(crate) fn keeps_mapped() -> Option<String> {
    match cfg!(target_env = "musl") {
        true => Some("the C library musl unmaps no library".to_owned()),
        false => confuses_thread_locals(),
    }
}

fn confuses(version: &str) -> Option<String> {
    let is_new = number(version).is_some_and(|version| version >= RENEWS);
    (!is_new).then(|| {
        format!(
            "the C library {version} may hand the thread-locals of an unmapped library to the \
             next one on this processor; expected 2.39 or newer: run the host where there is one"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_before_the_cure_are_told_from_later_ones() {
        for old in ["2.36", "2.38", "2.38.9000", "1.99", "of its own"] {
            assert!(confuses(old).is_some_and(|reason| reason.contains(old)), "{old}");
        }
        for new in ["2.39", "2.41", "2.39.1", "3.0"] {
            assert_eq!(confuses(new), None, "{new}");
        }
    }
}
