//! Notes on Linux with the GNU C library.

mod calls;
mod other_threads;
mod plain_text;
mod reporter;
mod signals;
mod stack;
mod table;

pub(super) use table::{add_functions, add_library, during, remove_library};

use std::io;
use std::sync::{Mutex, PoisonError};

/// Starts the thread that writes notes, then handles the signals.
pub(super) fn install() -> io::Result<()> {
    static INSTALLED: Mutex<bool> = Mutex::new(false);
    let mut is_installed = INSTALLED.lock().unwrap_or_else(PoisonError::into_inner);
    if !*is_installed {
        reporter::start()?;
        table::begin();
        signals::handle();
        *is_installed = true;
    }
    Ok(())
}
