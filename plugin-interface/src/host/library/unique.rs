//! The variables of which the process has one each (`STB_GNU_UNIQUE`): a new
//! version of a library would run on the object of the old one.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::host::error::LoadError;
use crate::host::file::compare::Content;
use crate::host::file::identity::FileNames;
use crate::host::file::linkage::UniqueObjects;
use crate::host::file::private_copy::PrivateCopy;
use crate::host::platform::Image;

/// A library that was opened, and stays mapped for its variables.
struct Opened {
    names: FileNames,
    image: Image,
    content: Content,
    objects: UniqueObjects,
}

static OPENED: Mutex<Vec<Opened>> = Mutex::new(Vec::new());

/// Returns those that are still mapped.
fn opened() -> MutexGuard<'static, Vec<Opened>> {
    let mut opened = OPENED.lock().unwrap_or_else(PoisonError::into_inner);
    opened.retain(|opened| opened.image.is_mapped());
    opened
}

/// Refuses a library whose variables are already there in another form.
///
/// Of one library, another version must not have a variable that can change:
/// nobody can tell whether its layout is the same. Of another library, it must
/// have the same size. Constants must be equal.
pub(crate) fn check(path: &Path, copy: &PrivateCopy) -> Result<(), LoadError> {
    let objects = &copy.linkage().unique;
    if objects.is_empty() {
        return Ok(());
    }
    let (names, content) = (copy.names(), copy.content());
    for earlier in opened().iter().filter(|earlier| !earlier.content.is(content)) {
        let is_version = earlier.names.is(names);
        let clash = objects.iter().find(|(name, object)| {
            let found = earlier.objects.get(*name);
            found.is_some_and(|found| found != *object || (is_version && object.constant.is_none()))
        });
        if let Some((name, _)) = clash {
            let (path, of, name) = (path.to_owned(), earlier.names.real().to_owned(), name.clone());
            return Err(LoadError::UniqueObject { path, of, name });
        }
    }
    Ok(())
}

/// Remembers the variables of a library that was opened.
pub(crate) fn remember(copy: &PrivateCopy, image: &Image) {
    let objects = &copy.linkage().unique;
    if !objects.is_empty() {
        let (names, content) = (copy.names().clone(), copy.content().clone());
        opened().push(Opened { names, image: image.clone(), content, objects: objects.clone() });
    }
}
