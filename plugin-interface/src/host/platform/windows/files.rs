//! What Windows tells of an open file beyond its [`Metadata`].
#![expect(unsafe_code, reason = "asks about open files")]

use std::fs::{File, Metadata};
use std::io;
use std::mem::MaybeUninit;
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};

use windows_sys::Win32::Foundation::{ERROR_SHARING_VIOLATION, GENERIC_READ, INVALID_HANDLE_VALUE};
use windows_sys::Win32::Storage::FileSystem::{
    BY_HANDLE_FILE_INFORMATION, FILE_BASIC_INFO, FILE_SHARE_DELETE, FILE_SHARE_READ, FileBasicInfo,
    GetFileInformationByHandle, GetFileInformationByHandleEx, ReOpenFile,
};

use crate::host::platform::file_numbers::FileNumbers;

/// Returns what the system knows of a file or directory, without its content.
#[cfg(any(feature = "hot-library", feature = "watch"))]
pub(crate) fn look(path: &std::path::Path) -> io::Result<(Metadata, FileNumbers)> {
    use std::os::windows::fs::OpenOptionsExt as _;

    use windows_sys::Win32::Storage::FileSystem::{FILE_FLAG_BACKUP_SEMANTICS, FILE_SHARE_WRITE};

    let opened = File::options()
        // Neither to read nor to write: nobody is in the way, nor is this.
        .access_mode(0)
        .share_mode(FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE)
        // Without it, directories cannot be opened.
        .custom_flags(FILE_FLAG_BACKUP_SEMANTICS)
        .open(path)?;
    let metadata = opened.metadata()?;
    let numbers = file_numbers(&opened, &metadata);
    Ok((metadata, numbers))
}

/// Returns the numbers of an open file; zeros where its file system has none.
pub(crate) fn file_numbers(file: &File, _: &Metadata) -> FileNumbers {
    FileNumbers {
        file: volume_and_index(file).unwrap_or_default(),
        changed: change_time(file).map(since_1970).unwrap_or_default(),
    }
}

/// The volume of a file and its index there: no other file has both.
fn volume_and_index(file: &File) -> Option<(u64, u64)> {
    let mut facts = MaybeUninit::<BY_HANDLE_FILE_INFORMATION>::uninit();
    // SAFETY: the handle is open, and the answer goes to `facts`.
    if unsafe { GetFileInformationByHandle(file.as_raw_handle(), facts.as_mut_ptr()) } == 0 {
        return None;
    }
    // SAFETY: it was written.
    let facts = unsafe { facts.assume_init() };
    let index = (u64::from(facts.nFileIndexHigh) << 32) | u64::from(facts.nFileIndexLow);
    Some((facts.dwVolumeSerialNumber.into(), index))
}

/// The time of the last change of a file's content or attributes, in tenths of
/// microseconds since 1601. Some file systems do not record it.
fn change_time(file: &File) -> Option<i64> {
    let mut facts = MaybeUninit::<FILE_BASIC_INFO>::uninit();
    // SAFETY: the handle is open, and the answer goes to `facts`, whose size is
    // passed.
    let known = unsafe {
        GetFileInformationByHandleEx(
            file.as_raw_handle(),
            FileBasicInfo,
            facts.as_mut_ptr().cast(),
            size_of::<FILE_BASIC_INFO>() as u32,
        )
    };
    // SAFETY: it was written.
    let time = (known != 0).then(|| unsafe { facts.assume_init() }.ChangeTime)?;
    (time != 0).then_some(time)
}

/// Seconds and nanoseconds since 1970.
fn since_1970(time: i64) -> (i64, i64) {
    const SECOND: i64 = 10_000_000;
    const SECONDS_FROM_1601: i64 = 11_644_473_600;
    (time.div_euclid(SECOND) - SECONDS_FROM_1601, time.rem_euclid(SECOND) * 100)
}

/// Returns `Ok` if nobody has the file open for writing. Whoever opens it for
/// writing just while this asks is refused, as by any program that reads it alone.
pub(crate) fn take_lease(file: &File) -> io::Result<()> {
    // SAFETY: the handle is open.
    let handle = unsafe {
        ReOpenFile(file.as_raw_handle(), GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_DELETE, 0)
    };
    if handle == INVALID_HANDLE_VALUE {
        let error = io::Error::last_os_error();
        return Err(match is_of_writer(&error) {
            true => io::ErrorKind::WouldBlock.into(),
            false => error,
        });
    }
    // SAFETY: the handle is open, and nobody else has it.
    drop(unsafe { OwnedHandle::from_raw_handle(handle) });
    Ok(())
}

/// Returns `true` if nobody has the file open for writing. A writer who came and
/// went left another size or time.
pub(crate) fn has_lease(file: &File) -> bool {
    take_lease(file).is_ok()
}

/// Returns `true` if an open failed because of a program that has the file open.
pub(crate) fn is_of_writer(error: &io::Error) -> bool {
    error.raw_os_error() == Some(ERROR_SHARING_VIOLATION.cast_signed())
}

#[cfg(all(test, any(feature = "hot-library", feature = "watch")))]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_that_the_standard_library_tells() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let (metadata, numbers) = look(file.path()).unwrap();
        let (seconds, nanoseconds) = numbers.changed;
        let written = metadata.modified().unwrap().duration_since(std::time::UNIX_EPOCH).unwrap();
        assert!(written.as_secs().abs_diff(seconds as u64) < 10, "{written:?} {numbers:?}");
        assert!((0..1_000_000_000).contains(&nanoseconds), "{numbers:?}");
        assert_eq!(since_1970(0), (-11_644_473_600, 0));
        assert_eq!(since_1970(116_444_736_000_000_001), (0, 100));
    }

    #[test]
    fn a_directory_has_a_number() {
        let [first, second] = [0, 1].map(|_| tempfile::tempdir().unwrap());
        let number = |directory: &tempfile::TempDir| look(directory.path()).unwrap().1.file;
        assert_ne!(number(&first), (0, 0));
        assert_ne!(number(&first), number(&second));
    }
}
