//! Parts of the messages of a load: names, causes and remedies.

use std::error::Error;
use std::path::Path;

use crate::host::compare::diff::{keep_path, last_name};
use crate::host::compare::mismatch::Mismatch;

/// The name of a lock in a message.
pub(super) fn in_lock(lock: &Path) -> String {
    match lock.as_os_str().is_empty() {
        true => "a lock, as the policy has none".to_owned(),
        false => lock.display().to_string(),
    }
}

/// The name of a file without its directory, in a message.
pub(super) fn file_name(path: &Path) -> std::path::Display<'_> {
    path.file_name().map_or(path, Path::new).display()
}

/// The reason why a library is not trusted. Its remedy names the culprit.
pub(super) fn untrusted(path: &Path, culprit: &Path) -> String {
    if path == culprit {
        return "a library that can be written by everybody cannot be trusted".to_owned();
    }
    format!(
        "{} can be written by everybody, so {} cannot be trusted",
        culprit.display(),
        path.display()
    )
}

/// Returns what the dynamic linker said, without the path of the private copy:
/// the error names the library.
pub(crate) fn linker_message(
    error: &libloading::Error,
    copy: &Path,
) -> Box<dyn Error + Send + Sync> {
    let said = error.source().map_or_else(|| error.to_string(), ToString::to_string);
    let copy = format!("{}: ", copy.display());
    said.strip_prefix(&copy).unwrap_or(&said).into()
}

/// The most names in one message.
const NAMES: usize = 16;

/// Joins names, the first of many.
pub(super) fn listed(names: &[String], between: &str) -> String {
    let first = names.iter().take(NAMES).map(String::as_str).collect::<Vec<_>>().join(between);
    match names.len().saturating_sub(NAMES) {
        0 => first,
        more => format!("{first}{between}{more} more"),
    }
}

/// The difference of a service to the one that is used.
pub(super) fn in_this_version(mismatch: Option<&Mismatch>) -> String {
    mismatch.map_or_else(String::new, |mismatch| format!(" in a compatible version: {mismatch}"))
}

/// The remedy if an interface of the same name is offered at another path.
pub(super) fn moved(wanted: &str, offered: &[String]) -> String {
    match offered.iter().any(|offered| last_name(offered) == last_name(wanted)) {
        true => format!("; {}", keep_path("plugin_interface", wanted)),
        false => String::new(),
    }
}

/// The remedy for an error of the dynamic linker, where one is known.
pub(super) fn hint(said: &str) -> &'static str {
    if said.contains("failed to map segment") {
        " (is the directory for temporary files mounted noexec? set TMPDIR to another)"
    } else if said.contains("Dynamic loading not supported") {
        // By musl.
        " (this program is linked statically, and such a program loads no libraries: build it with RUSTFLAGS=\"-C target-feature=-crt-static\")"
    } else if said.contains("cannot open shared object file")
        || said.contains("Error loading shared library")
    {
        " (a library that it needs was not found: put it where its rpath says, give it a soname if its rpath has `..`, or set LD_LIBRARY_PATH)"
    } else if said.contains("undefined symbol") || said.contains("symbol not found") {
        " (a function that it needs is in no library that it links: link it)"
    } else if said.ends_with("(os error 998)") {
        // Windows catches it, and says where memory was and not who was there.
        " (a constructor of it, or of a library that it needs, used a wild pointer)"
    } else {
        ""
    }
}

/// Returns `true` if a version has larger numbers than another one.
pub(super) fn is_newer(version: &str, other: &str) -> bool {
    fn numbers(version: &str) -> Option<Vec<u64>> {
        version.split('.').map(|number| number.parse().ok()).collect()
    }
    // Others, such as those of prereleases, are not compared.
    numbers(version).zip(numbers(other)).is_some_and(|(version, other)| version > other)
}

#[cfg(test)]
mod tests {
    use super::hint;

    /// What musl and Windows say, of which no test here can load a library.
    #[test]
    fn the_linkers_of_other_systems_have_remedies() {
        for (said, remedy) in [
            ("Dynamic loading not supported", "-crt-static"),
            ("Error loading shared library libm.so.6: No such file or directory", "rpath"),
            ("Error relocating /tmp/a.so: statx: symbol not found", "link it"),
            ("Invalid access to memory location. (os error 998)", "a wild pointer"),
            ("Zugriff auf einen Speicherplatz ist unzulässig. (os error 998)", "constructor"),
        ] {
            assert!(hint(said).contains(remedy), "{said}");
        }
    }
}
