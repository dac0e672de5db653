//! The libraries that a library needs and that come with it.
//!
//! `$ORIGIN` is the directory of the original file. The dynamic linker looks
//! beside the private copy instead. So each library that is there is opened by
//! its original path first, and the linker finds it by its name. Windows has no
//! `$ORIGIN`: there it is the directory of the file itself.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use libloading::Library;

use crate::host::error::LoadError;
use crate::host::file::linkage::Linkage;
use crate::host::file::open::open_without_waiting;
use crate::host::file::paged::PagedFile;
use crate::host::file::private_copy::PrivateCopy;
use crate::host::platform::{self, c_library};
use crate::runtime::panic_hook;

/// Held while a library is opened that needs others: their names are looked up
/// in one directory.
static OPENING: Mutex<()> = Mutex::new(());

/// Refuses a library whose standard library is another one's too.
pub(super) fn check(path: &Path, linkage: &Linkage, keeps_shared: bool) -> Result<(), LoadError> {
    let Some(shared) = linkage.needed.iter().find(|name| is_std(name)) else {
        return Ok(());
    };
    let of_host = platform::file_at(panic_hook::std_identity());
    let is_of_host = of_host.is_some_and(|file| file.ends_with(shared));
    match keeps_shared && is_of_host {
        true => Ok(()),
        false => {
            let (path, library) = (path.to_owned(), shared.display().to_string());
            Err(LoadError::SharedRuntime { path, library })
        }
    }
}

/// Returns `true` for the name of the standard library of Rust as a library of
/// its own, on Unix or on Windows.
fn is_std(name: &OsStr) -> bool {
    let name = name.as_encoded_bytes();
    name.starts_with(b"libstd-") || (name.starts_with(b"std-") && name.ends_with(b".dll"))
}

/// Refuses a library that needs a newer C library.
pub(super) fn check_versions(path: &Path, versions: &[String]) -> Result<(), LoadError> {
    let here = platform::c_library();
    let Some(here) = here.as_deref().and_then(c_library::number) else { return Ok(()) };
    let is_newer = |version: &&String| {
        let needed = version.strip_prefix("GLIBC_").and_then(c_library::number);
        needed.is_some_and(|needed| needed > here)
    };
    match versions.iter().find(is_newer) {
        Some(needed) => {
            let (path, needed) = (path.to_owned(), needed.clone());
            Err(LoadError::SystemTooOld { path, needed })
        }
        None => Ok(()),
    }
}

/// Returns the libraries beside a library that it needs, and those beside these.
#[cfg(all(target_os = "linux", feature = "sandbox"))]
pub(crate) fn files(path: &Path, copy: &PrivateCopy) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let add = |linkage: &Linkage, origin: &Path, files: &mut Vec<PathBuf>| {
        let places = linkage.needed.iter().flat_map(|name| linkage.places(origin, name));
        for (place, _) in places.filter(|(place, _)| place.is_file()) {
            if !files.contains(&place) {
                files.push(place);
            }
        }
    };
    let named = std::path::absolute(path).unwrap_or_default();
    for origin in [named.parent(), copy.names().real().parent()].into_iter().flatten() {
        add(copy.linkage(), origin, &mut files);
    }
    let mut next = 0;
    while let Some(file) = files.get(next).cloned() {
        next += 1;
        if let Some(origin) = file.parent() {
            add(&linkage(&file), origin, &mut files);
        }
    }
    files
}

/// Opens a private copy and what it needs, by a function that opens one file.
pub(super) fn open(
    path: &Path,
    copy: &PrivateCopy,
    open: impl Fn(&Path) -> Result<Library, LoadError>,
) -> Result<Library, LoadError> {
    let linkage = copy.linkage();
    if linkage.needed.is_empty() {
        return open(copy.path());
    }
    let _opening = OPENING.lock().unwrap_or_else(PoisonError::into_inner);
    let before = platform::mapped();
    let mut companions = Companions::default();
    for name in &linkage.needed {
        companions.prepare(path, copy, name, &before, &open)?;
    }
    let library = open(copy.path()).map_err(|error| name_missing(error, &linkage.needed))?;
    copy.set_brought(brought(copy, &before));
    Ok(library)
}

