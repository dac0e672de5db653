//! `check --record` and `--replay`: calls of plugins with their answers, which the
//! next build is compared with.

mod file;
mod in_child;
mod record;
mod replay;

pub(super) use record::record;
pub(super) use replay::replay;

use std::path::Path;

use crate::exit::UsageError;

/// Checks that the path is no directory: the calls are those of one library.
fn check_file(path: &Path) -> Result<(), UsageError> {
    match path.is_dir() {
        true => {
            Err(UsageError(format!("expected a library, found a directory, {}", path.display())))
        }
        false => Ok(()),
    }
}
