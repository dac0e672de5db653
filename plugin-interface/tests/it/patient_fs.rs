//! `std::fs`, whose writers wait on Windows: that refuses to write, replace or
//! remove a file for the moments in which a host reads it or looks for its writers.

pub(crate) use std::fs::*;

use std::io::Result;
use std::path::Path;

/// What the system says while it refuses: access denied, another program has the
/// file, or a file that is removed is still there.
#[cfg(windows)]
const REFUSED: [i32; 3] = [5, 32, 183];

/// Does it again while Windows refuses it; not for ever, since there are other
/// reasons for that.
#[cfg(windows)]
fn patiently<T>(mut act: impl FnMut() -> Result<T>) -> Result<T> {
    use std::time::{Duration, Instant};

    let end = Instant::now() + Duration::from_secs(10);
    loop {
        let done = act();
        let code = done.as_ref().err().and_then(std::io::Error::raw_os_error);
        if !code.is_some_and(|code| REFUSED.contains(&code)) || Instant::now() > end {
            return done;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[cfg(not(windows))]
fn patiently<T>(mut act: impl FnMut() -> Result<T>) -> Result<T> {
    act()
}

pub(crate) fn write(path: impl AsRef<Path>, content: impl AsRef<[u8]>) -> Result<()> {
    patiently(|| std::fs::write(&path, &content))
}

#[cfg(any(feature = "hot-library", feature = "watch"))]
pub(crate) fn create(path: impl AsRef<Path>) -> Result<File> {
    patiently(|| File::create(&path))
}

/// Opens a file to write at its end.
#[cfg(feature = "hot-library")]
pub(crate) fn append(path: impl AsRef<Path>) -> Result<File> {
    patiently(|| OpenOptions::new().append(true).open(&path))
}

#[cfg(any(feature = "hot-library", feature = "watch"))]
pub(crate) fn copy(from: impl AsRef<Path>, to: impl AsRef<Path>) -> Result<u64> {
    patiently(|| std::fs::copy(&from, &to))
}

pub(crate) fn rename(from: impl AsRef<Path>, to: impl AsRef<Path>) -> Result<()> {
    patiently(|| std::fs::rename(&from, &to))
}

#[cfg(feature = "watch")]
pub(crate) fn hard_link(from: impl AsRef<Path>, to: impl AsRef<Path>) -> Result<()> {
    patiently(|| std::fs::hard_link(&from, &to))
}

#[cfg(any(feature = "hot-library", feature = "watch"))]
pub(crate) fn remove_file(path: impl AsRef<Path>) -> Result<()> {
    patiently(|| std::fs::remove_file(&path))?;
    // Wine gives the name back only when nobody has the file open any more, and
    // then removes what has the name, also if that is new.
    #[cfg(windows)]
    patiently(|| match path.as_ref().exists() {
        true => Err(std::io::Error::from_raw_os_error(REFUSED[1])),
        false => Ok(()),
    })?;
    Ok(())
}