/// Names the library that was not found, where the dynamic linker does not.
fn name_missing(error: LoadError, needed: &[OsString]) -> LoadError {
    match (error, needed.iter().find(|name| platform::is_missing(name))) {
        (LoadError::Open { path, source }, Some(name)) => {
            let source = format!(
                "{} is not found, which it needs: put that beside it, or in a directory of PATH \
                 ({source})",
                name.display()
            );
            LoadError::Open { path, source: source.into() }
        }
        (error, _) => error,
    }
}

/// What is there until the library is open.
#[derive(Default)]
struct Companions {
    /// Closed once the library has them open itself.
    libraries: Vec<Library>,
    links: Vec<PathBuf>,
}

impl Companions {
    /// Opens a library of that name, if it is beside the original file.
    fn prepare(
        &mut self,
        path: &Path,
        copy: &PrivateCopy,
        name: &OsStr,
        mapped: &[PathBuf],
        open: impl Fn(&Path) -> Result<Library, LoadError>,
    ) -> Result<(), LoadError> {
        let named = std::path::absolute(path).unwrap_or_default();
        let origins = [named.parent(), copy.names().real().parent()].into_iter().flatten();
        let mut places = origins.flat_map(|origin| copy.linkage().places(origin, name));
        let found = places.find(|(place, _)| place.is_file());
        let Some((needed, relative)) = found else { return Ok(()) };
        if let Some(mapped) = mapped.iter().find(|mapped| platform::is_named(mapped, name)) {
            return match is_build_of(mapped, &needed) {
                true => Ok(()),
                false => {
                    let (path, mapped) = (path.to_owned(), mapped.clone());
                    Err(LoadError::OtherBuild { path, needed, mapped })
                }
            };
        }
        let Some(relative) = relative else { return Ok(()) };
        self.libraries.push(open(&needed)?);
        self.link(copy, relative, &needed, name);
        Ok(())
    }

    /// Lets the linker find a library without a soname too: by a link to its
    /// file, which it knows.
    fn link(&mut self, copy: &PrivateCopy, below: &Path, needed: &Path, name: &OsStr) {
        let stays_below = below.components().all(|part| part != Component::ParentDir);
        let Some(directory) = copy.path().parent().filter(|_| stays_below) else { return };
        let link = directory.join(below).join(name);
        let made =
            fs::create_dir_all(directory.join(below)).and_then(|()| platform::link(needed, &link));
        // Without it the linker says what it does not find.
        if made.is_ok() {
            self.links.push(link);
        }
    }
}

impl Drop for Companions {
    fn drop(&mut self) {
        for link in &self.links {
            let _ = fs::remove_file(link);
        }
    }
}

/// Returns `true` if the library that is mapped from a path has the content of
/// a file.
fn is_build_of(mapped: &Path, file: &Path) -> bool {
    fs::read(file).is_ok_and(|content| platform::is_of_content(mapped, &content))
}

/// Returns the libraries that are mapped since then, and that a library needs,
/// or one of these.
fn brought(copy: &PrivateCopy, before: &[PathBuf]) -> Vec<PathBuf> {
    let is_new = |path: &PathBuf| !before.contains(path) && path != copy.path();
    let mut new: Vec<_> = platform::mapped().into_iter().filter(is_new).collect();
    let mut names = copy.linkage().needed.clone();
    let mut brought = Vec::new();
    loop {
        let is_needed = |path: &mut PathBuf| {
            let linkage = linkage(path);
            let found = names.iter().any(|name| {
                platform::is_named(path, name)
                    || linkage.soname.as_ref().is_some_and(|own| own == name)
            });
            if found {
                names.extend(linkage.needed);
            }
            found
        };
        let found: Vec<_> = new.extract_if(.., is_needed).collect();
        if found.is_empty() {
            return brought;
        }
        brought.extend(found);
    }
}

/// The demands of a library that is mapped; none if its file cannot be read.
fn linkage(path: &Path) -> Linkage {
    let Ok(file) = open_without_waiting(path) else { return Linkage::default() };
    let len = file.metadata().map_or(0, |metadata| metadata.len());
    Linkage::read(&PagedFile::new(file, len)).unwrap_or_default()
}
